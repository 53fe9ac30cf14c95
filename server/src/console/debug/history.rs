//! The positions and the events of a debugger so far.

use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use stepwright_engine::history::{History, HistoryQuery};
use stepwright_history::report::{self, EventFilter, text};
use stepwright_testing::debug::Position;

use super::forms::FormFields;
use super::frame::Frame;
use super::position::short;
use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::PageError;
use crate::console::markup::link;
use crate::console::state::Console;

/// The positions, and the events, on a page.
const MOST_POSITIONS: usize = 20;
const MOST_EVENTS: usize = 100;

/// Responds with the history as `aws stepfunctions get-execution-history` prints it.
pub(in crate::console) async fn history_file(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let session = match console.debug_session(params.text("session")) {
        Ok(session) => session,
        Err(error) => return error.respond(&console),
    };
    let read = move || {
        let history = session.lock().frame().debugger.history();
        let page = history.page(&HistoryQuery::new().redact(history.redaction()));
        page.map(|page| format!("{:#}", page.to_json()))
    };
    match blocking(read).await {
        Ok(Ok(text)) => (
            [
                (CONTENT_TYPE, "application/json"),
                (CONTENT_DISPOSITION, "attachment; filename=\"history.json\""),
            ],
            text,
        )
            .into_response(),
        Ok(Err(error)) => PageError::bad_request(error.to_string()).respond(&console),
        Err(error) => error.respond(&console),
    }
}

/// Lists the positions, the newest first, each with a button that goes back to it.
pub(super) fn positions(form: &FormFields<'_>, frame: &Frame, params: &Params) -> Markup {
    let all: Vec<&Position> = frame.debugger.positions().collect();
    let last = all.len() - 1;
    let to = params.number("before").unwrap_or(all.len()).min(all.len());
    let from = to.saturating_sub(MOST_POSITIONS);
    let url = |before: usize| {
        let before = before.to_string();
        let params = [("session", form.session), ("before", before.as_str())];
        format!("{}#positions", link::with(link::DEBUGGER, &params))
    };
    html! {
        section class="panel" id="positions" {
            h2 { "Positions" }
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("back-to"))
                div class="scroll" { table {
                    thead { tr { th class="number" { "#" } th { "Position" } th class="number" { "After" } th { span class="unseen" { "Go back" } } } }
                    tbody {
                        @for (index, position) in all.iter().enumerate().take(to).skip(from).rev() {
                            tr class=[(index == last).then_some("current")] {
                                td class="number" { (index + 1) }
                                th scope="row" {
                                    (short(&position.kind))
                                    @if !position.scope().is_empty() { " " span class="hint" { (position.scope().join(" › ")) } }
                                }
                                td class="number" { (text::duration(position.time.since(frame.started))) }
                                td {
                                    @if index == last { span class="hint" { "now" } }
                                    @else { button type="submit" name="index" value=(index) aria-label={ "Back to position " (index + 1) } { "Back to here" } }
                                }
                            }
                        }
                    }
                } }
            }
            @if from > 0 || to < all.len() {
                p class="pages" {
                    @if to < all.len() { a class="button" href=(url((to + MOST_POSITIONS).min(all.len()))) { "Later positions" } }
                    @if from > 0 { a class="button" href=(url(from)) { "Earlier positions" } }
                }
            }
        }
    }
}

/// Lists the newest events, or those from a chosen one on.
pub(super) fn events(session: &str, history: &History, params: &Params) -> Markup {
    let newest = history.written().saturating_sub(MOST_EVENTS as u32) + 1;
    let chosen: Option<u32> = params.number("from");
    let mut filter = EventFilter::new();
    filter.from = chosen.unwrap_or(newest).max(1);
    let list = report::events(history, history.redaction(), &filter, MOST_EVENTS);
    let url = |from: u32| {
        let from = from.to_string();
        let url = link::with(link::DEBUGGER, &[("session", session), ("from", &from)]);
        format!("{url}#events")
    };
    html! {
        section class="panel" id="events" {
            details open[chosen.is_some()] {
                summary { "Events: " (text::count(history.written() as usize, "event")) " so far" }
                (list.table)
                p class="pages" {
                    @if filter.from > 1 { a class="button" href=(url(filter.from.saturating_sub(MOST_EVENTS as u32).max(1))) { "Earlier events" } }
                    @if let Some(next) = list.next { a class="button" href=(url(next)) { "Later events" } }
                }
            }
        }
    }
}
