//! Executions as a file of JSON Lines: one object for each execution, as
//! `aws stepfunctions describe-execution` and `get-execution-history` print it.

use std::collections::VecDeque;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use serde_json::{Value as Json, json};
use stepwright_asl::redaction::Redaction;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::history::{History, HistoryQuery};

use super::executions::{ListFilter, MOST_EXPORTED};
use crate::console::form::params::Params;
use crate::console::http::error::PageError;
use crate::console::state::Console;

/// The most executions that are compared with a filter.
const MOST_READ: usize = 20_000;
/// The maximum number of events that are written together, and their bytes.
const EVENTS: usize = 1_000;
const EVENT_BYTES: u64 = 65_536;

/// Exports the executions that a URL names, or all that pass its filters.
pub(crate) async fn of_query(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let has_selection = params.get("selected").is_some();
    export(&console, &params, has_selection).await
}

/// Exports the executions that a form names.
pub(crate) async fn of_form(
    State(console): State<Console>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match Params::of_form(&console, &uri, &headers, body).await {
        Ok(params) => export(&console, &params, true).await,
        Err(error) => error.respond(&console),
    }
}

async fn export(console: &Console, params: &Params, has_selection: bool) -> Response {
    if console.source.store().is_some() {
        let message = "this console only reads a store; `stepwright store export` writes its executions to a file";
        return PageError::refused(message).respond(console);
    }
    let arns: VecDeque<String> = params.all("arn").map(str::to_owned).collect();
    if has_selection && arns.is_empty() {
        return PageError::bad_request("no execution is selected; select at least one")
            .respond(console);
    }
    let matching = arns.is_empty().then(|| ListFilter::of(params));
    let mut export = Export {
        console: console.clone(),
        arns,
        matching,
        line: None,
        lines: 0,
        read: 0,
        message: None,
    };
    // An error before the first byte has a page. A later one ends the connection, so that the
    // browser reports an incomplete file.
    let first = match export.chunk().await {
        Ok(first) => first,
        Err(error) => return error.respond(console),
    };
    let rest = try_unfold((first, export), async |(first, mut export)| {
        let chunk = match first {
            Some(first) => Some(first),
            None => {
                let next = export.chunk().await;
                next.map_err(|error| std::io::Error::other(error.message().to_owned()))?
            }
        };
        Ok::<_, std::io::Error>(chunk.map(|chunk| (Bytes::from(chunk), (None, export))))
    });
    (
        [
            (CONTENT_TYPE, "application/jsonl"),
            (
                CONTENT_DISPOSITION,
                "attachment; filename=\"executions.jsonl\"",
            ),
        ],
        Body::from_stream(rest),
    )
        .into_response()
}

/// A file that is being written.
struct Export {
    console: Console,
    /// The next executions.
    arns: VecDeque<String>,
    /// The filter of the executions after those, if there may be some.
    matching: Option<ListFilter>,
    line: Option<Line>,
    lines: usize,
    /// How many executions were compared with the filter.
    read: usize,
    /// The reason why the file ends before the last execution.
    message: Option<String>,
}

/// The line that is being written.
struct Line {
    history: History,
    redaction: Redaction,
    /// The position in the history.
    after: Option<String>,
}

impl Export {
    /// Returns the next text of the file; `None` at its end.
    async fn chunk(&mut self) -> Result<Option<String>, PageError> {
        if let Some(line) = &mut self.line {
            let (text, is_over) = line.events()?;
            if is_over {
                self.line = None;
            }
            return Ok(Some(text));
        }
        let Some(arn) = self.next_arn().await? else {
            let message = self.message.take();
            return Ok(message.map(|message| format!("{}\n", json!({ "message": message }))));
        };
        if self.lines >= MOST_EXPORTED {
            self.end(format!(
                "the file has the first {MOST_EXPORTED} executions, and there are more; export the others with a narrower filter"
            ));
            return Ok(Some(String::new()));
        }
        self.lines += 1;
        self.begin(&arn).await.map(Some)
    }

    async fn next_arn(&mut self) -> Result<Option<String>, PageError> {
        while self.arns.is_empty() {
            let Some(filter) = &mut self.matching else {
                return Ok(None);
            };
            let list = filter.read(&self.console).await?;
            self.arns.extend(list.rows.into_iter().map(|row| row.id));
            self.read += list.read;
            match list.next {
                Some(_) if self.read >= MOST_READ => {
                    self.matching = None;
                    self.message = Some(format!(
                        "{} executions were read, and there are more; export the others with a narrower filter",
                        self.read
                    ));
                }
                Some(next) => filter.after = next,
                None => self.matching = None,
            }
        }
        Ok(self.arns.pop_front())
    }

    /// Ends the file with a message.
    fn end(&mut self, message: String) {
        self.arns.clear();
        self.matching = None;
        self.message = Some(message);
    }

    /// Begins the line of an execution with its description.
    async fn begin(&mut self, arn: &str) -> Result<String, PageError> {
        let console = &self.console;
        let Some(run) = console.service.engine.execution(arn).await? else {
            let missing = json!({"executionArn": arn, "message": "there is no execution with this ARN; it was deleted"});
            return Ok(format!("{missing}\n"));
        };
        let history = run.history().await;
        let redaction = history.redaction().clone();
        let description = console.perform("DescribeExecution", json!({"executionArn": arn}));
        let description = as_printed(description.await?, &redaction);
        self.line = Some(Line {
            history,
            redaction,
            after: None,
        });
        Ok(format!(
            "{{\"description\":{description},\"history\":{{\"events\":["
        ))
    }
}

impl Line {
    /// Returns the next events, and whether the line ends after them.
    fn events(&mut self) -> Result<(String, bool), PageError> {
        let mut query = HistoryQuery::new()
            .limit(EVENTS)
            .bytes(EVENT_BYTES)
            .redact(&self.redaction);
        let is_first = self.after.is_none();
        if let Some(after) = self.after.take() {
            query = query.after(after);
        }
        let page = self.history.page(&query);
        let page = page.map_err(|error| PageError::refused(error.to_string()))?;
        let mut text = String::new();
        let events = page.to_json();
        let events = events["events"].as_array().into_iter().flatten();
        for (number, event) in events.enumerate() {
            if number > 0 || !is_first {
                text.push(',');
            }
            text.push_str(&event.to_string());
        }
        self.after = page.next;
        let is_over = self.after.is_none();
        if is_over {
            text.push_str("]}}\n");
        }
        Ok((text, is_over))
    }
}

/// Returns a description with times as the AWS CLI prints them, and with masked fields.
fn as_printed(mut description: Json, redaction: &Redaction) -> Json {
    for name in ["startDate", "stopDate", "redriveDate"] {
        if let Some(seconds) = description[name].as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the milliseconds of times are exact in `f64`"
            )]
            let millis = (seconds * 1_000.0).round() as i64;
            let time = Timestamp::from_unix_micros(millis.saturating_mul(1_000));
            description[name] = Json::from(time.to_string());
        }
    }
    for name in ["input", "output", "error", "cause"] {
        if let Some(text) = description[name].as_str() {
            description[name] = Json::from(redaction.text(text).into_owned());
        }
    }
    if let Some(members) = description.as_object_mut() {
        // An access above adds the members that are missing.
        members.retain(|_, value| !value.is_null());
    }
    description
}
