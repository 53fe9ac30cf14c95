//! The cause of a failure is a number.

use stepwright::builder::FlowBuilder;
use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let reject = flow.declare::<Order>("Reject");
    flow.start_at(&reject);
    flow.fail(&reject, "Rejected", expr!(|order: Order| order.total));
}
