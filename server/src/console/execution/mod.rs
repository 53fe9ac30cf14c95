//! One execution: its diagram, states, waits, events and data.

pub(super) mod compare;
pub(super) mod copies;
mod cost;
pub(super) mod editable;
pub(super) mod lineage;
mod logs;
mod restart;
mod root_cause;
pub(super) mod transition_cache;
pub(super) mod waits;

use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use stepwright_asl::StateMachine;
use stepwright_asl::json::Json as Asl;
use stepwright_engine::history::{History, HistoryQuery};
use stepwright_engine::server_support::Redrivability;
use stepwright_engine::value::Value;
use stepwright_engine::{ExecutionHandle, Status, Wait};
use stepwright_history::report::{
    self, EventFilter, ExecutionLinks, ExecutionView, most_interesting, siblings, text,
};
use stepwright_history::timeline::{Attempt, Timeline};
use stepwright_history::timeline_overlay;

use self::cost::Transitions;
use self::editable::is_editable;
use self::lineage::{Parent, visit_that_started};
use self::root_cause::{RootCause, last_failed};
use super::form::params::Params;
use super::http::error::{PageError, PageResult};
use super::http::guard::no_implicit_submission;
use super::markup::layout::{Page, Section};
use super::markup::link;
use super::markup::pictures;
use super::source::ExecutionSnapshot;
use super::state::Console;

/// The rows of the chart on a page.
const MOST_ROWS: usize = 300;
/// The events on a page.
const MOST_EVENTS: usize = 200;

/// Responds with the history as `aws stepfunctions get-execution-history` prints it.
pub(super) async fn history_file(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    match file_of(&console, &params).await {
        Ok(text) => (
            [
                (CONTENT_TYPE, "application/json"),
                (CONTENT_DISPOSITION, "attachment; filename=\"history.json\""),
            ],
            text,
        )
            .into_response(),
        Err(error) => error.respond(&console),
    }
}

async fn file_of(console: &Console, params: &Params) -> Result<String, PageError> {
    let run = console.snapshot(params.required("arn")?).await?;
    let history = run.history();
    let query = HistoryQuery::new().redact(history.redaction());
    let page = history.page(&query);
    let page = page.map_err(|error| PageError::bad_request(error.to_string()))?;
    Ok(format!("{:#}", page.to_json()))
}

impl Console {
    /// Returns an execution.
    ///
    /// # Errors
    ///
    /// When it does not exist, and those of the store.
    pub(super) async fn run(&self, arn: &str) -> Result<ExecutionHandle<Value>, PageError> {
        let found = self.service.engine.execution(arn).await?;
        found.ok_or_else(|| no_execution(arn))
    }

    /// Returns an execution with its history.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub(super) async fn snapshot(&self, arn: &str) -> Result<ExecutionSnapshot, PageError> {
        let found = self.source.execution(arn).await?;
        found.ok_or_else(|| no_execution(arn))
    }
}

fn no_execution(arn: &str) -> PageError {
    PageError::not_found(format!(
        "there is no execution `{arn}`: it was deleted, or it is a synchronous Express execution, which is not stored"
    ))
}

/// The links of a page about one execution.
#[derive(Debug)]
struct Links<'l> {
    arn: &'l str,
}

impl ExecutionLinks for Links<'_> {
    fn visit(&self, index: usize) -> String {
        link::visit(self.arn, index)
    }

    fn state(&self, name: &str) -> Option<String> {
        Some(link::state(self.arn, name))
    }

    fn execution(&self, arn: &str) -> Option<String> {
        Some(link::execution(arn))
    }

    fn map_run(&self, arn: &str) -> Option<String> {
        Some(link::map_run(arn))
    }
}

/// The views of the page.
const VIEWS: [(&str, &str); 4] = [
    ("", "States"),
    ("events", "Events"),
    ("logs", "Logs"),
    ("data", "Input and output"),
];

