//! The lines that the handlers of an execution's tasks logged.

use std::sync::Arc;

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::handler_logs::{HandlerLogs, LogLine};
use stepwright_history::report::text;

/// Explains why a store without an engine has no logs.
pub(crate) fn missing() -> Markup {
    html! {
        section class="panel" {
            p { "The logs of handlers are in the process of the engine. This console only reads its store." }
        }
    }
}

/// The retained lines of an execution.
pub(crate) struct RetainedLines {
    lines: Vec<Arc<LogLine>>,
    /// How many older ones were dropped.
    dropped: u64,
}

/// Reads the retained lines of an execution, which may be in a database; `None` without logs.
pub(crate) async fn read(logs: Option<&HandlerLogs>, arn: &str) -> Option<RetainedLines> {
    let (logs, arn) = (logs?.clone(), arn.to_owned());
    let read = tokio::task::spawn_blocking(move || RetainedLines {
        lines: logs.of_execution(&arn),
        dropped: logs.dropped_lines(&arn),
    });
    match read.await {
        Ok(lines) => Some(lines),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Shows the retained lines of an execution; `began` is its start.
pub(crate) fn panel(lines: Option<&RetainedLines>, began: Timestamp) -> Markup {
    let Some(RetainedLines { lines, dropped }) = lines else {
        return html! {
            section class="panel" {
                p { "This server retains no logs of handlers. A program sets them with " code { "ServerBuilder::handler_logs" } "; " code { "stepwright serve --keep-logs" } " retains what commands of tasks write to standard error." }
            }
        };
    };
    html! {
        section class="panel" data-part="logs" {
            @if *dropped > 0 { p class="hint" { (dropped) " older lines were dropped." } }
            @if lines.is_empty() {
                p { "No line of this execution's handlers is retained." }
            } @else {
                div class="scroll" { table {
                    caption class="unseen" { "Lines of handlers" }
                    thead { tr { th class="number" { "After" } th { "Level" } th { "State" } th class="number" { "Attempt" } th class="wide" { "Message" } } }
                    tbody {
                        @for line in lines {
                            tr {
                                td class="number" { (text::duration(line.at.since(began))) }
                                td { (line.level.as_str()) }
                                td { (line.state) }
                                td class="number" { (line.attempt + 1) }
                                td class="wide" {
                                    (line.message)
                                    @for (name, value) in &line.fields { " " code { (name) "=" (value) } }
                                    @if line.is_cut { " " span class="hint" { "cut" } }
                                    " " span class="hint" { (line.target) }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}
