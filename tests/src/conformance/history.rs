//! Compares an execution's history with the recorded one, by the rules of the corpus README.

use indexmap::IndexMap;
use serde_json::Value;

use super::equal::{Volatile, differences, short};

/// An event in the form of the recordings: with decoded details and the state's name.
#[derive(Debug, Clone)]
pub(super) struct Event {
    kind: String,
    state: Option<String>,
    scope: Vec<String>,
    details: Value,
}

/// How the orders of two histories are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// One list.
    Total,
    /// A list for each Map iteration and Parallel branch; AWS interleaves them.
    ByScope,
    /// The recording lost the order: only the set of events is compared.
    Lost,
}

impl Event {
    /// Reads an event of a row.
    pub(super) fn recorded(event: &Value) -> Self {
        Self {
            kind: text(&event["type"]),
            state: event["stateName"].as_str().map(str::to_owned),
            scope: strings(&event["scope"]),
            details: event["details"].clone(),
        }
    }

    /// Reads an event of a run.
    pub(super) fn ours(event: &stepwright_runtime::history::Event) -> Self {
        Self {
            kind: event.kind().name().to_owned(),
            state: event.state_name().map(str::to_owned),
            scope: event.scope(),
            details: event.details().to_json(),
        }
    }
}

impl Event {
    /// The event without its state.
    pub(super) fn anywhere(self) -> Self {
        Self {
            state: None,
            scope: Vec::new(),
            ..self
        }
    }

    /// Reads an event of a GetExecutionHistory response. Its state is taken from the engine's
    /// event, because the API shows it only by ids.
    pub(super) fn of_api(event: &Value, ours: Option<&stepwright_runtime::history::Event>) -> Self {
        let members = event.as_object().into_iter().flatten();
        let mut details = Value::Object(serde_json::Map::new());
        for (_, found) in members.filter(|(name, _)| name.ends_with("EventDetails")) {
            details = found.clone();
        }
        if let Some(details) = details.as_object_mut() {
            let kind = event["type"].as_str().unwrap_or_default();
            if kind.ends_with("StateEntered") || kind.ends_with("StateExited") {
                details.remove("name");
            }
            details.remove("roleArn");
            details.retain(|name, _| !name.ends_with("Details"));
            for name in ["input", "output", "parameters"] {
                details.entry(name).and_modify(decode);
            }
            let variables = details.get_mut("assignedVariables");
            let variables = variables.and_then(Value::as_object_mut).into_iter();
            variables
                .flat_map(serde_json::Map::values_mut)
                .for_each(decode);
        }
        Self {
            kind: text(&event["type"]),
            state: ours.and_then(|ours| ours.state_name()).map(str::to_owned),
            scope: ours.map(|ours| ours.scope()).unwrap_or_default(),
            details,
        }
    }
}

