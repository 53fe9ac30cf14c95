//! Compares an execution's history with the recorded one, as the corpus README says.

use indexmap::IndexMap;
use serde_json::Value;

use super::equal::{Volatile, difference, short};

/// An event in the form of the recordings: details decoded, the state's name beside them.
#[derive(Debug, Clone)]
pub(super) struct Event {
    kind: String,
    state: Option<String>,
    scope: Vec<String>,
    details: Value,
}

/// How the order of two histories is held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// One list.
    Total,
    /// A list for each Map iteration and Parallel branch; AWS interleaves them.
    ByScope,
    /// The recording lost the order: only which events there are.
    Lost,
}

impl Event {
    /// Takes an event as the row has it.
    pub(super) fn recorded(event: &Value) -> Self {
        Self {
            kind: text(&event["type"]),
            state: event["stateName"].as_str().map(str::to_owned),
            scope: strings(&event["scope"]),
            details: event["details"].clone(),
        }
    }

    /// Takes an event of a run.
    pub(super) fn ours(event: &stepwright_runtime::history::Event) -> Self {
        Self {
            kind: event.kind().name().to_owned(),
            state: event.state_name().map(str::to_owned),
            scope: event.scope(),
            details: event.details().to_json(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

/// The first difference between two histories.
pub(super) fn compare(
    recorded: &[Event],
    ours: &[Event],
    order: Order,
    dropped: usize,
    volatile: &Volatile,
) -> Result<(), String> {
    match order {
        Order::Total => in_order(recorded, ours, false, volatile),
        Order::ByScope => {
            let (recorded, mut ours) = (by_scope(recorded), by_scope(ours));
            for (scope, events) in &recorded {
                let ours = ours.shift_remove(scope).unwrap_or_default();
                in_order(events, &ours, true, volatile)
                    .map_err(|difference| format!("in {}: {difference}", name(scope)))?;
            }
            match ours.first() {
                Some((scope, events)) => Err(format!(
                    "{} has {} events that were not recorded",
                    name(scope),
                    events.len()
                )),
                None => Ok(()),
            }
        }
        Order::Lost => as_multiset(recorded, ours, dropped, volatile),
    }
}

fn name(scope: &[String]) -> String {
    if scope.is_empty() {
        "the history outside maps and branches".to_owned()
    } else {
        format!("`{}`", scope.join("/"))
    }
}

fn by_scope(events: &[Event]) -> IndexMap<Vec<String>, Vec<Event>> {
    let mut scopes: IndexMap<Vec<String>, Vec<Event>> = IndexMap::new();
    for event in events {
        scopes
            .entry(event.scope.clone())
            .or_default()
            .push(event.clone());
    }
    scopes
}

fn in_order(
    recorded: &[Event],
    ours: &[Event],
    any_event_number: bool,
    volatile: &Volatile,
) -> Result<(), String> {
    for (index, expected) in recorded.iter().enumerate() {
        let number = index + 1;
        let Some(actual) = ours.get(index) else {
            return Err(format!(
                "event {number}: expected {}, but the history ends before it",
                expected.kind
            ));
        };
        if let Some(difference) = event_difference(expected, actual, any_event_number, volatile) {
            return Err(format!("event {number}: {difference}"));
        }
    }
    match ours.get(recorded.len()) {
        Some(event) => Err(format!(
            "event {}: {} was not recorded: {}",
            recorded.len() + 1,
            event.kind,
            short(&event.details)
        )),
        None => Ok(()),
    }
}

fn event_difference(
    expected: &Event,
    actual: &Event,
    any_event_number: bool,
    volatile: &Volatile,
) -> Option<String> {
    if expected.kind != actual.kind {
        return Some(format!(
            "expected {}, got {} {}",
            expected.kind,
            actual.kind,
            short(&actual.details)
        ));
    }
    // Where the recording does not name the state, it says nothing about it.
    if expected.state.is_some() && expected.state != actual.state {
        return Some(format!(
            "{}: expected state {:?}, got {:?}",
            expected.kind, expected.state, actual.state
        ));
    }
    let details = |event: &Event| {
        let mut details = event.details.clone();
        if any_event_number {
            hide_event_numbers(&mut details);
        }
        details
    };
    difference(&details(expected), &details(actual), volatile)
        .map(|difference| format!("{}: {difference}", expected.kind))
}

/// Replaces the number in `(entered at the event id #k)`: where AWS interleaves, k is not the state's own.
fn hide_event_numbers(value: &mut Value) {
    const MARK: &str = "entered at the event id #";
    match value {
        Value::String(text) => {
            if let Some(start) = text.find(MARK).map(|at| at + MARK.len()) {
                let digits = text[start..]
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .count();
                text.replace_range(start..start + digits, "k");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_event_numbers),
        Value::Object(fields) => fields.values_mut().for_each(hide_event_numbers),
        _ => {}
    }
}

/// `dropped` is how many events the recorder lost with the order: it cut off the ends of Parallel states.
fn as_multiset(
    recorded: &[Event],
    ours: &[Event],
    dropped: usize,
    volatile: &Volatile,
) -> Result<(), String> {
    let mut left: Vec<&Event> = ours.iter().collect();
    for expected in recorded {
        let found = left
            .iter()
            .position(|actual| event_difference(expected, actual, true, volatile).is_none());
        match found {
            Some(index) => {
                left.remove(index);
            }
            None => {
                return Err(format!(
                    "no event like {} of {:?}: {}",
                    expected.kind,
                    expected.state,
                    short(&expected.details)
                ));
            }
        }
    }
    let is_end = |event: &Event| {
        let ends = ["Succeeded", "Failed", "Exited"];
        let end = event.kind.strip_prefix("ParallelState");
        end.is_some_and(|end| ends.contains(&end))
    };
    let unexplained = left.iter().find(|event| !is_end(event));
    let surplus = left.get(dropped);
    match unexplained.or(surplus) {
        Some(event) => Err(format!(
            "{} of {:?} was not recorded",
            event.kind, event.state
        )),
        None => Ok(()),
    }
}
