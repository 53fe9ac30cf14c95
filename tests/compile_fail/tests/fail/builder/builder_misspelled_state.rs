//! A transition names no state.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    flow.start_at(&charge);
    flow.wait(&charge, 5).next(&chrge);
}
