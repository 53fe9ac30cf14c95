//! What may be written of `stepwright bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{MachineType, at_least_one};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright bench --workloads workloads --name w02_task_chain_10
  stepwright bench --workloads workloads --name w06_concurrent_5state --executions 10000 --concurrency 64 --threads 2
  stepwright bench --workloads workloads --name w06_concurrent_5state --type express --history off
  stepwright bench --workloads workloads --name w02_task_chain_10 --store bench.db --executions 2000 --concurrency 64 --threads 2
  stepwright bench --workloads workloads --name w10_wait_1h --measure parked --executions 100000 --threads 2

A workload is a folder with definition.json and input.json; expected.json, the output that the warm-up is held against, and meta.json may be missing. A Task is answered
by the function that its resource names: `echo` gives its payload back, `inc` adds 1 to its `i`, `flaky2` fails twice with the error Flaky and gives {\"ok\": true} then.
Printed is one line of JSON: wall_ms and cpu_ms (of all threads) have an entry for each repetition of N executions. The limits on events and on payloads are raised, and
no other. p50_ms and p99_ms are of single executions, or starts. With --store, raw_records_per_s is what SQLite alone does in a file beside it, PATH-raw, with as many records in
a commit as there are clients. Waits pass in no time where meta.json says that the workload has some (virtual_seconds), when --measure is executions.

Exit status: 0 measured, and the outputs are right; 1 an execution failed, or gave another output; 2 wrong usage, or a file that cannot be read.";

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// It is there
    On,
    /// It is not
    Off,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Executions from their start to their output
    Executions,
    /// Starts: with --store, until they are on the disk
    Starts,
    /// Executions that wait: their memory, what they cost in a few seconds, and with --store how long the next process takes to go on with them
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
    /// What is measured
    #[arg(long, value_enum, default_value = "executions")]
    pub(crate) measure: Measure,
    /// How many executions a repetition has
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) executions: usize,
    /// How many clients start executions, each one after the other
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) concurrency: usize,
    /// How many repetitions are measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_one)]
    pub(crate) reps: usize,
    /// How many repetitions come before, in which the outputs are compared
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) warmup: usize,
    /// Whether the executions have histories; Standard ones always do
    #[arg(long, value_enum)]
    pub(crate) history: Option<Switch>,
    /// The type of the state machine; without history EXPRESS
    #[arg(long = "type", value_enum, ignore_case = true)]
    pub(crate) machine_type: Option<MachineType>,
    /// How many threads run the executions
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one)]
    pub(crate) threads: usize,
    /// A file that does not exist yet, in which the executions are kept
    #[arg(long, value_name = "PATH")]
    pub(crate) store: Option<PathBuf>,
}
