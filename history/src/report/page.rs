//! The report: one self-contained file about one execution.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use stepwright_asl::StateMachine;
use stepwright_asl::json::Json;
use stepwright_asl::overlay::{self, Overlay};
use stepwright_asl::redaction::Redaction;
use stepwright_diagram::page_head;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::History;

use super::chart::chart;
use super::events::{EventFilter, EventRow, events, table};
use super::picture::picture;
use super::view::{ExecutionLinks, ExecutionView, most_interesting};
use super::visible::visible;
use super::visit::{value, variable_values, visit};
use super::{stylesheet, text};
use crate::overlay::timeline_overlay;
use crate::recorded::RecordedHistory;
use crate::timeline::{Explainer, Timeline};

/// How many visits a report has: with more, a browser needs seconds to show it.
const MOST_VISITS: usize = 2_000;
/// How many events a report has.
const MOST_EVENTS: usize = 2_000;

/// A self-contained HTML page about one execution: diagram, path, timeline, and the data of each
/// state.
///
/// It has no scripts and loads nothing, so it opens from a mail, a folder or the artifacts of a
/// pull request.
///
/// ```
/// # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::report; }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::report::Report;
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Ship", "States": {"Ship": {"Type": "Fail", "Error": "OutOfStock"}}}"#;
/// let engine = Engine::builder().register_json("orders", text, MachineType::Standard).virtual_time().build()?;
/// let ended = engine.execute_machine("orders", json!({"order": 7}), StartOptions::new()).await?;
///
/// let html = Report::of(&ended.history).to_string();
/// assert!(html.contains("execution failed: OutOfStock"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    html: String,
}

impl Report {
    /// Creates the report of an execution, which may still run.
    pub fn of(history: &History) -> Self {
        Self::redacted(history, &Redaction::new())
    }

    /// Creates the report of an execution, and masks these fields in addition to those that its
    /// engine redacts.
    pub fn redacted(history: &History, redaction: &Redaction) -> Self {
        let redaction = history.redaction().clone().and(redaction);
        let timeline = Timeline::of(history);
        let definition: Option<Json> = history.definition().and_then(|text| text.parse().ok());
        let overlay = definition
            .as_ref()
            .map(|definition| timeline_overlay(definition, &timeline, history.redaction()));
        let model = definition
            .as_ref()
            .and_then(|json| StateMachine::from_value(json).ok());
        let explainer = model.as_ref().map(|model| timeline.explainer(model));
        let list = events(history, &redaction, &EventFilter::new(), MOST_EVENTS);
        let facts = Facts {
            name: history.execution().name(),
            machine: Some(history.execution().machine_name()),
            arn: Some(history.execution().id()),
            events: history.len(),
        };
        let subject = Subject {
            timeline: &timeline,
            definition: definition.as_ref().zip(overlay.as_ref()),
            explainer: explainer.as_ref(),
            redaction: &redaction,
            now: history.latest(),
        };
        Self::new(&subject, &facts, &list.table)
    }

    /// Creates the report of a recorded history, which may be of an execution on AWS.
    pub fn of_recorded(recorded: &RecordedHistory, definition: &Json) -> Self {
        let timeline = recorded.timeline();
        let overlay = recorded.timeline_overlay(definition, &timeline);
        let model = StateMachine::from_value(definition).ok();
        let explainer = model.as_ref().map(|model| timeline.explainer(model));
        let recorded_events = recorded.events();
        let latest = recorded_events
            .last()
            .map_or_else(Timestamp::default, |last| last.at);
        let rows = recorded_events.iter().take(MOST_EVENTS);
        let rows = rows.map(|event| EventRow::of_recorded(event, recorded.redaction()));
        let began = timeline.started().unwrap_or(latest);
        let facts = Facts {
            name: "Recorded execution",
            machine: None,
            arn: None,
            events: recorded.len(),
        };
        let subject = Subject {
            timeline: &timeline,
            definition: Some((definition, &overlay)),
            explainer: explainer.as_ref(),
            redaction: recorded.redaction(),
            now: latest,
        };
        Self::new(&subject, &facts, &table(rows, began))
    }

    /// Writes the report to a file, and creates its missing folders. Only the owner can read a new
    /// file. It blocks the thread until the file is written.
    ///
    /// # Errors
    ///
    /// When the file or a folder cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        create_private(path)?.write_all(self.html.as_bytes())
    }

    fn new(subject: &Subject<'_>, facts: &Facts<'_>, events: &Markup) -> Self {
        Self {
            html: visible(page(subject, facts, events).into_string()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)
    }
}