/// Reads JSON in a string.
fn decode(json: &mut Value) {
    let read = json.as_str().map(serde_json::from_str::<Value>);
    if let Some(Ok(read)) = read {
        *json = read;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

/// All differences between two histories.
pub(super) fn compare(
    recorded: &[Event],
    ours: &[Event],
    order: Order,
    dropped: usize,
    volatile: &Volatile,
) -> Vec<String> {
    match order {
        Order::Total => in_order(recorded, ours, false, volatile),
        Order::ByScope => {
            let (recorded, mut ours) = (by_scope(recorded), by_scope(ours));
            let mut found = Vec::new();
            for (scope, events) in &recorded {
                let ours = ours.shift_remove(scope).unwrap_or_default();
                let differences = in_order(events, &ours, true, volatile).into_iter();
                found.extend(
                    differences.map(|difference| format!("in {}: {difference}", name(scope))),
                );
            }
            found.extend(ours.iter().map(|(scope, events)| {
                format!(
                    "{} has {} events that were not recorded",
                    name(scope),
                    events.len()
                )
            }));
            found
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
) -> Vec<String> {
    let mut found = Vec::new();
    for pair in aligned(recorded, ours) {
        match pair {
            (Some(index), Some(at)) => {
                let (expected, actual) = (&recorded[index], &ours[at]);
                let differences = event_differences(expected, actual, any_event_number, volatile);
                let told = differences.into_iter();
                found.extend(told.map(|difference| format!("event {}: {difference}", index + 1)));
            }
            (Some(index), None) => found.push(format!(
                "event {}: {} of {:?} was recorded and is missing: {}",
                index + 1,
                recorded[index].kind,
                recorded[index].state,
                short(&recorded[index].details)
            )),
            (None, Some(at)) => found.push(format!(
                "our event {}: {} of {:?} was not recorded: {}",
                at + 1,
                ours[at].kind,
                ours[at].state,
                short(&ours[at].details)
            )),
            (None, None) => {}
        }
    }
    found
}

/// With more pairs of events, no common sequence is computed, and only the first events are
/// compared.
const MOST_PAIRS: usize = 4_000_000;
const MOST_SHOWN: usize = 20;

/// Aligns the actual events with the recorded ones: by a longest common sequence of their types and
/// states. A missing event therefore does not cause differences in all later ones.
fn aligned(recorded: &[Event], ours: &[Event]) -> Vec<(Option<usize>, Option<usize>)> {
    let begins = recorded.iter().zip(ours);
    let begin = begins
        .take_while(|(left, right)| is_same_kind(left, right))
        .count();
    let (left, right) = (&recorded[begin..], &ours[begin..]);
    if left.len().saturating_mul(right.len()) > MOST_PAIRS {
        let longer = recorded.len().max(ours.len());
        let at = |at: usize, events: &[Event]| (at < events.len()).then_some(at);
        let pairs = (0..longer).map(|place| (at(place, recorded), at(place, ours)));
        return pairs.take(begin + MOST_SHOWN).collect();
    }
    // The length of the common sequence of the remainders, for each pair of indices.
    let mut longest = vec![vec![0_u32; right.len() + 1]; left.len() + 1];
    for (row, expected) in left.iter().enumerate().rev() {
        for (column, actual) in right.iter().enumerate().rev() {
            longest[row][column] = if is_same_kind(expected, actual) {
                longest[row + 1][column + 1] + 1
            } else {
                longest[row + 1][column].max(longest[row][column + 1])
            };
        }
    }
    let mut pairs: Vec<_> = (0..begin).map(|at| (Some(at), Some(at))).collect();
    let (mut row, mut column) = (0, 0);
    while row < left.len() || column < right.len() {
        let expected = (row < left.len()).then_some(begin + row);
        let actual = (column < right.len()).then_some(begin + column);
        let pair = match (expected, actual) {
            (Some(index), Some(at)) if is_same_kind(&recorded[index], &ours[at]) => {
                (expected, actual)
            }
            (Some(_), Some(_)) if longest[row + 1][column] >= longest[row][column + 1] => {
                (expected, None)
            }
            (Some(_), None) => (expected, None),
            _ => (None, actual),
        };
        row += usize::from(pair.0.is_some());
        column += usize::from(pair.1.is_some());
        pairs.push(pair);
    }
    pairs
}

/// A recorded event without a state name matches any state.
fn is_same_kind(expected: &Event, actual: &Event) -> bool {
    expected.kind == actual.kind && (expected.state.is_none() || expected.state == actual.state)
}

/// The differences between two events.
fn event_differences(
    expected: &Event,
    actual: &Event,
    any_event_number: bool,
    volatile: &Volatile,
) -> Vec<String> {
    if !is_same_kind(expected, actual) {
        return vec![format!(
            "expected {} of {:?}, got {} of {:?}",
            expected.kind, expected.state, actual.kind, actual.state
        )];
    }
    let details = |event: &Event| {
        let mut details = event.details.clone();
        if any_event_number {
            hide_event_numbers(&mut details);
        }
        details
    };
    differences(&details(expected), &details(actual), volatile)
        .into_iter()
        .map(|difference| format!("{}: {difference}", expected.kind))
        .collect()
}

/// Replaces the number in `(entered at the event id #k)`: when AWS interleaves, k is not the id of
/// the state's event.
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

/// `dropped` is the number of events that the recorder lost with the order: it truncated the ends
/// of Parallel states.
fn as_multiset(
    recorded: &[Event],
    ours: &[Event],
    dropped: usize,
    volatile: &Volatile,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut left: Vec<&Event> = ours.iter().collect();
    for expected in recorded {
        let same = left.iter().position(|actual| {
            is_same_kind(expected, actual)
                && event_differences(expected, actual, true, volatile).is_empty()
        });
        match same {
            Some(index) => {
                left.remove(index);
            }
            None => found.push(format!(
                "no event like {} of {:?}: {}",
                expected.kind,
                expected.state,
                short(&expected.details)
            )),
        }
    }
    let is_end = |event: &&Event| {
        let ends = ["Succeeded", "Failed", "Exited"];
        let end = event.kind.strip_prefix("ParallelState");
        end.is_some_and(|end| ends.contains(&end))
    };
    let (ends, unexplained): (Vec<&Event>, Vec<&Event>) = left.into_iter().partition(is_end);
    let surplus = ends.into_iter().skip(dropped);
    found.extend(
        unexplained
            .into_iter()
            .chain(surplus)
            .map(|event| format!("{} of {:?} was not recorded", event.kind, event.state)),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn events(list: &[(&str, &str)]) -> Vec<Event> {
        let event = |(kind, state): &(&str, &str)| {
            Event::recorded(&json!({"type": kind, "stateName": state, "details": {"name": state}}))
        };
        list.iter().map(event).collect()
    }

    #[test]
    fn all_differences_of_a_history_are_reported() {
        let volatile = Volatile::new(&json!([]));
        let recorded = events(&[
            ("Entered", "A"),
            ("Aborted", "A"),
            ("Failed", "A"),
            ("Exited", "A"),
        ]);
        let mut ours = events(&[
            ("Entered", "A"),
            ("Failed", "A"),
            ("Exited", "A"),
            ("Exited", "B"),
        ]);
        ours[0].details = json!({"name": "B", "more": 1});
        let found = compare(&recorded, &ours, Order::Total, 0, &volatile);
        let begins = [
            "event 1: Entered: at /name",
            "event 1: Entered: at /: `more`",
            "event 2: Aborted",
            "our event 4: Exited",
        ];
        assert_eq!(found.len(), begins.len(), "{found:?}");
        for (found, begin) in found.iter().zip(begins) {
            assert!(found.starts_with(begin), "{found}");
        }
        assert!(compare(&recorded, &recorded, Order::ByScope, 0, &volatile).is_empty());
        assert!(compare(&recorded, &recorded, Order::Lost, 0, &volatile).is_empty());
    }
}
