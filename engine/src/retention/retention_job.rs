//! Selects the old executions and unused versions in a store, and deletes them in batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use web_time::Instant;

use super::stored_versions::StoredVersions;
use super::trusted_clock::{OFTEN, SELDOM, TrustedClock};
use crate::clock::Timestamp;
use crate::execution::executions::Executions;
use crate::execution::retention::Retention;
use crate::nested::map_runs::MapRuns;
use crate::statistics::EngineMeter;
use crate::store::journal::Submitter;
use crate::store::{Change, StoreError, StoreReader, StoredExecution};

/// How many executions one query looks for.
const FOUND: usize = 1_024;
/// The most executions that are deleted in one transaction.
const MOST: usize = 64;
/// When the number of bytes is limited: this fraction of the limit is left free after a deletion.
const SLACK: u64 = 64;
/// How long a transaction should take: commits of executions wait for it.
const SHORT: Duration = Duration::from_millis(10);
/// The longest pause between two transactions.
const REST: Duration = Duration::from_millis(100);

/// Deletes executions after their retention time, and versions that are not used any more.
pub(crate) struct RetentionJob {
    pub(crate) retention: Retention,
    pub(crate) trusted_clock: Arc<TrustedClock>,
    pub(crate) reader: Box<dyn StoreReader>,
    pub(crate) journal: Submitter,
    pub(crate) executions: Arc<Mutex<Executions>>,
    pub(crate) runs: Arc<MapRuns>,
    pub(crate) versions: Arc<StoredVersions>,
    pub(crate) meter: Arc<EngineMeter>,
    /// How many executions the next transaction deletes.
    pub(crate) batch: usize,
    /// Whether unused versions were searched for.
    pub(crate) has_deleted_versions: bool,
}

impl RetentionJob {
    /// Whether anything must be deleted now.
    pub(crate) fn is_needed(&mut self) -> Result<bool, StoreError> {
        let Retention {
            executions, bytes, ..
        } = self.retention;
        if let Some(before) = self.too_old_before()
            && !self.older_than(before)?.is_empty()
        {
            return Ok(true);
        }
        let is_too_many =
            executions < usize::MAX && self.reader.closed_count()? > executions as u64;
        Ok(is_too_many || (bytes < u64::MAX && self.reader.bytes()? > bytes))
    }

    /// Returns the time before which executions must have ended to be deleted for their age.
    fn too_old_before(&self) -> Option<Timestamp> {
        let now = self.trusted_clock.proven()?;
        now.checked_sub(self.retention.time)
    }

    /// Deletes everything that must be deleted now, until `is_over` returns `true`.
    pub(crate) fn run(&mut self, is_over: &dyn Fn() -> bool) -> Result<(), StoreError> {
        self.trusted_clock.save(SELDOM);
        let mut deleted = self.too_old(is_over)?;
        deleted += self.too_many(is_over)?;
        deleted += self.too_large(is_over)?;
        if deleted > 0 {
            tracing::info!(
                deleted,
                "deleted executions that exceeded the retention limits"
            );
        }
        if (deleted > 0 || !self.has_deleted_versions) && !is_over() {
            self.has_deleted_versions = true;
            self.unused_versions()?;
        }
        Ok(())
    }

    fn too_old(&mut self, is_over: &dyn Fn() -> bool) -> Result<usize, StoreError> {
        match self.too_old_before() {
            Some(before) => {
                if !self.older_than(before)?.is_empty() {
                    self.trusted_clock.save(OFTEN);
                }
                self.delete_all(is_over, |job| job.older_than(before))
            }
            None => Ok(0),
        }
    }

    /// Returns executions that started and ended before a time, if their ends can be true: the age
    /// of the others is unknown.
    fn older_than(&mut self, before: Timestamp) -> Result<Vec<StoredExecution>, StoreError> {
        let mut limit = FOUND;
        loop {
            let mut rows = self.reader.closed(Some(before), limit)?;
            let is_last = rows.len() < limit;
            rows.retain(|row| {
                let stopped = row.stopped.unwrap_or(row.started);
                self.trusted_clock.is_plausible(stopped)
            });
            if is_last || !rows.is_empty() {
                return Ok(rows);
            }
            // The executions with the earliest ends come first.
            limit = limit.saturating_mul(4);
        }
    }

