//! What is known of Map Runs: what is remembered, and what the store has.

use std::collections::BTreeMap;

use super::list::ExecutionSummary;
use super::map_runs;
use super::shared::Shared;
use crate::distributed::MapRun;
use crate::store::{StoreError, StoreFilter, StoreReader, StoredMapRun};

impl Shared {
    /// The Map Runs of an execution, in the order of their starts.
    pub(super) fn map_runs(&self, execution: &str) -> Vec<MapRun> {
        let mut remembered = self.runs.of_execution(execution);
        let stored = self.ask_store(|reader| match reader.execution(execution)? {
            Some(row) => reader.map_runs(row.key),
            None => Ok(Vec::new()),
        });
        let Some(stored) = stored else {
            return remembered;
        };
        let mut all = Vec::new();
        for run in &stored {
            // What is remembered is newer.
            match remembered.iter().position(|known| known.arn == run.arn) {
                Some(at) => all.push(remembered.remove(at)),
                None => all.extend(read(run)),
            }
        }
        all.extend(remembered);
        all
    }

    /// A Map Run by its ARN.
    pub(super) fn map_run(&self, arn: &str) -> Option<MapRun> {
        let remembered = self.runs.describe(arn);
        remembered.or_else(|| read(&self.ask_store(|reader| reader.map_run(arn))??))
    }

    /// The children of a Map Run, in the order of their starts.
    pub(super) fn map_run_executions(&self, arn: &str) -> Vec<ExecutionSummary> {
        let filter = StoreFilter {
            map_run: Some(arn.to_owned()),
            ..StoreFilter::default()
        };
        let stored = self.ask_store(|reader| reader.list(&filter));
        let stored = stored.unwrap_or_default().into_iter();
        let mut all: BTreeMap<u32, ExecutionSummary> = stored
            .filter_map(|row| {
                let number = row.child_of.as_ref()?.number;
                Some((number, ExecutionSummary::of_row(row)))
            })
            .collect();
        // Express children are not kept.
        for (number, state) in self.runs.children(arn) {
            let summary = || ExecutionSummary::of(&state);
            all.entry(number).or_insert_with(summary);
        }
        all.into_values().collect()
    }

    /// What the store answers, where there is one. That it cannot be read is logged as an error.
    fn ask_store<T>(
        &self,
        ask: impl FnOnce(&mut dyn StoreReader) -> Result<T, StoreError>,
    ) -> Option<T> {
        let durable = self.durable.as_ref()?;
        let answer = ask(&mut **durable.reader());
        answer
            .inspect_err(|error| tracing::error!(%error, "the store cannot be read"))
            .ok()
    }
}

fn read(run: &StoredMapRun) -> Option<MapRun> {
    let read = map_runs::read(&run.data);
    read.inspect_err(|error| tracing::error!(arn = run.arn, %error, "a Map Run cannot be read"))
        .ok()
}
