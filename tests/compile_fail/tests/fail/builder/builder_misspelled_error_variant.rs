//! A retry names no variant of the error.

use stepwright::builder::{FlowBuilder, Retry};
use stepwright::errors;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .retry(Retry::on(errors!(PaymentError::GatewayTimout)))
        .end();
}
