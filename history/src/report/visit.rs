//! The data of one visit of a state.

use std::collections::BTreeMap;

use maud::{Markup, html};
use stepwright_asl::overlay::Status;
use stepwright_diagram::Diagram;
use stepwright_interpreter::value::Value;

use super::expressions::expressions;
use super::status::{class, status};
use super::text;
use super::view::ExecutionView;
use crate::timeline::{Attempt, Visit};

/// How many iterations a page lists.
const MOST_ITERATIONS: usize = 200;

/// Shows a visit: when it ran, its attempts, and its data. `None` without a visit of this index.
pub fn visit(view: &ExecutionView<'_>, index: usize) -> Option<Markup> {
    let visit = view.timeline.visit(index)?;
    Some(html! {
        h2 { (visit.state()) " " (status(visit)) }
        (facts(view, index, visit))
        @if let Some(error) = visit.error() {
            div class="message" role="note" {
                strong { (view.masked_text(error)) }
                @if let Some(cause) = visit.cause() { (text::cause(&view.masked_text(cause))) }
            }
        }
        (iterations(view, index, visit))
        (attempts(view, visit))
        (data(view, index, visit))
    })
}

fn facts(view: &ExecutionView<'_>, index: usize, visit: &Visit) -> Markup {
    let same = view.timeline.visits_of(visit.state());
    let number = same.binary_search(&index).unwrap_or_default();
    html! {
        dl class="facts" {
            div { dt { "Type" } dd { (visit.state_type()) } }
            @if let Some(resource) = visit.attempts().last().and_then(Attempt::resource) { div { dt { "Resource" } dd { code { (resource) } } } }
            @if let Some(location) = visit.source_location() { div { dt { "Declared at" } dd { code { (location) } } } }
            div { dt { "Entered (UTC)" } dd { (text::time(visit.entered())) } }
            div { dt { "Time" } dd { (text::elapsed(visit.entered(), visit.ended(), view.end())) } }
            @if let Some(arn) = visit.attempts().last().and_then(Attempt::nested_execution) && let Some(link) = view.links.execution(arn) { div { dt { "Nested execution" } dd { a href=(link) { (text::last_of(arn)) } } } }
            @if !visit.scope().is_empty() {
                div { dt { "Inside of" } dd {
                    @if let Some(container) = visit.container() {
                        a href=(view.links.visit(container)) { (visit.scope().join(" › ")) }
                    } @else { (visit.scope().join(" › ")) }
                } }
            }
            @if same.len() > 1 {
                div { dt { "Visit" } dd {
                    (number + 1) " of " (same.len())
                    @if number > 0 { " " a rel="prev" href=(view.links.visit(same[number - 1])) { "previous" } }
                    @if let Some(next) = same.get(number + 1) { " " a rel="next" href=(view.links.visit(*next)) { "next" } }
                } }
            }
        }
    }
}

/// The visits of one iteration or branch.
#[derive(Debug)]
pub(super) struct Frame<'v> {
    name: &'v str,
    status: Status,
    /// The state that it entered last.
    state: &'v str,
    pub(super) newest: usize,
}

/// Returns the iterations or branches inside of a visit: those that failed first.
pub(super) fn frames<'v>(view: &ExecutionView<'v>, container: usize) -> Vec<Frame<'v>> {
    let mut frames: BTreeMap<&str, Frame<'v>> = BTreeMap::new();
    for &index in view.timeline.visits_inside(container) {
        let visit = view.timeline.visit(index);
        let Some((visit, name)) = visit.and_then(|visit| Some((visit, visit.scope().last()?)))
        else {
            continue;
        };
        let frame = Frame {
            name,
            status: visit.status(),
            state: visit.state(),
            newest: index,
        };
        frames.insert(name, frame);
    }
    let mut frames: Vec<Frame<'v>> = frames.into_values().collect();
    frames.sort_by_key(|frame| {
        let rank = match frame.status {
            Status::Failed => 0,
            Status::Running => 1,
            Status::Stopped => 2,
            _ => 3,
        };
        (rank, frame.newest)
    });
    frames
}

