//! The children of a Map Run by their numbers, with their data.

use std::collections::BTreeMap;
use std::ops::Range;

use stepwright_interpreter::Status;

use super::execution_data::ExecutionData;
use super::execution_list::ExecutionSummary;
use super::stored_executions::{ExecutionDescription, StoredExecutions};
use crate::Engine;
use crate::durable::version_cache::VersionCache;
use crate::execution::execution_state::ExecutionState;
use crate::shared::EngineShared;
use crate::store::{ListPosition, StoreError, StoreFilter, StoreReader, StoredExecution};

/// A child execution of a Map Run, with its data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MapRunChild {
    /// Its number in the run, from 0 on: the index of its item, or of its batch.
    pub number: u32,
    /// Its names, its times, and its status.
    pub summary: ExecutionSummary,
    /// Its input and its result.
    pub data: ExecutionData,
}

impl MapRunChild {
    fn of_state(number: u32, state: &ExecutionState) -> Self {
        Self {
            number,
            summary: ExecutionSummary::of(state),
            data: ExecutionData::of_state(state),
        }
    }

    fn of_store(number: u32, described: ExecutionDescription) -> Self {
        Self {
            number,
            summary: described.summary.clone(),
            data: described.into(),
        }
    }
}

impl Engine {
    /// Returns the running and the retained children of a Map Run whose numbers are in a range, in
    /// the order of their numbers; with a status, only those children. A
    /// [store](crate::EngineBuilder::store) is read on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of the store. Without a store there is none.
    pub async fn map_run_children(
        &self,
        arn: &str,
        numbers: Range<u32>,
        status: Option<Status>,
    ) -> Result<Vec<MapRunChild>, StoreError> {
        let open = self.shared.remembered_children(arn, &numbers, status);
        let (run, mut all) = (arn.to_owned(), open.clone());
        let read = self.shared.read_store(move |shared, reader| {
            let rows = stored_rows(reader, &run, &numbers, status)?;
            let mut versions = VersionCache::default();
            for (number, row) in rows {
                // The state in memory is newer.
                if all.contains_key(&number) {
                    continue;
                }
                let mut row = Some(row);
                while let Some(current) = row {
                    let read = versions.restore_unchanged(shared.reading(), reader, &current)?;
                    let Some(recovered) = read else {
                        row = reader.execution(&current.arn)?;
                        continue;
                    };
                    let described = ExecutionDescription::new(&current, recovered);
                    all.insert(number, MapRunChild::of_store(number, described));
                    break;
                }
            }
            Ok(all)
        });
        Ok(read.await?.unwrap_or(open).into_values().collect())
    }
}

impl EngineShared {
    /// Returns the children in memory by their numbers.
    fn remembered_children(
        &self,
        arn: &str,
        numbers: &Range<u32>,
        status: Option<Status>,
    ) -> BTreeMap<u32, MapRunChild> {
        let passes = |state: &ExecutionState| status.is_none_or(|wanted| state.status() == wanted);
        let range = (numbers.start, Some(numbers.end));
        let children = self
            .runs
            .children_before(arn, range, numbers.len(), passes)
            .into_iter();
        children
            .map(|(number, state)| (number, MapRunChild::of_state(number, &state)))
            .collect()
    }
}

impl StoredExecutions {
    /// Returns the Standard children of a Map Run whose numbers are in a range, as
    /// [`Engine::map_run_children`] does.
    ///
    /// # Errors
    ///
    /// The errors of reading the store; [`StoreError::Unreadable`].
    pub fn map_run_children(
        &mut self,
        arn: &str,
        numbers: &Range<u32>,
        status: Option<Status>,
    ) -> Result<Vec<MapRunChild>, StoreError> {
        let rows = stored_rows(self.reader(), arn, numbers, status)?;
        let mut children = Vec::with_capacity(rows.len());
        for (number, row) in rows {
            // An engine can delete it between the two reads.
            if let Some(described) = self.describe(&row.arn)? {
                children.push(MapRunChild::of_store(number, described));
            }
        }
        Ok(children)
    }
}

/// Returns the rows of children in the order of their numbers.
fn stored_rows(
    reader: &mut dyn StoreReader,
    map_run: &str,
    numbers: &Range<u32>,
    status: Option<Status>,
) -> Result<Vec<(u32, StoredExecution)>, StoreError> {
    let filter = StoreFilter {
        map_run: Some(map_run.to_owned()),
        status,
        // Lists begin with the largest number.
        after: Some(ListPosition {
            order: i64::from(numbers.end),
            key: 0,
        }),
        limit: Some(numbers.len()),
        ..StoreFilter::default()
    };
    let rows = reader.list(&filter)?.into_iter().filter_map(|row| {
        let number = row.child_of.as_ref()?.number;
        numbers.contains(&number).then_some((number, row))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.reverse();
    Ok(rows)
}
