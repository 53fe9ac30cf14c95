//! What may be written of `stepwright bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{LogArguments, MachineType, at_least_one};
use crate::store_place::StorePlace;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright bench --workloads workloads --name w02_task_chain_10
  stepwright bench --workloads workloads --name w06_concurrent_5state --executions 10000 --concurrency 64 --threads 2
  stepwright bench --workloads workloads --name w06_concurrent_5state --type express --history off
  stepwright bench --workloads workloads --name w02_task_chain_10 --store bench.db --executions 2000 --concurrency 64 --threads 2
  stepwright bench --workloads workloads --name w10_wait_1h --measure parked --executions 100000 --threads 2

A workload is a folder with definition.json and input.json; expected.json, which is compared with the outputs of the warm-up, and meta.json are optional. A Task is run
by the function that its resource names: `echo` returns its payload, `inc` adds 1 to its `i`, `flaky2` fails twice with the error Flaky and then returns {\"ok\": true}.
The output is one line of JSON: wall_ms and cpu_ms (of all threads) have an entry for each repetition of N executions. Only the limits on events and on payloads are
raised. p50_ms and p99_ms are of single executions, or starts. With --store, raw_records_per_s is the rate of the store alone, in the file PATH-raw or the schema NAME_raw, with as many records in
a commit as there are clients. With --measure executions, waits take no time if meta.json says that the workload has some (virtual_seconds).

Exit status: 0 measured, and the outputs are correct; 1 an execution failed or had a wrong output; 2 wrong usage, or a file that cannot be read.";

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// With a history
    On,
    /// Without a history
    Off,
}

/// The quantity to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Executions from their start to their output
    Executions,
    /// Starts; with --store, until they are on the disk
    Starts,
    /// Waiting executions: their memory, their CPU time in a few seconds, and with --store how long
    /// the next process takes to resume them
    Parked,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// The folder with the workloads
    #[arg(long, value_name = "DIR")]
    pub(crate) workloads: PathBuf,
    /// The workload: a folder in it
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The quantity to measure
    #[arg(long, value_enum, default_value = "executions")]
    pub(crate) measure: Measure,
    /// How many executions each repetition runs
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) executions: usize,
    /// How many clients start executions; each client starts one after the other
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) concurrency: usize,
    /// How many repetitions are measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_one)]
    pub(crate) reps: usize,
    /// How many warm-up repetitions run before, whose outputs are compared with expected.json
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) warmup: usize,
    /// Whether the executions have histories; Standard executions always do
    #[arg(long, value_enum)]
    pub(crate) history: Option<Switch>,
    /// The type of the state machine; by default EXPRESS with `--history off`, else STANDARD
    #[arg(long = "type", value_enum, ignore_case = true)]
    pub(crate) machine_type: Option<MachineType>,
    /// How many threads run the executions
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) threads: usize,
    /// Store the executions in this file, which must not exist, or in the PostgreSQL database at a
    /// URL
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) store: Option<StorePlace>,
    /// The schema of the database of --store, which must have no store
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}
