//! Two executions: the first differences of their paths and of their data.

use maud::{Markup, html};
use serde_json::Value as Json;
use stepwright_engine::{ExecutionFilter, Status};
use stepwright_history::report::text;
use stepwright_history::timeline::{Comparison, DataDifference, PathDifference, Timeline};
use stepwright_history::timeline::{ValueDifferences, Visit};

use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::{PageError, PageResult};
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::source::ExecutionSnapshot;
use crate::console::state::Console;

const DATA: &str = "First other data";
const RESULT: &str = "First other result for the same input";

/// Returns the page that compares the two executions which are selected in a list.
///
/// # Errors
///
/// When other than two are selected.
pub(crate) fn selected(params: &Params) -> Result<String, PageError> {
    let arns: Vec<&str> = params.all("arn").collect();
    match arns[..] {
        [_, _] => Ok(link::compare(&arns)),
        _ => Err(PageError::bad_request(format!(
            "{} selected, and a comparison has two; select two",
            text::counted(arns.len(), "execution is", "executions are")
        ))),
    }
}

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let arn = params.required("arn")?;
    if params.get("selected").is_some() {
        selected(&params)?;
    }
    let left = console.snapshot(arn).await?;
    let right = other(&console, &left, &params).await?;
    blocking(move || page(&console, &left, right.as_ref(), params.text("with"))).await
}

/// Returns the execution that the parameters name, or the last one of the same state machine that
/// succeeded; `None` if none has.
async fn other(
    console: &Console,
    left: &ExecutionSnapshot,
    params: &Params,
) -> Result<Option<ExecutionSnapshot>, PageError> {
    if let Some(named) = params.get("with") {
        let own = left.id().strip_suffix(left.name());
        let arn = match own.filter(|_| !named.starts_with("arn:")) {
            Some(own) => format!("{own}{named}"),
            None => named.to_owned(),
        };
        return console.snapshot(&arn).await.map(Some);
    }
    if let Some(arn) = params.all("arn").nth(1) {
        return console.snapshot(arn).await.map(Some);
    }
    let filter = ExecutionFilter::new().machine(left.execution().machine_name());
    let newest = console.executions(filter.status(Status::Succeeded).limit(2));
    let newest = newest.await?.executions;
    match newest.iter().find(|other| other.id != left.id()) {
        // It may have been deleted concurrently.
        Some(other) => Ok(console.source.execution(&other.id).await?),
        None => Ok(None),
    }
}

fn page(
    console: &Console,
    left: &ExecutionSnapshot,
    right: Option<&ExecutionSnapshot>,
    named: &str,
) -> Markup {
    let title = match right {
        Some(right) => format!("{} and {}", left.name(), right.name()),
        None => format!("Compare {}", left.name()),
    };
    Page::new(&title, Section::Executions).render(
        console,
        html! {
            nav class="crumbs" aria-label="Breadcrumbs" {
                a href=(link::EXECUTIONS) { "Executions" } " › "
                a href=(link::execution(left.id())) { (left.name()) }
            }
            h1 { (title) }
            form class="filters" method="get" action=(link::COMPARE) aria-label="Choose an execution" {
                input type="hidden" name="arn" value=(left.id());
                label { "Compare with" input name="with" value=(named) placeholder="its name or ARN" autocomplete="off"; }
                div class="buttons" { button type="submit" class="primary" { "Compare" } }
            }
            @match right {
                Some(right) => (Sides::of(left, right).render(console)),
                None => p class="panel" { "No other execution of this state machine has succeeded. Enter the name of one." },
            }
        },
    )
}

/// One of the two executions.
struct Side<'s> {
    run: &'s ExecutionSnapshot,
    timeline: Timeline,
}

struct Sides<'s> {
    left: Side<'s>,
    right: Side<'s>,
}

impl<'s> Side<'s> {
    fn of(run: &'s ExecutionSnapshot) -> Self {
        let timeline = Timeline::of(run.history());
        Self { run, timeline }
    }

    /// Returns a link to a visit, or says why there is none.
    fn visit(&self, index: Option<usize>) -> Markup {
        let visit = index.and_then(|index| Some((index, self.timeline.visit(index)?)));
        html! {
            @match visit {
                Some((index, visit)) => {
                    a href=(link::visit(self.run.id(), index)) { (visit.state()) }
                    @if !visit.scope().is_empty() { " " span class="hint" { "in " (visit.scope().join(" › ")) } }
                },
                None => { "no further state" },
            }
        }
    }
}

impl<'s> Sides<'s> {
    fn of(left: &'s ExecutionSnapshot, right: &'s ExecutionSnapshot) -> Self {
        Self {
            left: Side::of(left),
            right: Side::of(right),
        }
    }

