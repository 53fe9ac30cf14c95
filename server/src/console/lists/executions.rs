//! The list of executions. All filters are in the URL.

use std::time::Duration;

use maud::{Markup, html};
use stepwright_engine::search::searched_texts;
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionData, ExecutionFilter, ExecutionSummary, Redaction, Status};
use stepwright_history::report::text;

use super::child_matches::ChildMatches;
use super::text_search::{ListSource, SourcePage};
use crate::console::form::params::Params;
use crate::console::form::period::Period;
use crate::console::form::time_field::TimeField;
use crate::console::form::zone_field::ZoneField;
use crate::console::http::error::PageResult;
use crate::console::http::guard::no_implicit_submission;
use crate::console::live;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::markup::notice::{self, Notice};
use crate::console::state::Console;

/// The rows of a page.
const ROWS: usize = 50;
/// How many executions a page reads at most when a filter compares their data. The next page
/// continues.
const MOST_READ: usize = 2_000;
/// How many it reads when it compares only errors, which are read once.
const MOST_READ_ERRORS: usize = 10_000;
/// How many rows of the list it reads then.
const MOST_ROWS: usize = 100_000;
/// How many executions a page compares with the help of an index.
const MOST_COMPARED: usize = 20_000;
/// The most executions of an exported file.
pub(super) const MOST_EXPORTED: usize = 1_000;
/// How many executions are read at once.
const BATCH: usize = 250;

pub(super) const STATUSES: [Status; 5] = [
    Status::Running,
    Status::Succeeded,
    Status::Failed,
    Status::TimedOut,
    Status::Aborted,
];

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let filter = ListFilter::of(params);
    let live = live::url_of_lists(console);
    let mut list = filter.read(console).await?;
    filter.find_children(console, &mut list).await?;
    let mut page = Page::new("Executions", Section::Executions).notice(params.text(notice::PARAM));
    if params.get("after").is_none() {
        page = page.live(live);
    }
    Ok(page.render(
        console,
        html! {
            h1 { "Executions" }
            (filter.form(console))
            div data-part="executions" { (list.render(console, &filter)) }
        },
    ))
}

/// The filters of a list.
#[derive(Debug, Default)]
pub(crate) struct ListFilter {
    machine: String,
    status: Option<Status>,
    /// A part of the name.
    name: String,
    /// A part of the error's name.
    error: String,
    /// A part of the input, the output, the error's name or the cause.
    text: String,
    period: Option<Period>,
    /// The zone of the period and of both times.
    zone: ZoneField,
    from: TimeField,
    to: TimeField,
    pub(crate) after: String,
}

impl ListFilter {
    pub(crate) fn of(params: &Params) -> Self {
        let text = |name| params.text(name).to_owned();
        let zone = ZoneField::of(params.text("zone"));
        Self {
            machine: text("machine"),
            status: Status::from_word(params.text("status")),
            name: text("name"),
            error: text("error"),
            text: text("text"),
            period: Period::of(params.text("started")),
            from: TimeField::of(params.text("from"), "00:00:00", &zone),
            to: TimeField::of(params.text("to"), "23:59:59.999", &zone),
            zone,
            after: text("after"),
        }
    }

    /// Returns the URL of the list after a position.
    fn url_after(&self, after: &str) -> String {
        self.url(link::EXECUTIONS, after)
    }

