//! The time to read a written history.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright_runtime::{ExecutionReport, MachineType, StartOptions};
use tokio::runtime::Builder;

use crate::workloads::{FIVE_STATES, MACHINE, succeeded};
use crate::{Case, cases};

fn report(case: &Case) -> Arc<ExecutionReport> {
    let workload = case.workload();
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let engine = workload.engine(MachineType::Standard);
    let execution = engine.execute_machine(MACHINE, workload.input.clone(), StartOptions::new());
    succeeded(runtime.block_on(execution).expect("it starts"))
}

/// Each event with its details.
#[divan::bench(args = cases(&[FIVE_STATES]))]
fn events(bencher: Bencher<'_, '_>, case: &Case) {
    let history = &report(case).history;
    bencher
        .counter(ItemsCount::new(history.len()))
        .bench_local(|| {
            for event in history.events() {
                divan::black_box(event.details());
            }
        });
}

/// In the format of `GetExecutionHistory`.
#[divan::bench(args = cases(&[FIVE_STATES]))]
fn to_json(bencher: Bencher<'_, '_>, case: &Case) {
    let history = &report(case).history;
    bencher
        .counter(ItemsCount::new(history.len()))
        .bench_local(|| history.to_json());
}
