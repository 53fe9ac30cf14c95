//! The workflows with their own functions, on virtual time.

use refunds::{RefundError, RefundTicket, Refunded, Ticket, refund_payment};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, ExecutionReport};

/// Returns a ticket for 4,000 cents, with these mocks in addition to the functions.
async fn refund(mocks: Mocks, id: &str, show: &str) -> Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register::<RefundTicket>()
        .tasks(mocks)
        .substitute("CustomerServiceTopicArn", "the topic")
        .substitute("SeatsTable", "seats")
        .virtual_time()
        .build();
    let engine = engine.expect("the engine can be built");
    let ticket = Ticket {
        id: id.to_owned(),
        show: show.to_owned(),
        cents: 4_000,
    };
    let run = engine.start::<RefundTicket>(ticket).await;
    run.expect("it starts").report().await
}

fn freed() -> Mocks {
    Mocks::new().state("FreeSeat", Mock::output(json!({})))
}

#[tokio::test]
async fn a_refund_follows_the_terms_and_frees_the_seat() {
    let report = refund(freed(), "t-1", "premiere").await;
    expect(&report)
        .path(["Terms", "Refund", "FreeSeat", "Done"])
        .output(Refunded {
            transfer: "t-1/2000".to_owned(),
            cents: 2_000,
        })
        .calls(
            "FreeSeat",
            [json!({"TableName": "seats", "Key": {"ticket": {"S": "t-1"}}})],
        );
}

#[tokio::test]
async fn a_closed_bank_is_retried_every_hour() {
    let opens = Mock::fails(RefundError::BankClosed)
        .times(14)
        .then(Mock::returns("t-1/4000".to_owned()));
    let mocks = freed().task::<refund_payment>(opens);
    let report = refund(mocks, "t-1", "matinee").await;
    expect(&report)
        .succeeded()
        .task_called::<refund_payment>(15)
        .took(Duration::from_secs(14 * 60 * 60));
}

#[tokio::test]
async fn a_missing_account_is_passed_to_the_customer_service() {
    let mocks = Mocks::new().state("AskCustomer", Mock::output(json!({"MessageId": "m-1"})));
    let report = refund(mocks, "t-gone", "matinee").await;
    expect(&report)
        .path(["Terms", "Refund", "AskCustomer", "NotRefunded"])
        .failed("NotRefunded")
        .cause("account t-gone is gone");
}
