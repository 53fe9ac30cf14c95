//! The waits of an execution, with the forms that end them.

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::history::{Event, EventGroup, EventKind, History};
use stepwright_engine::{ExecutionInfo, Wait, WaitKind};
use stepwright_history::report::text;

use crate::console::form::schema_form::SchemaForm;
use crate::console::http::guard::no_implicit_submission;
use crate::console::markup::link::{self, ANSWER};
use crate::console::source::ExecutionSnapshot;
use crate::console::state::Console;

/// How many waits a page shows.
const MOST_WAITS: usize = 50;

/// Lists the waits: first the one whose key a link has, whose form is open, then those that a
/// person can end. Nothing if there are none.
pub(crate) fn panel(
    console: &Console,
    run: &ExecutionSnapshot,
    history: &History,
    waits: &[Wait],
    now: Timestamp,
    linked: Option<&str>,
) -> Markup {
    let is_linked = |wait: &Wait| linked.is_some_and(|key| key == key_of(run.execution(), wait));
    let mut sorted: Vec<&Wait> = waits.iter().collect();
    sorted.sort_by_key(|wait| (!is_linked(wait), !is_answerable(wait)));
    html! {
        @if linked.is_some() && !waits.iter().any(is_linked) {
            p class="notice" role="status" id=(ANSWER) { "The task of this link does not wait for an answer any more." }
        }
        @if !waits.is_empty() {
            section class="panel waits" id="waits" aria-label="Waits" {
                h2 { "Waits for" }
                ul {
                    @for wait in sorted.iter().take(MOST_WAITS) {
                        @let is_linked = is_linked(wait);
                        li id=[is_linked.then_some(ANSWER)] {
                            strong { (wait.state) }
                            @if !wait.scope.is_empty() { " " span class="hint" { (wait.scope.join(" › ")) } }
                            ": " (reason(wait, now))
                            @if is_answerable(wait) && !console.is_read_only { (answer_forms(console, run, history, wait, is_linked)) }
                        }
                    }
                }
                @if waits.len() > MOST_WAITS { p class="hint" { (text::counted(waits.len() - MOST_WAITS, "further wait is", "further waits are")) " not shown." } }
            }
        }
    }
}

/// Returns what a form names its wait by. It differs after a retry, a loop to the same state and a
/// redrive, and does not depend on how much of the history the page has.
pub(crate) fn key_of(execution: &ExecutionInfo, wait: &Wait) -> String {
    let redrives = execution.redrive_count().unwrap_or_default();
    format!("{redrives}-{}", wait.id())
}

/// Returns the number of the event that requested the answer of a wait, for messages: the
/// scheduling of the attempt, or the entry of the state if the page does not have that yet.
fn request_of(history: &History, wait: &Wait) -> u32 {
    let of_wait =
        |event: &Event| event.state_name() == Some(&wait.state) && event.scope() == wait.scope;
    let of_wait = history.events().filter(of_wait);
    let requests = of_wait.filter(|event| event.is_scheduled() || event.kind().is_entered());
    requests.last().map_or(0, |event| event.id())
}

/// Says why a request for an answer is closed: the next events of its state, or the end of the
/// execution.
pub(crate) fn closed_reason(
    history: &History,
    state: &str,
    scope: &[String],
    event: u32,
) -> String {
    let later = history.events().filter(|later| later.id() > event);
    let is_of_it = |later: &Event| later.state_name() == Some(state) && later.scope() == scope;
    let is_end = |later: &Event| {
        match later.kind().group() {
            EventGroup::Execution => true,
            // The attempt has started; that does not close it.
            EventGroup::Scheduled | EventGroup::Started | EventGroup::Submitted => false,
            _ => is_of_it(later),
        }
    };
    let mut later = later.filter(is_end);
    let why = match later.next() {
        None => "it is not open any more".to_owned(),
        Some(end) => {
            let kind = end.kind();
            let what = match kind.group() {
                EventGroup::Execution if kind == EventKind::ExecutionRedriven => {
                    "the execution was redriven"
                }
                EventGroup::Execution => "the execution has ended",
                EventGroup::Failed if kind.is_timeout() => "it has timed out",
                EventGroup::Succeeded => "it was answered with success",
                EventGroup::Failed => "it was answered with a failure",
                EventGroup::Entered => "the state was entered again",
                _ => "the state has continued",
            };
            format!(
                "{what} ({kind}, event {}, at {})",
                end.id(),
                end.timestamp()
            )
        }
    };
    format!(
        "the answer was not sent: the request of the state `{state}` (event {event}) is closed, because {why}; look at the page of the execution for open requests"
    )
}

/// Whether an answer can end the wait.
pub(crate) fn is_answerable(wait: &Wait) -> bool {
    matches!(
        wait.kind,
        WaitKind::Token { .. } | WaitKind::Activity { .. }
    )
}

