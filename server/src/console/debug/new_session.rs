//! The form that starts a debugger.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use stepwright_asl::model::MachineType;
use stepwright_engine::value::Value;
use stepwright_history::report::{text, visible};

use super::answer::json;
use super::subject::DebugSubject;
use crate::console::form::name_field::{name_field, name_of};
use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::{PageError, respond};
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::state::Console;

/// The name of a definition that a person enters.
const UNNAMED: &str = "definition";

/// Shows the form: for a state machine, or for a definition that a person enters.
pub(in crate::console) async fn form(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let input = match params.get("input_of") {
        Some(arn) => console.run(arn).await.and_then(|run| {
            let input = run.execution().input();
            console.check_editable(input)?;
            Ok(text::pretty(input))
        }),
        None => Ok(params.get("input").unwrap_or("{}").to_owned()),
    };
    let page = input.and_then(|input| {
        if let Some(machine) = params.get("machine") {
            let found = console.service.control.machine(machine);
            found.ok_or_else(|| {
                PageError::not_found(format!(
                    "there is no state machine `{machine}`; choose one of the list, or enter a definition"
                ))
            })?;
        }
        Ok(render(&console, &params, &input, None))
    });
    respond(&console, page)
}

/// Creates a debugger, and redirects to its page. An error is shown above the form.
pub(in crate::console) async fn create(
    State(console): State<Console>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let params = match Params::of_form(&console, &uri, &headers, body).await {
        Ok(params) => params,
        Err(error) => return error.respond(&console),
    };
    let opened = match subject(&console, &params).await {
        Ok(subject) => {
            let opening = console.clone();
            let open = move || subject.open(&opening.service, &opening.debug_sessions);
            match blocking(open).await {
                Ok(opened) => opened,
                Err(error) => return error.respond(&console),
            }
        }
        Err(problem) => Err(problem),
    };
    match opened {
        // 303: the browser loads the page with GET, so that a reload creates no other debugger.
        Ok(id) => Redirect::to(&link::debugger(&id)).into_response(),
        Err(problem) => {
            let input = params.get("input").unwrap_or("{}");
            let page = render(&console, &params, input, Some(&problem));
            (StatusCode::BAD_REQUEST, Html(visible(page.into_string()))).into_response()
        }
    }
}

/// Returns what a form names: an execution, a state machine, or a definition.
async fn subject(console: &Console, params: &Params) -> Result<DebugSubject, String> {
    let message = |error: PageError| error.message().to_owned();
    let service = &console.service;
    let mut subject = if let Some(arn) = params.get("execution") {
        let run = console.run(arn).await.map_err(message)?;
        console
            .check_editable(run.execution().input())
            .map_err(message)?;
        let history = run.history().await;
        let about = run.execution();
        let (name, input) = (about.machine_name(), about.input().clone());
        match history.definition() {
            Some(text) => {
                let kind = history.machine_type();
                DebugSubject::new(name.to_owned(), text.to_owned(), kind, input)
            }
            None => DebugSubject::of_machine(service, name, input)
                .ok_or("the definition of this execution is not known to this engine")?,
        }
    } else {
        let input = json(params, "input", "the input")?;
        if let Some(definition) = params.get("definition") {
            let kind = match params.text("type") {
                "EXPRESS" => MachineType::Express,
                _ => MachineType::Standard,
            };
            DebugSubject::new(UNNAMED.to_owned(), definition.to_owned(), kind, input)
        } else if let Some(name) = params.get("machine") {
            let found = DebugSubject::of_machine(service, name, input);
            found.ok_or_else(|| format!("there is no state machine `{name}`"))?
        } else if let Some(arn) = params.get("stateMachineArn") {
            let found = DebugSubject::of_arn(service, arn, input);
            found.map_err(|error| error.message().to_owned())?
        } else {
            return Err("there is no definition; enter one".to_owned());
        }
    };
    let name = name_of(params).map_err(message)?;
    subject.name = name.map(str::to_owned);
    let items = json(params, "items", "the items")?;
    let items = items.as_object().ok_or(
        "the items must be a JSON object with an array for each Distributed Map, by the name of its state",
    )?;
    let items = items.iter();
    subject.items = items
        .map(|(state, items)| (state.to_owned(), Value::clone(items)))
        .collect();
    Ok(subject)
}

fn render(console: &Console, params: &Params, input: &str, problem: Option<&str>) -> Markup {
    // A form of the page of a state machine has its ARN.
    let arn = params.get("stateMachineArn");
    let machine = params.get("machine");
    let subject = machine.or(arn.map(text::last_of));
    let items = params.text("items");
    Page::new("Debugger", Section::Debugger).render(
        console,
        html! {
            @if let Some(machine) = machine {
                nav class="crumbs" aria-label="Breadcrumbs" {
                    a href=(link::MACHINES) { "State machines" } " › "
                    a href=(link::machine(machine, "")) { (machine) }
                }
            }
            h1 { @if let Some(subject) = subject { "Debug " (subject) } @else { "Debug a definition" } }
            @if let Some(problem) = problem { pre class="message" role="alert" { (problem) } }
            section class="panel" {
                p class="hint" { "The debugger runs one execution step by step, on its own virtual time. Nothing is called or stored unless you run a real handler." }
                form method="post" action=(link::NEW_DEBUGGER) {
                    (console.form_field())
                    @if let Some(machine) = machine {
                        input type="hidden" name="machine" value=(machine);
                    } @else if let Some(arn) = arn {
                        input type="hidden" name="stateMachineArn" value=(arn);
                    } @else if let Some(execution) = params.get("execution") {
                        input type="hidden" name="execution" value=(execution);
                    } @else {
                        label { "Definition, as JSON" textarea name="definition" rows="14" spellcheck="false" required { (params.text("definition")) } }
                        label { "Type"
                            select name="type" {
                                option value="STANDARD" { "Standard" }
                                option value="EXPRESS" selected[params.text("type") == "EXPRESS"] { "Express" }
                            }
                        }
                    }
                    label { "Input, as JSON" textarea name="input" rows="8" spellcheck="false" { (input) } }
                    (name_field("Name of the execution", "debug", params.text("name")))
                    details class="act" open[!items.is_empty()] {
                        summary { "Items of Distributed Maps" }
                        p class="hint" { "The debugger reads no objects. It uses these arrays for an ItemReader, by the name of the state: " code { "{\"Each order\": [1, 2]}" } }
                        label { "Items, as JSON" textarea name="items" rows="4" spellcheck="false" { (items) } }
                    }
                    div class="buttons" { button type="submit" class="primary" { "Start the debugger" } }
                }
            }
            @if subject.is_none() {
                p class="hint" { "To debug a state machine of this engine, or a copy of an execution, use the button on its page." }
            }
        },
    )
}
