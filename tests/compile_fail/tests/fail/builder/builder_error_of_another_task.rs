//! A catch names an error that the task does not have.

use stepwright::builder::FlowBuilder;
use stepwright::errors;
use stepwright_compile_fail::*;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare::<Order>("Charge");
    let reject = flow.declare::<String>("Reject");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .catch(errors!(OrderError::Invalid { reason }), &reject)
        .end();
}
