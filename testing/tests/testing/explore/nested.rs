//! Exploration of workflows that start others.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::{Payload, TaskError, task, workflow};
use stepwright_runtime::testing::{Bounds, explore, explore_workflow};

use crate::testing::support::machine;

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    total: f64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Verdict {
    Accepted { receipt: String },
    Refused { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum DeskError {
    #[error("closed: {until}")]
    Closed { until: String },
}

/// Looks at an order.
#[task]
async fn look_at(order: Order) -> Result<Verdict, DeskError>;

/// Sends a receipt.
#[task]
async fn send(receipt: String) -> String;

workflow! {
    workflow Review(order: Order) -> Verdict {
        task Look { let verdict = look_at(order); end verdict; }
    }
}

workflow! {
    workflow Total(order: Order) -> f64 {
        pass Count { end order.total; }
    }
}

workflow! {
    workflow Quick(order: Order) -> Verdict {
        express;
        task Look { let verdict = look_at(order); end verdict; }
    }
}

workflow! {
    workflow Careful(order: Order) -> String {
        task Ask {
            let verdict = workflow Review(order);
            catch States::TaskFailed => Sorry;
            next Decide;
        }
        choice Decide {
            match verdict {
                Verdict::Accepted { receipt } => Thank,
                Verdict::Refused { reason } => Sorry,
            }
        }
        task Thank { let sent = send(receipt); end sent; }
        succeed Sorry { "sorry".to_string() }
    }
}

workflow! {
    workflow Careless(order: Order) -> f64 {
        task Ask { workflow Review(order); next Count; }
        task Count { let total = workflow Total(order); end total; }
    }
}

workflow! {
    workflow InParts(orders: Vec<Order>) -> String {
        map Each {
            let _told = for order in orders {
                pass Begin { next Both; }
                parallel Both {
                    let (_asked, count) =
                        branch { task Ask { let asked = workflow Review(order); end asked; } }
                        branch { task Count { let total = workflow Total(order); end total; } };
                    end count;
                }
            };
            catch States::TaskFailed => Sorry;
            next Done;
        }
        succeed Done { "done".to_string() }
        succeed Sorry { "sorry".to_string() }
    }
}

workflow! {
    workflow AtOnce(order: Order) -> String {
        task Ask {
            workflow Quick(order);
            catch States::ALL => Sorry;
            next Done;
        }
        succeed Done { "done".to_string() }
        succeed Sorry { "sorry".to_string() }
    }
}

workflow! {
    workflow Starts(order: Order) -> String {
        task Begin { start workflow Review(order); next Done; }
        succeed Done { "done".to_string() }
    }
}

#[tokio::test]
async fn a_nested_workflow_returns_each_variant_and_each_error() {
    let found = explore_workflow::<Careful>(&Bounds::new()).await.unwrap();
    assert!(found.uncaught.is_empty(), "{found}");
    assert!(found.is_complete && found.is_clean(), "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
    // Accepted, refused, failed.
    assert_eq!(found.runs, 3, "{found}");
}

#[tokio::test]
async fn only_a_nested_workflow_that_can_fail_is_reported_as_uncaught() {
    let found = explore_workflow::<Careless>(&Bounds::new()).await.unwrap();
    let told: Vec<String> = found.uncaught.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("`States.TaskFailed` of `Ask` is not caught"),
        "{told:?}"
    );
    assert!(
        told[0].ends_with("when the workflow of `Ask` fails with `DeskError.Closed` (1 run)"),
        "{told:?}"
    );
}

#[tokio::test]
async fn failures_of_nested_workflows_in_branches_are_caught_outside() {
    let found = explore_workflow::<InParts>(&Bounds::new()).await.unwrap();
    assert!(found.is_clean() && found.is_complete, "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
}

#[tokio::test]
async fn express_and_unawaited_children_are_not_reported() {
    let found = explore_workflow::<AtOnce>(&Bounds::new()).await.unwrap();
    assert!(found.is_clean(), "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
    let found = explore_workflow::<Starts>(&Bounds::new()).await.unwrap();
    assert!(found.is_clean(), "{found}");
    assert_eq!(found.runs, 1, "its failure is not the parent's");
}

#[tokio::test]
async fn machine_samples_are_the_results_of_a_nested_state_machine() {
    let definition = json!({"StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:review", "Input": {}},
            "ResultSelector": {"verdict.$": "$.Output.verdict"},
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Sorry"}],
            "Next": "Large?",
        },
        "Large?": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$.verdict", "StringEquals": "refused", "Next": "Sorry"},
        ]},
        "Done": {"Type": "Succeed"},
        "Sorry": {"Type": "Succeed"},
    }});
    let bounds = Bounds::new()
        .machine_sample("review", json!({"verdict": "accepted"}))
        .machine_sample("review", json!({"verdict": "refused"}));
    let found = explore(&machine(&definition), &bounds).await.unwrap();
    found.assert_clean();
    assert_eq!(found.never_reached(), [""; 0]);
    assert_eq!(found.runs, 3);
}

#[tokio::test]
async fn workflow_samples_replace_generated_results() {
    let reason = "no stock".to_owned();
    let bounds = Bounds::new().workflow_sample::<Review>(&Verdict::Refused { reason });
    let found = explore_workflow::<Careful>(&bounds).await.unwrap();
    assert!(found.is_clean(), "{found}");
    assert_eq!(
        found.never_reached(),
        ["state `Thank`", "transition `Decide` -> `Thank`"]
    );
}

#[tokio::test]
async fn nested_workflows_are_explored_on_their_own() {
    let found = explore_workflow::<Careless>(&Bounds::new()).await.unwrap();
    let names: BTreeSet<&str> = found.nested.keys().map(String::as_str).collect();
    assert_eq!(names, ["Review", "Total"].into());
    assert_eq!(found.nested["Review"].runs, 3);
    assert_eq!(found.nested["Review"].coverage.percent(), 100.0);
}
