use std::cmp::{Ordering, Reverse};

use smol_str::SmolStr;

use super::state::ExecutionState;
use crate::clock::Timestamp;
use crate::status::Status;
use crate::store::{StoreError, StoreFilter, StoreReader, StoredExecution};

/// One row of [`Engine::executions`](super::Engine::executions).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionSummary {
    /// The execution's ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The state machine's name.
    pub machine: String,
    /// Where it stands.
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Option<Timestamp>,
}

impl ExecutionSummary {
    pub(super) fn of_row(row: StoredExecution) -> Self {
        Self {
            id: row.arn.to_string(),
            name: row.name.to_string(),
            machine: row.machine.to_string(),
            status: row.status,
            started: row.started,
            stopped: row.stopped,
        }
    }

    pub(super) fn of(state: &ExecutionState) -> Self {
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

/// Which executions are listed; by default all, at once.
///
/// ```
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
    status: Option<Status>,
    limit: Option<usize>,
    after: Option<String>,
}

impl ExecutionFilter {
    /// All executions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of one state machine, by its name or ARN.
    pub fn machine(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        // No name has a colon.
        let of_arn = name.split_once(":stateMachine:").map(|(_, name)| name);
        let of_arn = of_arn.and_then(|name| name.split(':').next());
        self.machine = Some(of_arn.map_or(name.clone(), str::to_owned));
        self
    }

    /// Those of one name; each state machine may have one.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Those that stand so.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// At most so many in one page, and at least one. AWS gives at most 1,000; here there is no bound.
    pub fn limit(mut self, executions: usize) -> Self {
        self.limit = Some(executions);
        self
    }

    /// The page after another: its [`next`](ExecutionPage::next).
    pub fn after(mut self, page: impl Into<String>) -> Self {
        self.after = Some(page.into());
        self
    }

    /// The page as a store has it.
    pub(super) fn read(&self, reader: &mut dyn StoreReader) -> Result<ExecutionPage, StoreError> {
        let rows = reader.list(&self.stored())?;
        Ok(self.page_of_rows(rows))
    }

    /// What is asked of a store for a page: one row more than it has, where it is bounded.
    fn stored(&self) -> StoreFilter {
        StoreFilter {
            map_run: None,
            machine: self.machine.clone(),
            name: self.name.clone(),
            status: self.status,
            after: self.after.as_deref().map(|page| {
                let Place(Reverse((started, id))) = Place::parse(page);
                (started, id.into())
            }),
            limit: self.limit.map(|limit| limit.max(1).saturating_add(1)),
        }
    }

    /// The page of these rows of a store.
    fn page_of_rows(&self, mut rows: Vec<StoredExecution>) -> ExecutionPage {
        let limit = self.limit.unwrap_or(usize::MAX).max(1);
        let is_more = rows.len() > limit;
        rows.truncate(limit);
        let place = |row: &StoredExecution| Place(Reverse((row.started, row.arn.clone().into())));
        let next = rows
            .last()
            .filter(|_| is_more)
            .map(|last| place(last).to_string());
        ExecutionPage {
            executions: rows.into_iter().map(ExecutionSummary::of_row).collect(),
            next,
        }
    }

    /// The page of these executions.
    pub(super) fn page<'a>(&self, all: impl Iterator<Item = &'a ExecutionState>) -> ExecutionPage {
        let after = self.after.as_deref().map(Place::parse);
        let mut fitting: Vec<&ExecutionState> = all
            .filter(|state| {
                let is_of = |name: &String| state.about.machine.name == name.as_str();
                let is_called = |name: &String| state.about.name() == name.as_str();
                self.machine.as_ref().is_none_or(is_of)
                    && self.status.is_none_or(|status| state.status() == status)
                    && self.name.as_ref().is_none_or(is_called)
                    && after.as_ref().is_none_or(|after| after.is_before(state))
            })
            .collect();
        let limit = self.limit.unwrap_or(usize::MAX).max(1);
        // Those behind the page are neither sorted nor asked for their ARNs.
        if fitting.len() > limit {
            let started = |state: &&ExecutionState| Reverse(state.about.started);
            let (_, behind, _) = fitting.select_nth_unstable_by_key(limit, started);
            let behind = behind.about.started;
            fitting.retain(|state| state.about.started >= behind);
        }
        let placed = fitting.into_iter();
        let mut placed: Vec<_> = placed.map(|state| (Place::of(state), state)).collect();
        placed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let rows = placed.into_iter();
        let rows = rows.map(|(place, state)| (place, ExecutionSummary::of(state)));
        // One may have ended meanwhile.
        let mut rows =
            rows.filter(|(_, row)| self.status.is_none_or(|status| row.status == status));
        let page: Vec<(Place, ExecutionSummary)> = rows.by_ref().take(limit).collect();
        let next = match (rows.next(), page.last()) {
            (Some(_), Some((last, _))) => Some(last.to_string()),
            _ => None,
        };
        ExecutionPage {
            executions: page.into_iter().map(|(_, row)| row).collect(),
            next,
        }
    }
}

/// A page of executions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionPage {
    /// The executions, newest first.
    pub executions: Vec<ExecutionSummary>,
    /// Where the next page begins, for [`ExecutionFilter::after`]; `None` behind the last.
    pub next: Option<String>,
}

/// Where an execution stands in the list: newest first, then by ARN from the last to the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Reverse<(Timestamp, SmolStr)>);

impl Place {
    fn of(state: &ExecutionState) -> Self {
        Self(Reverse((state.about.started, state.about.to_arn())))
    }

    /// Whether an execution stands behind this place.
    fn is_before(&self, state: &ExecutionState) -> bool {
        match state.about.started.cmp(&self.0.0.0) {
            Ordering::Less => true,
            Ordering::Equal => Place::of(state) > *self,
            Ordering::Greater => false,
        }
    }

    /// Text that is none begins at the first.
    fn parse(text: &str) -> Self {
        let (micros, id) = text.split_once(' ').unwrap_or_default();
        let at = micros.parse().unwrap_or(i64::MAX);
        Self(Reverse((Timestamp::from_unix_micros(at), id.into())))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (at, id) = &self.0.0;
        write!(f, "{} {id}", at.unix_micros())
    }
}
