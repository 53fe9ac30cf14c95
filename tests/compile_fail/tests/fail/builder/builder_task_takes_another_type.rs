//! A state hands its task what the task does not take.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Charge, Charge>::new("Orders");
    let charge = flow.declare::<Charge>("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).end();
}
