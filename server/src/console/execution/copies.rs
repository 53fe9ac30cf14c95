//! An execution as commands that start it again, and as a test in Rust.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use stepwright_engine::server_support::{input_text, origin};
use stepwright_engine::start_command::StartCommand;
use stepwright_engine::{ExecutionInfo, Redaction};
use stepwright_testing::GeneratedTest;

use crate::console::form::params::Params;
use crate::console::http::error::{PageError, PageResult, respond};
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::source::ExecutionSnapshot;
use crate::console::state::Console;

/// The most bytes of a text on the page; more is in the file.
const MOST_BYTES: usize = 131_072;

pub(crate) async fn page(
    State(console): State<Console>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let page = render(&console, &headers, &params).await;
    respond(&console, page)
}

/// Responds with the test as a file.
pub(crate) async fn test_file(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    match test_of(&console, &params).await {
        Ok(test) => (
            [
                (CONTENT_TYPE, "text/plain; charset=utf-8"),
                (CONTENT_DISPOSITION, "attachment; filename=\"execution.rs\""),
            ],
            test.source().to_owned(),
        )
            .into_response(),
        Err(error) => error.respond(&console),
    }
}

async fn test_of(console: &Console, params: &Params) -> Result<GeneratedTest, PageError> {
    let run = console.snapshot(params.required("arn")?).await?;
    let test = GeneratedTest::of(run.history()).await;
    test.map_err(|error| PageError::refused(error.to_string()))
}

async fn render(console: &Console, headers: &HeaderMap, params: &Params) -> PageResult {
    let arn = params.required("arn")?;
    let run = console.snapshot(arn).await?;
    let history = run.history();
    let masked = masked_input(history.redaction(), run.execution());
    let note = if masked.is_some() {
        " It has [redacted] instead of masked values; replace them first."
    } else {
        ""
    };
    let starts = format!("Starts an execution with the same input.{note}");
    let requests = format!("The same request, without the AWS CLI.{note}");
    let command = match console.source.store() {
        Some(_) => Err("this console has no API to which a command could connect"),
        None => Ok(start_command(console, headers, &run, masked)),
    };
    let aws = command.as_ref().map(StartCommand::aws);
    let curl = command.as_ref().map(StartCommand::curl);
    let test = GeneratedTest::of(history).await;
    let test = test.as_ref().map(|test| test.source().to_owned());
    let test_file = link::with("/console/copy/test.rs", &[("arn", arn)]);
    Ok(
        Page::new("Copy as", Section::Executions).render(
            console,
            html! {
                nav class="crumbs" aria-label="Breadcrumbs" {
                    a href=(link::EXECUTIONS) { "Executions" } " › "
                    a href=(link::execution(arn)) { (run.name()) }
                }
                h1 { "Copy " (run.name()) " as" }
                (section("aws", "AWS CLI", &starts, aws, None))
                (section("curl", "curl", &requests, curl, None))
                (section(
                    "test",
                    "Test in Rust",
                    "Runs the definition with the same input, and with a mock for each state whose task was called. It needs stepwright-runtime, serde_json and tokio.",
                    test,
                    Some(&test_file),
                ))
            },
        ),
    )
}

/// Returns the input with masks; `None` if nothing in it is masked.
fn masked_input(redaction: &Redaction, execution: &ExecutionInfo) -> Option<String> {
    let input = execution.input().to_json();
    let masked = redaction.value(&input);
    (masked != input).then(|| masked.to_string())
}

fn start_command(
    console: &Console,
    headers: &HeaderMap,
    run: &ExecutionSnapshot,
    masked: Option<String>,
) -> StartCommand {
    let about = run.execution();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let endpoint = format!("http://{}", host.unwrap_or("127.0.0.1"));
    let origin = origin(about);
    let qualified = origin.and_then(|origin| origin.alias.as_ref().or(origin.version.as_ref()));
    let machine = qualified.map_or(about.machine_id(), |arn| arn.as_str());
    let input = masked.unwrap_or_else(|| input_text(about));
    StartCommand::new(endpoint, machine, input).signed(console.access.keys.is_some())
}

/// Returns the section of one text, or the reason why there is none.
fn section<E: std::fmt::Display>(
    id: &str,
    title: &str,
    hint: &str,
    text: Result<String, E>,
    file: Option<&str>,
) -> Markup {
    html! {
        section class="panel" id=(id) {
            h2 { (title) }
            @match text {
                Ok(text) => {
                    p class="hint" { (hint) }
                    @if text.len() <= MOST_BYTES {
                        pre id={ (id) "-text" } tabindex="0" role="region" aria-label=(title) { (text) }
                    } @else {
                        p { "The text has " (text.len()) " bytes, too many for this page." }
                    }
                    div class="buttons" {
                        @if text.len() <= MOST_BYTES {
                            // The script shows the button, because it works only with the script.
                            button type="button" hidden data-copy={ (id) "-text" } { "Copy" }
                        }
                        @if let Some(file) = file { a class="button" href=(file) download="execution.rs" { "Download" } }
                    }
                },
                Err(reason) => p { "Not available: " (reason) "." },
            }
        }
    }
}
