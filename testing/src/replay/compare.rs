//! The comparison of a recorded history with two runs of the definition.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value as Json;
use stepwright_asl::redaction::Redaction;
use stepwright_history::runtime_support::{
    RecordedEvent, RecordedKind, RecordedPlaceholders, line, short, walk, without_event_numbers,
};
use stepwright_interpreter::history::EventKind;

use super::first_difference::FirstDifference;

type ByScope<'a> = IndexMap<&'a [String], Vec<&'a RecordedEvent>>;

/// Returns the first difference in the order of the recording.
///
/// # Errors
///
/// That difference. A text of this run with placeholders is equal to a recorded one that has values
/// of their kinds.
pub(super) fn compare(
    all: &[RecordedEvent],
    ours: &[RecordedEvent],
    other: &[RecordedEvent],
    placeholders: &mut RecordedPlaceholders<'_>,
    redaction: &Redaction,
) -> Result<(), FirstDifference> {
    let is_whole = matches!(
        all.last().and_then(|step| step.kind.known()),
        Some(
            EventKind::ExecutionSucceeded
                | EventKind::ExecutionFailed
                | EventKind::ExecutionTimedOut
        )
    );
    // The run is not stopped where the execution was stopped, so only the events before that are
    // compared.
    let stop = all
        .iter()
        .position(|step| step.kind == EventKind::ExecutionAborted);
    let compared = &all[..stop.unwrap_or(all.len())];
    let (theirs, ours, other) = (by_scope(compared), by_scope(ours), by_scope(other));
    let is_forked = theirs.len() > 1 || ours.len() > 1;
    let mut first: Option<FirstDifference> = None;
    let mut keep = |found: Option<FirstDifference>| {
        if let Some(found) = found
            && first.as_ref().is_none_or(|first| found.event < first.event)
        {
            first = Some(found);
        }
    };
    let none = Vec::new();
    for (scope, theirs) in &theirs {
        let ours = ours.get(scope).unwrap_or(&none);
        let other = other.get(scope).unwrap_or(&none);
        keep(in_scope(
            theirs,
            ours,
            other,
            is_whole,
            is_forked,
            placeholders,
            redaction,
        ));
    }
    if is_whole {
        for (_, steps) in ours
            .iter()
            .filter(|(scope, _)| !theirs.contains_key(*scope))
        {
            keep(steps.first().map(|step| unrecorded(step, redaction)));
        }
    }
    first.map_or(Ok(()), Err)
}

fn by_scope(steps: &[RecordedEvent]) -> ByScope<'_> {
    let mut scopes = ByScope::new();
    for step in steps {
        scopes.entry(step.scope.as_slice()).or_default().push(step);
    }
    scopes
}

fn unrecorded(step: &RecordedEvent, redaction: &Redaction) -> FirstDifference {
    let details = step.details.as_object().into_iter().flatten();
    let details = details.map(|(name, value)| (name.clone(), redaction.value(value)));
    let data = short(&details.collect());
    FirstDifference::at(
        step,
        format!("was not recorded, and happens now with {data}"),
    )
}

/// Returns the first difference in one iteration, one branch, or outside of them.
fn in_scope(
    theirs: &[&RecordedEvent],
    ours: &[&RecordedEvent],
    other: &[&RecordedEvent],
    is_whole: bool,
    is_forked: bool,
    placeholders: &mut RecordedPlaceholders<'_>,
    redaction: &Redaction,
) -> Option<FirstDifference> {
    for (index, step) in theirs.iter().enumerate() {
        let Some(now) = ours.get(index) else {
            let last = ours
                .last()
                .map_or_else(String::new, |last| format!(" after {}", describe(last)));
            let detail = format!("was recorded, and now nothing happens{last}");
            return Some(FirstDifference::at(step, detail));
        };
        if kind(step) != kind(now) || step.state != now.state {
            let mut detail = format!("was recorded, now it is {}", describe(now));
            for field in ["error", "cause"] {
                if let Some(text) = now.details[field].as_str() {
                    detail.push_str(if field == "error" { " with " } else { ": " });
                    detail.push_str(text);
                }
            }
            return Some(FirstDifference::at(step, detail));
        }
        let details = |step: &RecordedEvent| {
            let mut details = step.details.clone();
            if is_forked {
                hide_event_numbers(&mut details);
            }
            details
        };
        let (then, now_details) = (details(step), details(now));
        let mut volatile = HashSet::new();
        if let Some(other) = other.get(index).filter(|other| kind(other) == kind(now)) {
            walk("", &now_details, &details(other), &mut |pointer, _, _| {
                volatile.insert(pointer.to_owned());
            });
        }
        let mut found = None;
        walk("", &then, &now_details, &mut |pointer, then, now| {
            let is_volatile = volatile.iter().any(|start| {
                pointer
                    .strip_prefix(start.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            // Data that was truncated in the history, or omitted from it, cannot be compared.
            let is_cut = then.is_none() && ["/input", "/output", "/parameters"].contains(&pointer);
            if found.is_some() || is_volatile || is_cut {
                return;
            }
            let is_placeholder = match (then, now) {
                (Some(then), Some(now)) => placeholders.matches(then, now, step.id),
                _ => false,
            };
            if !is_placeholder {
                // The first name is the detail's: `/output`.
                let inside = pointer[1..].find('/').map_or("", |at| &pointer[1 + at..]);
                let text = line(pointer, inside, then, now, redaction);
                found = Some(
                    text.trim_start_matches("at ")
                        .replacen("expected ", "recorded ", 1)
                        .replacen(", got ", ", now ", 1),
                );
            }
        });
        if let Some(detail) = found {
            return Some(FirstDifference::at(step, detail));
        }
    }
    let more = ours.get(theirs.len()).filter(|_| is_whole);
    more.map(|step| unrecorded(step, redaction))
}

/// Returns the type of an event. The service has one more type for a request that fails.
fn kind(step: &RecordedEvent) -> &RecordedKind {
    const TASK_FAILED: RecordedKind = RecordedKind::Known(EventKind::TaskFailed);
    match &step.kind {
        RecordedKind::Known(EventKind::TaskSubmitFailed) => &TASK_FAILED,
        kind => kind,
    }
}

fn describe(step: &RecordedEvent) -> String {
    match &step.state {
        Some(state) => format!("{} of `{state}`", step.kind),
        None => step.kind.to_string(),
    }
}

/// Hides the numbers of events in causes: where branches interleave, they differ.
fn hide_event_numbers(value: &mut Json) {
    match value {
        Json::String(text) => *text = without_event_numbers(text).into_owned(),
        Json::Array(items) => items.iter_mut().for_each(hide_event_numbers),
        Json::Object(fields) => fields.values_mut().for_each(hide_event_numbers),
        _ => {}
    }
}
