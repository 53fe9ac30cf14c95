//! Lists of executions: their filters, their rows, and the tokens of their pages.

use std::sync::Arc;

use stepwright_interpreter::Status;

use crate::clock::Timestamp;
use crate::execution::execution_state::ExecutionState;
use crate::shared::EngineShared;
use crate::store::filter::is_failed;
use crate::store::{
    ListPosition, RangeRows, StoreError, StoreFilter, StoreReader, StoredExecution, StoredPage,
};

/// How many executions in memory are read under the lock, which blocks starts and ends.
const SCAN: usize = 4_096;

/// One row of [`Engine::executions`](crate::Engine::executions).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionSummary {
    /// The execution's ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The state machine's name.
    pub machine: String,
    /// The execution's status.
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Option<Timestamp>,
}

impl ExecutionSummary {
    pub(crate) fn of_row(row: StoredExecution) -> Self {
        Self {
            id: row.arn.to_string(),
            name: row.name.to_string(),
            machine: row.machine.to_string(),
            status: row.status,
            started: row.started,
            stopped: row.stopped,
        }
    }

    pub(crate) fn of(state: &ExecutionState) -> Self {
        let report = state.final_report();
        Self {
            id: state.about.arn().to_string(),
            name: state.about.name().to_string(),
            machine: state.about.machine.name.to_string(),
            status: state.status(),
            started: state.about.started,
            stopped: report.map(|report| report.stopped),
        }
    }
}

/// Selects executions for lists; by default all, in one page.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::{ExecutionFilter, Status};
///
/// let filter = ExecutionFilter::new().machine("orders").status(Status::Failed).limit(100);
/// # let _ = filter;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ExecutionFilter {
    machine: Option<String>,
    name: Option<String>,
    name_part: Option<String>,
    started_from: Option<Timestamp>,
    started_to: Option<Timestamp>,
    status: Option<Status>,
    is_failed: bool,
    version: Option<String>,
    alias: Option<String>,
    is_redriven: Option<bool>,
    limit: Option<usize>,
    after: Option<String>,
}

impl ExecutionFilter {
    /// All executions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects the executions of one state machine, by its name or ARN.
    pub fn machine(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        // No name has a colon.
        let of_arn = name.split_once(":stateMachine:").map(|(_, name)| name);
        let of_arn = of_arn.and_then(|name| name.split(':').next());
        self.machine = Some(of_arn.map_or(name.clone(), str::to_owned));
        self
    }

    /// Selects the executions of this name; each state machine may have one.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Selects the executions whose names contain this text.
    pub fn name_contains(mut self, part: impl Into<String>) -> Self {
        self.name_part = Some(part.into());
        self
    }

    /// Selects the executions that started at this time, or later.
    pub fn started_from(mut self, from: Timestamp) -> Self {
        self.started_from = Some(from);
        self
    }

    /// Selects the executions that started at this time, or earlier.
    pub fn started_to(mut self, to: Timestamp) -> Self {
        self.started_to = Some(to);
        self
    }

    /// Only executions that have failed, timed out or were aborted.
    pub fn failed(mut self) -> Self {
        self.is_failed = true;
        self
    }

    /// Only executions with this status.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Limits a page to this number of executions, at least 1. AWS returns at most 1,000; here
    /// there is no limit.
    pub fn limit(mut self, executions: usize) -> Self {
        self.limit = Some(executions);
        self
    }

    /// Selects the page that follows another one: its [`next`](ExecutionPage::next).
    pub fn after(mut self, page: impl Into<String>) -> Self {
        self.after = Some(page.into());
        self
    }

    /// Selects the executions that were started by a version of their state machine, by its ARN.
    pub fn version(mut self, arn: impl Into<String>) -> Self {
        self.version = Some(arn.into());
        self
    }

    /// Selects the executions that were started by an alias of their state machine, by its ARN.
    pub fn alias(mut self, arn: impl Into<String>) -> Self {
        self.alias = Some(arn.into());
        self
    }

    /// Selects the executions that were started by a version or an alias, if there is one.
    pub(crate) fn started_by(mut self, version: Option<String>, alias: Option<String>) -> Self {
        (self.version, self.alias) = (version, alias);
        self
    }

    /// Selects the executions that were redriven, or those that were not.
    pub(crate) fn redriven(mut self, is_redriven: Option<bool>) -> Self {
        self.is_redriven = is_redriven;
        self
    }

    /// Reads the page from a store.
    pub(crate) fn read(&self, reader: &mut dyn StoreReader) -> Result<ExecutionPage, StoreError> {
        let filter = self.stored();
        let more = filter.limit.map(|limit| limit.saturating_add(1));
        let rows = reader.list(&StoreFilter {
            limit: more,
            ..filter.clone()
        })?;
        let page = StoredPage::cut(rows, filter.limit);
        Ok(ExecutionPage::of_rows(page.executions, page.next))
    }

    /// Returns the filter of a store.
    pub(crate) fn stored(&self) -> StoreFilter {
        StoreFilter {
            map_run: None,
            machine: self.machine.clone(),
            name: self.name.clone(),
            name_part: self.name_part.clone(),
            started_from: self.started_from,
            status: self.status,
            is_failed: self.is_failed,
            version: self.version.clone(),
            alias: self.alias.clone(),
            is_redriven: self.is_redriven,
            after: self.position(),
            limit: self.limit.map(|limit| limit.max(1)),
        }
    }