/// Returns the reason of a wait in words.
pub(crate) fn reason(wait: &Wait, now: Timestamp) -> Markup {
    let until = |until: Timestamp| text::remaining(until, now);
    html! {
        @match &wait.kind {
            WaitKind::Timer { until: end } => { "the end of its delay in " (until(*end)) },
            WaitKind::Retry { until: end, attempt } => { "attempt " (attempt) " in " (until(*end)) },
            WaitKind::Token { timeout_at, heartbeat_at, .. } => {
                "an answer to its task token" (deadlines(*timeout_at, *heartbeat_at, now))
            },
            WaitKind::Activity { arn, worker, timeout_at, heartbeat_at, token } => {
                @match (token, worker) {
                    (None, _) => { "a worker of the activity " },
                    (Some(_), Some(worker)) => { "the worker " strong { (worker) } " of the activity " },
                    (Some(_), None) => { "a worker that took the task of the activity " },
                }
                code { (text::last_of(arn)) } (deadlines(*timeout_at, *heartbeat_at, now))
            },
            WaitKind::Task { resource, target, timeout_at, heartbeat_at } => {
                "its task " code { (target.as_deref().unwrap_or(resource)) } (deadlines(*timeout_at, *heartbeat_at, now))
            },
            WaitKind::Handler { resource, target } => {
                "an engine that has a handler for " code { (target.as_deref().unwrap_or(resource)) }
            },
            WaitKind::Execution { arn } => { "the execution " a href=(link::execution(arn)) { (text::last_of(arn)) } },
            WaitKind::MapRun { arn } => { "the " a href=(link::map_run(arn)) { "child executions of its Map Run" } },
            _ => { "an event" },
        }
        @if let Some(since) = wait.since { " " span class="hint" { "for " (text::elapsed(since, None, now)) } }
    }
}

fn deadlines(
    timeout_at: Option<Timestamp>,
    heartbeat_at: Option<Timestamp>,
    now: Timestamp,
) -> Markup {
    html! {
        @if let Some(at) = timeout_at { ", timeout in " (text::remaining(at, now)) }
        @if let Some(at) = heartbeat_at { ", heartbeat due in " (text::remaining(at, now)) }
    }
}

/// The form fields that name the request of a wait. The server finds the token by them, so that the
/// form does not contain it.
struct Request<'w> {
    console: &'w Console,
    run: &'w ExecutionSnapshot,
    wait: &'w Wait,
    event: u32,
}

impl Request<'_> {
    /// Returns a form with one answer. Each answer has its own form, so that Enter in a field
    /// cannot send another one.
    fn form(&self, answer: &str, fields: &Markup) -> Markup {
        html! {
            form method="post" action="/console/answer" {
                (no_implicit_submission())
                (self.console.form_field())
                input type="hidden" name="arn" value=(self.run.id());
                input type="hidden" name="state" value=(self.wait.state);
                @for frame in &self.wait.scope { input type="hidden" name="scope" value=(frame); }
                input type="hidden" name="wait" value=(key_of(self.run.execution(), self.wait));
                input type="hidden" name="event" value=(self.event);
                input type="hidden" name="answer" value=(answer);
                (fields)
            }
        }
    }

    /// Returns the form for the output as JSON.
    fn json(&self, button: &str, class: Option<&str>) -> Markup {
        let fields = html! {
            label { "Output, as JSON" textarea name="output" rows="4" spellcheck="false" { "{}" } }
            button type="submit" class=[class] { (button) }
        };
        self.form("success", &fields)
    }
}

/// The forms that answer a task.
fn answer_forms(
    console: &Console,
    run: &ExecutionSnapshot,
    history: &History,
    wait: &Wait,
    is_open: bool,
) -> Markup {
    // The worker of an activity sends JSON, whose type the workflow does not declare for the token.
    let schema = history.answer_schema(&wait.state);
    let form = schema.as_ref().and_then(SchemaForm::of);
    let is_queued = matches!(wait.kind, WaitKind::Activity { token: None, .. });
    let request = Request {
        console,
        run,
        wait,
        event: request_of(history, wait),
    };
    html! {
        details class="act" open[is_open] {
            summary { "Answer" }
            @if is_queued { p class="hint" { "No worker has taken this task. With an answer, none will." } }
            fieldset {
                legend { "It succeeded" }
                @match &form {
                    None => (request.json("Send success", Some("primary"))),
                    Some(form) => {
                        (request.form("success", &html! {
                            (form.render("output", None))
                            button type="submit" class="primary" { "Send success" }
                        }))
                        details class="act" {
                            summary { "Write the output as JSON" }
                            (request.json("Send success with this JSON", None))
                            @if let Some(schema) = &schema { details { summary { "JSON Schema of the output" } pre tabindex="0" { (format!("{schema:#}")) } } }
                        }
                    },
                }
            }
            fieldset {
                legend { "It failed" }
                (request.form("failure", &html! {
                    label { "Error" input name="error" autocomplete="off" maxlength="256" placeholder="OrderRejected"; }
                    label { "Cause" input name="cause" autocomplete="off" placeholder="optional"; }
                    button type="submit" class="danger" { "Send failure" }
                }))
            }
            @if !is_queued { (request.form("heartbeat", &html! { button type="submit" { "Send heartbeat" } })) }
        }
    }
}