pub(super) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let arn = params.required("arn")?;
    let run = console.snapshot(arn).await?;
    let history = run.history();
    let timeline = Timeline::of(history);
    let waits = run.waits().await;
    let parent = Parent::of(console, run.execution()).await?;
    let is_redrivable = is_redrivable(console, &run).await;
    let transitions = Transitions::of(console, &timeline).await?;
    let root_cause = RootCause::of(console, arn, &timeline).await?;
    let tab = params.text("view");
    let lines = match tab {
        "logs" => logs::read(console.handler_logs.as_ref(), arn).await,
        _ => None,
    };
    let definition: Option<Asl> = history.definition().and_then(|text| text.parse().ok());
    let selected = selected(&timeline, params);
    let overlay = definition
        .as_ref()
        .map(|definition| timeline_overlay(definition, &timeline, history.redaction()));
    let model = definition
        .as_ref()
        .and_then(|json| StateMachine::from_value(json).ok());
    let explainer = model.as_ref().map(|model| timeline.explainer(model));
    let view = ExecutionView {
        timeline: &timeline,
        definition: definition.as_ref().zip(overlay.as_ref()),
        explainer: explainer.as_ref(),
        redaction: history.redaction(),
        now: console.service.now(),
        selected: selected.or_else(|| most_interesting(&timeline)),
        links: &Links { arn },
    };
    let shown_state = ShownState::of(&timeline, params);
    let title = format!(
        "{} · {}",
        text::words(timeline.status().as_str()),
        run.name()
    );
    let mut page = Page::new(&title, Section::Executions);
    if timeline.ended().is_none() {
        let after = history.written().to_string();
        page = page.live(link::with(
            link::LIVE_EXECUTION,
            &[("arn", arn), ("after", &after)],
        ));
    }
    Ok(page.render(
        console,
        html! {
            div data-part="head" {
                (breadcrumbs(&run, parent.as_ref()))
                h1 { (run.name()) " " (text::status(timeline.status())) }
                (facts(&run, &view, history, &transitions.render(console.service.engine.region())))
                (failure(&view))
                (root_cause.render(arn, history.redaction()))
                (restart::offer(console, &view, arn, is_redrivable))
            }
            div data-part="waits" { (waits::panel(console, &run, history, &waits, view.now, params.get(link::ANSWER))) }
            (action_forms(console, &run, &view, is_redrivable))
            nav class="tabs" aria-label="Views" {
                @for (name, title) in VIEWS {
                    a href=(link::with("/console/execution", &[("arn", arn), ("view", name)])) aria-current=[(name == tab).then_some("page")] { (title) }
                }
            }
            @match tab {
                "events" => (events(history, arn, params)),
                "logs" if console.source.store().is_some() => (logs::missing()),
                "logs" => (logs::panel(lines.as_ref(), run.execution().started())),
                "data" => (data(&view)),
                _ => (states(console, &run, &view, &waits, shown_state, params.get(link::RESTART).is_some())),
            }
        },
    ))
}

/// Returns the visit that the parameters select: by its index, or by what it started.
fn selected(timeline: &Timeline, params: &Params) -> Option<usize> {
    if let Some(index) = params.number("visit") {
        return Some(index);
    }
    if let Some(child) = params.get("child") {
        let is_it = |attempt: &Attempt| attempt.nested_execution() == Some(child);
        return visit_that_started(timeline, is_it);
    }
    if let Some(run) = params.get("map_run") {
        return visit_that_started(timeline, |attempt| attempt.map_run() == Some(run));
    }
    let visits = timeline.visits_of(params.get("state")?);
    visits.last().copied()
}

/// A state that was not entered, whose definition the page shows.
#[derive(Clone, Copy)]
struct ShownState<'p>(&'p str);

impl<'p> ShownState<'p> {
    fn of(timeline: &Timeline, params: &'p Params) -> Option<Self> {
        let state = params.get("state")?;
        timeline.visits_of(state).is_empty().then_some(Self(state))
    }
}

fn breadcrumbs(run: &ExecutionSnapshot, parent: Option<&Parent>) -> Markup {
    let about = run.execution();
    let name = about.machine_name();
    // The children of a Distributed Map are executions of `<machine>/<label>`.
    let machine = name.split_once('/').map_or(name, |(machine, _)| machine);
    html! {
        nav class="crumbs" aria-label="Breadcrumbs" {
            a href=(link::MACHINES) { "State machines" } " › "
            a href=(link::machine(machine, "")) { (machine) } " › "
            a href=(link::executions(machine, "")) { "Executions" }
            @if let Some(parent) = parent { (parent.crumbs(run.id())) }
        }
    }
}

