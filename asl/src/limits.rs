//! AWS's limits and settings, in one module for the macros, the lowering, the validator and the
//! command.
//!
//! Sources: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>.

use std::ops::RangeInclusive;

use crate::errors;
use crate::json::{Json, Object};
use crate::resource::{IntegrationPattern, Resource, ResourceKind};
use crate::words;

/// Valid seconds of a timeout, a heartbeat and the interval of a retrier.
pub const SECONDS: RangeInclusive<u64> = 1..=MAX_SECONDS;

/// The seconds before the first retry of a Retrier without `IntervalSeconds`.
pub const DEFAULT_INTERVAL_SECONDS: u32 = 1;

/// The number of retries of a Retrier without `MaxAttempts`.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 3;

/// The growth of the delays of a Retrier without `BackoffRate`.
pub const DEFAULT_BACKOFF_RATE: u32 = 2;

/// Maximum seconds of a wait, and maximum number of attempts of a retrier.
pub const MAX_SECONDS: u64 = 99_999_999;

/// Valid seconds of `MaxDelaySeconds`: less than 366 days.
pub const DELAY_SECONDS: RangeInclusive<u64> = 1..=31_622_399;

/// Minimum `BackoffRate`.
pub(crate) const MIN_BACKOFF_RATE: f64 = 1.0;

/// Valid values of `ToleratedFailurePercentage`.
pub const PERCENTAGE: RangeInclusive<f64> = 0.0..=100.0;

/// Maximum size of a state's input and output as JSON, in bytes.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub const MAX_PAYLOAD_BYTES: u32 = 262_144;

/// Maximum number of events in the history of a Standard execution.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub const MAX_EVENTS: u32 = 25_000;

/// History events of a visit of a state, without those of its attempts: entered and exited.
pub const STATE_EVENTS: u32 = 2;

/// History events of a visit of a Fail: entered.
pub const FAIL_EVENTS: u32 = 1;

/// History events of an attempt of a Parallel or an inline Map, without those of the states in it:
/// started and succeeded.
pub const BODY_EVENTS: u32 = 2;

/// History events of an iteration of an inline Map, without those of its states: started and
/// succeeded.
pub const ITERATION_EVENTS: u32 = 2;

/// History events of an attempt of a Distributed Map: the Map and its Map Run are started and
/// succeed.
pub const MAP_RUN_EVENTS: u32 = 4;

/// Returns the number of history events of an attempt of a Task that succeeds: scheduled, started
/// and succeeded, and submitted if the Task waits for a job or a task token.
pub fn task_events(resource: &str) -> u32 {
    match AwaitedEvent::of(resource) {
        Some(AwaitedEvent::Job | AwaitedEvent::Token) => 4,
        Some(AwaitedEvent::Activity) | None => 3,
    }
}

/// A field of a Distributed Map's `ReaderConfig`, `WriterConfig` or `ItemBatcher`.
#[derive(Debug)]
pub struct Setting {
    /// Its keyword in `workflow!`.
    pub word: &'static str,
    /// The field in ASL.
    pub field: &'static str,
    /// The type of its value.
    pub takes: SettingType,
    /// Whether it is required for the other settings.
    pub required: bool,
}

/// The type of a [`Setting`]'s value.
#[derive(Debug)]
pub enum SettingType {
    /// One of these words.
    Word(&'static [&'static str]),
    /// An integer from the first number and, if present, up to the second.
    Number(u64, Option<u64>),
    /// A string.
    Text,
    /// A list of strings.
    List,
}

/// Settings, each in a row: the word in `workflow!`, the field in ASL, and the values.
macro_rules! settings {
    ($($word:ident $field:ident: $kind:ident$(($($values:expr),*))? $($required:ident)?;)*) => {
        &[$(Setting {
            word: stringify!($word),
            field: stringify!($field),
            takes: SettingType::$kind$(($($values),*))?,
            required: settings!(@is $($required)?),
        }),*]
    };
    (@is required) => { true };
    (@is) => { false };
}

/// `ReaderConfig`.
pub const READER: &[Setting] = settings! {
    input_type InputType: Word(words!(MANIFEST JSON CSV JSONL PARQUET));
    transformation Transformation: Word(words!(NONE LOAD_AND_FLATTEN));
    manifest_type ManifestType: Word(words!(ATHENA_DATA S3_INVENTORY));
    csv_delimiter CSVDelimiter: Word(words!(COMMA PIPE SEMICOLON SPACE TAB));
    csv_header_location CSVHeaderLocation: Word(words!(FIRST_ROW GIVEN));
    csv_headers CSVHeaders: List;
    items_pointer ItemsPointer: Text;
    max_items MaxItems: Number(0, Some(100_000_000));
};

/// `WriterConfig`.
pub const WRITER: &[Setting] = settings! {
    transformation Transformation: Word(words!(NONE COMPACT FLATTEN));
    output_type OutputType: Word(words!(JSON JSONL)) required;
};

/// `ItemBatcher`.
pub const BATCH: &[Setting] = settings! {
    max_items MaxItemsPerBatch: Number(1, None);
    max_input_bytes MaxInputBytesPerBatch: Number(1, Some(MAX_PAYLOAD_BYTES as u64));
};

/// Lambda's transient errors, which CDK retries: after 2 seconds, 6 times, with a backoff rate of
/// 2. Source:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception>
pub const LAMBDA_ERRORS: [&str; 4] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
];

