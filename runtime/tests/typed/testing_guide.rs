//! The examples of docs/guides/testing.md: this file contains each block of Rust of that page, word
//! for word except for the indentation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskError, task, workflow};
use stepwright_runtime::{Engine, ExecutionReport};

type Done = Result<(), Box<dyn std::error::Error>>;

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
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

/// Charges the card of an order.
#[task]
async fn charge_card(order: Order) -> Result<String, PaymentError>;

workflow! {
    workflow Sale(order: Order) -> String {
        wait Cool { seconds 1d; next Charge; }
        task Charge {
            let receipt = charge_card(order);
            retry PaymentError::Busy (interval: 5s);
            catch PaymentError::Declined { reason } => Reject;
            next Done;
        }
        succeed Done { receipt }
        fail Reject { "Rejected", reason }
    }
}

async fn sale(
    mocks: stepwright_runtime::testing::Mocks,
    total: f64,
) -> Result<std::sync::Arc<ExecutionReport>, Box<dyn std::error::Error>> {
    let engine = Engine::builder()
        .register::<Sale>()
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let id = "o-1".to_owned();
    let run = engine.start::<Sale>(Order { id, total }).await?;
    Ok(run.report().await)
}

#[tokio::test]
async fn mocks() -> Done {
    use std::time::Duration;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    // Computed from the input.
    let mocks = Mocks::new().task_with::<charge_card>(|order| match order.total {
        total if total > 1_000.0 => Err(PaymentError::Declined {
            reason: "over the limit".to_owned(),
        }),
        _ => Ok(format!("receipt of {}", order.id)),
    });
    let report = sale(mocks, 2_000.0).await?;
    expect(&report).failed("Rejected").cause("over the limit");

    // Busy twice, then paid.
    let mocks = Mocks::new().task::<charge_card>(
        Mock::fails(PaymentError::Busy)
            .times(2)
            .then(Mock::returns("r-1".to_owned()).after(Duration::from_secs(3))),
    );
    let report = sale(mocks, 12.0).await?;
    expect(&report).output("r-1");
    Ok(())
}

#[tokio::test]
async fn assertions() -> Done {
    use std::time::Duration;
    use stepwright_runtime::testing::{Mocks, expect};

    let mocks =
        Mocks::new().task_with::<charge_card>(|order| Ok(format!("receipt of {}", order.id)));
    let report = sale(mocks, 12.0).await?;
    expect(&report)
        .output("receipt of o-1")
        .path(["Cool", "Charge", "Done"])
        .not_entered("Reject")
        .called("Charge", 1)
        .task_calls::<charge_card>([Order {
            id: "o-1".to_owned(),
            total: 12.0,
        }])
        .took(Duration::from_secs(86_400)); // virtual time
    Ok(())
}

#[tokio::test]
async fn coverage() -> Done {
    use stepwright_runtime::testing::{Mock, Mocks, workflow_coverage};

    let mut coverage = workflow_coverage::<Sale>();
    let paid = Mocks::new().task::<charge_card>(Mock::returns("r-1".to_owned()));
    coverage.add(&sale(paid, 12.0).await?.history);
    assert_eq!(
        coverage.to_string(),
        "\
coverage 62.5 % (5 of 8) in 1 run
  states      3 of 4
  transitions 2 of 2
  retriers    0 of 1
  catchers    0 of 1
not covered:
  state `Reject`
  retrier 1 of `Charge` (PaymentError.Busy)
  catcher 1 of `Charge` (PaymentError.Declined) -> `Reject`"
    );

    let declined = PaymentError::Declined {
        reason: "no funds".to_owned(),
    };
    let mocks = Mocks::new()
        .task::<charge_card>(Mock::fails(PaymentError::Busy).then(Mock::fails(declined)));
    coverage.add(&sale(mocks, 12.0).await?.history);
    coverage.assert_at_least(100.0);
    Ok(())
}

#[tokio::test]
async fn replay() -> Done {
    use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, replay};

    let mocks = Mocks::new().task::<charge_card>(Mock::returns("r-1".to_owned()));
    let report = sale(mocks, 12.0).await?;
    let recorded = RecordedHistory::from_json(&report.history.to_json())?;
    replay(Sale::definition().machine(), &recorded).await?;
    Ok(())
}

#[test]
fn exploration() -> Done {
    use stepwright_runtime::testing::properties::{Settings, explore_paths};

    let report = explore_paths::<Sale>(&Settings::new())?; // inputs and results of the types
    report.reached().assert_at_least(100.0);
    // A card service that stays busy exhausts the retrier, and no state catches the error.
    let busy = &report.findings()[0];
    assert_eq!(busy.name(), "error-not-handled");
    assert_eq!(
        busy.message(),
        "`PaymentError.Busy` of `Charge` is declared, and ends the execution"
    );
    assert_eq!(busy.counterexample().expect("a path").faults(), 1);
    Ok(())
}