    /// Returns the URL of the list with a notice.
    pub(crate) fn url_with(&self, notice: Notice) -> String {
        let url = self.url_after(&self.after);
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}={}", notice::PARAM, notice.value())
    }

    /// Returns the URL of the list.
    pub(super) fn own_url(&self) -> String {
        self.url_after(&self.after)
    }

    /// Returns a URL with the filters.
    fn url(&self, path: &str, after: &str) -> String {
        let status = self.status.map(Status::as_str).unwrap_or_default();
        let params = [
            ("machine", self.machine.as_str()),
            ("status", status),
            ("name", &self.name),
            ("error", &self.error),
            ("text", &self.text),
            ("started", self.period.map_or("", |period| period.word)),
            ("zone", self.zone.param()),
            ("from", &self.from.text),
            ("to", &self.to.text),
            ("after", after),
        ];
        link::with(path, &params)
    }

    /// Whether a filter reads the data of executions, not only the columns of the list.
    fn reads_data(&self) -> bool {
        !self.error.is_empty() || !self.text.is_empty()
    }

    /// Returns the filters that the store compares.
    fn of_store(
        &self,
        console: &Console,
        after: Option<&str>,
        has_map_runs: bool,
    ) -> ExecutionFilter {
        // A page without filters of this file reads only its rows.
        let batch = if self.reads_data() { BATCH } else { ROWS };
        let mut filter = ExecutionFilter::new().limit(batch);
        if !self.machine.is_empty() {
            filter = filter.machine(&self.machine);
        }
        if !self.name.is_empty() {
            filter = filter.name_contains(&self.name);
        }
        if let Some(status) = self.status {
            filter = filter.status(status);
        }
        // A Map Run tolerates failures of children.
        if !self.error.is_empty() && !has_map_runs {
            filter = filter.failed();
        }
        let period = self.period.zip(self.zone.zone());
        let now = console.service.now();
        let period = period.and_then(|(period, zone)| period.range(now, zone));
        let (start, end) = period.unzip();
        // Pages show milliseconds, so that a time of a page includes its microseconds.
        let to = self.to.time.map(|to| to + Duration::from_micros(999));
        if let Some(from) = start.into_iter().chain(self.from.time).max() {
            filter = filter.started_from(from);
        }
        if let Some(to) = end.into_iter().chain(to).min() {
            filter = filter.started_to(to);
        }
        match after {
            Some(after) => filter.after(after),
            None => filter,
        }
    }

    /// Reads executions until the page is full, or the bound is reached.
    pub(crate) async fn read(&self, console: &Console) -> Result<List, StoreError> {
        let mut list = List {
            rows: Vec::new(),
            read: 0,
            source: ListSource::Scan,
            next: None,
            children: ChildMatches::default(),
        };
        if !self.is_valid() {
            return Ok(list);
        }
        let has_map_runs = !ChildMatches::mapping_machines(console, &self.machine).is_empty();
        let mut after = Some(self.after.clone()).filter(|after| !after.is_empty());
        // The executions whose data was read.
        let mut compared = 0;
        loop {
            let filter = self.of_store(console, after.as_deref(), has_map_runs);
            let SourcePage { page, read, source } =
                console.executions_with(filter, &self.text).await?;
            let is_of_index = matches!(source, ListSource::Index(_));
            list.source = source;
            list.read += read;
            let pages = &page.executions;
            let (mut passes, read) = self.pass(console, pages, is_of_index).await?;
            compared += read;
            if self.reads_data() {
                let redaction = console.source.redaction();
                let has_match = |data: &ExecutionData| self.has_data(data, redaction);
                let children = &mut list.children;
                (children.find(console, pages, &mut passes, has_match)).await?;
            }
            for (index, (execution, passes)) in page.executions.iter().zip(passes).enumerate() {
                if passes {
                    list.rows.push(execution.clone());
                }
                if list.rows.len() >= ROWS {
                    let is_last = index + 1 == page.executions.len();
                    list.next = if is_last {
                        page.next
                    } else {
                        page.after(index)
                    };
                    return Ok(list);
                }
            }
            after = page.next;
            let is_full = if is_of_index {
                list.read >= MOST_COMPARED
            } else if self.text.is_empty() {
                compared >= MOST_READ_ERRORS || list.read >= MOST_ROWS
            } else {
                compared >= MOST_READ
            };
            if after.is_none() || is_full {
                list.next = after;
                return Ok(list);
            }
        }
    }

    /// Finds the Map Runs with a child that passes the filters, after an index has found the
    /// executions: an index has no texts of children. Reads the newest executions of each state
    /// machine that can have Map Runs.
    async fn find_children(&self, console: &Console, list: &mut List) -> Result<(), StoreError> {
        if !matches!(list.source, ListSource::Index(_)) || !self.after.is_empty() {
            return Ok(());
        }
        let redaction = console.source.redaction();
        let has_match = |data: &ExecutionData| self.has_data(data, redaction);
        for machine in ChildMatches::mapping_machines(console, &self.machine) {
            let filter = self.of_store(console, None, true).machine(machine);
            let newest = console.executions(filter).await?.executions;
            let mut passes = vec![false; newest.len()];
            (list.children.find(console, &newest, &mut passes, has_match)).await?;
        }
        Ok(())
    }

    /// Returns for each execution whether its data passes the filters, and how many were read for
    /// that. Compares only what pages show: a match of masked data would
    /// reveal a part of it.
    async fn pass(
        &self,
        console: &Console,
        executions: &[ExecutionSummary],
        has_text: bool,
    ) -> Result<(Vec<bool>, usize), StoreError> {
        let redaction = console.source.redaction();
        let (mut passes, mut read) = (vec![true; executions.len()], 0);
        if !self.error.is_empty() {
            let (errors, count) = console.errors_of(executions).await?;
            let has_error = |error: String| redaction.text(&error).contains(&self.error);
            passes = errors.into_iter().map(has_error).collect();
            read += count;
        }
        // An index has compared the text.
        if !has_text && !self.text.is_empty() {
            let candidates = executions.iter().zip(&passes);
            let ids = candidates.filter(|(_, passes)| **passes);
            let ids: Vec<String> = ids.map(|(execution, _)| execution.id.clone()).collect();
            read += ids.len();
            let mut data = console.source.data(ids).await?.into_iter();
            for passes in passes.iter_mut().filter(|passes| **passes) {
                let data = data.next().flatten();
                *passes = data.is_some_and(|data| self.has_text(&data, redaction));
            }
        }
        Ok((passes, read))
    }

    /// Whether the data of a child execution passes the filters.
    fn has_data(&self, data: &ExecutionData, redaction: &Redaction) -> bool {
        let error = data.error.as_deref().unwrap_or_default();
        let has_error = self.error.is_empty() || redaction.text(error).contains(&self.error);
        has_error && (self.text.is_empty() || self.has_text(data, redaction))
    }

    fn has_text(&self, data: &ExecutionData, redaction: &Redaction) -> bool {
        let texts = searched_texts(data, redaction);
        texts.iter().any(|text| text.contains(&self.text))
    }

    /// Whether all fields can be compared.
    pub(crate) fn is_valid(&self) -> bool {
        self.from.is_valid() && self.to.is_valid() && self.zone.problem().is_none()
    }

    /// Whether no field depends on the time zone, so that the page may choose one.
    fn has_no_time(&self) -> bool {
        self.period.is_none()
            && self.zone.param().is_empty()
            && self.from.text.is_empty()
            && self.to.text.is_empty()
    }

    fn form(&self, console: &Console) -> Markup {
        let machines = console.service.control.machines_after(None, usize::MAX);
        let field = |name: &str, label: &str, value: &str, hint: &str| {
            html! {
                label { (label) input type="search" name=(name) value=(value) placeholder=(hint) autocomplete="off"; }
            }
        };
        html! {
            form class="filters" method="get" action=(link::EXECUTIONS) role="search" aria-label="Filter executions" {
                label { "State machine"
                    select name="machine" {
                        option value="" { "All" }
                        @for machine in &machines {
                            option value=(machine.name) selected[machine.name == self.machine] { (machine.name) }
                        }
                    }
                }
                label { "Status"
                    select name="status" {
                        option value="" { "All" }
                        @for status in STATUSES {
                            option value=(status.as_str()) selected[self.status == Some(status)] { (text::words(status.as_str())) }
                        }
                    }
                }
                (field("name", "Name", &self.name, "part of the name"))
                (field("error", "Error", &self.error, "part of its name"))
                (field("text", "Text", &self.text, "in data or cause"))
                label { "Started"
                    select name="started" {
                        option value="" { "At any time" }
                        @for period in Period::ALL {
                            option value=(period.word) selected[self.period == Some(period)] { (period.label) }
                        }
                    }
                }
                (self.from.render("from", "From", "2026-01-31 12:00"))
                (self.to.render("to", "To", "2026-01-31 13:00"))
                div class="field" {
                    label { "Time zone" (self.zone.select("zone", None, self.has_no_time())) }
                    @if let Some(problem) = self.zone.problem() { p class="field-error" role="alert" { (problem) } }
                }
                div class="buttons" {
                    button type="submit" class="primary" { "Filter" }
                    a class="button" href=(link::EXECUTIONS) { "Reset" }
                }
            }
        }
    }
}

