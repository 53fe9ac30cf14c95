//! Counts the allocations of this thread for a piece of work.

use std::fmt;
use std::hint::black_box;
use std::ops::Sub;
use std::sync::Arc;

use stepwright_runtime::{Engine, ExecutionReport, MachineType, StartOptions};
use tokio::runtime::{Builder, Runtime};

use crate::workloads::{MACHINE, Workload, succeeded};

/// How many times the work is done before the measurement. This excludes one-time allocations, and
/// lists that grow up to the retention limit.
const BEFORE: usize = 2;

/// Total allocations, whether or not they were freed. Growing an allocation in place counts as a
/// new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allocated {
    pub(crate) times: u64,
    pub(crate) bytes: u64,
}

impl Allocated {
    /// Measures the allocations of this thread during `work`. Other tests run on other threads.
    pub(crate) fn by(work: impl FnOnce()) -> Allocated {
        let counted = allocation_counter::measure(work);
        Allocated {
            times: counted.count_total,
            bytes: counted.bytes_total,
        }
    }
}

impl Sub for Allocated {
    type Output = Allocated;

    fn sub(self, less: Allocated) -> Allocated {
        Allocated {
            times: self.times - less.times,
            bytes: self.bytes - less.bytes,
        }
    }
}

/// The measured operation of a workload.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// A Standard execution on the caller's task, with its history.
    Standard,
    /// An Express execution on the caller's task, without a history.
    Express,
    /// A Standard execution in a spawned task, with its history.
    Started,
    /// The history of a Standard execution as JSON.
    Snapshot,
    /// The compilation of the definition.
    Program,
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Work::Standard => "Standard",
            Work::Express => "Express",
            Work::Started => "Standard, started",
            Work::Snapshot => "history to JSON",
            Work::Program => "definition to program",
        })
    }
}

impl Work {
    pub(crate) const ALL: [Work; 5] = [
        Work::Standard,
        Work::Express,
        Work::Started,
        Work::Snapshot,
        Work::Program,
    ];

    /// Returns the allocations of one repetition.
    pub(crate) fn allocates(self, workload: &Workload) -> Allocated {
        let machine_type = match self {
            Work::Express => MachineType::Express,
            _ => MachineType::Standard,
        };
        let engine = workload.engine(machine_type);
        // Without other threads, this thread makes all allocations of an execution.
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        match self {
            Work::Standard | Work::Express => settled(|| execute(&runtime, &engine, workload)),
            Work::Started => settled(|| start(&runtime, &engine, workload)),
            Work::Snapshot => {
                let history = &executed(workload).history;
                settled(|| history.to_json())
            }
            Work::Program => {
                let definition = workload.definition.to_string();
                settled(|| {
                    engine
                        .register_json(MACHINE, &definition, machine_type)
                        .expect("it compiles")
                })
            }
        }
    }
}

/// Returns the allocations of work after some repetitions.
fn settled<T>(work: impl Fn() -> T) -> Allocated {
    for _ in 0..BEFORE {
        black_box(work());
    }
    Allocated::by(|| drop(black_box(work())))
}

/// Runs a Standard execution of the workload.
pub(crate) fn executed(workload: &Workload) -> Arc<ExecutionReport> {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    execute(&runtime, &workload.engine(MachineType::Standard), workload)
}

fn execute(runtime: &Runtime, engine: &Engine, workload: &Workload) -> Arc<ExecutionReport> {
    let execution = engine.execute_machine(MACHINE, workload.input.clone(), StartOptions::new());
    succeeded(runtime.block_on(execution).expect("it starts"))
}

fn start(runtime: &Runtime, engine: &Engine, workload: &Workload) -> Arc<ExecutionReport> {
    succeeded(runtime.block_on(async {
        let run = engine.start_machine(MACHINE, workload.input.clone(), StartOptions::new());
        run.await.expect("it starts").report().await
    }))
}
