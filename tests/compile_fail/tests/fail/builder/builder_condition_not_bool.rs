//! A condition gives a number.

use stepwright::builder::FlowBuilder;
use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let size = flow.declare::<Order>("Size");
    let done = flow.declare::<Order>("Done");
    flow.start_at(&size);
    flow.choice(&size)
        .when(expr!(|order: Order| order.total), &done)
        .otherwise(&done);
}
