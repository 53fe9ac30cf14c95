//! The errors that a state can raise.

use crate::errors;
use crate::json::{Json, Object};
use crate::jsonata::strip;
use crate::limits::MAX_PAYLOAD_BYTES;
use crate::model::{QueryLanguage, StateKind};
use crate::timestamp;
use crate::words;

/// An error that is raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RaisedError {
    /// `None` if the definition does not contain the name.
    pub(super) name: Option<String>,
    /// Whether a task reported the error, or the result of a task is too large.
    pub(super) by_task: bool,
}

impl RaisedError {
    fn named(name: &str) -> RaisedError {
        RaisedError {
            name: Some(name.to_owned()),
            by_task: false,
        }
    }

    /// Whether a catcher with this `ErrorEquals` catches the error. An unknown name could be any
    /// name: only an `ErrorEquals` that matches every name is certain to catch it.
    pub(super) fn is_taken_by(&self, error_equals: &[&str]) -> bool {
        let name = self.name.as_deref().unwrap_or_default();
        if self.by_task {
            errors::matches_task_failure(error_equals, name)
        } else {
            errors::matches(error_equals, name)
        }
    }
}

/// The errors that a state raises itself, without those of nested states.
#[derive(Debug, Default)]
pub(super) struct StateErrors {
    /// The errors that the state's catchers can catch.
    pub(super) errors: Vec<RaisedError>,
    /// The errors that its catchers raise. No catcher of the same state catches these.
    pub(super) in_catchers: Vec<RaisedError>,
}

impl StateErrors {
    pub(super) fn of(members: &Object, kind: StateKind, machine: QueryLanguage) -> StateErrors {
        let language = QueryLanguage::of(members).unwrap_or(machine);
        let mut raises = StateErrors::default();
        raises.of_kind(members, kind, language);
        if kind == StateKind::Map && members.get("ItemReader").is_none() {
            raises.of_items(members, language);
        }
        if any_builds(members.get("Catch")) {
            raises
                .in_catchers
                .push(RaisedError::named(errors::DATA_LIMIT_EXCEEDED));
        }
        for (key, value) in members {
            match key.as_str() {
                "Branches" | "ItemProcessor" | "Iterator" | "Retry" | "Comment" => {}
                "Catch" => evaluated(key, value, language, &mut raises.in_catchers),
                _ => evaluated(key, value, language, &mut raises.errors),
            }
        }
        dedup(&mut raises.errors);
        dedup(&mut raises.in_catchers);
        raises
    }

    fn of_kind(&mut self, members: &Object, kind: StateKind, language: QueryLanguage) {
        let has = |key: &str| members.contains_key(key);
        let mut raise = |name: &str| self.errors.push(RaisedError::named(name));
        match kind {
            StateKind::Task => {
                // The service rejects arguments of some integrations with this error when the state
                // is entered.
                raise(errors::RUNTIME);
                if has("TimeoutSeconds") || has("TimeoutSecondsPath") {
                    raise(errors::TIMEOUT);
                }
                if has("HeartbeatSeconds") || has("HeartbeatSecondsPath") {
                    raise(errors::HEARTBEAT_TIMEOUT);
                }
                let by_task = [None, Some(errors::DATA_LIMIT_EXCEEDED)];
                self.errors.extend(by_task.map(|name| RaisedError {
                    name: name.map(str::to_owned),
                    by_task: true,
                }));
            }
            StateKind::Choice if !has("Default") => raise(errors::RUNTIME),
            StateKind::Map => {
                for (field, error) in [
                    ("ItemReader", errors::ITEM_READER_FAILED),
                    ("ResultWriter", errors::RESULT_WRITER_FAILED),
                ] {
                    if has(field) {
                        raise(error);
                        // The service may reject the arguments.
                        raise(errors::RUNTIME);
                    }
                }
                if is_distributed(members) {
                    raise(errors::EXCEED_TOLERATED_FAILURE_THRESHOLD);
                }
                raise(errors::DATA_LIMIT_EXCEEDED);
            }
            StateKind::Parallel => raise(errors::DATA_LIMIT_EXCEEDED),
            StateKind::Fail => {
                let text = |field| members.get(field).and_then(Json::as_str);
                let is_computed =
                    |text: &&str| language == QueryLanguage::Jsonata && strip(text).is_some();
                if [text("Error"), text("Cause")]
                    .iter()
                    .flatten()
                    .any(is_computed)
                {
                    // A computed value may not be a string.
                    raise(errors::RUNTIME);
                }
                self.errors.push(RaisedError {
                    name: text("Error")
                        .filter(|text| !is_computed(text))
                        .map(str::to_owned),
                    by_task: false,
                });
            }
            // Fixed seconds never fail. A computed time may be too far ahead.
            StateKind::Wait if members.get("Seconds").and_then(Json::as_number).is_none() => {
                raise(errors::RUNTIME);
                let timestamp = members.get("Timestamp").and_then(Json::as_str);
                let is_fixed = |text| timestamp::read(text).is_some();
                if language == QueryLanguage::Jsonata && !timestamp.is_some_and(is_fixed) {
                    raise(errors::QUERY_EVALUATION_ERROR);
                }
            }
            _ => {}
        }
        // A constant result has a known size.
        let result = members
            .get("Result")
            .map_or(0, |json| json.to_string().len());
        let is_large =
            u64::try_from(result).is_ok_and(|bytes| bytes > u64::from(MAX_PAYLOAD_BYTES));
        if is_large || builds(members) || any_builds(members.get("Choices")) {
            self.errors
                .push(RaisedError::named(errors::DATA_LIMIT_EXCEEDED));
        }
    }