    fn both(&self) -> [&Side<'s>; 2] {
        [&self.left, &self.right]
    }

    fn render(&self, console: &Console) -> Markup {
        let (redaction, now) = (console.source.redaction(), console.service.now());
        let (left, right) = (&self.left.timeline, &self.right.timeline);
        let compared = Comparison::of(left, right, redaction);
        let inputs = ValueDifferences::of(left.input(), right.input(), redaction);
        let definitions = self.both().map(|side| side.run.history().definition());
        let result = compared.result.as_ref();
        html! {
            div class="scroll" { table {
                thead { tr { th { "Name" } th { "Status" } th { "Error" } th { "Started (UTC)" } th class="number" { "Time" } th class="number" { "States entered" } } }
                tbody { @for side in self.both() {
                    @let started = side.timeline.started().unwrap_or(side.run.execution().started());
                    tr {
                        th scope="row" { a href=(link::execution(side.run.id())) { (side.run.name()) } }
                        td { (text::status(side.timeline.status())) }
                        td { @if let Some(error) = side.timeline.error() { (redaction.text(error)) } }
                        td { (text::time(started)) }
                        td class="number" { (text::elapsed(started, side.timeline.ended(), now)) }
                        td class="number" { (side.timeline.visits().len()) }
                    }
                } }
            } }
            @if definitions[0] != definitions[1] {
                p class="hint" { "They have different definitions: another version, or another state machine." }
            }
            @for side in self.both() {
                @if side.timeline.ended().is_none() { p class="hint" { (side.run.name()) " has not ended, and is compared as far as it is." } }
                @if side.timeline.dropped() > 0 { p class="hint" { "The first events of " (side.run.name()) " are not stored, so states are missing." } }
            }
            section class="panel" id="path" {
                h2 { "First other state" }
                @match &compared.path {
                    None => p { "Both entered the same states: " (text::count(compared.compared, "state")) "." },
                    Some(path) => (self.path(path)),
                }
            }
            section class="panel" id="data" {
                h2 { (DATA) }
                @match &compared.data {
                    None if compared.is_cut => p { "The data is too large to be compared completely." },
                    None if compared.path.is_some() => p { "The data of all states before it is the same." },
                    None => p { "The data of all states is the same." },
                    Some(data) => (self.data(DATA, data)),
                }
            }
            @if let Some(result) = result.filter(|_| compared.data.as_ref() != result) {
                section class="panel" id="result" {
                    h2 { (RESULT) }
                    (self.data(RESULT, result))
                }
            }
            section class="panel" id="input" {
                h2 { "Input of the executions" }
                @if inputs.is_empty() { p { "Both have the same input." } } @else { (self.values("Inputs of the executions", &inputs)) }
            }
        }
    }

    fn path(&self, path: &PathDifference) -> Markup {
        let after = path.after.map(|(left, _)| left);
        html! {
            @match after.and_then(|left| self.left.timeline.visit(left)) {
                Some(last) => p { "After " strong { (last.state()) } ":" },
                None => p { "From the first state on:" },
            }
            dl class="facts" {
                div { dt { (self.left.run.name()) } dd { (self.left.visit(path.left)) } }
                div { dt { (self.right.run.name()) } dd { (self.right.visit(path.right)) } }
            }
        }
    }

    fn data(&self, heading: &str, data: &DataDifference) -> Markup {
        let what = if data.is_input {
            "The input"
        } else {
            "The result"
        };
        let state = self.left.timeline.visit(data.left).map(Visit::state);
        html! {
            p {
                (what) " of " strong { (state.unwrap_or_default()) } ": "
                a href=(link::visit(self.left.run.id(), data.left)) { "in " (self.left.run.name()) } ", "
                a href=(link::visit(self.right.run.id(), data.right)) { "in " (self.right.run.name()) }
            }
            (self.values(heading, &data.values))
        }
    }

    fn values(&self, label: &str, values: &ValueDifferences) -> Markup {
        let shown = |value: &Option<Json>| match value {
            Some(value) => html! { code { (text::cut(&value.to_string())) } },
            None => html! { span class="hint" { "nothing" } },
        };
        html! {
            div class="scroll" tabindex="0" role="region" aria-label=(label) { table {
                thead { tr { th { "Path" } th { (self.left.run.name()) } th { (self.right.run.name()) } } }
                tbody { @for value in &values.first {
                    tr {
                        th scope="row" { @if value.pointer.is_empty() { "the whole value" } @else { code { (value.pointer) } } }
                        td { (shown(&value.left)) }
                        td { (shown(&value.right)) }
                    }
                } }
            } }
            @if values.more > 0 { p class="hint" { (text::counted(values.more, "further difference is", "further differences are")) " not shown." } }
        }
    }
}