/// The rows of a page.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) rows: Vec<ExecutionSummary>,
    /// How many executions were read to find them.
    pub(crate) read: usize,
    pub(crate) source: ListSource,
    /// The position after which the next page begins.
    pub(crate) next: Option<String>,
    /// The Map Runs whose children pass the filters.
    children: ChildMatches,
}

impl List {
    fn render(&self, console: &Console, filter: &ListFilter) -> Markup {
        html! {
            @if !filter.is_valid() {
                p class="panel" { "Correct the filters to see executions." }
            } @else if self.rows.is_empty() && self.next.is_some() {
                p class="panel" { "None of the executions that were compared so far passes these filters. There are older ones." }
            } @else if self.rows.is_empty() {
                p class="panel" { "No execution passes these filters." }
            } @else if console.source.store().is_some() {
                (rows(console, &self.rows, Columns::List))
            } @else if console.is_read_only {
                form method="get" action=(link::EXPORT) {
                    input type="hidden" name="selected" value="true";
                    (rows(console, &self.rows, Columns::List))
                    div class="buttons" {
                        button type="submit" { "Export selected" }
                        button type="submit" formaction=(link::COMPARE) { "Compare selected" }
                    }
                }
            } @else {
                form method="post" action=(link::CONFIRM) {
                    (no_implicit_submission())
                    (console.form_field())
                    input type="hidden" name="list" value=(filter.own_url());
                    (rows(console, &self.rows, Columns::List))
                    (batch_buttons())
                }
            }
            (self.children.render(&filter.text, &filter.error))
            p class="pages" {
                @if !filter.after.is_empty() { a class="button" href=(filter.url_after("")) { "Newest" } " " }
                @if let Some(next) = &self.next { a class="button" rel="next" href=(filter.url_after(next)) { @if self.rows.is_empty() { "Compare older executions" } @else { "Older" } } " " }
                @if !self.rows.is_empty() && console.source.store().is_none() { a class="button" href=(filter.url(link::EXPORT, "")) download="executions.jsonl" title={ "At most " (MOST_EXPORTED) " executions" } { "Export all that match" } " " }
                (self.source.summary(self.read))
            }
        }
    }
}