    /// Returns the position after which the page begins: the list is ordered by the start, so that
    /// a last start is a position, too.
    fn position(&self) -> Option<ListPosition> {
        let after = self.after.as_deref().and_then(parse_position);
        let to = self.started_to.map(|to| ListPosition {
            order: to.unix_micros().saturating_add(1),
            key: 0,
        });
        [after, to].into_iter().flatten().min()
    }

    /// Whether an execution in memory passes the filter.
    fn passes(&self, state: &ExecutionState) -> bool {
        let about = &state.about;
        let is_called = |name: &String| about.name() == name.as_str();
        let has_part = |part: &String| about.name().contains(part.as_str());
        let origin = about.origin();
        let version = origin.and_then(|origin| origin.version.as_deref());
        let alias = origin.and_then(|origin| origin.alias.as_deref());
        let is_redriven = about.redrive_count().unwrap_or_default() > 0;
        self.status.is_none_or(|status| state.status() == status)
            && (!self.is_failed || is_failed(state.status()))
            && self.name.as_ref().is_none_or(is_called)
            && self.name_part.as_ref().is_none_or(has_part)
            && self.started_from.is_none_or(|from| about.started >= from)
            && self.is_redriven.is_none_or(|wanted| wanted == is_redriven)
            && (self.version.as_deref()).is_none_or(|wanted| version == Some(wanted))
            && (self.alias.as_deref()).is_none_or(|wanted| alias == Some(wanted))
    }
}

/// The executions of a page in memory, and the position after which the next page begins.
pub(crate) type StatePage = (
    Vec<(ListPosition, Arc<ExecutionState>, ExecutionSummary)>,
    Option<ListPosition>,
);

impl EngineShared {
    /// Returns a page of the executions in memory. Starts and ends wait while it reads a bounded
    /// number of executions.
    pub(crate) fn page_in_memory(
        &self,
        filter: &ExecutionFilter,
        after: Option<ListPosition>,
        limit: usize,
    ) -> StatePage {
        let machine = filter.machine.as_deref();
        let rows: RangeRows<Arc<ExecutionState>> =
            self.executions()
                .page(machine, after, (limit, SCAN), |state| filter.passes(state));
        let (rows, next) = rows.cut(limit);
        let rows = rows.into_iter();
        let rows = rows.map(|(position, state)| {
            let summary = ExecutionSummary::of(&state);
            (position, state, summary)
        });
        // An execution may have ended since it was selected.
        let has_status =
            |summary: &ExecutionSummary| filter.status.is_none_or(|one| summary.status == one);
        let rows = rows.filter(|(_, _, summary)| has_status(summary));
        (rows.collect(), next)
    }

    /// Returns a page of the executions in memory that has as many as the filter allows.
    pub(crate) fn full_page_in_memory(&self, filter: &ExecutionFilter) -> ExecutionPage {
        let limit = filter.limit.unwrap_or(usize::MAX).max(1);
        let mut executions = Vec::new();
        let mut positions = Vec::new();
        let mut after = filter.position();
        loop {
            let missing = limit - executions.len();
            let (rows, next) = self.page_in_memory(filter, after, missing);
            for (position, _, summary) in rows {
                executions.push(summary);
                positions.push(position);
            }
            after = next;
            if after.is_none() || executions.len() >= limit {
                break;
            }
        }
        ExecutionPage {
            executions,
            next: after.map(print_position),
            positions,
        }
    }
}

/// Returns the text of a position, for the next page.
pub(crate) fn print_position(position: ListPosition) -> String {
    let ListPosition { order, key } = position;
    format!("{order} {key}")
}

/// Reads the text of a position; `None`, the beginning of the list, for any other text.
fn parse_position(text: &str) -> Option<ListPosition> {
    let (order, key) = text.split_once(' ')?;
    Some(ListPosition {
        order: order.parse().ok()?,
        key: key.parse().ok()?,
    })
}

/// A page of executions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionPage {
    /// The executions, newest first.
    pub executions: Vec<ExecutionSummary>,
    /// The token of the next page, for [`ExecutionFilter::after`]; `None` on the last page.
    pub next: Option<String>,
    positions: Vec<ListPosition>,
}

impl ExecutionPage {
    /// Returns the page of these rows.
    pub(crate) fn of_rows(rows: Vec<StoredExecution>, next: Option<ListPosition>) -> Self {
        Self {
            positions: rows.iter().map(StoredExecution::position).collect(),
            executions: rows.into_iter().map(ExecutionSummary::of_row).collect(),
            next: next.map(print_position),
        }
    }

    /// Returns the token of the page that begins after an execution of this page, by its index: for
    /// a caller that uses only the first executions of a page. `None` for an index that the page
    /// does not have.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, ExecutionFilter, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
    /// for name in ["Ada", "Grace", "Edith"] {
    ///     engine.start_machine("greet", json!({"name": name}), StartOptions::new()).await?.await?;
    /// }
    /// let page = engine.executions(&ExecutionFilter::new()).await?;
    /// let after = page.after(0).expect("the page has three");
    /// let rest = engine.executions(&ExecutionFilter::new().after(after)).await?;
    /// assert_eq!(rest.executions, page.executions[1..]);
    /// # Ok(()) }
    /// ```
    pub fn after(&self, index: usize) -> Option<String> {
        self.positions.get(index).copied().map(print_position)
    }
}
