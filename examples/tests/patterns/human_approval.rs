use std::time::Duration;

use stepwright_examples::patterns::human_approval::{
    Decision, Expense, ExpenseApproval, pay_expense,
};
use stepwright_runtime::testing::{Mock, MockedCall, Mocks, expect};

use super::{engine, run};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn expense(euros: u32) -> Expense {
    Expense {
        id: "e-1".to_owned(),
        employee: "Ada".to_owned(),
        manager_email: "grace@example.com".to_owned(),
        purpose: "a loom".to_owned(),
        euros,
    }
}

fn paid() -> Mock<pay_expense> {
    Mock::returns("t-1".to_owned())
}

/// A text of the sent message: its `Subject` or its `Body`.
fn message(call: &MockedCall, part: &str) -> String {
    let simple = &call.parameters.to_json()["Content"]["Simple"];
    let text = match part {
        "Subject" => &simple["Subject"]["Data"],
        _ => &simple["Body"]["Text"]["Data"],
    };
    text.as_str().expect("it is text").to_owned()
}

#[tokio::test]
async fn a_small_expense_is_paid_without_approval() {
    let mocks = Mocks::new()
        .state("Ask", Mock::token().optional())
        .task::<pay_expense>(paid());
    let report = run::<ExpenseApproval>(mocks, expense(50)).await;
    expect(&report)
        .path(["IsSmall", "Pay"])
        .output("t-1")
        .task_calls::<pay_expense>([(expense(50), "the rule for small expenses".to_owned())]);
}

#[tokio::test]
async fn the_link_contains_the_token_and_an_approval_pays_the_expense() {
    let mocks = Mocks::new()
        .state("Ask", Mock::token())
        .task::<pay_expense>(paid());
    let engine = engine::<ExpenseApproval>(&mocks).build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<ExpenseApproval>(expense(700)).await;
    let run = run.expect("it starts");
    let token = mocks.token_of("Ask").await;

    let asked = &mocks.calls_of("Ask")[0];
    assert_eq!(message(asked, "Subject"), "Ada asks for 700 EUR");
    let body = message(asked, "Body");
    let link = body.lines().find_map(|line| line.strip_prefix("approve: "));
    let link = link.expect("there is a link");
    let encoded = link.strip_prefix("the ApprovalUrl/approve?token=");
    let encoded = encoded.expect("the link leads to the service").to_owned();
    assert!(!encoded.contains(['+', '/', '=', ' ']), "{encoded}");
    let decoded = (encoded.replace("%2B", "+"))
        .replace("%2F", "/")
        .replace("%3D", "=");
    assert_eq!(decoded, token);

    let by = "Grace".to_owned();
    let approved = Decision::Approved { by: by.clone() };
    engine
        .send_task_success(&token, &approved)
        .await
        .expect("the token is open");
    expect(&run.report().await)
        .path(["IsSmall", "FirstMessage", "Ask", "Decide", "Pay"])
        .output("t-1")
        .task_calls::<pay_expense>([(expense(700), by)]);
}

#[tokio::test]
async fn a_rejected_expense_is_not_paid() {
    let mocks = Mocks::new()
        .state("Ask", Mock::token())
        .task::<pay_expense>(paid().optional());
    let engine = engine::<ExpenseApproval>(&mocks).build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<ExpenseApproval>(expense(700)).await;
    let run = run.expect("it starts");
    let token = mocks.token_of("Ask").await;
    let rejected = Decision::Rejected {
        by: "Grace".to_owned(),
        reason: "we have a loom".to_owned(),
    };
    engine
        .send_task_success(&token, &rejected)
        .await
        .expect("the token is open");
    expect(&run.report().await)
        .failed("Rejected")
        .cause("Grace: we have a loom")
        .task_called::<pay_expense>(0);
}

#[tokio::test]
async fn a_reminder_invalidates_the_previous_link() {
    let mocks = Mocks::new()
        .state("Ask", Mock::token())
        .task::<pay_expense>(paid());
    let engine = engine::<ExpenseApproval>(&mocks).build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<ExpenseApproval>(expense(700)).await;
    let run = run.expect("it starts");
    let first = mocks.token_of("Ask").await;
    let held = engine.clock().sleep(3 * DAY).await; // the message went under
    let second = mocks.token_of("Ask").await;
    assert_ne!(first, second);
    let approved = Decision::Approved {
        by: "Grace".to_owned(),
    };
    assert!(engine.send_task_success(&first, &approved).await.is_err());
    engine
        .send_task_success(&second, &approved)
        .await
        .expect("the token is open");
    drop(held);
    expect(&run.report().await)
        .output("t-1")
        .called("Ask", 2)
        .took(3 * DAY);
    let reminder = &mocks.calls_of("Ask")[1];
    assert_eq!(
        message(reminder, "Subject"),
        "Reminder: Ada asks for 700 EUR"
    );
}

#[tokio::test]
async fn three_unanswered_messages_fail_the_execution() {
    let mocks = Mocks::new()
        .state("Ask", Mock::never())
        .task::<pay_expense>(paid().optional());
    let report = run::<ExpenseApproval>(mocks, expense(700)).await;
    expect(&report)
        .failed("NobodyDecided")
        .cause("3 messages were not answered")
        .called("Ask", 3)
        .took(6 * DAY);
}
