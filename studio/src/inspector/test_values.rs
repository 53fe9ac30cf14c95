//! The values of a state in tests: its input, the result of its call, and what the last run did.

use maud::{Markup, PreEscaped, html};
use stepwright_diagram::page_text;
use stepwright_history::timeline::{Timeline, Visit};

use super::StateForm;
use crate::run::mock_answer::has_mock;
use crate::run::state_data::{StateData, members};
use crate::run::test_data::{TestData, last_visit, pretty};

/// The most lines of a text area.
const MOST_LINES: usize = 8;

pub(super) fn render(
    form: &StateForm<'_>,
    is_start: bool,
    data: &TestData,
    last: Option<&Timeline>,
) -> Markup {
    let name = form.own_name;
    let input = data.input_of(name, is_start, last);
    let mock = members(StateData::Mock, &data.mocks);
    let mock = mock.map(|mocks| mocks.get(name).map(|mock| format!("{mock:#}")));
    let visit = last.and_then(|timeline| last_visit(timeline, name));
    html! {
        fieldset {
            legend { "Test" }
            @if is_start {
                (field("input", None, "Input of the execution", input))
            } @else {
                (field("inputs", Some(name), "Input of a test; if empty, that of the last run", input))
            }
            @if form.kind.is_some_and(has_mock) {
                (field("mocks", Some(name), "Result of the call, or {\"Throw\": {\"Error\": \"..\"}}", mock.map(Option::unwrap_or_default)))
            }
            @if let (Some(timeline), Some(visit)) = (last, visit) { (outcome(visit, timeline.visits_of(name).len())) }
            @else if last.is_some() { p { "The last run did not reach this state." } }
        }
    }
}

/// A field with data of tests. The data of other states may have a fault, which replaces it.
fn field(area: &str, state: Option<&str>, label: &str, text: Result<String, String>) -> Markup {
    html! {
        @match text {
            Ok(text) => label class="field" {
                @let lines = text.lines().count().clamp(1, MOST_LINES) + 1;
                span { (label) }
                textarea data-test=(area) data-of=[state] rows=(lines) spellcheck="false" { "\n" (text) }
            },
            Err(reason) => p { (PreEscaped(page_text(&reason))) "; correct it in the panel Test" },
        }
    }
}

/// What the state did in the last run.
fn outcome(visit: &Visit, count: usize) -> Markup {
    html! {
        p {
            "Last run: " (visit.status().as_str())
            @if count > 1 { ", the last of " (count) " visits" }
        }
        @if let Some(error) = visit.error() { p { code { (error) } @if let Some(cause) = visit.cause() { ": " (cause) } } }
        @if let Some(output) = visit.output() { h4 { "Output" } pre { (pretty(&output.to_text())) } }
    }
}
