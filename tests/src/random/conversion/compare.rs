//! Compares the executions of a definition in JSONPath and of its conversion.

use serde_json::{Number, Value as Json, json};
use stepwright_asl::errors;

use super::run::Outcome;

/// The error of an execution in which a path found nothing.
pub(super) const ABSENT: &str = "Watch.Absent";
/// The error of an execution in which an intrinsic function or a ResultPath failed, and was caught.
pub(super) const CAUGHT: &str = "Watch.Caught";

/// The requirement of an execution in JSONPath on the converted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// A path found nothing, a field or function got a value of a wrong type, or a ResultPath leads
    /// into a value that is no object: the conversion assumes that this does not happen.
    Nothing,
    /// Everything is equal.
    Equality,
}

impl Requirement {
    /// Returns the requirement after the execution of a [watched](watched) definition.
    pub(super) fn of(watched: &Outcome) -> Requirement {
        match watched.error.as_deref() {
            Some(ABSENT | CAUGHT) => Requirement::Nothing,
            Some(
                errors::PARAMETER_PATH_FAILURE
                | errors::INTRINSIC_FAILURE
                | errors::REFERENCE_PATH_CONFLICT
                | errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
            ) => Requirement::Nothing,
            Some(errors::RUNTIME) if !has_no_transition(watched) => Requirement::Nothing,
            _ => Requirement::Equality,
        }
    }
}

/// Whether no rule of a Choice matched.
fn has_no_transition(outcome: &Outcome) -> bool {
    let cause = outcome.cause.as_deref().unwrap_or_default();
    cause.contains("Failed to transition out of the state")
}

/// Returns a definition whose catchers and retriers do not handle errors of paths and functions:
/// these end the execution.
pub(super) fn watched(definition: &Json) -> Json {
    let mut definition = definition.clone();
    watch(&mut definition);
    definition
}

fn watch(scope: &mut Json) {
    let Some(states) = scope["States"].as_object_mut() else {
        return;
    };
    let mut is_watched = false;
    for state in states.values_mut() {
        for field in ["ItemProcessor", "Iterator"] {
            if let Some(inner) = state.get_mut(field) {
                watch(inner);
            }
        }
        for branch in state["Branches"].as_array_mut().into_iter().flatten() {
            watch(branch);
        }
        // Errors in the children of a Distributed Map have no names here.
        let absent = [
            errors::PARAMETER_PATH_FAILURE,
            errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
            ABSENT,
        ];
        let caught = [
            errors::INTRINSIC_FAILURE,
            errors::RESULT_PATH_MATCH_FAILURE,
            errors::REFERENCE_PATH_CONFLICT,
            CAUGHT,
        ];
        if let Some(retriers) = state.get_mut("Retry").and_then(Json::as_array_mut) {
            let all: Vec<&str> = absent.iter().chain(&caught).copied().collect();
            retriers.insert(0, json!({"ErrorEquals": all, "MaxAttempts": 0}));
        }
        if let Some(catchers) = state.get_mut("Catch").and_then(Json::as_array_mut) {
            catchers.insert(0, json!({"ErrorEquals": absent, "Next": ABSENT}));
            catchers.insert(1, json!({"ErrorEquals": caught, "Next": CAUGHT}));
            is_watched = true;
        }
        if is_distributed(state) {
            watch_children(state);
        }
        // A null that indexing created is no field.
        if let Some(object) = state.as_object_mut() {
            object.retain(|name, value| !(name == "Branches" && value.is_null()));
        }
    }
    if is_watched {
        for error in [ABSENT, CAUGHT] {
            states.insert(error.to_owned(), json!({"Type": "Fail", "Error": error}));
        }
    }
}

fn is_distributed(state: &Json) -> bool {
    state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
}

/// Lets a Distributed Map fail with its first child. The path of the tolerated failures remains in
/// a field that reads it.
fn watch_children(state: &mut Json) {
    let Some(object) = state.as_object_mut() else {
        return;
    };
    if let Some(path) = object.remove("ToleratedFailureCountPath") {
        object.insert("MaxConcurrencyPath".to_owned(), path);
    }
    object.remove("Retry");
}

/// Returns what differs between an execution in JSONPath and the converted one.
pub(super) fn difference(jsonpath: &Outcome, jsonata: &Outcome) -> Option<String> {
    let differ = |what: &str, left: &dyn std::fmt::Debug, right: &dyn std::fmt::Debug| {
        Some(format!("{what}: {left:?} and {right:?}"))
    };
    if jsonpath.status != jsonata.status {
        return differ("end", &end(jsonpath), &end(jsonata));
    }
    if jsonpath.path != jsonata.path {
        return differ("path", &jsonpath.path, &jsonata.path);
    }
    let calls = jsonpath.calls.iter().zip(&jsonata.calls);
    for (left, right) in calls {
        if left.0 != right.0 || !is_equal(&left.1, &right.1) {
            return differ("call", left, right);
        }
    }
    if jsonpath.calls.len() != jsonata.calls.len() {
        return differ("calls", &jsonpath.calls, &jsonata.calls);
    }
    let (left, right) = (&jsonpath.output, &jsonata.output);
    let is_same_output = match (left, right) {
        (Some(left), Some(right)) => is_equal(left, right),
        (left, right) => left.is_none() && right.is_none(),
    };
    if !is_same_output {
        return differ("output", left, right);
    }
    if is_query_error(jsonpath) && is_query_error(jsonata) {
        return None;
    }
    if (&jsonpath.error, &jsonpath.cause) != (&jsonata.error, &jsonata.cause) {
        return differ("error", &end(jsonpath), &end(jsonata));
    }
    if jsonpath.milliseconds != jsonata.milliseconds {
        return differ("time", &jsonpath.milliseconds, &jsonata.milliseconds);
    }
    None
}

fn end(outcome: &Outcome) -> Json {
    json!([outcome.status, outcome.output, outcome.error, outcome.cause])
}

/// Whether it failed because a path, a function or an expression failed: the name of the error
/// depends on the query language.
fn is_query_error(outcome: &Outcome) -> bool {
    let names = [
        errors::PARAMETER_PATH_FAILURE,
        errors::RESULT_PATH_MATCH_FAILURE,
        errors::REFERENCE_PATH_CONFLICT,
        errors::QUERY_EVALUATION_ERROR,
        errors::RUNTIME,
    ];
    let error = outcome.error.as_deref();
    error.is_some_and(|error| names.contains(&error))
}

/// Whether two values are equal: `1.0` equals `1`, and members have no order.
fn is_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => is_same_number(left, right),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| is_equal(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.get(name).is_some_and(|other| is_equal(value, other))
                })
        }
        (left, right) => left == right,
    }
}

fn is_same_number(left: &Number, right: &Number) -> bool {
    left == right || left.as_f64() == right.as_f64()
}
