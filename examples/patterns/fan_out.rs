//! Fan-out with a limit: one iteration for each item, with a concurrency limit. A failed iteration
//! does not stop the others: each item ends with its outcome, and the workflow counts the outcomes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    pub id: String,
    pub subscribers: Vec<Subscriber>,
    /// How many messages the mail provider takes at a time.
    pub at_a_time: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Subscriber {
    pub email: String,
    pub language: String,
}

/// The outcome of one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Delivery {
    Sent { message: String },
    Failed { email: String, error: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Deliveries {
    pub sent: usize,
    /// The subscriber who did not get it.
    pub failed: Vec<Delivery>,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum MailError {
    #[error("too many messages at a time")]
    Throttled,
    #[error("{email} is no address")]
    BadAddress { email: String },
}

/// Sends an issue to a subscriber and returns the id of the message.
#[task]
pub async fn send_issue(issue: String, subscriber: Subscriber) -> Result<String, MailError>;

workflow! {
    /// Sends an issue to everybody who has subscribed.
    pub workflow NewsletterIssue(issue: Issue) -> Deliveries {
        timeout 2h;
        lambda_retries;

        map SendAll {
            max_concurrency issue.at_a_time;
            let deliveries = for subscriber in issue.subscribers {
                task Send {
                    let message = send_issue(issue.id, subscriber);
                    retry MailError::Throttled (interval: 1s, max_attempts: 6, backoff_rate: 2.0, max_delay: 30s, jitter: full);
                    catch States::ALL as failure => NotSent;
                    next Sent;
                }
                pass Sent { end Delivery::Sent { message }; }
                pass NotSent { end Delivery::Failed { email: subscriber.email, error: failure.error.unwrap_or_default() }; }
            };
            next Count;
        }

        pass Count {
            let failed = deliveries.iter().filter(|delivery| matches!(delivery, Delivery::Failed { .. })).cloned().collect::<Vec<_>>();
            let sent = deliveries.len() - failed.len();
            next AnySent;
        }

        /// If no subscriber got the issue, the cause is not a wrong address.
        choice AnySent {
            when sent == 0 && !failed.is_empty() => NothingSent;
            otherwise => Done;
        }

        succeed Done { Deliveries { sent, failed } }
        fail NothingSent { "NothingSent", format!("none of {} messages was sent", failed.len()) }
    }
}
