//! The example's orders end as expected, and its ASL equals the reviewed snapshot.

use std::sync::Mutex;

use order_processing::{Order, OrderProcessing, Receipt, Services, orders};
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use stepwright_runtime::{Engine, ExecutionFailed};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use order_processing::{Decision, ReviewRequest};

/// An engine on virtual time, and the requests for a review.
fn engine() -> (Engine, UnboundedReceiver<ReviewRequest>) {
    let (reviews, requests) = unbounded_channel();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let services = Services {
        reviews,
        clock: clock.clone(),
        slow_cards: Mutex::default(),
    };
    let engine = Engine::builder()
        .register::<OrderProcessing>()
        .state(services)
        .clock(clock)
        .build()
        .unwrap();
    (engine, requests)
}

fn order(id: &str) -> Order {
    orders()
        .into_iter()
        .find(|expected| expected.order.id == id)
        .unwrap()
        .order
}

/// How the order ends if requests for a review get no answer, and the states that it entered.
async fn outcome(id: &str) -> (Result<Receipt, ExecutionFailed>, Vec<String>) {
    let (engine, _requests) = engine();
    let run = engine.start::<OrderProcessing>(order(id)).await.unwrap();
    let path = run.report().await.history.path();
    (run.await, path)
}

fn failure(ended: Result<Receipt, ExecutionFailed>) -> (String, String) {
    let failed = ended.unwrap_err();
    (failed.error.unwrap(), failed.cause.unwrap())
}

#[test]
fn the_definition_equals_its_reviewed_snapshot() {
    insta::assert_snapshot!(OrderProcessing::definition().to_json_pretty());
}

#[test]
fn the_definition_is_deterministic() {
    let definition = || OrderProcessing::definition().to_json_pretty();
    assert_eq!(definition(), definition());
}

#[tokio::test]
async fn a_small_order_succeeds_and_keeps_the_order_of_its_items() {
    let (ended, path) = outcome("A-1").await;
    let receipt = ended.unwrap();
    assert_eq!(receipt.order_id, "A-1");
    let tracking: Vec<&str> = receipt
        .parcels
        .iter()
        .map(|parcel| parcel.tracking.as_str())
        .collect();
    assert_eq!(tracking, ["A-1-lamp", "A-1-bulb"]);
    assert_eq!(receipt.invoice, "inv_ch_4242");
    assert!(!path.contains(&"Review".to_owned()));
}

#[tokio::test]
async fn one_item_is_still_a_list_of_parcels() {
    let (ended, _) = outcome("A-2").await;
    assert_eq!(ended.unwrap().parcels.len(), 1);
}

#[tokio::test]
async fn a_gateway_timeout_is_retried_after_its_interval() {
    let (engine, _requests) = engine();
    let run = engine.start::<OrderProcessing>(order("A-2")).await.unwrap();
    let report = run.report().await;
    assert_eq!(
        report.stopped.since(report.execution().started()).as_secs(),
        2
    );
    run.await.unwrap();
}

#[tokio::test]
async fn a_declined_card_rejects_the_order_with_the_bank_s_reason() {
    let (ended, path) = outcome("A-3").await;
    assert_eq!(
        failure(ended),
        ("OrderRejected".to_owned(), "insufficient funds".to_owned())
    );
    assert_eq!(path, ["ValidateOrder", "Triage", "ChargeCard", "Reject"]);
}

#[tokio::test]
async fn an_external_approval_completes_a_large_order() {
    let (engine, mut requests) = engine();
    let run = engine.start::<OrderProcessing>(order("A-4")).await.unwrap();
    let request = requests.recv().await.unwrap();
    let decision = Decision::Approved {
        by: "Margaret".to_owned(),
    };
    engine
        .send_task_success(&request.task_token, &decision)
        .await
        .unwrap();
    drop(request.hold);
    assert_eq!(run.await.unwrap().payment.amount, 1890.0);
}

#[tokio::test]
async fn an_external_refusal_rejects_a_large_order_with_its_reason() {
    let (engine, mut requests) = engine();
    let run = engine.start::<OrderProcessing>(order("A-5")).await.unwrap();
    let request = requests.recv().await.unwrap();
    let decision = Decision::Refused {
        reason: "no".to_owned(),
    };
    engine
        .send_task_success(&request.task_token, &decision)
        .await
        .unwrap();
    // A second answer is rejected.
    assert!(
        engine
            .send_task_success(&request.task_token, &decision)
            .await
            .is_err()
    );
    drop(request.hold);
    assert_eq!(
        failure(run.await),
        ("OrderRejected".to_owned(), "no".to_owned())
    );
}

#[tokio::test]
async fn an_undecided_large_order_expires_after_its_heartbeat() {
    let (engine, mut requests) = engine();
    let run = engine.start::<OrderProcessing>(order("A-6")).await.unwrap();
    drop(requests.recv().await.unwrap().hold);
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("ReviewExpired"));
    assert_eq!(
        report.stopped.since(report.execution().started()).as_secs(),
        24 * 60 * 60
    );
}

#[tokio::test]
async fn a_failed_fulfilment_refunds_the_card() {
    let (ended, path) = outcome("A-7").await;
    assert_eq!(failure(ended).0, "FulfilmentFailed");
    assert!(path.contains(&"RefundCustomer".to_owned()));
}

#[tokio::test]
async fn an_empty_order_is_rejected_before_the_card_is_charged() {
    let (ended, path) = outcome("A-8").await;
    assert_eq!(
        failure(ended),
        (
            "OrderRejected".to_owned(),
            "order A-8 has no items".to_owned()
        )
    );
    assert!(!path.contains(&"ChargeCard".to_owned()));
}
