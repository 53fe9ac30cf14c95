//! A Map Run: its counts, and its child executions.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::html;
use stepwright_runtime::report::text;
use stepwright_runtime::{ExecutionSummary, Status};

use super::error::{PageError, PageResult, respond};
use super::executions::{Columns, MOST_CHILDREN, rows};
use super::layout::{Page, Section};
use super::link;
use super::live;
use super::params::Params;
use super::state::Console;

pub(super) async fn page(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let params = Params::of_query(query.as_deref());
    let page = render(&console, &params).await;
    respond(&console, page)
}

async fn render(console: &Console, params: &Params) -> PageResult {
    let arn = params.required("arn")?;
    let live = live::url_of_lists(console);
    let found = console.source.map_run(arn).await?;
    let (run, mut children) =
        found.ok_or_else(|| PageError::not_found(format!("there is no Map Run `{arn}`")))?;
    children.sort_by_key(rank);
    let shown = &children[..children.len().min(MOST_CHILDREN)];
    let mut page = Page::new("Map Run", Section::Executions);
    if run.stopped.is_none() {
        page = page.live(live);
    }
    let counts = &run.items;
    let now = console.service.now();
    Ok(page.render(
        console,
        html! {
            nav class="crumbs" aria-label="Breadcrumbs" {
                a href=(link::execution(&run.execution)) { "Execution " (text::last_of(&run.execution)) }
            }
            h1 { "Map Run " (text::status(run.status)) }
            dl class="facts" data-part="facts" {
                div { dt { "Started (UTC)" } dd { (text::time(run.started)) } }
                div { dt { "Time" } dd { (text::elapsed(run.started, run.stopped, now)) } }
                div { dt { "Items" } dd { (counts.total) } }
                div { dt { "Succeeded" } dd { (counts.succeeded) } }
                div { dt { "Failed" } dd { (counts.failed) } }
                div { dt { "Timed out" } dd { (counts.timed_out) } }
                div { dt { "Aborted" } dd { (counts.aborted) } }
                div { dt { "Running" } dd { (counts.running) } }
                div { dt { "Pending" } dd { (counts.pending) } }
            }
            @if run.stopped.is_none() && console.source.store().is_some() {
                p class="hint" { "The engine stores these numbers from time to time, so they can be older than the child executions below." }
            }
            progress max=(counts.total.max(1)) value=(counts.succeeded + counts.failed + counts.timed_out + counts.aborted) data-part="bar" {}
            section class="panel" data-part="children" {
                h2 { "Child executions" }
                @if children.is_empty() {
                    p class="hint" { "No child execution is stored: Express children are not, and Standard ones only until they are deleted." }
                } @else {
                    (rows(console, shown, Columns::OneMachine))
                    @if shown.len() < children.len() { p class="hint" { "The first " (shown.len()) " of " (children.len()) ", failures first." } }
                }
            }
        },
    ))
}

/// Failures are first, and successes last.
fn rank(child: &ExecutionSummary) -> u8 {
    match child.status {
        Status::Failed | Status::TimedOut => 0,
        Status::Running => 1,
        Status::Aborted => 2,
        _ => 3,
    }
}
