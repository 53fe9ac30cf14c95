//! The clock that measures the age of executions for their deletion.
//!
//! The wall clock of a machine may be wrong when an engine starts, and an engine that is 100 days
//! ahead would delete every closed execution. So the store remembers a time that has passed for
//! certain, the mark, and an engine compares its clock with the mark when it opens the store:
//!
//! - The clock is at most [`tolerance`] ahead of the mark: it is trusted, and ages count with the
//!   clock.
//! - The clock is further ahead: either it is wrong, or no engine was running for that long. The
//!   clock is not trusted, and ages count with the mark and the time that has passed since the
//!   engine opened the store. A later engine with the right clock finds a mark that has advanced
//!   and trusts its clock; so does an engine that is built with
//!   [`confirm_clock`](crate::EngineBuilder::confirm_clock).
//!
//! The mark advances with the monotonic clock alone while the clock is not trusted, so the engine's
//! own records prove nothing, and restarts with the same wrong clock change nothing. A mark never
//! goes back, unless an operator confirms the clock: that also replaces a mark that a confirmed
//! wrong clock has left in the future. A clock behind the mark deletes executions later, not
//! earlier, and is trusted.
//!
//! An execution with an end before this library existed was closed under a clock that was not set.
//! Its age is unknown, so that it is never deleted by age; the limits of executions and bytes apply
//! to it.
//!
//! Time within a process follows the monotonic clock ([`system_time`](crate::clock::system_time)),
//! so one comparison for each engine suffices. Virtual time is under the control of a test: it is
//! trusted and leaves no mark.

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, Timestamp};
use crate::store::journal::{CommitHandle, Submitter};
use crate::store::{Change, StoreError, StoreReader, StoredDocument};

/// The key of the document with the mark.
pub(crate) const KEY: &str = "engine/clock";
const DAY: Duration = Duration::from_secs(86_400);
/// How far the mark in the store may lag behind before it is written without another reason.
pub(crate) const SELDOM: Duration = Duration::from_secs(3_600);
/// The same limit before a deletion and at the end of the engine.
pub(crate) const OFTEN: Duration = Duration::from_secs(60);
/// 2026-01-01, in microseconds since 1970: no execution has ended earlier.
const FIRST_PLAUSIBLE: i64 = 1_767_225_600_000_000;
/// By how much the clock may be behind the mark without a warning.
const BEHIND: Duration = Duration::from_secs(60);

/// Returns how far a clock may be ahead of the mark and is trusted.
///
/// An engine that was not running has an old mark, so a smaller tolerance would ask operators to
/// confirm the right clock after each weekend. A larger one deletes executions that much too early
/// when the clock is wrong: a tenth of the retention time is harmless. Errors of time zones stay
/// below 3 days and wrong months above 7 days.
fn tolerance(retention: Duration) -> Duration {
    (retention / 10).clamp(3 * DAY, 7 * DAY)
}

/// The document with the mark.
#[derive(Serialize, Deserialize)]
struct StoredMark {
    /// Microseconds since 1970.
    newest_trusted_time: i64,
}

/// Measures the age of executions with a time that has passed for certain.
pub(crate) struct TrustedClock {
    clock: Clock,
    trust: Trust,
    /// `None` on virtual time.
    mark: Option<Mutex<Mark>>,
    journal: Submitter,
}

/// Whether ages count with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Trusted,
    /// The clock is this far ahead of the time that has passed for certain.
    Ahead(Duration),
    /// The mark cannot be read.
    NoMark,
}

/// The part of the mark that is in the store.
#[derive(Default)]
struct Mark {
    saved: Option<Timestamp>,
    saving: Option<(Timestamp, CommitHandle)>,
}

