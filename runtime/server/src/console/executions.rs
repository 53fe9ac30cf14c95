//! The list of executions. All filters are in the URL.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::report::text;
use stepwright_runtime::search::searched_text;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::{ExecutionData, ExecutionFilter, ExecutionSummary, Redaction, Status};

use super::child_matches::ChildMatches;
use super::error::{PageResult, respond};
use super::layout::{Page, Section};
use super::link;
use super::live;
use super::params::Params;
use super::state::Console;
use super::text_search::{ListSource, SourcePage};

/// The rows of a page.
const ROWS: usize = 50;
/// How many executions a page reads at most, when a filter compares their columns only, and when it reads their data.
const MOST_READ: usize = 5_000;
const MOST_READ_WITH_DATA: usize = 2_000;
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

pub(super) async fn page(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let params = Params::of_query(query.as_deref());
    let page = render(&console, &params).await;
    respond(&console, page)
}

async fn render(console: &Console, params: &Params) -> PageResult {
    let filter = ListFilter::of(params);
    let live = live::url_of_lists(console);
    let list = filter.read(console).await?;
    let mut page = Page::new("Executions", Section::Executions).notice(params.get("notice"));
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
pub(super) struct ListFilter {
    machine: String,
    status: Option<Status>,
    /// A part of the name.
    name: String,
    /// A part of the error's name.
    error: String,
    /// A part of the input or of the output.
    text: String,
    from: String,
    to: String,
    pub(super) after: String,
}

impl ListFilter {
    pub(super) fn of(params: &Params) -> Self {
        let text = |name| params.text(name).to_owned();
        Self {
            machine: text("machine"),
            status: Status::from_word(params.text("status")),
            name: text("name"),
            error: text("error"),
            text: text("text"),
            from: text("from"),
            to: text("to"),
            after: text("after"),
        }
    }

    /// Returns the URL of the list after a position.
    fn url_after(&self, after: &str) -> String {
        self.url(link::EXECUTIONS, after)
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
            ("from", &self.from),
            ("to", &self.to),
            ("after", after),
        ];
        link::with(path, &params)
    }

    /// Whether a filter reads the data of executions, not only the columns of the list.
    fn reads_data(&self) -> bool {
        !self.error.is_empty() || !self.text.is_empty()
    }

    /// Whether the page may skip executions that the engine's list has.
    fn compares(&self) -> bool {
        let filters = [&self.name, &self.error, &self.text, &self.to];
        filters.into_iter().any(|filter| !filter.is_empty())
    }

    /// Reads executions until the page is full, or the bound is reached.
    pub(super) async fn read(&self, console: &Console) -> Result<List, StoreError> {
        let (from, to) = (moment(&self.from), moment(&self.to));
        let most_read = match self.reads_data() {
            true => MOST_READ_WITH_DATA,
            false => MOST_READ,
        };
        // A page without filters of this file reads only its rows.
        let batch = match self.compares() {
            true => BATCH,
            false => ROWS,
        };
        let mut list = List {
            rows: Vec::new(),
            read: 0,
            source: ListSource::Scan,
            next: None,
            children: ChildMatches::default(),
        };
        let mut after = Some(self.after.clone()).filter(|after| !after.is_empty());
        loop {
            let mut filter = ExecutionFilter::new().limit(batch);
            if !self.machine.is_empty() {
                filter = filter.machine(&self.machine);
            }
            if let Some(status) = self.status {
                filter = filter.status(status);
            }
            if let Some(after) = &after {
                filter = filter.after(after);
            }
            let SourcePage { page, read, source } =
                console.executions_with(filter, &self.text).await?;
            let is_of_index = matches!(source, ListSource::Index(_));
            list.source = source;
            if is_of_index {
                list.read += read;
            }
            let mut has_data = self
                .have_data(console, &page.executions, is_of_index)
                .await?;
            if self.reads_data() {
                let passes =
                    |data: &ExecutionData| self.passes(data, false, console.source.redaction());
                (list
                    .children
                    .find(console, &page.executions, &mut has_data, passes))
                .await?;
            }
            for (index, (execution, has_data)) in page.executions.iter().zip(has_data).enumerate() {
                list.read += usize::from(!is_of_index);
                if from.is_some_and(|from| execution.started < from) {
                    // The list is ordered by the start: all following ones are older.
                    return Ok(list);
                }
                let is_in_time = to.is_none_or(|to| execution.started <= to);
                if is_in_time && has_data && execution.name.contains(&self.name) {
                    list.rows.push(execution.clone());
                }
                if list.rows.len() >= ROWS {
                    let is_last = index + 1 == page.executions.len();
                    list.next = match is_last {
                        true => page.next,
                        false => page.after(index),
                    };
                    return Ok(list);
                }
            }
            after = page.next;
            let most_read = if is_of_index {
                MOST_COMPARED
            } else {
                most_read
            };
            if after.is_none() || list.read >= most_read {
                list.next = after;
                return Ok(list);
            }
        }
    }

    /// Returns for each execution whether its error, its input and its output pass the filters.
    async fn have_data(
        &self,
        console: &Console,
        executions: &[ExecutionSummary],
        has_text: bool,
    ) -> Result<Vec<bool>, StoreError> {
        // An index has compared the text.
        let reads_data = match has_text {
            true => !self.error.is_empty(),
            false => self.reads_data(),
        };
        if !reads_data {
            return Ok(vec![true; executions.len()]);
        }
        let ids: Vec<String> = executions
            .iter()
            .map(|execution| execution.id.clone())
            .collect();
        let data = console.source.data(ids).await?;
        let redaction = console.source.redaction();
        let passes = data.iter().map(|data| {
            data.as_ref()
                .is_some_and(|data| self.passes(data, has_text, redaction))
        });
        Ok(passes.collect())
    }

    /// Compares only what pages show: a match of masked data would reveal a part of it.
    fn passes(&self, data: &ExecutionData, has_text: bool, redaction: &Redaction) -> bool {
        let error = redaction.text(data.error.as_deref().unwrap_or_default());
        let mut values = [Some(&data.input), data.output.as_ref()]
            .into_iter()
            .flatten();
        error.contains(&self.error)
            && (has_text
                || self.text.is_empty()
                || values.any(|value| searched_text(value, redaction).contains(&self.text)))
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
                (field("text", "Text", &self.text, "in input or output"))
                (field("from", "From (UTC)", &self.from, "2026-01-31T12:00:00Z"))
                (field("to", "To (UTC)", &self.to, "2026-01-31T13:00:00Z"))
                div class="buttons" {
                    button type="submit" class="primary" { "Filter" }
                    a class="button" href=(link::EXECUTIONS) { "Reset" }
                }
            }
        }
    }
}

