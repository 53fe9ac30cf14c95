//! A timeout is a text.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).timeout("5m").end();
}
