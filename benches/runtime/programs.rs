//! The time to compile a definition.

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright_runtime::MachineType;

use crate::workloads::{FIVE_STATES, INTRINSICS, MACHINE, PASS_CHAIN};
use crate::{Case, cases};

/// Parses the text, compiles it, and registers it in an engine.
#[divan::bench(args = cases(&[PASS_CHAIN, FIVE_STATES, INTRINSICS]))]
fn definition_to_program(bencher: Bencher<'_, '_>, case: &Case) {
    let workload = case.workload();
    let machine_type = MachineType::Standard;
    let engine = workload.engine(machine_type);
    let definition = workload.definition.to_string();
    bencher
        .counter(ItemsCount::new(workload.transitions))
        .bench_local(|| {
            engine
                .register_json(MACHINE, &definition, machine_type)
                .expect("it compiles")
        });
}