fn facts(
    run: &ExecutionSnapshot,
    view: &ExecutionView<'_>,
    history: &History,
    cost: &Markup,
) -> Markup {
    let timeline = view.timeline;
    let started = timeline.started().unwrap_or(run.execution().started());
    let redrives = run.execution().redrive_count().unwrap_or_default();
    html! {
        dl class="facts" {
            div { dt { "Started (UTC)" } dd { (text::time(started)) } }
            @if let Some(ended) = timeline.ended() { div { dt { "Ended (UTC)" } dd { (text::time(ended)) } } }
            div { dt { "Time" } dd { (text::elapsed(started, timeline.ended(), view.now)) } }
            div { dt { "States entered" } dd { (timeline.visits().len()) } }
            div { dt { "Events" } dd { (history.written()) } }
            (cost)
            @if redrives > 0 { div { dt { "Redriven" } dd { (text::counted(redrives as usize, "time", "times")) } } }
            div { dt { "ARN" } dd { code { (run.id()) } } }
        }
        @if timeline.dropped() > 0 {
            p class="hint" { "The first " (text::count(timeline.dropped(), "event")) " of this execution are not stored, so states are missing here." }
        }
    }
}

/// Shows why the execution ended, with a link to the state.
fn failure(view: &ExecutionView<'_>) -> Markup {
    let timeline = view.timeline;
    let failed = last_failed(timeline);
    let failed = failed.and_then(|index| Some((index, timeline.visit(index)?)));
    html! {
        @if let Some(error) = timeline.error().or((timeline.status() == Status::TimedOut).then_some("States.Timeout")) {
            div class="message" role="alert" {
                strong { (view.redaction.text(error)) }
                @if let Some((index, visit)) = failed { " in " a href=(view.links.visit(index)) { (visit.state()) } }
                @if let Some(cause) = timeline.cause() { (text::cause(&view.redaction.text(cause))) }
            }
        }
    }
}

/// Returns whether the page has a button for a redrive. An execution of a store that cannot be read
/// is shown without the button.
async fn is_redrivable(console: &Console, run: &ExecutionSnapshot) -> bool {
    let Some(handle) = run.handle() else {
        return false;
    };
    let redrivability = console.service.engine.redrivability(handle).await;
    matches!(redrivability, Ok(Redrivability::Redrivable))
}

/// The forms that act on the whole execution.
fn action_forms(
    console: &Console,
    run: &ExecutionSnapshot,
    view: &ExecutionView<'_>,
    is_redrivable: bool,
) -> Markup {
    let is_open = view.timeline.ended().is_none();
    let arn = run.id();
    let redrives = run.execution().redrive_count().unwrap_or_default();
    // A client cannot start child executions of a Distributed Map, and executions of deleted state
    // machines.
    let machine = run.execution().machine_name();
    let is_startable = console.service.control.machine(machine).is_some();
    html! {
        div class="acts" data-part="acts" {
            @if !console.is_read_only && is_open {
                details class="act" { summary { "Stop" }
                    form method="post" action="/console/stop" class="panel" {
                        (no_implicit_submission())
                        (console.form_field())
                        input type="hidden" name="arn" value=(arn);
                        input type="hidden" name="redrives" value=(redrives);
                        label { "Error" input name="error" autocomplete="off" maxlength="256" placeholder="optional"; }
                        label { "Cause" input name="cause" autocomplete="off" placeholder="optional"; }
                        button type="submit" class="danger" { "Stop this execution" }
                    }
                }
            }
            @if !console.is_read_only && is_redrivable {
                form method="post" action="/console/redrive" {
                    (console.form_field())
                    input type="hidden" name="arn" value=(arn);
                    input type="hidden" name="redrives" value=(redrives);
                    button type="submit" { "Redrive" }
                }
            }
            @if !console.is_read_only && is_startable {
                a class="button" href=(link::with("/console/machine", &[("name", machine), ("input_of", arn)])) { "Start a copy" }
            }
            @if !console.is_read_only && is_editable(view.redaction, &run.execution().input().to_json()) {
                form method="post" action=(link::NEW_DEBUGGER) {
                    (console.form_field())
                    input type="hidden" name="execution" value=(arn);
                    button type="submit" { "Debug a copy" }
                }
            }
            a class="button" href=(link::compare(&[arn])) { "Compare" }
            a class="button" href=(link::with("/console/copy", &[("arn", arn)])) { "Copy as" }
            a class="button" href=(link::with("/console/execution/history.json", &[("arn", arn)])) download="history.json" { "History as a file" }
        }
    }
}