fn iterations(view: &ExecutionView<'_>, index: usize, visit: &Visit) -> Markup {
    let frames = frames(view, index);
    let map_run = visit.attempts().iter().rev().find_map(Attempt::map_run);
    html! {
        // The events of a Distributed Map do not count its iterations; the page of the Map Run
        // does.
        @if let Some(numbers) = visit.iterations().filter(|_| map_run.is_none()) {
            p {
                (text::count(to_usize(numbers.total), "iteration")) ": "
                span class="status SUCCEEDED" { (numbers.succeeded) " succeeded" } " "
                span class="status FAILED" { (numbers.failed) " failed" } " "
                span class="status RUNNING" { (numbers.running) " running" } " "
                span class="status ABORTED" { (numbers.aborted) " aborted" }
            }
            progress max=(numbers.total.max(1)) value=(numbers.succeeded + numbers.failed + numbers.aborted) { (numbers.succeeded) " of " (numbers.total) }
        }
        @if let Some(arn) = map_run {
            @if let Some(link) = view.links.map_run(arn) { p { a class="button" href=(link) { "Child executions of the Map Run" } } }
            @else { p { "Map Run " code { (arn) } } }
        }
        @if !frames.is_empty() {
            details open[frames.len() <= 20] {
                summary {
                    @if visit.state_type() == "Map" { (text::count(frames.len(), "iteration")) } @else { (text::counted(frames.len(), "branch", "branches")) }
                    " with states"
                }
                ul class="frames" {
                    @for frame in frames.iter().take(MOST_ITERATIONS) {
                        li {
                            a href=(view.links.visit(frame.newest)) { (frame.name) } " "
                            span class={ "status " (class(frame.status)) } { (frame.status.as_str()) }
                            " " span class="hint" { "at " (frame.state) }
                        }
                    }
                }
                @if frames.len() > MOST_ITERATIONS { p class="hint" { "The first " (MOST_ITERATIONS) " are shown." } }
            }
        }
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn attempts(view: &ExecutionView<'_>, visit: &Visit) -> Markup {
    let attempts = visit.attempts();
    let is_plain = attempts.len() < 2 && visit.error().is_none();
    html! {
        @if !attempts.is_empty() {
            details open[!is_plain] {
                summary { (text::count(attempts.len(), "attempt")) }
                div class="scroll" tabindex="0" role="region" aria-label="Attempts" { table {
                    thead { tr { th { "#" } th { "Scheduled (UTC)" } th { "Time" } th { "Outcome" } th { "Error" } } }
                    tbody {
                        @for (number, attempt) in attempts.iter().enumerate() {
                            tr {
                                th scope="row" { (number + 1) }
                                td {
                                    (text::time(attempt.scheduled()))
                                    @if let Some(delay) = attempt.retry_delay() { " " span class="hint" { (text::duration(delay)) " after the failure" } }
                                    @if attempt.is_redriven() { " " span class="hint" { "redriven" } }
                                }
                                td { (text::elapsed(attempt.scheduled(), attempt.ended().or(visit.ended()), view.end())) }
                                td { (attempt.outcome().as_str()) }
                                td {
                                    @if let Some(error) = attempt.error() { strong { (view.masked_text(error)) } }
                                    // The cause of the last failure is above.
                                    @if let Some(cause) = attempt.cause().filter(|cause| Some(*cause) != visit.cause()) {
                                        (text::cause(&view.masked_text(cause)))
                                    }
                                    @if let Some(worker) = attempt.worker() { " " span class="hint" { "worker " (worker) } }
                                    @if let Some(arn) = attempt.nested_execution() && let Some(link) = view.links.execution(arn) { " " a href=(link) { "execution " (text::last_of(arn)) } }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn data(view: &ExecutionView<'_>, index: usize, visit: &Visit) -> Markup {
    let attempt = visit.attempts().last();
    let variables = view.timeline.variables_at(index);
    let assigned = visit.assigned().iter();
    html! {
        (value(view, "Input", visit.input(), true))
        (value(view, "Arguments", attempt.and_then(Attempt::arguments), false))
        (value(view, "Result", attempt.and_then(Attempt::result), false))
        (variable_values(view, "Assigned variables", assigned.map(|(name, value)| (name.as_str(), value)), true))
        (value(view, "Output", visit.output(), true))
        (expressions(view, index))
        (variable_values(view, "Variables before this state", variables.into_iter(), false))
        (definition(view, visit.state(), false))
    }
}

/// Shows the fields of a state in the definition, without nested states; nothing if the definition
/// is not known.
pub fn definition(view: &ExecutionView<'_>, state: &str, is_open: bool) -> Markup {
    let diagram = view
        .definition
        .map(|(definition, _)| Diagram::of(definition));
    let source = diagram.as_ref().and_then(|diagram| diagram.source(state));
    html! {
        @if let Some(source) = source {
            details open[is_open] class="data" {
                summary { "Definition" }
                (text::code("Definition", &view.masked_text(source)))
            }
        }
    }
}

/// Shows a value below its title; nothing without a value.
pub fn value(
    view: &ExecutionView<'_>,
    title: &str,
    value: Option<&Value>,
    is_open: bool,
) -> Markup {
    let value = value.map(|value| view.masked(&[], value));
    html! {
        @if let Some(value) = value {
            details open[is_open] class="data" {
                summary { (title) " " span class="hint brief" { (text::brief(&value)) } }
                (text::json(&value))
            }
        }
    }
}

/// Shows variables with their values below a title; nothing without any.
pub fn variable_values<'v>(
    view: &ExecutionView<'_>,
    title: &str,
    variables: impl Iterator<Item = (&'v str, &'v Value)>,
    is_open: bool,
) -> Markup {
    let mut variables = variables.peekable();
    html! {
        @if variables.peek().is_some() {
            details open[is_open] class="data" {
                summary { (title) }
                dl class="values" {
                    @for (name, value) in variables {
                        dt { code { "$" (name) } }
                        dd { (text::json(&view.masked(&[name], value))) }
                    }
                }
            }
        }
    }
}
