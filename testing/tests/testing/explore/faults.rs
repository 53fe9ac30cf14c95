//! The number of faults of a run, the errors that tasks can have, and the types of answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::builder::FlowBuilder;
use stepwright::{Payload, TaskError, errors, task, workflow};
use stepwright_runtime::testing::{Bounds, Outcome, explore, explore_built, explore_workflow};

use crate::testing::support::machine;

/// Returns a sequence of tasks, each of which may fail with errors that are caught or retried.
fn tasks(count: usize) -> Value {
    let states: serde_json::Map<String, Value> = (0..count)
        .map(|number| {
            let next = format!("S{}", number + 1);
            let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": next,
                "Retry": [{"ErrorEquals": ["A", "B"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": next}]});
            (format!("S{number}"), task)
        })
        .chain([(format!("S{count}"), json!({"Type": "Succeed"}))])
        .collect();
    json!({"StartAt": "S0", "States": states})
}

#[tokio::test]
async fn the_faults_of_a_run_are_bounded() {
    let machine = machine(&tasks(4));
    // One fault of a task: `A` or `B` until the retriers are used up or until the first retry, or
    // another error. Two of one task: after `A` or `B` a later retry succeeds, or has another
    // error.
    let (one, two) = (2 * 2 + 1, 2 * (2 + 3 * 2));
    let expected = [1, 1 + 4 * one, 1 + 4 * one + 6 * one * one + 4 * two];
    for (faults, runs) in expected.into_iter().enumerate() {
        let bounds = Bounds::new().faults(faults);
        let found = explore(&machine, &bounds).await.unwrap();
        assert!(found.is_complete, "{found}");
        assert_eq!(found.complete_faults, Some(faults));
        assert_eq!(found.runs, runs, "{faults} faults");
        let title = format!("{} combination", found.runs);
        assert!(found.to_string().starts_with(&title), "{found}");
    }
    let found = explore(&machine, &Bounds::new()).await.unwrap();
    assert_eq!(found.complete_faults, Some(2), "two faults by default");
    assert!(
        found
            .to_string()
            .starts_with("235 combinations of up to 2 faults")
    );
    found.assert_clean();
}

#[tokio::test]
async fn a_limit_on_runs_omits_the_runs_with_the_most_faults() {
    let machine = machine(&tasks(4));
    let found = explore(&machine, &Bounds::new().runs(100)).await.unwrap();
    assert_eq!((found.runs, found.complete_faults), (100, Some(1)));
    assert!(!found.is_complete);
    assert!(
        found.to_string().starts_with(
            "100 combinations, not all: a bound was reached (`Bounds::runs`); all of up to 1 fault were run"
        ),
        "{found}"
    );
    let found = explore(&machine, &Bounds::new().runs(10)).await.unwrap();
    assert_eq!((found.runs, found.complete_faults), (10, Some(0)));
}

#[tokio::test]
async fn a_large_workflow_is_explored_completely_for_two_faults() {
    let found = explore(&machine(&tasks(11)), &Bounds::new()).await.unwrap();
    assert_eq!((found.runs, found.complete_faults), (1_607, Some(2)));
    found.assert_clean();
}

#[tokio::test]
async fn a_map_that_fails_on_every_retry_counts_as_one_fault() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": {"StartAt": "Call", "States": {
            "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true},
        }},
        "Retry": [{"ErrorEquals": ["A"], "MaxAttempts": 3}],
    }}});
    let bounds = Bounds::new().input(json!({"items": [1]})).faults(1);
    let found = explore(&machine(&definition), &bounds).await.unwrap();
    assert_eq!(found.uncaught.len(), 1, "{found}");
    assert_eq!(found.uncaught[0].error, "A");
}

