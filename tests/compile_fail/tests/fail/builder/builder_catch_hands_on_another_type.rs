//! A catch hands a reason to a state that takes an order.

use stepwright::builder::FlowBuilder;
use stepwright::errors;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    let review = flow.declare::<Order>("Review");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .catch(errors!(PaymentError::Declined { reason }), &review)
        .end();
}
