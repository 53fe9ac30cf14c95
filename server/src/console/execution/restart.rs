//! Starts that begin at a state of an earlier execution.

use maud::{Markup, html};
use stepwright_engine::Status;
use stepwright_history::report::{ExecutionView, text};
use stepwright_history::timeline::Timeline;

use super::editable::is_editable;
use super::root_cause::last_failed;
use crate::console::form::name_field::name_field;
use crate::console::form::sent_forms::request_field;
use crate::console::http::guard::no_implicit_submission;
use crate::console::markup::link;
use crate::console::state::Console;

/// Returns the form that starts a new execution at the selected state.
pub(crate) fn form(
    console: &Console,
    view: &ExecutionView<'_>,
    arn: &str,
    index: usize,
    is_open: bool,
) -> Markup {
    let Some(visit) = view.timeline.visit(index) else {
        return html! {};
    };
    if !can_start(console, arn) || !visit.scope().is_empty() {
        return html! {};
    }
    let Some(input) = visit.input() else {
        return html! {};
    };
    let variables: serde_json::Map<String, serde_json::Value> = view
        .timeline
        .variables_at(index)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_json()))
        .collect();
    let variables = serde_json::Value::Object(variables);
    let is_shown =
        is_editable(view.redaction, &input.to_json()) && is_editable(view.redaction, &variables);
    html! {
        details class="act" id=(link::RESTART) open[is_open] {
            summary { "Start again from this state" }
            @if is_shown {
                form method="post" action="/console/restart" {
                    p class="hint" { "A new execution begins at " (visit.state()) ", with this input and these variables." }
                    (no_implicit_submission())
                    (console.form_field())
                    (request_field())
                    input type="hidden" name="arn" value=(arn);
                    input type="hidden" name="state" value=(visit.state());
                    label { "Input" textarea name="input" rows="8" spellcheck="false" required { (text::pretty(input)) } }
                    label { "Variables" textarea name="variables" rows="4" spellcheck="false" { (format!("{variables:#}")) } }
                    (name_field("Name", "generated", ""))
                    button type="submit" class="primary" { "Start again from here" }
                }
            } @else {
                p class="hint" { "The input or a variable contains a masked field or a task token, so the console cannot show them for editing." }
            }
        }
    }
}

/// Whether a client can start executions like this one: not the children of Map Runs, whose state
/// machine is `<machine>/<label>`.
fn can_start(console: &Console, arn: &str) -> bool {
    !console.is_read_only && !arn.contains('/')
}

/// Offers a start at the root cause, if an execution ended in a Fail state: a redrive would enter
/// that state again.
pub(super) fn offer(
    console: &Console,
    view: &ExecutionView<'_>,
    arn: &str,
    is_redrivable: bool,
) -> Markup {
    let timeline = view.timeline;
    let fail = last_failed(timeline).and_then(|index| timeline.visit(index));
    let fail = fail.filter(|visit| visit.state_type() == "Fail");
    let Some(fail) = fail.filter(|_| timeline.status() == Status::Failed) else {
        return html! {};
    };
    if !can_start(console, arn) {
        return html! {};
    }
    let origin = start_of_failure(timeline);
    html! {
        p {
            "It ended in the Fail state " strong { (fail.state()) } "."
            @if is_redrivable { " A redrive enters this state again, and fails at once." }
            " "
            @match origin.and_then(|index| Some((index, timeline.visit(index)?))) {
                Some((index, visit)) => a class="button" href=(link::restart(arn, index)) { "Start again from " (visit.state()) },
                None => { "No error was caught before it, so start a copy with another input." },
            }
        }
    }
}

/// Returns the visit of the top level in which the failure before a Fail state began; `None` if no
/// state failed before it.
fn start_of_failure(timeline: &Timeline) -> Option<usize> {
    let mut index = timeline.failure_origin()?;
    let origin = timeline.visit(index)?;
    if origin.state_type() == "Fail" {
        return None;
    }
    while let Some(container) = timeline.visit(index)?.container() {
        index = container;
    }
    timeline.visit(index)?.input().map(|_| index)
}
