//! The list "Waiting for you": the states of all executions whose task a person can answer.

use maud::{Markup, html};
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionFilter, ExecutionInfo, Status, Wait, WaitKind};
use stepwright_history::report::text;

use crate::console::execution::waits;
use crate::console::form::params::Params;
use crate::console::http::error::PageResult;
use crate::console::live;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::state::Console;

/// After how many rows a page ends.
const ROWS: usize = 50;
/// How many open executions a page reads at most, and how many at once.
const MOST_READ: usize = 2_000;
const BATCH: usize = 250;
/// How many waits of one execution a page shows; its own page has all.
const MOST_OF_ONE: usize = 20;
/// How many open children of one Map Run are read.
const MOST_CHILDREN: usize = 100;

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let live = live::url_of_lists(console);
    let after = params.text("after");
    let list = WaitList::read(console, after).await?;
    let mut page = Page::new("Waiting for you", Section::Waiting);
    if after.is_empty() {
        page = page.live(live);
    }
    Ok(page.render(
        console,
        html! {
            h1 { "Waiting for you" }
            p class="hint" { "Task tokens and tasks of activities that a person can answer, of the newest executions first." }
            div data-part="waiting" { (list.render(console, !after.is_empty())) }
        },
    ))
}

/// A wait with its execution.
struct WaitRow {
    arn: String,
    name: String,
    machine: String,
    wait: Wait,
    key: String,
    /// How many waits of the execution follow that are not shown.
    hidden: usize,
}

/// A page of waits.
#[derive(Default)]
struct WaitList {
    rows: Vec<WaitRow>,
    /// How many open executions were read.
    read: usize,
    next: Option<String>,
}

impl WaitList {
    /// Reads open executions until the page is full, or the bound is reached. A page ends between
    /// two executions.
    async fn read(console: &Console, after: &str) -> Result<Self, StoreError> {
        let mut list = Self::default();
        let mut next = Some(after.to_owned());
        while let Some(after) = next.take() {
            let mut filter = ExecutionFilter::new().status(Status::Running).limit(BATCH);
            if !after.is_empty() {
                filter = filter.after(after);
            }
            let page = console.executions(filter).await?;
            for (index, execution) in page.executions.iter().enumerate() {
                list.add(console, &execution.id).await?;
                list.read += 1;
                if list.rows.len() >= ROWS || list.read >= MOST_READ {
                    let is_last = index + 1 == page.executions.len();
                    list.next = if is_last {
                        page.next
                    } else {
                        page.after(index)
                    };
                    return Ok(list);
                }
            }
            next = page.next;
        }
        Ok(list)
    }

    /// Adds the waits of an execution, and those of the open children of its Map Runs.
    async fn add(&mut self, console: &Console, arn: &str) -> Result<(), StoreError> {
        let Some((execution, waits)) = console.source.waits(arn).await? else {
            return Ok(());
        };
        let runs = waits.iter().filter_map(|wait| match &wait.kind {
            WaitKind::MapRun { arn } => Some(arn.clone()),
            _ => None,
        });
        let runs: Vec<String> = runs.collect();
        self.extend(&execution, waits);
        for run in runs {
            let open = console
                .source
                .map_run_children(&run, 0..u32::MAX, Some(Status::Running));
            for child in open.await?.into_iter().take(MOST_CHILDREN) {
                if let Some((child, waits)) = console.source.waits(&child.summary.id).await? {
                    self.extend(&child, waits);
                }
            }
        }
        Ok(())
    }

    fn extend(&mut self, execution: &ExecutionInfo, waits: Vec<Wait>) {
        let answerable: Vec<Wait> = waits.into_iter().filter(waits::is_answerable).collect();
        let hidden = answerable.len().saturating_sub(MOST_OF_ONE);
        let rows = answerable
            .into_iter()
            .take(MOST_OF_ONE)
            .map(|wait| WaitRow {
                arn: execution.id().to_owned(),
                name: execution.name().to_owned(),
                machine: execution.machine_name().to_owned(),
                key: waits::key_of(execution, &wait),
                wait,
                hidden: 0,
            });
        self.rows.extend(rows);
        if let Some(last) = self.rows.last_mut().filter(|_| hidden > 0) {
            last.hidden = hidden;
        }
    }

    fn render(&self, console: &Console, is_later: bool) -> Markup {
        let now = console.service.now();
        html! {
            @if self.rows.is_empty() {
                p class="panel" { "No execution waits for an answer" @if self.next.is_some() { " among these" } "." }
            } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Waits" { table {
                    thead { tr { th { "State" } th { "Execution" } th { "State machine" } th { "Waits for" } th { "Answer" } } }
                    tbody { @for row in &self.rows {
                        @let url = format!("{}#waits", link::execution(&row.arn));
                        @let (word, answer) = if console.is_read_only {
                            ("Open", url.clone())
                        } else {
                            ("Answer", link::answer(&row.arn, &row.key))
                        };
                        @let machine = row.machine.split_once('/').map_or(&*row.machine, |(machine, _)| machine);
                        tr {
                            th scope="row" {
                                (row.wait.state)
                                @if !row.wait.scope.is_empty() { " " span class="hint" { (row.wait.scope.join(" › ")) } }
                                @if row.hidden > 0 { br; a class="hint" href=(url) { (text::count(row.hidden, "further wait")) } }
                            }
                            td { a href=(link::execution(&row.arn)) { (row.name) } }
                            td { a href=(link::machine(machine, "")) { (row.machine) } }
                            td { (waits::reason(&row.wait, now)) }
                            td { a href=(answer) aria-label={ (word) " " (row.wait.state) " of " (row.name) } { (word) } }
                        }
                    } }
                } }
            }
            p class="pages" {
                @if is_later { a class="button" href=(link::WAITING) { "Newest" } " " }
                @if let Some(next) = &self.next { a class="button" rel="next" href=(link::with(link::WAITING, &[("after", next)])) { "Older" } " " }
                span class="hint" { (text::count(self.read, "open execution")) " read" }
            }
        }
    }
}