/// Whether a Retrier with these names repeats a task after all of Lambda's transient errors, so
/// that a later Retrier of these errors never applies.
///
/// ```
/// use stepwright_asl::limits::retries_all_lambda_errors;
///
/// assert!(retries_all_lambda_errors(["PaymentError.Busy", "States.TaskFailed"]));
/// assert!(!retries_all_lambda_errors(["Lambda.ServiceException", "States.Timeout"]));
/// ```
pub fn retries_all_lambda_errors<'n>(names: impl IntoIterator<Item = &'n str>) -> bool {
    let names: Vec<&str> = names.into_iter().collect();
    let mut errors = LAMBDA_ERRORS.iter();
    errors.all(|error| errors::matches(&names, error))
}

/// The index of the Retrier that `lambda_retries` and CDK add to the tasks of Lambda functions. It
/// contains Lambda's transient errors that no other Retrier of the state names.
///
/// ```
/// use stepwright_asl::limits::lambda_retrier;
/// use stepwright_asl::json::Json;
///
/// let added = r#"{"ErrorEquals": ["Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException",
///     "Lambda.SdkClientException"], "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}"#;
/// let retry: Json = format!(r#"[{{"ErrorEquals": ["Busy"]}}, {added}]"#).parse()?;
/// assert_eq!(lambda_retrier(retry.as_array().unwrap_or_default()), Some(1));
/// let retry: Json = format!(r#"[{added}, {{"ErrorEquals": ["States.TaskFailed"]}}]"#).parse()?;
/// assert_eq!(lambda_retrier(retry.as_array().unwrap_or_default()), Some(0));
/// let changed: Json = format!("[{}]", added.replace('6', "5")).parse()?;
/// assert_eq!(lambda_retrier(changed.as_array().unwrap_or_default()), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lambda_retrier(retriers: &[Json]) -> Option<usize> {
    // It is the last Retrier, or the one before a Retrier that also matches its errors.
    let is_wider = |retrier: &Json| {
        let names = || retried_errors(retrier);
        let is_own = |name: &str| LAMBDA_ERRORS.contains(&name);
        !names().all(is_own) && retries_all_lambda_errors(names())
    };
    let wider = retriers.iter().position(is_wider);
    let at = wider.unwrap_or(retriers.len()).checked_sub(1)?;
    let others = || {
        retriers
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != at)
    };
    let own =
        |name: &&&str| !others().any(|(_, other)| retried_errors(other).any(|own| own == **name));
    let names = LAMBDA_ERRORS.iter().filter(own);
    let names: Vec<Json> = names.map(|name| Json::String((*name).to_owned())).collect();
    let retrier = retriers[at].as_object()?;
    let is = |field: &str, text: &str| {
        let value = retrier.get(field).and_then(Json::as_number);
        value.is_some_and(|number| number.to_string() == text)
    };
    let is_the_one = retrier.len() == 4
        && !names.is_empty()
        && retrier.get("ErrorEquals") == Some(&Json::Array(names))
        && is("IntervalSeconds", "2")
        && is("MaxAttempts", "6")
        && is("BackoffRate", "2");
    is_the_one.then_some(at)
}

/// The index of the Retrier that `lambda_retries` or CDK added to a state. The definition does not
/// record who added it: a handwritten Retrier of exactly this form counts as added.
pub fn generated_retrier(state: &Object) -> Option<usize> {
    let resource = Resource::parse(state.get("Resource")?.as_str()?);
    if !resource.is_lambda_invoke() && resource.kind() != ResourceKind::Lambda {
        return None;
    }
    lambda_retrier(state.get("Retry")?.as_array()?)
}

/// The names in `ErrorEquals` of a Retrier.
pub fn retried_errors(retrier: &Json) -> impl Iterator<Item = &str> {
    let names = retrier.get("ErrorEquals").and_then(Json::as_array);
    names.unwrap_or_default().iter().filter_map(Json::as_str)
}

/// The settings of a part of a Map, by the part's field name in ASL.
pub fn settings(part: &str) -> &'static [Setting] {
    match part {
        "ReaderConfig" => READER,
        "WriterConfig" => WRITER,
        "ItemBatcher" => BATCH,
        _ => &[],
    }
}

/// The event that a Task waits for in addition to the response to its call. Express executions do
/// not support this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AwaitedEvent {
    /// The end of a job or of an execution: `.sync`, `.sync:2`.
    Job,
    /// The task's token: `.waitForTaskToken`.
    Token,
    /// The result of an activity worker.
    Activity,
}

impl AwaitedEvent {
    /// Returns the event that a Task with this resource waits for.
    ///
    /// ```
    /// use stepwright_asl::limits::AwaitedEvent;
    ///
    /// let of = AwaitedEvent::of;
    /// assert_eq!(of("arn:aws:states:::ecs:runTask.sync"), Some(AwaitedEvent::Job));
    /// assert_eq!(of("arn:aws:states:::sqs:sendMessage.waitForTaskToken"), Some(AwaitedEvent::Token));
    /// assert_eq!(of("arn:aws:states:us-east-1:123456789012:activity:ask"), Some(AwaitedEvent::Activity));
    /// assert_eq!(of("arn:aws:states:::ecs:runTask"), None);
    /// ```
    pub fn of(resource: &str) -> Option<AwaitedEvent> {
        let resource = Resource::parse(resource);
        match (resource.pattern(), resource.kind()) {
            (IntegrationPattern::WaitForTaskToken, _) => Some(AwaitedEvent::Token),
            (IntegrationPattern::Sync | IntegrationPattern::Sync2, _) => Some(AwaitedEvent::Job),
            // A placeholder with `activity` in its name may be anything.
            (_, ResourceKind::Activity) => resource.name().map(|_| AwaitedEvent::Activity),
            _ => None,
        }
    }
}
