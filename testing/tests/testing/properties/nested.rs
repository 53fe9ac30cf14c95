//! Properties of workflows that start others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskError, task, workflow};
use stepwright_runtime::testing::properties::{
    NestedMachine, Report, Settings, explore_paths, task_settings,
};

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
            let _each = for order in orders {
                pass Begin { next Both; }
                parallel Both {
                    let (_verdict, count) =
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

fn explored<W: stepwright::Workflow>() -> Report {
    explore_paths::<W>(&Settings::new()).expect("the workflow can be explored")
}

#[test]
fn a_nested_workflow_returns_each_variant_and_each_error() {
    let report = explored::<Careful>();
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
    assert_eq!(report.notes(), [""; 0]);
}

#[test]
fn only_a_nested_workflow_that_can_fail_is_reported_as_uncaught() {
    let mut settings = Settings::new();
    settings.undeclared_errors = true;
    let report = explore_paths::<Careless>(&settings).expect("the workflow can be explored");
    let messages: Vec<&str> = report.findings().iter().map(|one| one.message()).collect();
    // The workflow `Total` has no task.
    assert_eq!(
        messages,
        ["`States.TaskFailed` of `Ask` is not caught, and ends the execution"]
    );
    let path = report.findings()[0].counterexample().expect("a path");
    assert!(
        path.lines()
            .iter()
            .any(|line| line.contains("fails with `AnyOtherError`")),
        "{report}"
    );
}

#[test]
fn failures_of_nested_workflows_in_branches_are_caught_outside() {
    let report = explored::<InParts>();
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
}

#[test]
fn express_and_unawaited_children_are_not_reported() {
    for report in [explored::<AtOnce>(), explored::<Starts>()] {
        report.assert_clean();
        assert_eq!(report.reached().missing(), [""; 0]);
    }
}

#[test]
fn results_and_definitions_of_the_caller_replace_those_of_the_types() {
    let mut refused = task_settings::<look_at>();
    refused.results = vec![serde_json::json!({"Refused": {"reason": "no stock"}}).into()];
    let mut settings = Settings::new();
    settings.tasks.push(refused);
    let report = explore_paths::<Careful>(&settings).expect("the workflow can be explored");
    let missing = ["state `Thank`", "transition `Decide` -> `Thank`"];
    assert_eq!(report.reached().missing(), missing);

    let accepts = r#"{"StartAt": "Accept", "States": {"Accept": {"Type": "Pass", "Result": {"Accepted": {"receipt": "r-1"}}, "End": true}}}"#;
    settings.nested.push(NestedMachine {
        name: "ReviewArn".to_owned(),
        machine: stepwright_asl::StateMachine::from_json(accepts).expect("it is valid"),
        machine_type: stepwright_asl::MachineType::Standard,
    });
    settings.tasks.clear();
    let report = explore_paths::<Careful>(&settings).expect("the workflow can be explored");
    assert!(
        !report.reached().missing().contains(&missing[0].to_owned()),
        "{report}"
    );
    assert!(report.to_string().contains("state `Sorry`"), "{report}");
}

mod states_of_one_name {
    use super::*;

    workflow! {
        workflow Inner(order: Order) -> f64 {
            task Ask {
                let price: f64 = wait_for_task_token
                    service "arn:aws:states:::sqs:sendMessage" { QueueUrl: "q", MessageBody: { token: task_token } };
                timeout 1h;
                next Done;
            }
            succeed Done { price + 1.0 }
        }
    }

    workflow! {
        pub(super) workflow Outer(order: Order) -> String {
            task Ask {
                let verdict: Verdict = wait_for_task_token
                    service "arn:aws:states:::sqs:sendMessage" { QueueUrl: "q", MessageBody: { token: task_token } };
                timeout 1h;
                next Price;
            }
            task Price { let _price = workflow Inner(order); next Decide; }
            choice Decide {
                match verdict {
                    Verdict::Accepted { receipt } => Thank,
                    Verdict::Refused { reason } => Sorry,
                }
            }
            succeed Thank { receipt }
            succeed Sorry { reason }
        }
    }
}

#[test]
fn states_of_one_name_have_results_of_their_types() {
    let report = explored::<states_of_one_name::Outer>();
    report.assert_clean();
    assert_eq!(report.notes(), [""; 0]);
    assert_eq!(report.name_notes(), [""; 0]);
    assert_eq!(report.reached().missing(), [""; 0]);
}
