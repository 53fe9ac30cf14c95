//! The page that asks before an action on selected executions. A comparison needs no question.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use stepwright_engine::Status;
use stepwright_history::report::text;

use super::executions::ListFilter;
use crate::console::execution::compare;
use crate::console::form::params::Params;
use crate::console::http::error::{PageError, PageResult, respond};
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::state::Console;

/// The most executions of one action.
const MOST: usize = 1_000;

pub(crate) async fn page(
    State(console): State<Console>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = match Params::of_form(&console, &uri, &headers, body).await {
        Ok(params) if params.text("do") == "compare" => match compare::selected(&params) {
            Ok(url) => return Redirect::to(&url).into_response(),
            Err(error) => Err(error.of_form(&uri, &headers, params.entered())),
        },
        Ok(params) => {
            let page = render(&console, &params).await;
            page.map_err(|error| error.of_form(&uri, &headers, params.entered()))
        }
        Err(error) => Err(error),
    };
    respond(&console, page)
}

/// Returns the filters of the list whose form was sent.
pub(crate) fn list_of(params: &Params) -> ListFilter {
    let query = params.text("list").split_once('?').map(|(_, query)| query);
    ListFilter::of(&Params::of_query(query))
}

async fn render(console: &Console, params: &Params) -> PageResult {
    let (action, verb, effect) = match params.text("do") {
        "stop" => (
            "/console/stop",
            "Stop",
            "A stopped execution ends with the status Aborted.",
        ),
        "redrive" => (
            "/console/redrive",
            "Redrive",
            "A redriven execution continues at the state that failed.",
        ),
        _ => {
            return Err(PageError::bad_request(
                "the form does not say what to do with the executions; press one of its buttons",
            ));
        }
    };
    let arns: Vec<&str> = params.all("arn").collect();
    if arns.is_empty() {
        return Err(PageError::bad_request(
            "no execution is selected; select at least one",
        ));
    }
    if arns.len() > MOST {
        return Err(PageError::bad_request(format!(
            "{} executions are selected, and one action takes at most {MOST}; select fewer",
            arns.len()
        )));
    }
    let mut rows = Vec::new();
    for arn in &arns {
        // A damaged execution can be stopped, so its status is not needed.
        let found = console.service.engine.execution(arn).await;
        let status = found.ok().flatten().map(|run| match run.final_report() {
            Some(report) => report.status,
            None => Status::Running,
        });
        rows.push((*arn, status));
    }
    let count = text::count(arns.len(), "execution");
    let list = list_of(params).own_url();
    let title = format!("{verb} {count}?");
    Ok(Page::new(&title, Section::Executions).render(
        console,
        html! {
            h1 { (title) }
            section class="panel" {
                p { (effect) }
                ul {
                    @for (arn, status) in &rows {
                        li {
                            a href=(link::execution(arn)) { (text::last_of(arn)) } " "
                            @match status {
                                Some(status) => (text::status(*status)),
                                None => span class="hint" { "not readable, or deleted" },
                            }
                        }
                    }
                }
                form method="post" action=(action) {
                    (console.form_field())
                    input type="hidden" name="list" value=(list);
                    @for arn in &arns { input type="hidden" name="arn" value=(arn); }
                    div class="buttons" {
                        button type="submit" class={ @if action == "/console/stop" { "danger" } @else { "primary" } } { (verb) " " (count) }
                        a class="button" href=(list) { "Cancel" }
                    }
                }
            }
        },
    ))
}
