//! Assertions and typed mocks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::{Payload, TaskError, task, workflow};
use stepwright_runtime::testing::{Expect, Mock, Mocks, expect};
use stepwright_runtime::{Engine, ExecutionReport, MachineType, StartOptions, Status};

use crate::testing::support::{orders, run};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    total: f64,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined: {reason}")]
    Declined { reason: String },
    #[error("busy")]
    Busy,
}

/// A task without a body.
#[task]
async fn charge_card(order: Order) -> Result<String, PaymentError>;

workflow! {
    workflow Sale(order: Order) -> String {
        task Charge {
            let receipt = charge_card(order);
            retry PaymentError::Busy;
            catch PaymentError::Declined { reason } => Reject;
            next Done;
        }
        succeed Done { receipt }
        fail Reject { "Rejected", reason }
    }
}

async fn sale(mocks: Mocks, total: f64) -> std::sync::Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register::<Sale>()
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let id = "o-1".to_owned();
    let run = engine.start::<Sale>(Order { id, total }).await.unwrap();
    run.report().await
}

fn message(report: &ExecutionReport, assert: impl FnOnce(Expect<'_>) -> Expect<'_>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| {
        assert(expect(&report.clone()));
    }))
    .expect_err("the assertion does not hold");
    let message = *panic.downcast::<String>().unwrap();
    // With the feature `report`, the last line is the path of a file; the tests of reports read it.
    match message.split_once("\nreport: ") {
        Some((message, _path)) => message.to_owned(),
        None => message,
    }
}

#[tokio::test]
async fn a_task_function_is_mocked_by_a_typed_closure() {
    let mocks = Mocks::new().task_with::<charge_card>(|order| match order.total {
        total if total > 1_000.0 => Err(PaymentError::Declined {
            reason: "over the limit".to_owned(),
        }),
        _ => Ok(format!("receipt of {}", order.id)),
    });
    let order = Order {
        id: "o-1".to_owned(),
        total: 12.0,
    };
    expect(&sale(mocks.clone(), 12.0).await)
        .output("receipt of o-1")
        .path(["Charge", "Done"])
        .task_called::<charge_card>(1)
        .task_calls::<charge_card>([order]);
    expect(&sale(mocks, 2_000.0).await)
        .failed("Rejected")
        .cause("over the limit")
        .path(["Charge", "Reject"]);
}

#[tokio::test]
async fn a_mock_sequence_contains_typed_errors_and_outputs() {
    let mock = Mock::fails(PaymentError::Busy)
        .times(2)
        .then(Mock::returns("r-1".to_owned()));
    let report = sale(Mocks::new().task::<charge_card>(mock), 1.0).await;
    expect(&report)
        .output("r-1")
        .task_called::<charge_card>(3)
        .took(Duration::from_secs(3));
}

#[tokio::test]
async fn failed_assertions_show_the_path_and_the_difference() {
    let mock = Mock::output(json!({"total": 500, "lines": [1, 2]}));
    let mocks = Mocks::new().function("charge", mock);
    let report = run(&orders(), &mocks, json!({"total": 500})).await;
    expect(&report)
        .succeeded()
        .entered("Thank")
        .not_entered("Reject")
        .took(Duration::from_secs(60))
        .calls(
            "Charge",
            [json!({"FunctionName": "charge", "Payload": {"total": 500.0}})],
        );

    let text = message(&report, |run| {
        run.output(json!({"total": 500, "lines": [1, 3]}))
    });
    assert_eq!(
        text,
        "the output differs\n  at /lines/1: expected 3, got 2\n\
         path: Cool -> Charge -> Large? -> Thank -> Done\n\
         status: SUCCEEDED\noutput: {\"total\":500,\"lines\":[1,2]}"
    );
    let text = message(&report, |run| {
        run.path(["Cool", "Charge", "Large?", "Done"])
    });
    assert!(
        text.starts_with("the path differs\n  at step 4: expected `Done`, got `Thank`\n"),
        "{text}"
    );
    let text = message(&report, |run| {
        run.calls("Charge", [json!({"FunctionName": "charge"})])
    });
    assert!(
        text.contains("call 1 of the task of `Charge` differs\n  at /Payload: expected nothing"),
        "{text}"
    );
    let text = message(&report, |run| run.called("Charge", 2));
    assert!(text.contains("was called 1 times, not 2"), "{text}");
    let text = message(&report, |run| run.failed("OrderLate"));
    assert!(text.contains("did not fail with `OrderLate`"), "{text}");
    let text = message(&report, |run| run.took(Duration::from_secs(1)));
    assert!(text.contains("expected 1s, got 60s"), "{text}");
    message(&report, |run| run.entered("Reject"));
    message(&report, |run| run.not_entered("Thank"));
    message(&report, |run| run.took_at_most(Duration::from_secs(59)));
}

#[tokio::test]
async fn the_rounds_of_a_loop_are_one_and_the_difference_is_outside() {
    let machine = r#"{"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Check"},
        "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 69 %}", "Next": "Ask"}], "Default": "Done"},
        "Ask": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Check"},
        "Done": {"Type": "Succeed"}
    }}"#;
    let engine = Engine::builder()
        .register_json("polling", machine, MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.execute_machine("polling", json!({}), StartOptions::new());
    let report = run.await.unwrap();
    let text = message(&report, |run| run.entered("Begin").failed("Late"));
    assert!(
        text.contains("\npath: Begin -> (Check -> Ask) × 69 -> Check -> Done\n"),
        "{text}"
    );
    let expected = std::iter::once("Begin")
        .chain(["Check", "Ask"].repeat(66))
        .chain(["Check", "Done"]);
    let text = message(&report, |run| run.path(expected.clone()));
    assert!(
        text.starts_with(
            "the path differs\n  at step 135: expected `Done`, got `Ask`\n  \
             expected path: Begin -> (Check -> Ask) × 66 -> Check -> Done\n\
             path: Begin -> (Check -> Ask) × 66 -> Check -> (Ask -> Check) × 3 -> Done\n"
        ),
        "{text}"
    );
    assert!(format!("{:?}", report.history).contains("(Check -> Ask) × 69"));
}

#[tokio::test]
async fn failed_assertions_show_the_error_and_the_cause() {
    let mocks = Mocks::new().function("charge", Mock::never());
    let report = run(&orders(), &mocks, json!({})).await;
    expect(&report)
        .status(Status::Failed)
        .failed("OrderLate")
        .cause("no answer");
    let text = message(&report, |run| run.succeeded());
    assert!(
        text.contains("status: FAILED\nerror: OrderLate\ncause: no answer"),
        "{text}"
    );
    let text = message(&report, |run| run.failed("OrderRejected"));
    assert!(
        text.starts_with("the error is not `OrderRejected`"),
        "{text}"
    );
}