#[tokio::test]
async fn tokens() -> Done {
    use std::time::Duration;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    workflow! {
        workflow Approval(order: Order) -> String {
            task Ask {
                let answer: String = wait_for_task_token
                    service "arn:aws:states:::sqs:sendMessage" { QueueUrl: "q", MessageBody: { token: task_token } };
                timeout 7d;
                end answer;
            }
        }
    }

    let mocks = Mocks::new().state("Ask", Mock::token());
    let engine = Engine::builder()
        .register::<Approval>()
        .tasks(mocks.clone())
        .virtual_time()
        .build()?;
    let order = Order {
        id: "o-1".to_owned(),
        total: 12.0,
    };
    let run = engine.start::<Approval>(order).await?;
    let token = mocks.token_of("Ask").await; // waits until the state has asked
    let _held = engine.clock().sleep(Duration::from_secs(86_400)).await; // a day later
    engine.send_task_success(&token, "yes").await?;
    let report = run.report().await;
    expect(&report)
        .output("yes")
        .took(Duration::from_secs(86_400));
    Ok(())
}

#[tokio::test]
async fn activities() -> Done {
    use stepwright_runtime::testing::expect;

    #[task(activity)]
    async fn pack(order: Order) -> String;

    workflow! {
        workflow Packing(order: Order) -> String {
            task Pack { let parcel = pack(order); timeout 1h; end parcel; }
        }
    }

    let engine = Engine::builder()
        .register::<Packing>()
        .activity("${PackArn}")
        .virtual_time()
        .build()?;
    let order = Order {
        id: "o-1".to_owned(),
        total: 12.0,
    };
    let run = engine.start::<Packing>(order).await?;
    let task = engine.get_activity_task("${PackArn}", None).await?;
    let parcel = format!("parcel of {}", task.input.to_typed::<Order>()?.id);
    engine.send_task_success(&task.token, &parcel).await?;
    expect(&run.report().await).output("parcel of o-1");
    Ok(())
}

#[tokio::test]
async fn distributed_maps() -> Done {
    use stepwright::prelude::MapResults;
    use stepwright_runtime::objects::Memory;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    workflow! {
        workflow Nightly(bucket: String) -> MapResults {
            map Each {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: JSON) { Bucket: bucket, Key: "orders.json" };
                writer "arn:aws:states:::s3:putObject" { Bucket: bucket, Prefix: "results" };
                let results = for order: Order in reader {
                    task Charge { let receipt = charge_card(order); end receipt; }
                };
                end results;
            }
        }
    }

    let store = Memory::new()
        .with("night", "orders.json", r#"[{"id": "o-1", "total": 1.5}]"#)
        .bucket("night");
    let mocks = Mocks::new().task::<charge_card>(Mock::returns("r-1".to_owned()));
    let engine = Engine::builder()
        .register::<Nightly>()
        .tasks(mocks.clone())
        .objects(store)
        .virtual_time()
        .build()?;
    let run = engine.start::<Nightly>("night".to_owned()).await?;
    let report = run.report().await;
    expect(&report).succeeded();
    let results: MapResults = report.output.as_ref().unwrap().to_typed()?;
    assert_eq!(results.manifest.bucket, "night");
    assert_eq!(mocks.calls_of("Charge").len(), 1);
    Ok(())
}

#[tokio::test]
async fn nested_workflows() -> Done {
    use stepwright_runtime::StartOptions;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    workflow! {
        workflow Morning(order: Order) -> String {
            task Sell { let receipt = workflow Sale(order); end receipt; }
        }
    }

    // `register` brings in what a workflow nests; mocks of a start answer there as well.
    let engine = Engine::builder()
        .register::<Morning>()
        .tasks(Mocks::new().task::<charge_card>(Mock::never().optional()))
        .virtual_time()
        .build()?;
    let mocks = Mocks::new().task::<charge_card>(Mock::returns("r-1".to_owned()));
    let order = Order {
        id: "o-1".to_owned(),
        total: 12.0,
    };
    let options = StartOptions::new().tasks(mocks);
    let run = engine.start_workflow::<Morning>(order, options).await?;
    expect(&run.report().await).output("r-1").path(["Sell"]);
    Ok(())
}

#[tokio::test]
async fn typed_errors() -> Done {
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    let mocks = Mocks::new().task::<charge_card>(Mock::fails(PaymentError::Busy));
    let report = sale(mocks, 12.0).await?;
    expect(&report)
        .failed_with(PaymentError::Busy) // after three attempts
        .failed_with("PaymentError.Busy")
        .message("busy");
    Ok(())
}

#[cfg(feature = "argument-checks")]
#[tokio::test]
async fn refused_arguments() -> Done {
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    let mocks = Mocks::new().task::<charge_card>(Mock::returns("r-1".to_owned()));
    let engine = Engine::builder()
        .register::<Sale>()
        .tasks(mocks)
        .check_arguments()
        .virtual_time()
        .build()?;
    let order = Order {
        id: "o-1".to_owned(),
        total: 12.0,
    };
    let run = engine.start::<Sale>(order).await?;
    expect(&run.report().await).output("r-1");
    Ok(())
}

#[test]
fn every_code_block_of_the_page_is_tested_here() {
    let lines = |text: &str| -> String {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| format!("{line}\n")).collect()
    };
    let source = lines(include_str!("testing_guide.rs"));
    let page = include_str!("../../../docs/guides/testing.md");
    let blocks: Vec<&str> = page.split("```rust\n").skip(1).collect();
    assert_eq!(blocks.len(), 13);
    for block in blocks {
        let (code, _) = block.split_once("```").unwrap();
        assert!(source.contains(&lines(code)), "not tested:\n{code}");
    }
}
