//! A result is bound to a variable that holds something else.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let total = flow.variable::<f64>("total");
    let charge = flow.declare::<Order>("Charge");
    flow.task(&charge, charge_card {}).bind(&total).end();
}