impl TrustedClock {
    /// Compares the clock with the mark of the store, before the engine writes to it.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub(crate) fn open(
        clock: &Clock,
        retention: Duration,
        is_confirmed: bool,
        reader: &mut dyn StoreReader,
        journal: Submitter,
    ) -> Result<Self, StoreError> {
        let mut trusted = Self {
            clock: clock.clone(),
            trust: Trust::Trusted,
            mark: None,
            journal,
        };
        if clock.is_virtual() {
            return Ok(trusted);
        }
        let now = clock.now();
        if is_confirmed {
            trusted.mark = Some(Mutex::default());
            trusted.submit(now);
            return Ok(trusted);
        }
        let saved = match read(reader) {
            Err(error @ (StoreError::Corrupt { .. } | StoreError::Unreadable { .. })) => {
                tracing::warn!(
                    %error,
                    "no execution is deleted by age, because the store's newest trusted time cannot be read; if the clock ({now}) is right, confirm it once: `EngineBuilder::confirm_clock` or `--confirm-clock`"
                );
                trusted.trust = Trust::NoMark;
                return Ok(trusted);
            }
            saved => saved?,
        };
        // Without a mark, no engine ran on the store for long enough to write one.
        let newest = match saved {
            None => reader.newest_time()?,
            saved => saved,
        };
        if let Some(newest) = newest {
            trusted.trust = compare(now, newest, retention);
        }
        trusted.mark = Some(Mutex::new(Mark {
            saved,
            saving: None,
        }));
        let is_old = |saved: Timestamp| trusted.trust == Trust::Trusted && now - saved >= SELDOM;
        if saved.map_or(newest.is_some(), is_old) {
            // Only once: later writes of this engine prove nothing.
            let proven = trusted.proven().unwrap_or(now);
            trusted.submit(newest.map_or(proven, |newest| proven.max(newest)));
        }
        Ok(trusted)
    }

    /// Returns the time against which ages are measured; `None` when no execution may be deleted by
    /// age.
    pub(crate) fn proven(&self) -> Option<Timestamp> {
        match self.trust {
            Trust::Trusted => Some(self.clock.now()),
            Trust::Ahead(ahead) => self.clock.now().checked_sub(ahead),
            Trust::NoMark => None,
        }
    }

    /// Whether an execution can have ended at this time: not before this library existed. A machine
    /// without a battery for its clock begins in 1970 or 2000, and an execution that ended then has
    /// an unknown age.
    pub(crate) fn is_plausible(&self, stopped: Timestamp) -> bool {
        self.clock.is_virtual() || stopped.unix_micros() >= FIRST_PLAUSIBLE
    }

    /// Writes the mark to the store if it has advanced by `least`, without waiting for the commit.
    /// A mark that is not written makes the next engine more careful, so a failure is logged and
    /// changes nothing else.
    pub(crate) fn save(&self, least: Duration) {
        let (Some(mark), Some(proven)) = (&self.mark, self.proven()) else {
            return;
        };
        let is_due = {
            let mut mark = mark.lock().unwrap_or_else(PoisonError::into_inner);
            mark.settle();
            let advanced = |saved| proven > saved && proven - saved >= least;
            mark.saving.is_none() && mark.saved.is_none_or(advanced)
        };
        if is_due {
            self.submit(proven);
        }
    }

    fn submit(&self, time: Timestamp) {
        let Some(mark) = &self.mark else { return };
        let stored = StoredMark {
            newest_trusted_time: time.unix_micros(),
        };
        let data = match serde_json::to_vec(&stored) {
            Ok(data) => Bytes::from(data),
            Err(error) => {
                tracing::warn!(%error, "the clock's mark cannot be written");
                return;
            }
        };
        let key = KEY.to_owned();
        let change = Change::Document(StoredDocument { key, data });
        let mut mark = mark.lock().unwrap_or_else(PoisonError::into_inner);
        mark.saving = Some((time, self.journal.commit(vec![change])));
    }
}

impl Mark {
    /// Notes the outcome of the last commit, if there is one.
    fn settle(&mut self) {
        let Some((time, committed)) = &mut self.saving else {
            return;
        };
        match committed.now_or_never() {
            None => return,
            Some(Ok(())) => self.saved = Some(*time),
            Some(Err(error)) => {
                tracing::warn!(%error, "the clock's mark cannot be written; trying again");
            }
        }
        self.saving = None;
    }
}

/// Reads the mark.
pub(crate) fn read(reader: &mut dyn StoreReader) -> Result<Option<Timestamp>, StoreError> {
    let Some(document) = reader.document(KEY)? else {
        return Ok(None);
    };
    let stored: StoredMark = serde_json::from_slice(&document.data)
        .map_err(|error| StoreError::unreadable(format!("the document `{KEY}`"), error))?;
    let newest = Timestamp::from_unix_micros(stored.newest_trusted_time);
    Ok(Some(newest))
}

/// Compares the clock with the newest known time, and logs what an operator can do about a
/// difference.
fn compare(now: Timestamp, newest: Timestamp, retention: Duration) -> Trust {
    let (ahead, behind) = (now - newest, newest - now);
    if behind > BEHIND {
        tracing::warn!(
            "the clock ({now}) is behind the newest time in the store ({newest}); executions that end now look older than they are, and waits of the store last longer; if the clock is wrong, set it and start again; if it is right, confirm it once: `EngineBuilder::confirm_clock` or `--confirm-clock`"
        );
    }
    if ahead <= tolerance(retention) {
        return Trust::Trusted;
    }
    if retention < Duration::MAX {
        tracing::warn!(
            "the clock ({now}) is far ahead of the newest time in the store ({newest}), so it is not trusted, and the time in between makes no execution old enough to be deleted; if the clock is wrong, set it and start again; if it is right, confirm it once: `EngineBuilder::confirm_clock` or `--confirm-clock`"
        );
    }
    Trust::Ahead(ahead)
}
