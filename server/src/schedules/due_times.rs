//! Which scheduled times are due, and which of them are started.

use std::collections::VecDeque;
use std::time::Duration;

use stepwright_engine::clock::Timestamp;

use super::schedule::{MissedPolicy, Schedule};

/// How late a start may be without being missed: EventBridge Scheduler has a precision of 60
/// seconds.
const PRECISION: Duration = Duration::from_secs(60);
/// The most missed times that `ALL` starts.
pub(super) const MOST_MISSED: usize = 1_000;

/// The scheduled times that have passed since the last look.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DueTimes {
    /// The times whose executions are started, the oldest first.
    pub(super) starts: Vec<Timestamp>,
    /// All times up to this one are settled or in `starts`.
    pub(super) through: Timestamp,
    /// How many times the policy, or its bound, drops.
    pub(super) dropped: usize,
    /// The first of the times that are older than `MaximumEventAgeInSeconds`.
    pub(super) expired_since: Option<Timestamp>,
}

impl DueTimes {
    /// Returns the times in (`through`, `now`].
    pub(super) fn of(
        schedule: &Schedule,
        created: Timestamp,
        through: Timestamp,
        now: Timestamp,
    ) -> Self {
        let mut due = Self {
            starts: Vec::new(),
            through,
            dropped: 0,
            expired_since: None,
        };
        let first = schedule.next_after(through, created);
        let Some(first) = first.filter(|first| *first <= now) else {
            return due;
        };
        let age = i64::try_from(schedule.target.max_event_age.as_micros()).unwrap_or(i64::MAX);
        let oldest = Timestamp::from_unix_micros(now.unix_micros().saturating_sub(age));
        if first < oldest {
            due.expired_since = Some(first);
            let before = oldest.unix_micros().saturating_sub(1);
            due.through = through.max(Timestamp::from_unix_micros(before));
        }
        // At most 1,441 times: the shortest period is a minute, the longest age a day.
        let mut times = VecDeque::new();
        while let Some(time) = schedule.next_after(due.through, created)
            && time <= now
        {
            times.push_back(time);
            due.through = time;
        }
        let count = times.len();
        due.starts = match schedule.missed {
            MissedPolicy::All => {
                times.drain(..count.saturating_sub(MOST_MISSED));
                times.into()
            }
            MissedPolicy::Once => times.pop_back().into_iter().collect(),
            MissedPolicy::Skip => {
                let newest = times.pop_back().into_iter();
                newest.filter(|time| now - *time < PRECISION).collect()
            }
        };
        due.dropped = count - due.starts.len();
        due
    }
}
