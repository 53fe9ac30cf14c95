//! Where the execution of a debugger is, in words, and its data there.

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::{Status, Wait, WaitKind};
use stepwright_history::report::{self, ExecutionView, text};
use stepwright_testing::debug::{
    ExecutionEnd, OtherCursor, PendingCall, Position, PositionKind, StateVisit,
};

use super::frame::Frame;

/// How many other branches and iterations a page lists.
const MOST_OTHERS: usize = 50;

/// Describes the current position.
pub(super) fn words(frame: &Frame) -> Markup {
    let position = frame.debugger.position();
    html! {
        h2 { (short(&position.kind)) }
        dl class="facts" {
            @if let Some(visit) = position.visit() {
                @if !visit.scope.is_empty() { div { dt { "Inside of" } dd { (visit.scope.join(" › ")) } } }
                @if visit.retries > 0 { div { dt { "Retries" } dd { (visit.retries) } } }
            }
            div { dt { "Virtual time (UTC)" } dd { (text::time(position.time)) } }
            div { dt { "Since the start" } dd { (text::duration(position.time.since(frame.started))) } }
            div { dt { "Events" } dd { (position.events) } }
        }
        (details(position))
    }
}

/// Describes a position in one line.
pub(super) fn short(kind: &PositionKind) -> Markup {
    html! {
        @match kind {
            PositionKind::Entering(visit) => { "Before " (visit.state) },
            PositionKind::Call(visit, _) => { (visit.state) " calls its task" },
            PositionKind::Child(visit, child) => { (visit.state) " starts child execution " (child.number) },
            PositionKind::Waiting(visit, wait) => { (visit.state) " waits" (reason(wait)) },
            PositionKind::ExecutionTimeout(_) => { "Only the timeout of the execution is left" },
            PositionKind::Ended(end) => { "The execution has ended: " (text::status(end.status)) },
            _ => { "Unknown position" },
        }
    }
}

fn reason(wait: &Wait) -> &'static str {
    match wait.kind {
        WaitKind::Retry { .. } => " for its next attempt",
        WaitKind::Timer { .. } => " for its time",
        WaitKind::Task { .. } => " for its task",
        _ => "",
    }
}

fn details(position: &Position) -> Markup {
    html! {
        @match &position.kind {
            PositionKind::Entering(_) => p class="hint" { "The next step enters this state. Its input and the variables can still be changed." },
            PositionKind::Call(_, call) => (pending_call(call)),
            PositionKind::Child(_, child) => p { "The child execution " code { (child.arn) } " needs an answer: its output, or its failure." },
            PositionKind::Waiting(visit, wait) => (waiting(visit, wait, position.time)),
            PositionKind::ExecutionTimeout(at) => p { "Nothing else can happen. The next step jumps to " (text::time(*at)) ", when the execution times out." },
            PositionKind::Ended(end) => (ended(end)),
            _ => {},
        }
    }
}

fn pending_call(call: &PendingCall) -> Markup {
    html! {
        p {
            "The call of " code { (call.resource) }
            @if let Some(target) = &call.target { " (" code { (target) } ")" }
            " needs an answer."
            @if call.call > 0 { " The state made " (text::count(call.call as usize, "call")) " before." }
            @if let Some(timeout) = call.timeout { " Timeout: " (text::duration(timeout)) "." }
            @if let Some(heartbeat) = call.heartbeat { " Heartbeat timeout: " (text::duration(heartbeat)) "." }
        }
    }
}

fn waiting(visit: &StateVisit, wait: &Wait, now: Timestamp) -> Markup {
    let until = match &wait.kind {
        WaitKind::Timer { until } | WaitKind::Retry { until, .. } => Some(*until),
        _ => None,
    };
    html! {
        p {
            @if let WaitKind::Retry { attempt, .. } = &wait.kind { "Attempt " (attempt) " starts after the delay of the retrier. " }
            @if let Some(until) = until { "The next step jumps to " (text::time(until)) ", " (text::duration(until.since(now))) " from now." }
            @else { "The next step jumps to the next timer of " (visit.state) "." }
        }
    }
}

fn ended(end: &ExecutionEnd) -> Markup {
    html! {
        @if end.status != Status::Succeeded {
            div class="message" role="note" {
                strong { (end.error.as_deref().unwrap_or("States.Timeout")) }
                @if let Some(cause) = &end.cause { pre tabindex="0" { (cause) } }
            }
        }
    }
}

/// Shows the data of the current state. An input that a form shows is left out.
pub(super) fn data(view: &ExecutionView<'_>, position: &Position) -> Markup {
    let variables = position.visit().map(|visit| &visit.variables);
    let variables = variables.into_iter().flatten();
    let variables = variables.map(|(name, value)| (name.as_str(), value));
    html! {
        @match &position.kind {
            PositionKind::Call(visit, call) => {
                (report::value(view, "Arguments", Some(&call.arguments), true))
                (report::value(view, "Input of the state", Some(&visit.input), false))
            },
            PositionKind::Child(visit, child) => {
                (report::value(view, "Input of the child execution", Some(&child.input), true))
                (report::value(view, "Input of the state", Some(&visit.input), false))
            },
            PositionKind::Waiting(visit, _) => (report::value(view, "Input of the state", Some(&visit.input), true)),
            PositionKind::Ended(end) => (report::value(view, "Output", end.output.as_ref(), true)),
            _ => {},
        }
        @if !matches!(position.kind, PositionKind::Entering(_)) {
            (report::variable_values(view, "Variables", variables, true))
        }
    }
}

/// Lists the other branches and iterations.
pub(super) fn others(position: &Position) -> Markup {
    let others = &position.others;
    let place = |other: &OtherCursor| {
        if other.visit.scope.is_empty() {
            String::new()
        } else {
            format!(" in {}", other.visit.scope.join(" › "))
        }
    };
    html! {
        @if !others.is_empty() {
            details class="data" {
                summary { (text::counted(others.len(), "other branch or iteration", "other branches and iterations")) }
                ul {
                    @for other in others.iter().take(MOST_OTHERS) {
                        li {
                            strong { (other.visit.state) } (place(other)) ": "
                            @match &other.wait {
                                Some(wait) => { "waits" (reason(wait)) },
                                None => "continues in its turn",
                            }
                        }
                    }
                }
                @if others.len() > MOST_OTHERS { p class="hint" { (others.len() - MOST_OTHERS) " further ones are not shown." } }
            }
        }
    }
}
