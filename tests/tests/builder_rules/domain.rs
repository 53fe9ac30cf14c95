//! Small workflows with one mistake each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::builder::{Body, Fallible, FlowBuilder, Lint, StepHandle};
use stepwright::prelude::*;
use stepwright::{WorkflowDiagnostic, expr};

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order {
    pub id: String,
    pub total: u32,
    pub lines: Vec<String>,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
pub enum PaymentError {
    #[error("the gateway did not answer")]
    Busy,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[task]
pub async fn charge(order: Order) -> Result<u32, PaymentError>;
#[task]
pub async fn ask(order: Order, task_token: String);
#[task(activity)]
pub async fn pick(order: Order) -> u32;
#[task]
pub async fn look_up(line: String) -> Result<u32, PaymentError>;

/// The faults of `build`.
pub(crate) fn faults<In: Payload, Out: Payload>(
    flow: &FlowBuilder<In, Out>,
) -> Vec<WorkflowDiagnostic> {
    match flow.build() {
        Ok(built) => built.warnings().to_vec(),
        Err(faults) => faults.into_iter().collect(),
    }
}

/// A workflow whose first state is a task, which `add` extends.
pub(crate) fn with_task(
    add: impl FnOnce(Fallible<'_, Order, u32, PaymentError, u32>, &StepHandle),
) -> Vec<WorkflowDiagnostic> {
    let flow = FlowBuilder::<Order, u32>::new("Orders");
    let (first, failed) = (flow.declare("Charge"), flow.step("Failed"));
    flow.start_at(&first);
    add(flow.task(&first, charge {}), &failed);
    flow.fail(&failed, "Failed", ());
    faults(&flow.allow(Lint::UnboundedLoop))
}

/// A body with one state that calls a task with the item.
pub(crate) fn looking_up() -> Body<String, u32> {
    let body = Body::<String, u32>::new();
    let one = body.declare("LookUp");
    body.start_at(&one);
    body.task(&one, look_up {}).end();
    body
}

/// A body with one state whose output is its input.
pub(crate) fn keeping<T: Payload>(name: &str) -> Body<T, T> {
    let body = Body::<T, T>::new();
    let one = body.declare(name);
    body.start_at(&one);
    body.pass(&one, expr!(|input: T| input)).end();
    body
}
