//! The input of the executions of a schedule.

use hmac_sha256::Hash;
use serde_json::json;
use stepwright_asl::similar::did_you_mean;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::value::Value;
#[cfg(feature = "events")]
use stepwright_events::event::{Event, EventFields};
#[cfg(feature = "events")]
use stepwright_events::target_input::{RuleContext, TargetInput, TargetInputError};
use uuid::Builder;

use crate::response::print_seconds;

/// The begin of AWS's context attributes.
const PREFIX: &str = "<aws.scheduler.";

const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";
const SCHEDULE_ARN: &str = "<aws.scheduler.schedule-arn>";
const EXECUTION_ID: &str = "<aws.scheduler.execution-id>";
const ATTEMPT_NUMBER: &str = "<aws.scheduler.attempt-number>";
const ATTRIBUTES: [&str; 4] = [SCHEDULED_TIME, SCHEDULE_ARN, EXECUTION_ID, ATTEMPT_NUMBER];

/// The input of an execution, with AWS's context attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InputTemplate {
    /// The notification that EventBridge Scheduler sends by default.
    Notification,
    Text(String),
    /// The input of a target of a rule.
    #[cfg(feature = "events")]
    Rule {
        name: String,
        input: TargetInput,
    },
}

/// One attempt to start the execution of a scheduled time.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartAttempt<'a> {
    pub(super) schedule_arn: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) scheduled: Timestamp,
    /// The number of the attempt, from 1.
    pub(super) attempt: u32,
}

impl InputTemplate {
    /// Checks a text: its attributes exist, and it is JSON with them.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        for (start, _) in text.match_indices(PREFIX) {
            let rest = &text[start..];
            // Without `>` nearby, the message has only the begin.
            let end = rest.find('>').filter(|end| *end < 100);
            let attribute = end.map_or(PREFIX, |end| &rest[..=end]);
            if !ATTRIBUTES.contains(&attribute) {
                let hint = did_you_mean(attribute, ATTRIBUTES);
                let hint =
                    hint.unwrap_or_else(|| format!("use one of `{}`", ATTRIBUTES.join("`, `")));
                return Err(format!("`{attribute}` is not a context attribute; {hint}"));
            }
        }
        let template = Self::Text(text.to_owned());
        let attempt = StartAttempt {
            schedule_arn: "arn:aws:scheduler:us-east-1:123456789012:schedule/default/name",
            region: "us-east-1",
            account: "123456789012",
            scheduled: Timestamp::default(),
            attempt: 1,
        };
        let printed = template.print(attempt)?;
        match Value::from_text(&printed) {
            Ok(_) => Ok(template),
            Err(error) => Err(format!(
                "the input is not JSON: {error}; write JSON, such as `{{\"day\": \"{SCHEDULED_TIME}\"}}`"
            )),
        }
    }

    /// Returns the input of an attempt. It is the same in each process.
    ///
    /// # Errors
    ///
    /// Why there is no input, which is the same for each attempt.
    pub(super) fn print(&self, attempt: StartAttempt<'_>) -> Result<String, String> {
        let time = print_seconds(attempt.scheduled);
        Ok(match self {
            Self::Notification => json!({
                "version": "0",
                "id": attempt.id(),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": attempt.account,
                "time": time,
                "region": attempt.region,
                "resources": [attempt.schedule_arn],
                "detail": "{}",
            })
            .to_string(),
            Self::Text(text) => {
                let [a, b, c, d, e, f, g, h, ..] = attempt.digest();
                let id = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                text.replace(SCHEDULED_TIME, &time)
                    .replace(SCHEDULE_ARN, attempt.schedule_arn)
                    .replace(EXECUTION_ID, &format!("{id:016x}"))
                    .replace(ATTEMPT_NUMBER, &attempt.attempt.to_string())
            }
            #[cfg(feature = "events")]
            Self::Rule { name, input } => {
                print_input(input, name, attempt).map_err(|error| error.to_string())?
            }
        })
    }
}

impl StartAttempt<'_> {
    /// Returns the ID of the event.
    pub(super) fn id(&self) -> String {
        let uuid = Builder::from_random_bytes(self.digest()).into_uuid();
        uuid.to_string()
    }

    /// Returns the bytes of an ID that differs for each attempt, and is the same when a process
    /// repeats the attempt.
    fn digest(&self) -> [u8; 16] {
        let (time, attempt) = (self.scheduled.unix_micros(), self.attempt);
        let hash = Hash::hash(format!("{}\n{time}\n{attempt}", self.schedule_arn).as_bytes());
        let mut digest = [0; 16];
        digest.copy_from_slice(&hash[..16]);
        digest
    }
}

#[cfg(feature = "events")]
/// The input of a target for a scheduled time.
#[cfg(feature = "events")]
fn print_input(
    input: &TargetInput,
    rule_name: &str,
    attempt: StartAttempt<'_>,
) -> Result<String, TargetInputError> {
    let time = print_seconds(attempt.scheduled);
    let arn = attempt.schedule_arn;
    let fields = EventFields {
        id: &attempt.id(),
        source: "aws.events",
        detail_type: "Scheduled Event",
        account: attempt.account,
        region: attempt.region,
        time: &time,
        resources: &[arn.to_owned()],
    };
    let event = Event::new(&fields, stepwright_asl::json!({}));
    let context = RuleContext {
        rule_arn: arn,
        rule_name,
        ingestion_time: &time,
    };
    input.print(&event, &context)
}
