//! A transition goes to a state that takes something else.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    let done = flow.declare::<Receipt>("Done");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).next(&done);
}