fn states(
    console: &Console,
    run: &ExecutionSnapshot,
    view: &ExecutionView<'_>,
    waits: &[Wait],
    shown: Option<ShownState<'_>>,
    is_restarting: bool,
) -> Markup {
    let url = shown.and_then(|ShownState(state)| view.links.state(state));
    let marked = shown.map(|ShownState(state)| state).zip(url.as_deref());
    let all = siblings(view.timeline, view.selected);
    let selected = all.iter().position(|index| Some(*index) == view.selected);
    // The rows around the selected one.
    let first = selected.unwrap_or_default().saturating_sub(MOST_ROWS / 2);
    let rows = &all[first.min(all.len())..all.len().min(first + MOST_ROWS)];
    let scope = view
        .selected
        .and_then(|index| view.timeline.visit(index))
        .map(|visit| visit.scope().join(" › "))
        .filter(|scope| !scope.is_empty());
    html! {
        div class="split" {
            section class="panel" data-part="picture" {
                @match pictures::of_execution(view, marked) {
                    Some(picture) => (picture),
                    None => p class="hint" { "The definition of this execution is not known to this engine, so there is no diagram." },
                }
            }
            section class="panel" id="state" aria-label="Selected state" {
                div data-part="visit" {
                    @if let Some(ShownState(state)) = shown {
                        h2 { (state) }
                        p class="hint" { "This state was not entered." }
                        (report::definition(view, state, true))
                    } @else {
                        @match view.selected.and_then(|index| report::visit(view, index)) {
                            Some(visit) => (visit),
                            None => p class="hint" { "No state was entered yet." },
                        }
                    }
                }
                div data-part="restart" { @if let Some(index) = view.selected.filter(|_| shown.is_none()) { (restart::form(console, view, run.id(), index, is_restarting)) } }
            }
        }
        section class="panel" data-part="chart" {
            h2 { "Timeline" @if let Some(scope) = &scope { " of " (scope) } }
            @if first > 0 { p class="pages" { a class="button" href=(view.links.visit(all[first - 1])) { "Earlier" } } }
            (report::chart(view, rows))
            @if let Some(later) = all.get(first + MOST_ROWS) { p class="pages" { a class="button" href=(view.links.visit(*later)) { "Later" } } }
            @if waits.is_empty() && all.is_empty() { p class="hint" { "No state was entered yet." } }
        }
    }
}

fn events(history: &History, arn: &str, params: &Params) -> Markup {
    let mut filter = EventFilter::new();
    filter.kind = params.text("kind").to_owned();
    filter.state = params.text("state").to_owned();
    filter.text = params.text("text").to_owned();
    filter.from = params.number("from").unwrap_or_default();
    let list = report::events(history, history.redaction(), &filter, MOST_EVENTS);
    let url = |from: &str| {
        link::with(
            "/console/execution",
            &[
                ("arn", arn),
                ("view", "events"),
                ("kind", &filter.kind),
                ("state", &filter.state),
                ("text", &filter.text),
                ("from", from),
            ],
        )
    };
    html! {
        form class="filters" method="get" action="/console/execution" role="search" aria-label="Filter events" {
            input type="hidden" name="arn" value=(arn);
            input type="hidden" name="view" value="events";
            label { "Type" input type="search" name="kind" value=(filter.kind) placeholder="Failed" autocomplete="off"; }
            label { "State" input type="search" name="state" value=(filter.state) placeholder="its whole name" autocomplete="off"; }
            label { "Text" input type="search" name="text" value=(filter.text) placeholder="in the details" autocomplete="off"; }
            div class="buttons" { button type="submit" class="primary" { "Filter" } }
        }
        section class="panel" data-part="events" {
            @if list.shown == 0 { p { "No event passes these filters." } } @else { (list.table) }
            p class="pages" {
                @if filter.from > 0 { a class="button" href=(url("")) { "First events" } " " }
                @if let Some(next) = list.next { a class="button" rel="next" href=(url(&next.to_string())) { "Next events" } " " }
                span class="hint" { (text::count(list.shown, "event")) " of " (history.written()) }
            }
        }
    }
}

fn data(view: &ExecutionView<'_>) -> Markup {
    let timeline = view.timeline;
    html! {
        section class="panel" data-part="data" {
            (report::value(view, "Input", timeline.input(), true))
            (report::value(view, "Output", timeline.output(), true))
            (report::variable_values(view, "Variables of the top level", timeline.variables().into_iter(), true))
        }
    }
}