    /// Adds the errors of a Map whose items are not an array.
    fn of_items(&mut self, members: &Object, language: QueryLanguage) {
        let name = match (language, members.get("Items")) {
            (QueryLanguage::Jsonata, Some(Json::Array(_))) => return,
            // An expression already counts as this error.
            (QueryLanguage::Jsonata, Some(Json::String(text))) if strip(text).is_some() => {
                errors::RUNTIME
            }
            (QueryLanguage::Jsonata, _) => errors::QUERY_EVALUATION_ERROR,
            _ => errors::RUNTIME,
        };
        self.errors.push(RaisedError::named(name));
    }
}

/// Whether a state, a catcher or a Choice rule builds a value that may be too large.
fn builds(members: &Object) -> bool {
    const FIELDS: &[&str] = words!(Arguments Assign Output Parameters ResultPath ResultSelector);
    FIELDS.iter().any(|field| members.contains_key(*field))
}

/// Whether any of the catchers or rules builds such a value.
fn any_builds(all: Option<&Json>) -> bool {
    let all = all.and_then(Json::as_array).into_iter().flatten();
    all.filter_map(Json::as_object).any(builds)
}

/// Returns whether each iteration of a Map with these members is a separate execution.
pub fn is_distributed(members: &Object) -> bool {
    let processor = members
        .get("ItemProcessor")
        .or_else(|| members.get("Iterator"));
    let mode = processor.and_then(|processor| processor.pointer("/ProcessorConfig/Mode"));
    mode.and_then(Json::as_str) == Some("DISTRIBUTED")
}

/// Fields with a payload template. In JSONPath, only members whose key ends in `.$` are evaluated
/// there.
const TEMPLATES: &[&str] = words![
    Assign BatchInput Credentials ItemSelector Parameters ResultSelector
];

/// Fields that accept a number, or in JSONata an expression. Any other string fails when it is
/// evaluated.
const NUMBERS: &[&str] = words![
    HeartbeatSeconds MaxConcurrency MaxInputBytesPerBatch MaxItems MaxItemsPerBatch Seconds
    TimeoutSeconds ToleratedFailureCount ToleratedFailurePercentage
];

/// Adds the errors that the evaluation of a field can raise.
fn evaluated(field: &str, value: &Json, language: QueryLanguage, errors: &mut Vec<RaisedError>) {
    // JSON may nest deeply, so this does not recurse.
    let mut open = vec![(field, value, false)];
    while let Some((key, value, around)) = open.pop() {
        let in_template = around || TEMPLATES.contains(&key);
        match value {
            // The `Result` of a Pass is not evaluated.
            Json::Object(_) | Json::Array(_) if key == "Result" && !around => {}
            Json::Object(members) => {
                let members = members.iter();
                open.extend(members.map(|(key, value)| (key.as_str(), value, in_template)));
            }
            Json::Array(items) => open.extend(items.iter().map(|item| (key, item, around))),
            Json::String(text) => {
                let name = match language {
                    QueryLanguage::JsonPath if in_template => of_member(key, text),
                    QueryLanguage::JsonPath => of_path(key, text),
                    QueryLanguage::Jsonata => (strip(text).is_some() || NUMBERS.contains(&key))
                        .then_some(errors::QUERY_EVALUATION_ERROR),
                };
                errors.extend(name.map(RaisedError::named));
            }
            _ => {}
        }
    }
}

/// The error that a member of a payload template can raise.
fn of_member(key: &str, text: &str) -> Option<&'static str> {
    let is_evaluated = key.ends_with(".$") && text != "$" && text != "$$";
    is_evaluated.then_some(errors::RUNTIME)
}

/// The error that reading a path can raise: it selects nothing, or a value of the wrong type.
fn of_path(key: &str, text: &str) -> Option<&'static str> {
    match key {
        "InputPath" | "OutputPath" | "ResultPath" if text == "$" => None,
        "ResultPath" | "ItemsPath" => Some(errors::REFERENCE_PATH_CONFLICT),
        "Variable" => Some(errors::RUNTIME),
        _ => key.ends_with("Path").then_some(errors::RUNTIME),
    }
}

/// Removes duplicates. The first of each error remains.
fn dedup(raised: &mut Vec<RaisedError>) {
    let mut kept: Vec<RaisedError> = Vec::new();
    for error in raised.drain(..) {
        if !kept.contains(&error) {
            kept.push(error);
        }
    }
    *raised = kept;
}
