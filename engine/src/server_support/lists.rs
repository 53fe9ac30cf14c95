//! Lists for the API: each row with the columns that ListExecutions returns.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::Status;

use super::ServerEngine;
use crate::execution::execution_state::ExecutionState;
use crate::queries::execution_list::{ExecutionFilter, ExecutionSummary, print_position};
use crate::queries::list_columns;
use crate::shared::EngineShared;
use crate::store::{
    ListPosition, StoreError, StoreFilter, StoreReader, StoredExecution, StoredListing,
};

/// A row of ListExecutions.
#[derive(Clone, Debug)]
pub struct ListedExecution {
    /// The columns of all lists.
    pub summary: ExecutionSummary,
    /// The state machine's ARN.
    pub machine_arn: String,
    /// The ARN of the version that was started.
    pub version: Option<SmolStr>,
    /// The ARN of the alias that chose the version.
    pub alias: Option<SmolStr>,
    /// The columns of ListExecutions alone.
    pub listing: StoredListing,
}

impl ListedExecution {
    fn of_row(row: StoredExecution) -> Self {
        let machine_arn = list_columns::machine_arn(&row);
        let listing = row.listing.clone();
        Self::new(ExecutionSummary::of_row(row), machine_arn, listing)
    }

    fn of_state(state: &ExecutionState, summary: ExecutionSummary) -> Self {
        let about = &state.about;
        let machine_arn = about.machine_id().to_owned();
        Self::new(summary, machine_arn, StoredListing::of(about))
    }

    fn new(summary: ExecutionSummary, machine_arn: String, listing: StoredListing) -> Self {
        let origin = listing.origin.as_deref();
        let shared = |arn: &Arc<str>| SmolStr::from(arn.clone());
        Self {
            version: origin.and_then(|origin| origin.version.as_ref().map(shared)),
            alias: origin.and_then(|origin| origin.alias.as_ref().map(shared)),
            summary,
            machine_arn,
            listing,
        }
    }
}

/// Selects executions by their starts, in addition to an [`ExecutionFilter`].
#[derive(Clone, Debug, Default)]
pub struct OriginFilter {
    /// The ARN of the version that was started.
    pub version: Option<String>,
    /// The ARN of the alias that was started.
    pub alias: Option<String>,
    /// Only redriven executions, or only others.
    pub is_redriven: Option<bool>,
}

/// Selects the children of a Map Run.
#[derive(Clone, Debug)]
pub struct ChildFilter {
    /// Only children with this status.
    pub status: Option<Status>,
    /// Only redriven children, or only others.
    pub is_redriven: Option<bool>,
    /// Only children with smaller numbers.
    pub before: Option<u32>,
    /// The most children.
    pub limit: usize,
}

impl ChildFilter {
    fn passes(&self, state: &ExecutionState) -> bool {
        let is_redriven = state.about.redrive_count().unwrap_or_default() > 0;
        self.status.is_none_or(|status| status == state.status())
            && self.is_redriven.is_none_or(|wanted| wanted == is_redriven)
    }
}

impl ServerEngine {
    /// Returns a page of a list, and the token of the next one. A page may have fewer rows than the
    /// filter's limit although more follow, when it read many rows that do not pass the filter.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn listed(
        &self,
        filter: ExecutionFilter,
        origin: OriginFilter,
    ) -> Result<(Vec<ListedExecution>, Option<String>), StoreError> {
        let filter = filter
            .started_by(origin.version, origin.alias)
            .redriven(origin.is_redriven);
        let stored = filter.stored();
        let shared = self.shared.clone();
        let read = shared.read_store(move |_, reader| reader.page(&stored));
        let (rows, next) = match read.await? {
            Some(page) => {
                let rows = page.executions.into_iter().map(ListedExecution::of_row);
                (rows.collect(), page.next)
            }
            None => {
                let StoreFilter { after, limit, .. } = filter.stored();
                let limit = limit.unwrap_or(usize::MAX);
                let (rows, next) = self.shared.page_in_memory(&filter, after, limit);
                let rows = rows.into_iter();
                let rows =
                    rows.map(|(_, state, summary)| ListedExecution::of_state(&state, summary));
                (rows.collect(), next)
            }
        };
        Ok((rows, next.map(print_position)))
    }

    /// Returns a page of the children of a Map Run with their numbers, from the largest number to
    /// the smallest, and the number before which the next page begins.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn listed_children(
        &self,
        map_run: &str,
        filter: ChildFilter,
    ) -> Result<(Vec<ListedExecution>, Option<u32>), StoreError> {
        let arn = map_run.to_owned();
        let of_store = filter.clone();
        let read = (self.shared)
            .read_store(move |shared, reader| shared.listed_children(reader, &arn, &of_store));
        let page = match read.await? {
            Some(page) => page,
            None => {
                let more = filter.limit.saturating_add(1);
                let children =
                    self.shared
                        .runs
                        .children_before(map_run, (0, filter.before), more, |state| {
                            filter.passes(state)
                        });
                let rows = children.into_iter().map(|(number, state)| {
                    let summary = ExecutionSummary::of(&state);
                    (number, ListedExecution::of_state(&state, summary))
                });
                ChildPage {
                    rows: rows.collect(),
                    end: None,
                }
            }
        };
        Ok(page.cut(filter.limit))
    }
}

/// Children of a Map Run with their numbers.
struct ChildPage {
    rows: Vec<(u32, ListedExecution)>,
    /// The smallest number that was read, if more children may follow.
    end: Option<u32>,
}

impl ChildPage {
    fn cut(mut self, limit: usize) -> (Vec<ListedExecution>, Option<u32>) {
        let is_more = self.rows.len() > limit;
        self.rows.truncate(limit);
        let last = self.rows.last().map(|(number, _)| *number);
        let next = if is_more { last } else { self.end };
        let rows = self.rows.into_iter().map(|(_, row)| row);
        (rows.collect(), next)
    }
}

impl EngineShared {
    fn listed_children(
        &self,
        reader: &mut dyn StoreReader,
        map_run: &str,
        filter: &ChildFilter,
    ) -> Result<ChildPage, StoreError> {
        let before = |number| ListPosition {
            order: i64::from(number),
            key: 0,
        };
        let stored = StoreFilter {
            map_run: Some(map_run.to_owned()),
            status: filter.status,
            is_redriven: filter.is_redriven,
            after: filter.before.map(before),
            limit: Some(filter.limit.saturating_add(1)),
            ..StoreFilter::default()
        };
        let page = reader.page(&stored)?;
        let number = |row: &StoredExecution| row.child_of.as_ref().map(|child| child.number);
        let end = page.next.and_then(|next| u32::try_from(next.order).ok());
        let mut rows = Vec::new();
        for row in page.executions {
            if let Some(number) = number(&row) {
                rows.push((number, ListedExecution::of_row(row)));
            }
        }
        // Express children are not stored, and the start of a child may not be committed yet.
        let window = (end.unwrap_or(0), filter.before);
        let of_run = &self.runs;
        let in_memory =
            of_run.children_before(map_run, window, usize::MAX, |state| filter.passes(state));
        let listed: HashSet<u32> = rows.iter().map(|(number, _)| *number).collect();
        let mut added = 0;
        for (number, state) in in_memory {
            if added > filter.limit {
                // The others have smaller numbers than all of the page.
                break;
            }
            if !listed.contains(&number) && reader.execution(&state.about.to_arn())?.is_none() {
                let summary = ExecutionSummary::of(&state);
                rows.push((number, ListedExecution::of_state(&state, summary)));
                added += 1;
            }
        }
        rows.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        Ok(ChildPage { rows, end })
    }
}
