//! An expression makes other arguments than the task takes.

use stepwright::builder::FlowBuilder;
use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    flow.start_at(&charge);
    flow.task_with(&charge, charge_card {}, expr!(|order: Order| order.total))
        .end();
}
