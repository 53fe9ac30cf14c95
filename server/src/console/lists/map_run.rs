//! A Map Run: its counts, and a table of its child executions.

use std::ops::Range;

use maud::{Markup, html};
use stepwright_engine::search::{searched_text, searched_texts};
use stepwright_engine::store::StoreError;
use stepwright_engine::{MapRun, MapRunChild, MapRunCounts, Redaction, Status};
use stepwright_history::report::text;

use super::executions;
use crate::console::form::params::Params;
use crate::console::http::error::{PageError, PageResult};
use crate::console::live;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::state::Console;

/// The rows of a page.
const ROWS: u32 = 100;
/// How many children are read at once, and how many a page with a filter compares at most.
const BATCH: u32 = 500;
const MOST_COMPARED: u32 = 5_000;

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let arn = params.required("arn")?;
    let live = live::url_of_lists(console);
    let found = console.source.map_run(arn).await?;
    let run = found.ok_or_else(|| PageError::not_found(format!("there is no Map Run `{arn}`")))?;
    let filter = ChildFilter::of(params);
    let list = filter.read(console, &run).await?;
    let title = format!("{} · Map Run", text::words(run.status.as_str()));
    let mut page = Page::new(&title, Section::Executions);
    if run.stopped.is_none() {
        page = page.live(live);
    }
    let counts = &run.items;
    Ok(page.render(
        console,
        html! {
            nav class="crumbs" aria-label="Breadcrumbs" {
                a href=(link::mapper(&run.execution, &run.arn)) { "Execution " (text::last_of(&run.execution)) }
            }
            h1 { "Map Run " (text::status(run.status)) }
            (facts(console, &run))
            progress max=(counts.total.max(1)) value=(ended(counts)) aria-label="Items that have ended" data-part="bar" {}
            (filter.form())
            section class="panel" data-part="children" {
                h2 { "Child executions" }
                (list.render(console, &run, &filter))
            }
        },
    ))
}

fn ended(counts: &MapRunCounts) -> u64 {
    counts.succeeded + counts.failed + counts.timed_out + counts.aborted
}

fn facts(console: &Console, run: &MapRun) -> Markup {
    let counts = &run.items;
    let with_status = |name: &str, number: u64, status: Status| {
        let filter = ChildFilter {
            status: Some(status),
            ..ChildFilter::default()
        };
        html! {
            div { dt { (name) } dd {
                @if number > 0 { a href=(filter.url(&run.arn)) { (number) } } @else { (number) }
            } }
        }
    };
    html! {
        dl class="facts" data-part="facts" {
            div { dt { "Started (UTC)" } dd { (text::time(run.started)) } }
            div { dt { "Time" } dd { (text::elapsed(run.started, run.stopped, console.service.now())) } }
            div { dt { "Items" } dd { (counts.total) } }
            (with_status("Succeeded", counts.succeeded, Status::Succeeded))
            (with_status("Failed", counts.failed, Status::Failed))
            (with_status("Timed out", counts.timed_out, Status::TimedOut))
            (with_status("Aborted", counts.aborted, Status::Aborted))
            (with_status("Running", counts.running, Status::Running))
            div { dt { "Pending" } dd { (counts.pending) } }
            div { dt { "ARN" } dd { code { (run.arn) } } }
        }
        @if run.stopped.is_none() && console.source.store().is_some() {
            p class="hint" { "The engine stores these numbers from time to time, so they can be older than the child executions below." }
        }
    }
}

/// The filters of the table.
#[derive(Clone, Debug, Default)]
struct ChildFilter {
    arn: String,
    status: Option<Status>,
    /// A part of the error's name.
    error: String,
    /// A part of the input, the output, the error's name or the cause.
    text: String,
    /// The first index of the page.
    from: u32,
}

impl ChildFilter {
    fn of(params: &Params) -> Self {
        Self {
            arn: params.text("arn").to_owned(),
            status: Status::from_word(params.text("status")),
            error: params.text("error").to_owned(),
            text: params.text("text").to_owned(),
            from: params.number("from").unwrap_or_default(),
        }
    }

    fn url(&self, arn: &str) -> String {
        let from = self.from.to_string();
        let from = if self.from == 0 { "" } else { &from };
        let status = self.status.map(Status::as_str).unwrap_or_default();
        link::with(
            "/console/map-run",
            &[
                ("arn", arn),
                ("status", status),
                ("error", &self.error),
                ("text", &self.text),
                ("from", from),
            ],
        )
    }

    fn at(&self, from: u32) -> String {
        let page = Self {
            from,
            ..self.clone()
        };
        page.url(&self.arn)
    }

    /// Whether the page can skip children.
    fn compares(&self) -> bool {
        self.status.is_some() || !self.error.is_empty() || !self.text.is_empty()
    }

    fn form(&self) -> Markup {
        html! {
            form class="filters" method="get" action="/console/map-run" role="search" aria-label="Filter child executions" {
                input type="hidden" name="arn" value=(self.arn);
                label { "Status"
                    select name="status" {
                        option value="" { "All" }
                        @for status in executions::STATUSES {
                            option value=(status.as_str()) selected[self.status == Some(status)] { (text::words(status.as_str())) }
                        }
                    }
                }
                label { "Text" input type="search" name="text" value=(self.text) placeholder="in data or cause" autocomplete="off"; }
                label { "Error" input type="search" name="error" value=(self.error) placeholder="part of its name" autocomplete="off"; }
                label { "From index" input type="number" name="from" min="0" value=(self.from) autocomplete="off"; }
                div class="buttons" {
                    button type="submit" class="primary" { "Filter" }
                    a class="button" href=(link::map_run(&self.arn)) { "Reset" }
                }
            }
        }
    }

