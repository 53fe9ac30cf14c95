//! The waits of an execution, with the forms that end them.

use maud::{Markup, html};
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::history::History;
use stepwright_runtime::report::text;
use stepwright_runtime::{Wait, WaitKind};

use super::link;
use super::schema_form::SchemaForm;
use super::source::ExecutionSnapshot;
use super::state::Console;

/// How many waits a page shows.
const MOST_WAITS: usize = 50;

/// Lists the waits: those that a person can end first. Nothing if there are none.
pub(super) fn panel(
    console: &Console,
    run: &ExecutionSnapshot,
    history: &History,
    waits: &[Wait],
    now: Timestamp,
) -> Markup {
    let mut sorted: Vec<&Wait> = waits.iter().collect();
    sorted.sort_by_key(|wait| !is_answerable(wait));
    html! {
        @if !waits.is_empty() {
            section class="panel waits" id="waits" aria-label="Waits" {
                h2 { "Waits for" }
                ul {
                    @for wait in sorted.iter().take(MOST_WAITS) {
                        li {
                            strong { (wait.state) }
                            @if !wait.scope.is_empty() { " " span class="hint" { (wait.scope.join(" › ")) } }
                            ": " (reason(wait, now))
                            @if is_answerable(wait) && !console.is_read_only { (answer_form(console, run, history, wait)) }
                        }
                    }
                }
                @if waits.len() > MOST_WAITS { p class="hint" { (text::counted(waits.len() - MOST_WAITS, "further wait is", "further waits are")) " not shown." } }
            }
        }
    }
}

/// Whether an answer can end the wait.
pub(super) fn is_answerable(wait: &Wait) -> bool {
    matches!(
        wait.kind,
        WaitKind::Token { .. } | WaitKind::Activity { .. }
    )
}

/// Returns the reason of a wait in words.
pub(super) fn reason(wait: &Wait, now: Timestamp) -> Markup {
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

/// The output as JSON, with the button that sends it.
fn json_output(answer: &str) -> Markup {
    let is_only = answer == "success";
    html! {
        label { "Output, as JSON" textarea name=(if is_only { "output" } else { "json" }) rows="4" spellcheck="false" { "{}" } }
        // The fields above the text may be empty.
        button type="submit" name="answer" value=(answer) class=[is_only.then_some("primary")] formnovalidate[!is_only] { "Send success" @if !is_only { " with this JSON" } }
    }
}

/// The form that answers a task. The server finds the token by the state, so that the form does not contain it.
fn answer_form(
    console: &Console,
    run: &ExecutionSnapshot,
    history: &History,
    wait: &Wait,
) -> Markup {
    // The worker of an activity sends JSON, whose type the workflow does not declare for the token.
    let schema = history.answer_schema(&wait.state);
    let form = schema.as_ref().and_then(SchemaForm::of);
    let is_queued = matches!(wait.kind, WaitKind::Activity { token: None, .. });
    html! {
        details class="act" {
            summary { "Answer" }
            form method="post" action="/console/answer" {
                (console.form_field())
                input type="hidden" name="arn" value=(run.id());
                input type="hidden" name="state" value=(wait.state);
                @for frame in &wait.scope { input type="hidden" name="scope" value=(frame); }
                @if is_queued { p class="hint" { "No worker has taken this task. With an answer, none will." } }
                fieldset {
                    legend { "It succeeded" }
                    @match &form {
                        None => (json_output("success")),
                        Some(form) => {
                            (form.render("output", None))
                            button type="submit" name="answer" value="success" class="primary" { "Send success" }
                            details class="act" {
                                summary { "Write the output as JSON" }
                                (json_output("success-json"))
                                @if let Some(schema) = &schema { details { summary { "JSON Schema of the output" } pre tabindex="0" { (format!("{schema:#}")) } } }
                            }
                        },
                    }
                }
                fieldset {
                    legend { "It failed" }
                    label { "Error" input name="error" autocomplete="off" maxlength="256" placeholder="OrderRejected"; }
                    label { "Cause" input name="cause" autocomplete="off" placeholder="optional"; }
                    button type="submit" name="answer" value="failure" class="danger" formnovalidate { "Send failure" }
                }
                @if !is_queued { button type="submit" name="answer" value="heartbeat" formnovalidate { "Send heartbeat" } }
            }
        }
    }
}