#[tokio::test]
async fn a_map_run_that_fails_on_every_retry_counts_as_one_fault() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Call", "States": {"Call": {
                "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true,
                "Retry": [{"ErrorEquals": ["A"], "MaxAttempts": 2}],
            }},
        },
        "Retry": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "MaxAttempts": 3}],
    }}});
    // Equal items have separate attempts.
    let bounds = Bounds::new().input(json!({"items": [1, 1]})).faults(1);
    let found = explore(&machine(&definition), &bounds).await.unwrap();
    assert_eq!(found.uncaught.len(), 1, "{found}");
    assert_eq!(
        found.uncaught[0].error,
        "States.ExceedToleratedFailureThreshold"
    );
}

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Decision {
    Approved { by: String },
    Rejected,
    Escalated,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Reply {
    decision: Decision,
    urgent: bool,
}

workflow! {
    workflow Approval(order: String) -> String {
        task Ask {
            let reply: Reply = wait_for_task_token
                service "arn:aws:states:::sqs:sendMessage" { QueueUrl: "https://q", MessageBody: { token: task_token, order: order } };
            timeout 7d;
            catch States::TaskFailed | States::Timeout => Failed;
            next Decide;
        }
        choice Decide {
            match reply.decision {
                Decision::Approved { by } => Approved,
                Decision::Rejected => Rejected,
                Decision::Escalated => Escalated,
            }
        }
        succeed Approved { by }
        succeed Rejected { "rejected".to_string() }
        succeed Escalated { "escalated".to_string() }
        succeed Failed { "failed".to_string() }
    }
}

#[tokio::test]
async fn the_output_of_a_token_has_the_type_that_the_state_expects() {
    let found = explore_workflow::<Approval>(&Bounds::new()).await.unwrap();
    assert!(found.never_reached().is_empty(), "{found}");
    found.assert_clean();
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
enum StockError {
    #[error("sold out")]
    SoldOut,
}

#[task]
async fn charge(order: String) -> Result<String, PaymentError>;

#[task]
async fn reserve(order: String) -> Result<String, StockError>;

fn failures(found: &stepwright_runtime::testing::Exploration, state: &str) -> Vec<String> {
    let decisions = found.uncaught.iter().flat_map(|found| &found.when);
    let of_state = decisions.filter(|decision| decision.state == state);
    let mut errors: Vec<String> = of_state
        .filter_map(|decision| match &decision.outcome {
            Outcome::Failure(error) => Some(error.clone()),
            _ => None,
        })
        .collect();
    errors.sort();
    errors.dedup();
    errors
}

#[tokio::test]
async fn services_and_tasks_fail_only_with_their_own_errors() {
    let all = json!([
        "PaymentError.Declined",
        "DynamoDB.ConditionalCheckFailedException",
        "SQS.SdkClientException",
        "DynamoDb.ItemCollectionSizeLimitExceededException",
        "States.Http.StatusCode.503",
        "Custom"
    ]);
    let task = |resource: &str| json!({"Type": "Task", "Resource": resource, "Parameters": {}, "End": true});
    let resources = [
        ("Lambda", "arn:aws:lambda:us-east-1:1:function:f"),
        ("Table", "arn:aws:states:::dynamodb:putItem"),
        ("Sdk", "arn:aws:states:::aws-sdk:dynamodb:putItem"),
        ("Queue", "arn:aws:states:::sqs:sendMessage"),
        ("Token", "arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        ("Http", "arn:aws:states:::http:invoke"),
    ];
    let branches: Vec<Value> = (resources.iter())
        .map(|(name, resource)| json!({"StartAt": name, "States": {*name: task(resource)}}))
        .collect();
    // A Fail state after each error, so that each one is reported.
    let definition = json!({"StartAt": "All", "States": {"All": {
        "Type": "Parallel", "Branches": branches, "End": true,
        "Retry": [{"ErrorEquals": all, "MaxAttempts": 0}],
    }}});
    let bounds = Bounds::new().faults(1);
    let found = explore(&machine(&definition), &bounds).await.unwrap();
    let worker = [
        "Custom",
        "DynamoDB.ConditionalCheckFailedException",
        "DynamoDb.ItemCollectionSizeLimitExceededException",
        "PaymentError.Declined",
        "SQS.SdkClientException",
    ];
    assert_eq!(failures(&found, "Lambda"), worker);
    assert_eq!(
        failures(&found, "Table"),
        ["DynamoDB.ConditionalCheckFailedException"]
    );
    assert_eq!(
        failures(&found, "Sdk"),
        ["DynamoDb.ItemCollectionSizeLimitExceededException"]
    );
    assert_eq!(failures(&found, "Queue"), ["SQS.SdkClientException"]);
    assert_eq!(failures(&found, "Token"), worker);
    assert_eq!(failures(&found, "Http"), ["States.Http.StatusCode.503"]);
}

workflow! {
    workflow Both(order: String) -> String {
        parallel All {
            let (paid, _kept, _told) =
                branch { task Charge { let paid = charge(order); end paid; } }
                branch { task Reserve { let kept = reserve(order); end kept; } }
                branch {
                    task Tell {
                        service "arn:aws:states:::sns:publish" { TopicArn: "t", Message: order };
                        end;
                    }
                };
            catch PaymentError::Declined { .. } | StockError::SoldOut => Sorry;
            next Done;
        }
        succeed Done { paid }
        succeed Sorry { "sorry".to_string() }
    }
}

#[tokio::test]
async fn a_task_does_not_fail_with_the_errors_of_others() {
    let bounds = Bounds::new().faults(1);
    let found = explore_workflow::<Both>(&bounds).await.unwrap();
    // Nothing fails, `Charge` is declined, `Reserve` is sold out.
    assert_eq!(found.runs, 3, "{found}");
    found.assert_clean();
}

#[tokio::test]
async fn a_built_workflow_is_explored_with_its_types() {
    let flow = FlowBuilder::<String, String>::new("Checkout");
    let pay = flow.declare::<String>("Pay");
    let sorry = flow.declare::<String>("Sorry");
    flow.start_at(&pay);
    flow.task(&pay, charge {})
        .catch(errors!(PaymentError::Declined { reason }), &sorry)
        .end();
    flow.succeed(&sorry);
    let built = flow.build().unwrap();
    let found = explore_built(&built, &Bounds::new()).await.unwrap();
    assert_eq!(found.runs, 2, "{found}");
    assert!(found.never_reached().is_empty(), "{found}");
    found.assert_clean();
}