/// The buttons for the selected executions.
fn batch_buttons() -> Markup {
    html! {
        div class="buttons" role="group" aria-label="Selected executions" {
            button type="submit" name="do" value="stop" { "Stop selected" }
            button type="submit" name="do" value="redrive" { "Redrive selected" }
            button type="submit" name="do" value="compare" { "Compare selected" }
            button type="submit" formaction=(link::EXPORT) { "Export selected" }
        }
    }
}

/// The columns of a table of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// Of all state machines, with boxes that select executions.
    List,
    /// Of one state machine, which the page names.
    OneMachine,
}

/// Returns the table of executions.
pub(crate) fn rows(console: &Console, executions: &[ExecutionSummary], columns: Columns) -> Markup {
    let now = console.service.now();
    // A store without an engine has no forms.
    let is_selectable = columns == Columns::List && console.source.store().is_none();
    let has_machine = columns == Columns::List;
    html! {
        div class="scroll" {
            table {
                thead { tr {
                    @if is_selectable { th { span class="unseen" { "Select" } } }
                    th { "Name" } @if has_machine { th { "State machine" } } th { "Status" } th { "Started (UTC)" } th class="number" { "Time" }
                } }
                tbody {
                    @for execution in executions {
                        tr id=(execution.id) {
                            @if is_selectable {
                                td { input type="checkbox" name="arn" value=(execution.id) aria-label={ "Select " (execution.name) }; }
                            }
                            th scope="row" { a href=(link::execution(&execution.id)) { (execution.name) } }
                            @if has_machine { td { a href=(link::machine(&execution.machine, "")) { (execution.machine) } } }
                            td { (text::status(execution.status)) }
                            td { (text::time(execution.started)) }
                            td class="number" { (text::elapsed(execution.started, execution.stopped, now)) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the newest executions of a state machine.
///
/// # Errors
///
/// Those of the store.
pub(crate) async fn newest_of(console: &Console, machine: &str) -> PageResult {
    const NEWEST: usize = 10;
    let filter = ExecutionFilter::new().machine(machine).limit(NEWEST);
    let page = console.executions(filter).await?;
    Ok(html! {
        @if page.executions.is_empty() {
            p class="hint" { "No execution was started yet." }
        } @else {
            (rows(console, &page.executions, Columns::OneMachine))
            @if page.next.is_some() {
                p class="pages" { a class="button" href=(link::executions(machine, "")) { "All executions" } }
            }
        }
    })
}