/// Parses a time; a date alone is its midnight.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}

/// The rows of a page.
#[derive(Debug)]
pub(super) struct List {
    pub(super) rows: Vec<ExecutionSummary>,
    /// How many executions were read to find them.
    pub(super) read: usize,
    pub(super) source: ListSource,
    /// The position after which the next page begins.
    pub(super) next: Option<String>,
    /// The Map Runs whose children pass the filters.
    children: ChildMatches,
}

impl List {
    fn render(&self, console: &Console, filter: &ListFilter) -> Markup {
        html! {
            @if self.rows.is_empty() {
                p class="panel" { "No execution passes these filters." }
            } @else if console.source.store().is_some() {
                (rows(console, &self.rows, Columns::List))
            } @else if console.is_read_only {
                form method="get" action=(link::EXPORT) {
                    input type="hidden" name="selected" value="true";
                    (rows(console, &self.rows, Columns::List))
                    div class="buttons" { button type="submit" { "Export selected" } }
                }
            } @else {
                form method="post" {
                    (console.form_field())
                    (rows(console, &self.rows, Columns::List))
                    (batch_buttons())
                }
            }
            (self.children.render(&filter.text, &filter.error))
            p class="pages" {
                @if !filter.after.is_empty() { a class="button" href=(filter.url_after("")) { "Newest" } " " }
                @if let Some(next) = &self.next { a class="button" rel="next" href=(filter.url_after(next)) { "Older" } " " }
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
            button type="submit" formaction="/console/stop" { "Stop selected" }
            button type="submit" formaction="/console/redrive" { "Redrive selected" }
            button type="submit" formaction=(link::EXPORT) { "Export selected" }
        }
    }
}

/// The columns of a table of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Columns {
    /// Of all state machines, with boxes that select executions.
    List,
    /// Of one state machine, which the page names.
    OneMachine,
}

/// Returns the table of executions.
pub(super) fn rows(console: &Console, executions: &[ExecutionSummary], columns: Columns) -> Markup {
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
pub(super) async fn newest_of(console: &Console, machine: &str) -> PageResult {
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
