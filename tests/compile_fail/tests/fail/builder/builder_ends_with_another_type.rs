//! A state ends the workflow with something else than it promises.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Receipt>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).end();
}