    fn too_many(&mut self, is_over: &dyn Fn() -> bool) -> Result<usize, StoreError> {
        let most = self.retention.executions;
        if most == usize::MAX {
            return Ok(0);
        }
        self.delete_all(is_over, |job| {
            let count = usize::try_from(job.reader.closed_count()?).unwrap_or(usize::MAX);
            let more = count.saturating_sub(most).min(FOUND);
            job.reader.closed(None, more)
        })
    }

    fn too_large(&mut self, is_over: &dyn Fn() -> bool) -> Result<usize, StoreError> {
        let most = self.retention.bytes;
        if most == u64::MAX || self.reader.bytes()? <= most {
            return Ok(0);
        }
        // Leaves some space, so that the next ends do not exceed the limit immediately.
        let target = most - most / SLACK;
        self.delete_all(is_over, |job| {
            let bytes = job.reader.bytes()?;
            let average = bytes / job.reader.closed_count()?.max(1);
            let about = bytes.saturating_sub(target).div_ceil(average.max(1));
            job.reader.closed(None, about.min(FOUND as u64) as usize)
        })
    }

    /// Deletes what a query returns, repeatedly, until it returns nothing, or nothing that can be
    /// deleted.
    fn delete_all(
        &mut self,
        is_over: &dyn Fn() -> bool,
        find: impl Fn(&mut Self) -> Result<Vec<StoredExecution>, StoreError>,
    ) -> Result<usize, StoreError> {
        let mut all = 0;
        while !is_over() {
            let found = find(self)?;
            let deleted = self.delete(&found, is_over)?;
            if deleted == 0 {
                break;
            }
            all += deleted;
        }
        Ok(all)
    }

    /// Deletes these executions in small transactions. Returns how many were deleted.
    fn delete(
        &mut self,
        found: &[StoredExecution],
        is_over: &dyn Fn() -> bool,
    ) -> Result<usize, StoreError> {
        let mut rest = found;
        let mut deleted = 0;
        while !rest.is_empty() && !is_over() {
            let begun = Instant::now();
            let (some, others) = rest.split_at(self.batch.min(rest.len()));
            rest = others;
            deleted += self.delete_some(some)?;
            let took = begun.elapsed();
            self.batch = if took > SHORT {
                (self.batch / 2).max(1)
            } else {
                (self.batch * 2).min(MOST)
            };
            // Half of the journal's time is left to executions.
            std::thread::sleep(took.min(REST));
        }
        Ok(deleted)
    }

    fn delete_some(&mut self, some: &[StoredExecution]) -> Result<usize, StoreError> {
        let delete = |row: &StoredExecution| Change::Delete { key: row.key };
        let known: Vec<_> = {
            let executions = self.executions();
            let by_id = |row: &StoredExecution| executions.get(&row.arn).cloned();
            some.iter().map(by_id).collect()
        };
        let outcome = self.journal.commit(some.iter().map(delete).collect());
        let mut deleted = 0;
        let together = outcome.wait();
        for (row, known) in some.iter().zip(known) {
            let outcome = match &together {
                // One of them was redriven or deleted concurrently; the others are tried
                // separately.
                Err(error) if error.is_of_a_change() => {
                    self.journal.commit(vec![delete(row)]).wait()
                }
                outcome => outcome.clone(),
            };
            match outcome {
                Ok(()) => {
                    deleted += 1;
                    self.meter.deleted(1);
                    if let Some(known) = known {
                        self.executions().forget(&known);
                    }
                    self.runs.forget(&row.arn);
                }
                Err(error) if error.is_of_a_change() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(deleted)
    }

    fn executions(&self) -> std::sync::MutexGuard<'_, Executions> {
        let locked = self.executions.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    /// Deletes the versions that no execution uses, except the current version of each state
    /// machine.
    fn unused_versions(&mut self) -> Result<(), StoreError> {
        let stored = self.reader.machines()?;
        let current: HashMap<&str, &str> = stored
            .iter()
            .map(|version| (version.name.as_str(), version.hash.as_str()))
            .collect();
        let old = stored
            .iter()
            .filter(|version| current.get(version.name.as_str()) != Some(&version.hash.as_str()));
        for version in old {
            if !self.versions.begin_deletion(&version.hash) {
                continue;
            }
            if self.reader.has_executions_of(&version.hash)? {
                self.versions.add(version.hash.as_str().into());
                continue;
            }
            let change = Change::DeleteMachine {
                name: version.name.clone(),
                hash: version.hash.clone(),
            };
            let submit = || self.journal.commit(vec![change]);
            if let Some(submitted) = self.versions.delete(&version.hash, submit) {
                submitted.wait()?;
            }
        }
        Ok(())
    }
}