    /// Reads children from the first index on, until the page is full or the bound is reached.
    async fn read(&self, console: &Console, run: &MapRun) -> Result<ChildList, StoreError> {
        let end = if self.compares() {
            u32::try_from(run.executions.total).unwrap_or(u32::MAX)
        } else {
            self.from.saturating_add(ROWS)
        };
        let redaction = console.source.redaction();
        let (mut rows, mut next) = (Vec::new(), self.from);
        while next < end && rows.len() < ROWS as usize && next - self.from < MOST_COMPARED {
            let batch: Range<u32> = next..end.min(next.saturating_add(BATCH));
            next = batch.end;
            let children = console
                .source
                .map_run_children(&run.arn, batch, self.status);
            for child in children.await? {
                if rows.len() == ROWS as usize {
                    next = child.number;
                    break;
                }
                if self.passes(&child, redaction) {
                    rows.push(child);
                }
            }
        }
        Ok(ChildList {
            rows,
            next: (next < end).then_some(next),
        })
    }

    /// Compares only what pages show: a match of masked data would reveal a part of it.
    fn passes(&self, child: &MapRunChild, redaction: &Redaction) -> bool {
        let data = &child.data;
        let error = redaction.text(data.error.as_deref().unwrap_or_default());
        let texts = || searched_texts(data, redaction);
        error.contains(&self.error)
            && (self.text.is_empty() || texts().iter().any(|text| text.contains(&self.text)))
    }
}

/// A page of the table.
struct ChildList {
    rows: Vec<MapRunChild>,
    /// The index at which a page with a filter continues.
    next: Option<u32>,
}

impl ChildList {
    fn render(&self, console: &Console, run: &MapRun, filter: &ChildFilter) -> Markup {
        let total = u32::try_from(run.executions.total).unwrap_or(u32::MAX);
        html! {
            @if self.rows.is_empty() {
                @if filter.compares() { p { "No child execution passes these filters." } }
                @else { p class="hint" { "No child execution with these indexes is stored: Express children are not, Standard ones only until they are deleted, and a server without a store retains the newest 1,000 of a run." } }
            } @else {
                (table(console, &self.rows))
            }
            @if filter.compares() {
                p class="pages" {
                    @if filter.from > 0 { a class="button" href=(filter.at(0)) { "First" } " " }
                    @if let Some(next) = self.next { a class="button" rel="next" href=(filter.at(next)) { "Continue at index " (next) } " " }
                    span class="hint" { (text::count(self.rows.len(), "child execution")) " of " (total) }
                }
            } @else { (pages(filter, total)) }
        }
    }
}

/// Links to all pages in two steps: parts of the run, and the pages of the part that is shown.
fn pages(filter: &ChildFilter, total: u32) -> Markup {
    let pages = total.div_ceil(ROWS);
    if pages < 2 {
        return html! {};
    }
    let pages_of_part = f64::from(pages).sqrt().ceil() as u32;
    let length = ROWS * pages_of_part;
    let page = filter.from / ROWS * ROWS;
    let part = filter.from / length * length;
    let link = |from: u32, length: u32, is_current: bool| {
        let last = from.saturating_add(length).min(total) - 1;
        html! {
            a class="button" href=(filter.at(from)) aria-current=[is_current.then_some("page")] { (from) "–" (last) } " "
        }
    };
    let parts = (0..total).step_by(length as usize);
    let inside = (part..total.min(part.saturating_add(length))).step_by(ROWS as usize);
    html! {
        nav class="pages" aria-label="Pages" {
            @for from in parts { (link(from, length, from == part)) }
        }
        @if pages_of_part < pages {
            nav class="pages" aria-label="Pages of this part" {
                @for from in inside { (link(from, ROWS, from == page)) }
            }
        }
    }
}

fn table(console: &Console, children: &[MapRunChild]) -> Markup {
    let (now, redaction) = (console.service.now(), console.source.redaction());
    let keys: Vec<Option<&str>> = children.iter().map(key).collect();
    let has_keys = keys.iter().any(Option::is_some);
    let has_errors = children.iter().any(|child| child.data.error.is_some());
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="Child executions" {
            table class="children" {
                thead { tr {
                    th class="number" { "Index" } @if has_keys { th { "Key" } } th { "Name" } th { "Status" } th { "Input" } @if has_errors { th { "Error" } } th { "Started (UTC)" } th class="number" { "Time" }
                } }
                tbody {
                    @for (child, key) in children.iter().zip(keys) {
                        @let summary = &child.summary;
                        tr id=(summary.id) {
                            td class="number" { (child.number) }
                            @if has_keys { td { @if let Some(key) = key { (redaction.text(key)) } } }
                            th scope="row" { a href=(link::execution(&summary.id)) { (summary.name) } }
                            td { (text::status(summary.status)) }
                            td class="input" { code { (text::cut(&searched_text(&child.data.input, redaction))) } }
                            @if has_errors { td { @if let Some(error) = &child.data.error { (redaction.text(error)) } } }
                            td { (text::time(summary.started)) }
                            td class="number" { (text::elapsed(summary.started, summary.stopped, now)) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the key of a child's item: an object of S3, or a pair of an object over which the Map
/// iterates.
fn key(child: &MapRunChild) -> Option<&str> {
    child.data.input.get("Key")?.as_str()
}
