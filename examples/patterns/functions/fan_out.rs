//! Fan-out with a limit, as an async function. It differs from `fan_out.rs` in the outcome of a
//! failed message: an arm cannot read the name of an error, so each arm writes it.

use crate::patterns::fan_out::{Deliveries, Delivery, Issue, MailError, send_issue};
use stepwright::function::*;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum NewsletterFailed {
    #[error("none of {messages} messages was sent")]
    #[task_error(name = "NothingSent")]
    NothingSent { messages: usize },
}

/// Sends an issue to everybody who has subscribed.
#[workflow(timeout = hours(2), lambda_retries)]
pub async fn newsletter_issue(issue: Issue) -> Result<Deliveries, NewsletterFailed> {
    let deliveries = map(&issue.subscribers, async |subscriber| {
        match send_issue(&issue.id, &subscriber)
            .retry(
                |e| matches!(e, MailError::Throttled),
                every(secs(1))
                    .times(6)
                    .backoff(2.0)
                    .max_delay(secs(30))
                    .jitter(),
            )
            .named("Send")
            .await
        {
            Ok(message) => Delivery::Sent { message },
            Err(MailError::BadAddress { email }) =>
            {
                #[state(BadAddress)]
                Delivery::Failed {
                    email,
                    error: "MailError.BadAddress".to_owned(),
                }
            }
            Err(_) =>
            {
                #[state(NotSent)]
                Delivery::Failed {
                    email: subscriber.email,
                    error: "the mail provider failed".to_owned(),
                }
            }
        }
    })
    .concurrency(issue.at_a_time as usize)
    .named("SendAll")
    .await;

    let failed: Vec<Delivery> = deliveries
        .iter()
        .filter(|delivery| matches!(delivery, Delivery::Failed { .. }))
        .cloned()
        .collect();
    let sent = deliveries.len() - failed.len();
    // If no subscriber got the issue, the cause is not a wrong address.
    #[state(AnySent)]
    if sent == 0 && !failed.is_empty() {
        return Err(NewsletterFailed::NothingSent {
            messages: failed.len(),
        });
    }
    Ok(Deliveries { sent, failed })
}
