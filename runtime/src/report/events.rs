//! The list of an execution's events.

use maud::{Markup, html};

use super::text;
use crate::history::{Event, History};

/// Selects events of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct EventFilter {
    /// A part of the type: `Failed` selects TaskFailed and LambdaFunctionFailed.
    pub kind: String,
    /// The name of a state.
    pub state: String,
    /// A part of the details.
    pub text: String,
    /// The id of the first event.
    pub from: u32,
}

impl EventFilter {
    /// Selects all events.
    pub fn new() -> Self {
        Self::default()
    }

    fn has(&self, event: &Event) -> bool {
        event.id() >= self.from
            && (self.kind.is_empty() || contains(event.kind().name(), &self.kind))
            && (self.state.is_empty() || event.state_name() == Some(&self.state))
            && (self.text.is_empty() || contains(&event.details().to_text(), &self.text))
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

/// Lists at most `most` events that a filter selects.
pub fn events(history: &History, filter: &EventFilter, most: usize) -> EventList {
    let mut selected: Vec<Event> = history
        .events()
        .filter(|event| filter.has(event))
        .take(most + 1)
        .collect();
    let next = selected.get(most).map(Event::id);
    selected.truncate(most);
    let began = history.execution().started();
    EventList {
        shown: selected.len(),
        next,
        table: html! {
            div class="scroll" { table class="events" {
                caption class="unseen" { "Events" }
                thead { tr { th class="number" { "Id" } th { "Type" } th { "State" } th class="number" { "After" } th class="wide" { "Details" } } }
                tbody {
                    @for event in &selected {
                        tr id={ "event-" (event.id()) } {
                            td class="number" { (event.id()) }
                            td { (event.kind().name()) }
                            td {
                                @if let Some(state) = event.state_name() { (state) }
                                @let scope = event.scope();
                                @if !scope.is_empty() { " " span class="hint" { (scope.join(" › ")) } }
                            }
                            td class="number" { (text::duration(event.timestamp().since(began))) }
                            td class="wide" { (details(history, event)) }
                        }
                    }
                }
            } }
        },
    }
}

fn details(history: &History, event: &Event) -> Markup {
    let json = event.print(true, history.redaction());
    let details = json.as_object().and_then(|members| {
        let mut members = members.iter();
        members.find_map(|(name, value)| name.ends_with("EventDetails").then_some(value))
    });
    let Some(details) = details.and_then(|details| details.as_object()) else {
        return html! {};
    };
    let members: Vec<(&String, String)> = details
        .iter()
        .filter(|(name, _)| !name.ends_with("Details") && *name != "name")
        .map(|(name, value)| match value.as_str() {
            Some(text) => (name, text.to_owned()),
            None => (name, value.to_string()),
        })
        .collect();
    html! {
        @if !members.is_empty() {
            details {
                summary { span class="brief" { (members.iter().map(|(name, text)| format!("{name}: {}", text::cut(text))).collect::<Vec<_>>().join(", ")) } }
                dl class="values" {
                    @for (name, value) in &members { dt { (name) } dd { pre tabindex="0" { (value) } } }
                }
            }
        }
    }
}
