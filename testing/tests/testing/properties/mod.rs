//! Properties of workflows with values and errors of their types.

mod nested;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwright::builder::FlowBuilder;
use stepwright::{Payload, TaskError, errors, task, workflow};
use stepwright_runtime::testing::properties::{
    Report, Settings, TaskSettings, explore_built_paths, explore_paths,
};

fn explored<W: stepwright::Workflow>(settings: &Settings) -> Report {
    explore_paths::<W>(settings).expect("the workflow can be explored")
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

#[test]
fn the_output_of_a_token_has_the_type_that_the_state_expects() {
    let report = explored::<Approval>(&Settings::new());
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
    assert_eq!(report.notes(), [""; 0]);
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

workflow! {
    workflow Both(order: String) -> String {
        parallel All {
            let (paid, _reserved, _published) =
                branch { task Charge { let paid = charge(order); end paid; } }
                branch { task Reserve { let reserved = reserve(order); end reserved; } }
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

#[test]
fn a_task_fails_with_its_own_errors_only() {
    let report = explored::<Both>(&Settings::new());
    assert_eq!(report.reached().missing(), [""; 0]);
    for (state, error) in [
        ("Charge", "StockError.SoldOut"),
        ("Reserve", "PaymentError.Declined"),
    ] {
        let mut settings = Settings::new();
        let file = format!(
            r#"{{"properties": [{{"name": "p", "never": {{"failed": "{state}", "error": "{error}"}}}}]}}"#
        );
        settings
            .add_file("p.json", &file)
            .expect("the property is valid");
        explored::<Both>(&settings).assert_clean();
    }
}

workflow! {
    workflow Explained(order: String) -> String {
        task Charge {
            let paid = charge(order);
            catch PaymentError::Declined { reason } => Sorry;
            end paid;
        }
        succeed Sorry { reason }
    }
}

#[test]
fn a_catcher_reads_the_fields_of_an_error() {
    let report = explored::<Explained>(&Settings::new());
    report.assert_clean();
    assert_eq!(report.notes(), [""; 0]);
    assert_eq!(report.reached().missing(), [""; 0]);
}

#[test]
fn a_built_workflow_is_explored_with_its_types() {
    let flow = FlowBuilder::<String, String>::new("Checkout");
    let pay = flow.declare::<String>("Pay");
    let sorry = flow.declare::<String>("Sorry");
    flow.start_at(&pay);
    flow.task(&pay, charge {})
        .catch(errors!(PaymentError::Declined { reason }), &sorry)
        .end();
    flow.succeed(&sorry);
    let built = flow.build().unwrap();
    let report = explore_built_paths(&built, &Settings::new()).unwrap();
    report.assert_clean();
    assert_eq!(report.reached().missing(), [""; 0]);
}

mod typed {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;

    #[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
    #[serde(tag = "kind")]
    pub(super) enum Row {
        Order { total: f64 },
        Refund { reason: String },
    }

    #[task]
    pub(super) async fn store(text: String) -> bool;

    #[task]
    pub(super) async fn store_all(rows: Vec<Row>) -> bool;

    workflow! {
        pub(super) workflow Rows(bucket: String) -> Vec<bool> {
            map Each {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: JSON) { Bucket: bucket, Key: "rows.json" };
                let stored = for row: Row in reader {
                    choice Kind {
                        match row {
                            Row::Refund { reason } => Store,
                            Row::Order { .. } => Skip,
                        }
                    }
                    task Store { let stored = store(reason); end stored; }
                    pass Skip { end false; }
                };
                end stored;
            }
        }

        pub(super) workflow Batches(bucket: String) -> Vec<bool> {
            map Each {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: JSON) { Bucket: bucket, Key: "rows.json" };
                batch (max_items: 1);
                let stored = for rows: Batch<Row> in reader {
                    choice Any {
                        when matches!(rows.items[0], Row::Refund { .. }) => Store;
                        otherwise => Skip;
                    }
                    task Store { let stored = store_all(rows.items); end stored; }
                    pass Skip { end false; }
                };
                end stored;
            }
        }
    }
}

#[test]
fn an_item_reader_has_rows_of_the_type_of_the_body() {
    for report in [
        explored::<typed::Rows>(&Settings::new()),
        explored::<typed::Batches>(&Settings::new()),
    ] {
        report.assert_clean();
        assert_eq!(report.notes(), [""; 0]);
        assert_eq!(report.reached().missing(), [""; 0]);
    }
    // The rows of the settings take precedence.
    let mut settings = Settings::new();
    settings.tasks.push(TaskSettings {
        target: "Each".to_owned(),
        results: vec![json!([{"kind": "Order", "total": 1}]).into()],
        ..TaskSettings::default()
    });
    let report = explored::<typed::Rows>(&settings);
    assert!(
        report.reached().missing()[0].contains("`Store`"),
        "{report}"
    );
}
