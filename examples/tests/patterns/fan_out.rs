use std::time::Duration;

use serde_json::json;
use stepwright_examples::patterns::fan_out::{
    Deliveries, Delivery, Issue, MailError, NewsletterIssue, Subscriber, send_issue,
};
use stepwright_runtime::testing::{Mock, Mocks, expect};

use super::run;

pub(super) fn issue(subscribers: usize, at_a_time: u32) -> Issue {
    let subscriber = |at| Subscriber {
        email: format!("{at}@example.com"),
        language: "en".to_owned(),
    };
    Issue {
        id: "i-1".to_owned(),
        subscribers: (0..subscribers).map(subscriber).collect(),
        at_a_time,
    }
}

#[tokio::test]
async fn concurrent_messages_stay_within_the_limit_of_the_provider() {
    // Ten messages of a second each, three at a time: four rounds.
    let sent = Mock::returns("m".to_owned()).after(Duration::from_secs(1));
    let mocks = Mocks::new().task::<send_issue>(sent);
    let report = run::<NewsletterIssue>(mocks, issue(10, 3)).await;
    expect(&report)
        .output(json!({"sent": 10, "failed": []}))
        .called("Send", 10)
        .took(Duration::from_secs(4));
}

#[tokio::test]
async fn one_bad_address_does_not_affect_other_subscribers() {
    let mocks = Mocks::new().task_with::<send_issue>(|(issue, subscriber)| {
        match subscriber.email.as_str() {
            "1@example.com" => Err(MailError::BadAddress {
                email: subscriber.email,
            }),
            email => Ok(format!("{issue} to {email}")),
        }
    });
    let report = run::<NewsletterIssue>(mocks, issue(3, 2)).await;
    expect(&report).output(Deliveries {
        sent: 2,
        failed: vec![Delivery::Failed {
            email: "1@example.com".to_owned(),
            error: "MailError.BadAddress".to_owned(),
        }],
    });
}

#[tokio::test]
async fn a_throttled_message_is_sent_again() {
    let mocks = Mocks::new().task::<send_issue>(
        Mock::fails(MailError::Throttled)
            .times(4)
            .then(Mock::returns("m".to_owned())),
    );
    let report = run::<NewsletterIssue>(mocks, issue(1, 1)).await;
    expect(&report)
        .output(json!({"sent": 1, "failed": []}))
        .called("Send", 5);
}

#[tokio::test]
async fn an_issue_without_a_sent_message_fails() {
    let mocks = Mocks::new().task::<send_issue>(Mock::failure("Lambda.Unknown", "out of memory"));
    let report = run::<NewsletterIssue>(mocks, issue(4, 10)).await;
    expect(&report)
        .failed("NothingSent")
        .cause("none of 4 messages was sent");
}

#[tokio::test]
async fn an_issue_without_subscribers_sends_no_message() {
    let mocks = Mocks::new().task::<send_issue>(Mock::never().optional());
    let report = run::<NewsletterIssue>(mocks, issue(0, 10)).await;
    expect(&report).output(json!({"sent": 0, "failed": []}));
}
