//! The page of a debugger.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use stepwright_asl::StateMachine;
use stepwright_history::report::{self, ExecutionLinks, ExecutionView};
use stepwright_history::timeline::Timeline;
use stepwright_history::timeline_overlay;
use stepwright_testing::debug::Position;

use super::frame::Frame;
use super::session::{DebugSession, SessionState};
use super::{forms, history, position};
use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::{PageError, respond};
use crate::console::lists::machines::kind;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::markup::pictures;
use crate::console::state::Console;

pub(in crate::console) async fn page(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let found = console.debug_session(params.text("session"));
    let page = match found {
        Ok(session) => {
            let console = console.clone();
            blocking(move || render(&console, &session, &params)).await
        }
        Err(error) => Err::<Markup, PageError>(error),
    };
    respond(&console, page)
}

/// The links of the page.
struct DebugLinks<'l> {
    session: &'l str,
}

impl ExecutionLinks for DebugLinks<'_> {
    fn visit(&self, index: usize) -> String {
        let index = index.to_string();
        let params = [("session", self.session), ("visit", &index)];
        format!("{}#visited", link::with(link::DEBUGGER, &params))
    }

    /// An execution that the debugger steps into is not stored.
    fn execution(&self, _: &str) -> Option<String> {
        None
    }

    fn map_run(&self, _: &str) -> Option<String> {
        None
    }
}

fn render(console: &Console, session: &DebugSession, params: &Params) -> Markup {
    let state = session.lock();
    let frame = state.frame();
    let events = frame.debugger.history();
    let timeline = Timeline::of(&events);
    let current = frame.debugger.position();
    let visit: Option<usize> = params.number("visit");
    let overlay = timeline_overlay(&frame.definition, &timeline, events.redaction());
    let model = StateMachine::from_value(&frame.definition).ok();
    let explainer = model.as_ref().map(|model| timeline.explainer(model));
    let view = ExecutionView {
        timeline: &timeline,
        definition: Some((&frame.definition, &overlay)),
        explainer: explainer.as_ref(),
        redaction: events.redaction(),
        now: current.time,
        selected: visit,
        links: &DebugLinks {
            session: &session.id,
        },
    };
    let form = forms::FormFields {
        console,
        session: &session.id,
        changes: state.changes,
    };
    let title = format!("Debug {}", frame.machine);
    Page::new(&title, Section::Debugger).render(
        console,
        html! {
            (breadcrumbs(console, &state))
            h1 { (frame.machine) " " span class="tag" { (kind(frame.machine_type)) } " " span class="tag" { "debugger" } }
            @if let Some(feedback) = &state.feedback {
                @if feedback.is_error { pre class="message" role="alert" { (feedback.text) } }
                @else { pre class="notice" role="status" { (feedback.text) } }
            }
            (forms::steps(&form, &state))
            div class="split debugger" {
                div {
                    section class="panel" id="position" aria-label="Position" {
                        (position::words(frame))
                        (forms::of_position(&form, &state))
                        (position::data(&view, current))
                        (position::others(current))
                    }
                    (forms::evaluate(&form, &state))
                    (history::positions(&form, frame, params))
                }
                div {
                    section class="panel" aria-label="Diagram" { (picture(&view, current)) }
                    @if let Some(visited) = visit.and_then(|index| report::visit(&view, index)) {
                        section class="panel" id="visited" aria-label="Visited state" { (visited) }
                    }
                    (forms::breakpoints(&form, &state))
                }
            }
            (history::events(&session.id, &events, params))
            (end(&form, &session.id))
        },
    )
}

/// Shows the executions from the first one to the current one.
fn breadcrumbs(console: &Console, state: &SessionState) -> Markup {
    let frames: Vec<&Frame> = state.frames().collect();
    let starting = |frame: &Frame| {
        let state = frame.debugger.position().state();
        state.map(str::to_owned)
    };
    // A definition that a person entered has no page.
    let has_page = |frame: &Frame| console.service.control.machine(&frame.machine).is_some();
    html! {
        nav class="crumbs" aria-label="Breadcrumbs" {
            a href=(link::MACHINES) { "State machines" }
            @for (index, frame) in frames.iter().enumerate() {
                " › "
                @if has_page(frame) { a href=(link::machine(&frame.machine, "")) { (frame.machine) } }
                @else { (frame.machine) }
                @if index + 1 < frames.len() { @if let Some(state) = starting(frame) { ", state " (state) } }
            }
        }
    }
}

fn picture(view: &ExecutionView<'_>, current: &Position) -> Markup {
    let too_large = view
        .definition
        .and_then(|(definition, _)| pictures::too_large(definition));
    let picture = too_large.or_else(|| match current.state() {
        Some(state) => report::picture_at(view, state, "#position"),
        None => report::picture(view),
    });
    html! { @if let Some(picture) = picture { (picture) } }
}

fn end(form: &forms::FormFields<'_>, session: &str) -> Markup {
    let file = link::with("/console/debug/history.json", &[("session", session)]);
    html! {
        div class="acts" {
            a class="button" href=(file) download="history.json" { "History as a file" }
            form method="post" action=(link::DEBUG_ACTION) {
                (form.hidden("end"))
                button type="submit" { "End the debugger" }
            }
        }
    }
}
