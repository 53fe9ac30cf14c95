//! The list of an execution's events.

use maud::{Markup, html};
use serde_json::Value as Json;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::{Event, History};

use super::text;
use crate::recorded_event::RecordedEvent;

/// Selects events of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct EventFilter {
    /// A part of the type: `Failed` selects TaskFailed and LambdaFunctionFailed.
    pub kind: String,
    /// The name of a state.
    pub state: String,
    /// A part of the details without redacted data.
    pub text: String,
    /// The id of the first event.
    pub from: u32,
}

impl EventFilter {
    /// Selects all events.
    pub fn new() -> Self {
        Self::default()
    }

    fn has(&self, event: &Event, redaction: &Redaction) -> bool {
        event.id() >= self.from
            && (self.kind.is_empty() || contains(event.kind().name(), &self.kind))
            && (self.state.is_empty() || event.state_name() == Some(&self.state))
            && (self.text.is_empty() || self.has_text(event, redaction))
    }
}

impl EventFilter {
    /// Compares only what a page shows: a match of masked data would reveal a part of it.
    fn has_text(&self, event: &Event, redaction: &Redaction) -> bool {
        let details = redaction.value(&event.details().to_json());
        contains(&details.to_string(), &self.text)
    }
}

/// Returns whether a text contains another one, in letters of either case.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// A part of the list of events.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventList {
    /// The table.
    pub table: Markup,
    /// The number of events in the table.
    pub shown: usize,
    /// The id of the first selected event after the table; `None` if the table has the last one.
    pub next: Option<u32>,
}

/// Lists at most `most` events that a filter selects, without redacted data.
pub fn events(
    history: &History,
    redaction: &Redaction,
    filter: &EventFilter,
    most: usize,
) -> EventList {
    let mut selected: Vec<Event> = history
        .events()
        .filter(|event| filter.has(event, redaction))
        .take(most + 1)
        .collect();
    let next = selected.get(most).map(Event::id);
    selected.truncate(most);
    let rows = selected.iter().map(|event| EventRow::of(event, redaction));
    EventList {
        shown: selected.len(),
        next,
        table: table(rows, history.execution().started()),
    }
}

/// An event of a list.
#[derive(Debug)]
pub(super) struct EventRow {
    id: u32,
    kind: String,
    state: Option<String>,
    scope: Vec<String>,
    at: Timestamp,
    /// The members of the details, as text.
    details: Vec<(String, String)>,
}

impl EventRow {
    fn of(event: &Event, redaction: &Redaction) -> Self {
        let json = event.print(true, redaction);
        let details = json.as_object().and_then(|members| {
            let mut members = members.iter();
            members.find_map(|(name, value)| name.ends_with("EventDetails").then_some(value))
        });
        Self {
            id: event.id(),
            kind: event.kind().name().to_owned(),
            state: event.state_name().map(str::to_owned),
            scope: event.scope(),
            at: event.timestamp(),
            details: details.map(members).unwrap_or_default(),
        }
    }
}

impl EventRow {
    pub(super) fn of_recorded(event: &RecordedEvent, redaction: &Redaction) -> Self {
        Self {
            id: event.id,
            kind: event.kind.name().to_owned(),
            state: event.state.clone(),
            scope: event.scope.clone(),
            at: event.at,
            details: members(&redaction.value(&event.details)),
        }
    }
}

/// Returns the members of an event's details as text, without those that other columns have.
fn members(details: &Json) -> Vec<(String, String)> {
    let members = details.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !name.ends_with("Details") && *name != "name")
        .map(|(name, value)| match value.as_str() {
            Some(text) => (name.clone(), text.to_owned()),
            None => (name.clone(), value.to_string()),
        })
        .collect()
}

/// Draws the table of some events; `began` is the start of the execution.
pub(super) fn table(rows: impl Iterator<Item = EventRow>, began: Timestamp) -> Markup {
    html! {
        div class="scroll" { table class="events" {
            caption class="unseen" { "Events" }
            thead { tr { th class="number" { "Id" } th { "Type" } th { "State" } th class="number" { "After" } th class="wide" { "Details" } } }
            tbody {
                @for row in rows {
                    tr id={ "event-" (row.id) } {
                        td class="number" { (row.id) }
                        td { (row.kind) }
                        td {
                            @if let Some(state) = &row.state { (state) }
                            @if !row.scope.is_empty() { " " span class="hint" { (row.scope.join(" › ")) } }
                        }
                        td class="number" { (text::duration(row.at.since(began))) }
                        td class="wide" { (shown(&row.details)) }
                    }
                }
            }
        } }
    }
}

fn shown(details: &[(String, String)]) -> Markup {
    let brief = details.iter();
    let brief = brief.map(|(name, text)| format!("{name}: {}", text::cut(text)));
    html! {
        @if !details.is_empty() {
            details {
                summary { span class="brief" { (brief.collect::<Vec<_>>().join(", ")) } }
                dl class="values" {
                    @for (name, value) in details { dt { (name) } dd { (text::cause(value)) } }
                }
            }
        }
    }
}