/// Creates a file that only its owner reads and writes, or truncates a file, which retains its
/// mode.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The execution of a report.
struct Subject<'r> {
    timeline: &'r Timeline,
    definition: Option<(&'r Json, &'r Overlay)>,
    explainer: Option<&'r Explainer<'r>>,
    redaction: &'r Redaction,
    /// The time of the last event, up to which an open execution is shown.
    now: Timestamp,
}

/// The first lines of a report.
struct Facts<'r> {
    name: &'r str,
    machine: Option<&'r str>,
    arn: Option<&'r str>,
    events: usize,
}

/// The links inside of the file.
struct Anchors;

impl ExecutionLinks for Anchors {
    fn visit(&self, index: usize) -> String {
        format!("#visit-{index}")
    }

    fn execution(&self, _arn: &str) -> Option<String> {
        None
    }

    fn map_run(&self, _arn: &str) -> Option<String> {
        None
    }
}

fn page(subject: &Subject<'_>, facts: &Facts<'_>, events: &Markup) -> Markup {
    let timeline = subject.timeline;
    let view = ExecutionView {
        timeline,
        definition: subject.definition,
        explainer: subject.explainer,
        redaction: subject.redaction,
        now: subject.now,
        selected: None,
        links: &Anchors,
    };
    let first = most_interesting(timeline);
    let shown: Vec<usize> = (0..timeline.visits().len().min(MOST_VISITS)).collect();
    let title = format!("{}: {}", facts.name, timeline.title());
    let style = format!("{}{}", stylesheet(), include_str!("page.css"));
    let html_head = page_head(&title, &style, &[]);
    html! {
        (DOCTYPE)
        html lang="en" {
            (PreEscaped(html_head))
            body {
                main {
                    h1 { (facts.name) " " (text::status(timeline.status())) }
                    (head(&view, facts))
                    div class="columns" {
                        @if let Some(picture) = picture(&view) { section class="panel" aria-label="Diagram" { (picture) } }
                        section class="panel visits" aria-label="Selected state" {
                            @for index in &shown {
                                div class={ "visit" @if first == Some(*index) { " first" } } id={ "visit-" (index) } { (visit(&view, *index).unwrap_or_default()) }
                            }
                        }
                    }
                    section class="panel" {
                        h2 { "Timeline" }
                        (chart(&view, &shown))
                        @if shown.len() < timeline.visits().len() { p class="hint" { "The first " (shown.len()) " of " (timeline.visits().len()) " visits are in this report." } }
                    }
                    section class="panel" {
                        h2 { "Input and output" }
                        (value(&view, "Input", timeline.input(), true))
                        (value(&view, "Output", timeline.output(), true))
                        (variable_values(&view, "Variables of the top level", timeline.variables().into_iter(), true))
                    }
                    section class="panel" {
                        details {
                            summary { (text::count(facts.events, "event")) }
                            (events)
                            @if facts.events > MOST_EVENTS { p class="hint" { "The first " (MOST_EVENTS) " events are in this report." } }
                        }
                    }
                }
            }
        }
    }
}

fn head(view: &ExecutionView<'_>, facts: &Facts<'_>) -> Markup {
    let timeline = view.timeline;
    let failed = timeline.visits().iter().enumerate();
    let failed = failed
        .filter(|(_, visit)| visit.status() == overlay::Status::Failed)
        .map(|(index, visit)| (index, visit.state()))
        .next_back();
    html! {
        p { (timeline.title()) }
        dl class="facts" {
            @if let Some(machine) = facts.machine { div { dt { "State machine" } dd { (machine) } } }
            @if let Some(started) = timeline.started() {
                div { dt { "Started (UTC)" } dd { (text::time(started)) } }
                div { dt { "Time" } dd { (text::duration(view.end().since(started))) } }
            }
            div { dt { "States entered" } dd { (timeline.visits().len()) } }
            @if let Some(arn) = facts.arn { div { dt { "ARN" } dd { code { (arn) } } } }
        }
        @if let Some(error) = timeline.error() {
            div class="message" role="note" {
                strong { (view.masked_text(error)) }
                @if let Some((index, state)) = failed { " in " a href=(view.links.visit(index)) { (state) } }
                @if let Some(cause) = timeline.cause() { (text::cause(&view.masked_text(cause))) }
            }
        }
    }
}
