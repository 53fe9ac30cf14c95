//! Workflows as Rust types: the engine runs the ASL that they emit, with their own functions as
//! tasks.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::{Payload, TaskContext, TaskError, Workflow, task, workflow};
use stepwright_runtime::testing::{Mock, Mocks};
use stepwright_runtime::{Engine, ExecutionFilter, StartOptions, Status, TraceContext};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Receipt {
    payment: String,
    attempts: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

/// Counts how many times the card was charged, over all executions.
#[derive(Default)]
struct Gateway {
    calls: AtomicU32,
}

/// Times out once, declines large amounts, and returns the number of the attempt.
#[task]
async fn charge_card(context: &TaskContext, order: Order) -> Result<Receipt, PaymentError> {
    if let Some(gateway) = context.state::<Gateway>() {
        gateway.calls.fetch_add(1, Ordering::SeqCst);
    }
    let attempts = context.attempt().unwrap_or(99);
    if attempts == 0 {
        return Err(PaymentError::GatewayTimeout);
    }
    if order.total > 1_000.0 {
        let reason = format!("{} is too much", order.total);
        return Err(PaymentError::Declined { reason });
    }
    let payment = format!(
        "{} for {}",
        context.state_name().unwrap_or("?"),
        order.order_id
    );
    Ok(Receipt { payment, attempts })
}

workflow! {
    /// Charges an order.
    workflow Charging(order: Order) -> Receipt {
        task Charge {
            let receipt = charge_card(order);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
            catch PaymentError::Declined { reason } => Reject;
            next Done;
        }
        succeed Done { receipt }
        fail Reject { "OrderRejected", reason }
    }
}

fn order(total: f64) -> Order {
    Order {
        order_id: "o-1".to_owned(),
        total,
    }
}

#[tokio::test]
async fn a_workflow_runs_with_its_own_functions() {
    let engine = Engine::builder()
        .register::<Charging>()
        .state(Gateway::default())
        .virtual_time()
        .build()
        .unwrap();
    let begun = engine.clock().now();
    let run = engine.start::<Charging>(order(12.0)).await.unwrap();
    let receipt: Receipt = run.await.unwrap();
    assert_eq!(receipt.payment, "Charge for o-1");
    assert_eq!(receipt.attempts, 1);
    assert_eq!(engine.clock().now() - begun, Duration::from_secs(2));

    let failed = engine
        .start::<Charging>(order(2_000.0))
        .await
        .unwrap()
        .await
        .unwrap_err();
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.error.as_deref(), Some("OrderRejected"));
    assert_eq!(failed.cause.as_deref(), Some("2000 is too much"));
    assert_eq!(failed.history.path(), ["Charge", "Reject"]);
    assert!(failed.to_string().contains("OrderRejected"));
}

#[tokio::test]
async fn execute_runs_a_workflow_on_the_task_of_the_caller() {
    let engine = Engine::builder()
        .register::<Charging>()
        .virtual_time()
        .build()
        .unwrap();
    let receipt = engine.execute::<Charging>(order(1.0)).await.unwrap();
    assert_eq!(receipt.attempts, 1);
}

#[tokio::test]
async fn a_mock_replaces_a_task_function() {
    let mocks = Mocks::new().task::<charge_card>(Mock::returns(Receipt {
        payment: "mocked".to_owned(),
        attempts: 7,
    }));
    let engine = Engine::builder()
        .register::<Charging>()
        .tasks(mocks.clone())
        .virtual_time()
        .build()
        .unwrap();
    let receipt = engine
        .start::<Charging>(order(5.0))
        .await
        .unwrap()
        .await
        .unwrap();
    assert_eq!(receipt.payment, "mocked");
    let sent = mocks.calls()[0]
        .parameters
        .get("Payload")
        .unwrap()
        .to_json();
    assert_eq!(sent, json!({"orderId": "o-1", "total": 5.0}));
}

#[tokio::test]
async fn an_output_of_the_wrong_type_is_reported() {
    let mocks = Mocks::new().state("Charge", Mock::output(json!({"Payload": {"payment": 1}})));
    let engine = Engine::builder()
        .register::<Charging>()
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let failed = engine
        .start::<Charging>(order(5.0))
        .await
        .unwrap()
        .await
        .unwrap_err();
    assert_eq!(failed.status, Status::Succeeded);
    assert_eq!(failed.error.as_deref(), Some("Stepwright.OutputMismatch"));
    let cause = failed.cause.unwrap();
    assert!(cause.starts_with("at `payment`: "), "{cause}");
}

/// A task without a body.
#[task]
async fn pack(order: Order) -> String;

workflow! {
    workflow Packing(order: Order) -> String {
        task Pack { let parcel = pack(order); end parcel; }
    }
}

#[tokio::test]
async fn a_task_without_a_body_needs_a_registered_handler() {
    let error = Engine::builder().register::<Packing>().build().unwrap_err();
    for part in ["`pack`", "`Packing`", "`${PackArn}`"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    let engine = Engine::builder()
        .register::<Packing>()
        .function("${PackArn}", |order: Order| async move {
            Ok::<_, stepwright_runtime::task::TaskFailure>(format!("parcel of {}", order.order_id))
        })
        .virtual_time()
        .build()
        .unwrap();
    let parcel = engine
        .start::<Packing>(order(1.0))
        .await
        .unwrap()
        .await
        .unwrap();
    assert_eq!(parcel, "parcel of o-1");
}

workflow! {
    workflow Shop(order: Order) -> Receipt {
        task Child { let receipt = workflow Charging(order); next Done; }
        succeed Done { receipt }
    }
}

#[tokio::test]
async fn registering_a_workflow_registers_its_nested_workflows() {
    let engine = Engine::builder()
        .register::<Shop>()
        .virtual_time()
        .build()
        .unwrap();
    let receipt = engine
        .start::<Shop>(order(3.0))
        .await
        .unwrap()
        .await
        .unwrap();
    assert_eq!(receipt.payment, "Charge for o-1");
    assert_eq!(
        engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len(),
        2
    );
}

mod other {
    use stepwright::task;

    #[task(name = "ChargeCard")]
    pub(super) async fn charge(order: super::Order) -> String {
        order.order_id
    }
}
use other::charge;

workflow! {
    workflow Clash(order: Order) -> String {
        allow unused_variables;
        task First { let receipt = charge_card(order); next Second; }
        task Second { let text = charge(order); end text; }
    }
}

#[test]
fn two_tasks_with_the_same_key_are_refused() {
    let error = Engine::builder().register::<Clash>().build().unwrap_err();
    for part in ["`charge_card`", "`charge`", "`${ChargeCardArn}`"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(Clash::NAME, "Clash");
}

#[task]
async fn trace_of(context: &TaskContext, number: u32) -> String {
    format!("{number} {}", context.traceparent().unwrap_or("none"))
}

workflow! {
    workflow Traced(number: u32) -> String {
        task Call { let trace = trace_of(number); end trace; }
    }
}

#[tokio::test]
async fn a_handler_gets_the_trace_of_the_start_and_none_is_made_up() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace = TraceContext::new(parent, None).unwrap();
    let engine = Engine::builder().register::<Traced>().build().unwrap();
    let options = StartOptions::new().trace_context(trace);
    let run = engine.start_workflow::<Traced>(1, options).await.unwrap();
    assert_eq!(run.await.unwrap(), format!("1 {parent}"));
    let run = engine.start::<Traced>(2).await.unwrap();
    assert_eq!(run.await.unwrap(), "2 none");
}
