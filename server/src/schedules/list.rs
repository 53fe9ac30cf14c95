//! A list of schedules, read from a document.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use stepwright_asl::json::{Document, Json};
use stepwright_asl::name::check_machine;
use stepwright_engine::clock::Timestamp;

use super::expression::ScheduleExpression;
use super::field_reader::{FieldReader, KnownFields};
use super::input_template::InputTemplate;
use super::problem::{ScheduleProblem, SchedulesError};
use super::schedule::{MissedPolicy, Schedule, ScheduleOrigin, ScheduleTarget};
use crate::arn::{Resource, StatesArn};
use crate::time_zone::NamedTimeZone;

const SCHEDULE_FIELDS: KnownFields = KnownFields {
    used: &[
        "Name",
        "GroupName",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartDate",
        "EndDate",
        "State",
        "FlexibleTimeWindow",
        "Target",
        "Missed",
    ],
    // The last three are fields of GetSchedule's response.
    ignored: &[
        "ActionAfterCompletion",
        "ClientToken",
        "Description",
        "KmsKeyArn",
        "Arn",
        "CreationDate",
        "LastModificationDate",
    ],
};

const TARGET_FIELDS: KnownFields = KnownFields {
    used: &["Arn", "Input", "RetryPolicy"],
    ignored: &["RoleArn", "DeadLetterConfig"],
};

/// Fields of targets other than state machines.
const OTHER_TARGETS: [&str; 5] = [
    "EcsParameters",
    "EventBridgeParameters",
    "KinesisParameters",
    "SageMakerPipelineParameters",
    "SqsParameters",
];

/// The maximum characters of names, as on AWS.
const MOST_NAME: usize = 64;
/// The maximum `MaximumEventAgeInSeconds`, which is also the default.
pub(super) const MOST_EVENT_AGE: u32 = 86_400;
/// The maximum `MaximumRetryAttempts`, which is also the default.
pub(super) const MOST_RETRIES: u32 = 185;

/// Schedules that start executions, with the fields of EventBridge Scheduler's `CreateSchedule`.
///
/// A list, an object with the list in `Schedules`, and a single schedule are accepted.
/// `docs/guides/schedules.md` describes all fields.
///
/// ```
/// use stepwright_server::Schedules;
///
/// let schedules: Schedules = r#"[{
///     "Name": "nightly",
///     "ScheduleExpression": "cron(0 3 * * ? *)",
///     "ScheduleExpressionTimezone": "Europe/Berlin",
///     "Target": {"Arn": "Report", "Input": "{\"day\": \"<aws.scheduler.scheduled-time>\"}"}
/// }]"#.parse()?;
/// assert_eq!(schedules.len(), 1);
/// # Ok::<(), stepwright_server::SchedulesError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules {
    pub(super) list: Vec<Schedule>,
}

impl Schedules {
    /// Reads schedules from a parsed JSON or YAML text.
    ///
    /// # Errors
    ///
    /// All problems of the document, with their positions.
    pub fn from_document(document: &Document) -> Result<Self, SchedulesError> {
        let mut problems: Vec<ScheduleProblem> = Vec::new();
        for duplicate in document.duplicates() {
            let (key, first) = (&duplicate.key, duplicate.first);
            problems.push(ScheduleProblem {
                position: Some(duplicate.again),
                schedule: None,
                field: Some(key.clone()),
                message: format!(
                    "occurs twice in the same object, first in line {}; remove one of them",
                    first.line
                ),
            });
        }
        let pointers = schedule_pointers(document, &mut problems);
        let mut names: HashMap<String, String> = HashMap::new();
        let mut list = Vec::new();
        for (index, pointer) in pointers.into_iter().enumerate() {
            let Some(schedule) = read_schedule(document, &pointer, index, &mut problems) else {
                continue;
            };
            if let Some(first) = names.get(&schedule.name) {
                let first = document.position(first).map_or(0, |position| position.line);
                problems.push(ScheduleProblem {
                    position: document.position(&format!("{pointer}/Name")),
                    schedule: Some(schedule.name.clone()),
                    field: Some("Name".to_owned()),
                    message: format!(
                        "another schedule has this name, in line {first}; names are unique in all groups"
                    ),
                });
            }
            names.insert(schedule.name.clone(), format!("{pointer}/Name"));
            list.push(schedule);
        }
        if problems.is_empty() {
            Ok(Self { list })
        } else {
            problems.sort_by_key(|problem| problem.position);
            Err(SchedulesError { problems })
        }
    }

    /// Returns the number of schedules.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Adds the schedules of another list.
    ///
    /// # Errors
    ///
    /// The first name that both have.
    pub fn merge(mut self, other: Self) -> Result<Self, String> {
        for schedule in other.list {
            if self.list.iter().any(|own| own.name == schedule.name) {
                return Err(schedule.name);
            }
            self.list.push(schedule);
        }
        Ok(self)
    }

