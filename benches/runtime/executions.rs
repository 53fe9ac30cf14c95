//! Whole executions, from the start to the report.

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright_runtime::{MachineType, StartOptions};
use tokio::runtime::Builder;

use crate::workloads::{MACHINE, SHAPES, succeeded};
use crate::{Case, cases};

/// Without a history.
#[divan::bench(args = cases(SHAPES))]
fn express(bencher: Bencher<'_, '_>, case: &Case) {
    execute(bencher, case, MachineType::Express);
}

/// With all events.
#[divan::bench(args = cases(SHAPES))]
fn standard(bencher: Bencher<'_, '_>, case: &Case) {
    execute(bencher, case, MachineType::Standard);
}

/// Executes it on one thread again and again.
fn execute(bencher: Bencher<'_, '_>, case: &Case, machine_type: MachineType) {
    let workload = case.workload();
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let engine = workload.engine(machine_type);
    bencher
        .counter(ItemsCount::new(workload.transitions))
        .bench_local(|| {
            let input = workload.input.clone();
            let execution = engine.execute_machine(MACHINE, input, StartOptions::new());
            succeeded(runtime.block_on(execution).expect("it starts"))
        });
}
