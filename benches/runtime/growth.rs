//! How the time grows with the items of a Map and with the number of executions.

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright_runtime::{MachineType, StartOptions};
use tokio::runtime::Builder;

use crate::workloads::{FIVE_STATES, MACHINE, MAP_OF_PASS, MAP_OF_TASK, Shape, succeeded};

/// Items of one inline Map, with their events.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10, sample_size = 1)]
fn items_with_pass(bencher: Bencher<'_, '_>, items: usize) {
    map(bencher, MAP_OF_PASS, items);
}

/// Like `items_with_pass`, with a Task for each item.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10, sample_size = 1)]
fn items_with_task(bencher: Bencher<'_, '_>, items: usize) {
    map(bencher, MAP_OF_TASK, items);
}

fn map(bencher: Bencher<'_, '_>, shape: Shape, items: usize) {
    let workload = shape.of(items);
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let engine = workload.engine(MachineType::Standard);
    bencher.counter(ItemsCount::new(items)).bench_local(|| {
        let input = workload.input.clone();
        let execution = engine.execute_machine(MACHINE, input, StartOptions::new());
        succeeded(runtime.block_on(execution).expect("it starts"))
    });
}

/// Executions of five states that are open at the same time, on two workers, without a history.
#[divan::bench(args = [100, 1_000, 10_000, 100_000], sample_count = 10, sample_size = 1)]
fn express_executions(bencher: Bencher<'_, '_>, executions: usize) {
    at_once(bencher, MachineType::Express, executions);
}

/// Like `express_executions`, with all events.
#[divan::bench(args = [100, 1_000, 10_000, 100_000], sample_count = 10, sample_size = 1)]
fn standard_executions(bencher: Bencher<'_, '_>, executions: usize) {
    at_once(bencher, MachineType::Standard, executions);
}

/// Starts all of them, and then waits for one after the other.
fn at_once(bencher: Bencher<'_, '_>, machine_type: MachineType, executions: usize) {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).build().expect("a runtime");
    let workload = FIVE_STATES.of(1);
    let engine = workload.engine(machine_type);
    bencher
        .counter(ItemsCount::new(executions))
        .bench_local(|| {
            runtime.block_on(async {
                let mut runs = Vec::with_capacity(executions);
                for _ in 0..executions {
                    let input = workload.input.clone();
                    let run = engine.start_machine(MACHINE, input, StartOptions::new());
                    runs.push(run.await.expect("it starts"));
                }
                for run in runs {
                    run.await.expect("it succeeds");
                }
            })
        });
}