    /// Returns the schedules that are enabled.
    pub(crate) fn enabled(&self) -> impl Iterator<Item = &Schedule> {
        self.list.iter().filter(|schedule| schedule.is_enabled)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Reads schedules from JSON.
impl FromStr for Schedules {
    type Err = SchedulesError;

    fn from_str(text: &str) -> Result<Self, SchedulesError> {
        Self::from_document(&Document::parse(text)?)
    }
}

/// Returns the pointers to the schedules of a document.
fn schedule_pointers(document: &Document, problems: &mut Vec<ScheduleProblem>) -> Vec<String> {
    let items = |pointer: &str, items: &[Json]| {
        (0..items.len())
            .map(|index| format!("{pointer}/{index}"))
            .collect()
    };
    let mut problem = |pointer: &str, message: String| {
        problems.push(ScheduleProblem {
            position: document.position(pointer),
            schedule: None,
            field: None,
            message,
        });
        Vec::new()
    };
    match document.json() {
        Json::Array(list) => items("", list),
        Json::Object(object) => match object.get("Schedules") {
            Some(Json::Array(list)) if object.len() == 1 => items("/Schedules", list),
            Some(Json::Array(_)) => problem(
                "",
                "an object with `Schedules` has no other fields; move them into the schedules"
                    .to_owned(),
            ),
            Some(other) => problem(
                "/Schedules",
                format!("`Schedules` must be a list, and this is {}", other.noun()),
            ),
            None => vec![String::new()],
        },
        Json::Null => problem(
            "",
            "there are no schedules; write a list of them, or `[]` for none".to_owned(),
        ),
        other => problem(
            "",
            format!(
                "the text must be a list of schedules, or an object with the list in `Schedules`, and this is {}",
                other.noun()
            ),
        ),
    }
}

fn read_schedule(
    document: &Document,
    pointer: &str,
    index: usize,
    problems: &mut Vec<ScheduleProblem>,
) -> Option<Schedule> {
    let count = problems.len();
    let name = document.json().pointer(&format!("{pointer}/Name"));
    // A wrong name is quoted, unless it is too long for a message.
    let shown = match name.and_then(Json::as_str) {
        Some(name) if name.chars().nth(2 * MOST_NAME).is_none() => name.to_owned(),
        _ => format!("#{}", index + 1),
    };
    let reader = FieldReader::new(document, pointer, Some(shown), problems)?;
    reader.check_names(&SCHEDULE_FIELDS, problems);
    let name = read_name(&reader, "Name", problems);
    let group = match reader.value("GroupName") {
        Some(_) => read_name(&reader, "GroupName", problems),
        None => Some("default".to_owned()),
    };
    let zone_name = reader
        .text("ScheduleExpressionTimezone", problems)
        .unwrap_or("UTC");
    let zone = NamedTimeZone::parse(zone_name);
    if let Err(message) = &zone {
        problems.push(reader.problem("ScheduleExpressionTimezone", message));
    }
    let example = "`cron(0 3 * * ? *)`, `rate(5 minutes)` or `at(2027-01-31T09:00:00)`";
    let text = reader.required_text("ScheduleExpression", example, problems);
    let expression = text.and_then(|text| {
        // A wrong time zone is reported already, and does not change the rules of an expression.
        let utc = NamedTimeZone::UTC;
        let parsed = ScheduleExpression::parse(text, zone.as_ref().unwrap_or(&utc));
        parsed
            .map_err(|message| problems.push(reader.problem("ScheduleExpression", message)))
            .ok()
    });
    let start_date = read_date(&reader, "StartDate", problems);
    let end_date = read_date(&reader, "EndDate", problems);
    if let (Some(start), Some(end)) = (start_date, end_date)
        && end < start
    {
        let message = "is before `StartDate`; choose a later date";
        problems.push(reader.problem("EndDate", message));
    }
    let state = reader.choice("State", &["ENABLED", "DISABLED"], problems);
    let missed = match reader.choice("Missed", &["SKIP", "ONCE", "ALL"], problems) {
        Some(0) => MissedPolicy::Skip,
        Some(2) => MissedPolicy::All,
        _ => MissedPolicy::Once,
    };
    check_window(&reader, problems);
    let target = read_target(&reader, problems);
    if problems.len() > count {
        return None;
    }
    let start_text = start_date.map(|date| date.to_string()).unwrap_or_default();
    Some(Schedule {
        name: name?,
        origin: ScheduleOrigin::Scheduler { group: group? },
        expression: expression?,
        identity: format!("{} {zone_name} {start_text}", text?),
        start_date,
        end_date,
        is_enabled: state != Some(1),
        missed,
        target: target?,
    })
}

/// Reads the name of a schedule or of a group.
fn read_name(
    reader: &FieldReader<'_>,
    field: &str,
    problems: &mut Vec<ScheduleProblem>,
) -> Option<String> {
    let name = reader.required_text(field, "a name that is unique, such as `nightly`", problems)?;
    let is_allowed =
        |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_' || char == '.';
    let message = if name.is_empty() {
        "is empty; write a name such as `nightly`".to_owned()
    } else if let Some(char) = name.chars().find(|char| !is_allowed(*char)) {
        format!(
            "has the character `{}`; use only letters, digits, `-`, `_` and `.`",
            char.escape_debug()
        )
    } else if name.len() > MOST_NAME {
        format!(
            "has {} characters; at most {MOST_NAME} are allowed",
            name.len()
        )
    } else {
        return Some(name.to_owned());
    };
    problems.push(reader.problem(field, message));
    None
}

/// Reads a date: ISO 8601, or the seconds since 1970 as in the API's JSON.
fn read_date(
    reader: &FieldReader<'_>,
    field: &str,
    problems: &mut Vec<ScheduleProblem>,
) -> Option<Timestamp> {
    let date = match reader.value(field)? {
        Json::String(text) => Timestamp::parse(text),
        other => other
            .as_i64()
            .and_then(|seconds| seconds.checked_mul(1_000_000))
            .map(Timestamp::from_unix_micros),
    };
    // The seconds of scheduled times are whole.
    let whole = date.map(|date| {
        let seconds = date.unix_micros().div_euclid(1_000_000);
        Timestamp::from_unix_micros(seconds.saturating_mul(1_000_000))
    });
    if whole.is_none() {
        let message = "must be a date with a time and an offset, as in `2027-01-31T09:00:00Z`";
        problems.push(reader.problem(field, message));
    }
    whole
}

/// Checks the flexible time window. A start at its begin is within it.
fn check_window(reader: &FieldReader<'_>, problems: &mut Vec<ScheduleProblem>) {
    let Some(window) = reader.object("FlexibleTimeWindow", problems) else {
        return;
    };
    let fields = KnownFields {
        used: &["Mode", "MaximumWindowInMinutes"],
        ignored: &[],
    };
    window.check_names(&fields, problems);
    window.required_text("Mode", "`OFF`", problems);
    let mode = window.choice("Mode", &["OFF", "FLEXIBLE"], problems);
    window.number("MaximumWindowInMinutes", (1, 1_440), problems);
    if mode == Some(1) && window.value("MaximumWindowInMinutes").is_none() {
        let message = "is missing; a flexible window has 1 to 1440 minutes";
        problems.push(window.problem("MaximumWindowInMinutes", message));
    }
}

fn read_target(
    reader: &FieldReader<'_>,
    problems: &mut Vec<ScheduleProblem>,
) -> Option<ScheduleTarget> {
    if reader.value("Target").is_none() {
        let message =
            "is missing; write an object with `Arn`, the ARN or the name of a state machine";
        problems.push(reader.problem("Target", message));
        return None;
    }
    let target = reader.object("Target", problems)?;
    let mut has_other = false;
    for field in OTHER_TARGETS {
        if target.value(field).is_some() {
            has_other = true;
            let message = "is for a target other than a state machine, and this server has none; remove the schedule from this list";
            problems.push(target.problem(field, message));
        }
    }
    if !has_other {
        target.check_names(&TARGET_FIELDS, problems);
    }
    let example = "the ARN or the name of a state machine";
    let machine = target.required_text("Arn", example, problems);
    let machine = machine.and_then(|text| match machine_problem(text) {
        None => Some(text),
        Some(message) => {
            problems.push(target.problem("Arn", message));
            None
        }
    });
    let input = match target.value("Input") {
        None => Ok(InputTemplate::Notification),
        Some(Json::String(text)) => InputTemplate::parse(text),
        // Not on AWS, where it is a text. JSON is easier to read and to write.
        Some(json) => InputTemplate::parse(&json.to_string()),
    };
    if let Err(message) = &input {
        problems.push(target.problem("Input", message));
    }
    let retry = target.object("RetryPolicy", problems);
    let (mut age, mut retries) = (None, None);
    if let Some(retry) = &retry {
        let fields = KnownFields {
            used: &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"],
            ignored: &[],
        };
        retry.check_names(&fields, problems);
        age = retry.number("MaximumEventAgeInSeconds", (60, MOST_EVENT_AGE), problems);
        retries = retry.number("MaximumRetryAttempts", (0, MOST_RETRIES), problems);
    }
    Some(ScheduleTarget {
        machine: machine?.to_owned(),
        input: input.ok()?,
        max_event_age: Duration::from_secs(age.unwrap_or(MOST_EVENT_AGE).into()),
        max_retries: retries.unwrap_or(MOST_RETRIES),
    })
}

/// Returns the problem of a target that is neither the ARN nor the name of a state machine.
fn machine_problem(text: &str) -> Option<String> {
    if !text.starts_with("arn:") {
        return check_machine(text)
            .err()
            .map(|error| format!("{error}; write the ARN or the name of a state machine"));
    }
    let is_machine = StatesArn::parse(text)
        .is_ok_and(|arn| matches!(arn.resource, Resource::StateMachine { .. }));
    let is_call = text.ends_with(":aws-sdk:sfn:startExecution");
    match (is_machine, is_call) {
        (true, _) => None,
        (false, true) => Some(
            "this universal target is not supported; write the ARN of the state machine, and only the execution's input in `Input`"
                .to_owned(),
        ),
        (false, false) => Some(
            "this is not the ARN of a state machine, a version or an alias, such as `arn:aws:states:us-east-1:123456789012:stateMachine:Report`"
                .to_owned(),
        ),
    }
}
