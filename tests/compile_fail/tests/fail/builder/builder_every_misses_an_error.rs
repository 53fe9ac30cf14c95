//! A catch of every error that leaves one over.

use stepwright::builder::FlowBuilder;
use stepwright::every;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    let reject = flow.step("Reject");
    flow.task(&charge, charge_card {})
        .catch_every(every!(PaymentError::Declined { reason } => &reject))
        .end();
}
