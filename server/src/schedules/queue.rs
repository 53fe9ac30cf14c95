//! The queue of schedules as plain data: without a clock, a store and executions.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use stepwright_engine::clock::Timestamp;

use super::due_times::{DueTimes, MOST_MISSED};
use super::schedule::{MissedPolicy, Schedule};
use crate::control::ScheduleRecord;
use crate::response::print_seconds;

/// The pause before the first retry. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// How far a record may be ahead of the clock. Beyond it, an earlier clock was wrong, and waiting
/// for that time could take years.
const TRUSTED_LEAD: Duration = Duration::from_secs(86_400);

/// The schedules, and when each of them needs attention.
#[derive(Debug, Default)]
pub(super) struct ScheduleQueue {
    entries: Vec<ScheduleEntry>,
    wakes: BinaryHeap<Reverse<Wake>>,
    /// The entries whose progress is not committed.
    changed: BTreeSet<usize>,
    /// The number of entries whose last attempt failed.
    failing: usize,
}

#[derive(Debug)]
struct ScheduleEntry {
    schedule: Schedule,
    created: Timestamp,
    /// All scheduled times up to this one are settled or in `pending`.
    through: Timestamp,
    /// The scheduled times whose executions are not started yet, with the number of the next or
    /// current attempt.
    pending: BTreeMap<Timestamp, u32>,
    /// Whether the last attempt failed.
    is_failing: bool,
}

/// When an entry needs attention, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    at: Timestamp,
    entry: usize,
    /// The scheduled time of a retry. `None` for a new time.
    retried: Option<Timestamp>,
}

/// A start that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DueStart {
    pub(super) entry: usize,
    pub(super) scheduled: Timestamp,
    /// The number of the attempt, from 1.
    pub(super) attempt: u32,
}

/// The progress of a schedule, to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScheduleProgress {
    entry: usize,
    pub(super) name: String,
    pub(super) record: ScheduleRecord,
}

/// The result of an attempt to start an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StartResult {
    /// The execution was started, now or earlier.
    Started,
    /// The attempt failed.
    Failed { reason: String, is_permanent: bool },
}

impl ScheduleQueue {
    /// Creates the queue of the enabled schedules. Takes their records from `records`; the
    /// remaining ones are obsolete.
    pub(super) fn new(
        schedules: Vec<Schedule>,
        records: &mut BTreeMap<String, ScheduleRecord>,
        now: Timestamp,
    ) -> Self {
        let mut queue = Self::default();
        for schedule in schedules.into_iter().filter(|schedule| schedule.is_enabled) {
            let record = records.remove(&schedule.name);
            queue.add(schedule, record, now);
        }
        queue
    }

    fn add(&mut self, schedule: Schedule, record: Option<ScheduleRecord>, now: Timestamp) {
        let entry = self.entries.len();
        let name = &schedule.name;
        let pending: Vec<i64> = record
            .iter()
            .flat_map(|record| record.pending.iter().copied())
            .collect();
        let micros = Timestamp::from_unix_micros;
        let known = record.filter(|record| {
            let is_trusted = micros(record.through) - now <= TRUSTED_LEAD;
            if !is_trusted {
                tracing::warn!(
                    schedule = name,
                    "the last scheduled time in the store, {}, is after the clock's time; the schedule begins again now",
                    print_seconds(micros(record.through))
                );
            }
            is_trusted && record.identity == schedule.identity
        });
        let is_known = known.is_some();
        let (created, through) = match known {
            Some(record) => (micros(record.created), micros(record.through)),
            None => {
                self.changed.insert(entry);
                let created = now.unix_micros().div_euclid(1_000_000) * 1_000_000;
                // A rate without a start date has its first time when the schedule is created.
                (micros(created), micros(created - 1))
            }
        };
        match schedule.next_after(through, created) {
            Some(next) => {
                tracing::debug!(schedule = name, next = %next, "schedule");
                self.wakes.push(Reverse(Wake {
                    at: next,
                    entry,
                    retried: None,
                }));
            }
            // An earlier process has started its executions, or logged that there are none.
            None if is_known => {
                tracing::debug!(schedule = name, "the schedule has no time in the future");
            }
            None => tracing::warn!(
                schedule = name,
                "the schedule has no time in the future and starts nothing; change its dates, or remove it"
            ),
        }
        let pending: BTreeMap<Timestamp, u32> =
            pending.into_iter().map(|time| (micros(time), 1)).collect();
        for scheduled in pending.keys() {
            self.wakes.push(Reverse(Wake {
                at: now,
                entry,
                retried: Some(*scheduled),
            }));
        }
        self.entries.push(ScheduleEntry {
            schedule,
            created,
            through,
            pending,
            is_failing: false,
        });
    }

    /// Returns when the next start is due, if no attempt fails.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.peek().map(|Reverse(wake)| wake.at)
    }

    /// Returns the schedule of a start.
    pub(super) fn schedule(&self, start: DueStart) -> &Schedule {
        &self.entries[start.entry].schedule
    }

    /// Returns the number of schedules whose last attempt failed.
    pub(super) fn failing(&self) -> usize {
        self.failing
    }

    /// Takes the starts that are due.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<DueStart> {
        let mut due = Vec::new();
        while let Some(Reverse(wake)) = self.wakes.peek().copied()
            && wake.at <= now
        {
            self.wakes.pop();
            match wake.retried {
                None => self.take_times(wake.entry, now, &mut due),
                Some(scheduled) => self.take_retry(wake.entry, scheduled, now, &mut due),
            }
        }
        due
    }

    /// Takes the scheduled times of an entry that have passed.
    fn take_times(&mut self, index: usize, now: Timestamp, due: &mut Vec<DueStart>) {
        let entry = &mut self.entries[index];
        let times = DueTimes::of(&entry.schedule, entry.created, entry.through, now);
        entry.through = times.through;
        let name = &entry.schedule.name;
        if let Some(since) = times.expired_since {
            tracing::warn!(
                schedule = name,
                "missed times since {} are older than `MaximumEventAgeInSeconds` ({} s) and start nothing",
                print_seconds(since),
                entry.schedule.target.max_event_age.as_secs()
            );
        }
        if times.dropped > 0 {
            tracing::warn!(
                schedule = name,
                dropped = times.dropped,
                "missed times start nothing, because the field `Missed` is {}",
                match entry.schedule.missed {
                    MissedPolicy::Skip => "SKIP",
                    MissedPolicy::Once => "ONCE",
                    MissedPolicy::All => "ALL, with at most 1,000 starts",
                }
            );
        }
        for scheduled in times.starts {
            if entry.pending.len() >= MOST_MISSED
                && let Some((oldest, _)) = entry.pending.pop_first()
            {
                tracing::warn!(
                    schedule = name,
                    "the start of {} is dropped, because {MOST_MISSED} later ones are pending",
                    print_seconds(oldest)
                );
            }
            entry.pending.insert(scheduled, 1);
            due.push(DueStart {
                entry: index,
                scheduled,
                attempt: 1,
            });
        }
        if let Some(next) = entry.schedule.next_after(entry.through, entry.created) {
            self.wakes.push(Reverse(Wake {
                at: next,
                entry: index,
                retried: None,
            }));
        }
        // With starts, the progress changes again when they are settled. A crash before that
        // repeats them under the same names.
        self.changed.insert(index);
    }

    fn take_retry(
        &mut self,
        index: usize,
        scheduled: Timestamp,
        now: Timestamp,
        due: &mut Vec<DueStart>,
    ) {
        let entry = &mut self.entries[index];
        let Some(&attempt) = entry.pending.get(&scheduled) else {
            return;
        };
        if now - scheduled > entry.schedule.target.max_event_age {
            entry.drop_start(scheduled, attempt - 1, "it is too old");
            self.changed.insert(index);
            return;
        }
        due.push(DueStart {
            entry: index,
            scheduled,
            attempt,
        });
    }

    /// Records the result of a start.
    pub(super) fn settle(&mut self, start: DueStart, result: StartResult, now: Timestamp) {
        let entry = &mut self.entries[start.entry];
        let name = &entry.schedule.name;
        let (reason, is_permanent) = match result {
            StartResult::Started => {
                entry.pending.remove(&start.scheduled);
                self.failing -= usize::from(std::mem::take(&mut entry.is_failing));
                self.changed.insert(start.entry);
                return;
            }
            StartResult::Failed {
                reason,
                is_permanent,
            } => (reason, is_permanent),
        };
        let was_failing = std::mem::replace(&mut entry.is_failing, true);
        self.failing += usize::from(!was_failing);
        let target = &entry.schedule.target;
        let deadline = start.scheduled + target.max_event_age;
        if is_permanent || start.attempt > target.max_retries || now >= deadline {
            entry.drop_start(start.scheduled, start.attempt, &reason);
            self.changed.insert(start.entry);
            return;
        }
        let at = (now + pause(start.attempt)).min(deadline);
        // Later failures have the same reason as a rule.
        if !was_failing {
            tracing::warn!(
                schedule = name,
                machine = target.machine,
                "the schedule could not start an execution for {}, and tries again until {}: {reason}",
                print_seconds(start.scheduled),
                print_seconds(deadline)
            );
        } else {
            tracing::debug!(
                schedule = name,
                attempt = start.attempt,
                scheduled = print_seconds(start.scheduled),
                "the schedule could not start an execution: {reason}"
            );
        }
        // Times that were dropped while they were being started are not in the map.
        if let Some(attempt) = entry.pending.get_mut(&start.scheduled) {
            *attempt = start.attempt + 1;
            self.wakes.push(Reverse(Wake {
                at,
                entry: start.entry,
                retried: Some(start.scheduled),
            }));
        }
    }

    /// Takes the progress of the schedules that changed.
    pub(super) fn take_changes(&mut self) -> Vec<ScheduleProgress> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        let records = changed.map(|index| {
            let entry = &self.entries[index];
            ScheduleProgress {
                entry: index,
                name: entry.schedule.name.clone(),
                record: entry.record(),
            }
        });
        records.collect()
    }

    /// Returns the progress of all schedules, by their names.
    pub(super) fn records(&self) -> BTreeMap<String, ScheduleRecord> {
        let entries = self.entries.iter();
        let records = entries.map(|entry| (entry.schedule.name.clone(), entry.record()));
        records.collect()
    }

    /// Returns progress that could not be committed.
    pub(super) fn restore_changes(&mut self, progress: &[ScheduleProgress]) {
        self.changed.extend(progress.iter().map(|one| one.entry));
    }

    /// Whether progress is not committed.
    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }
}

impl ScheduleEntry {
    fn record(&self) -> ScheduleRecord {
        let pending = self.pending.keys().map(|time| time.unix_micros());
        ScheduleRecord {
            identity: self.schedule.identity.clone(),
            created: self.created.unix_micros(),
            through: self.through.unix_micros(),
            pending: pending.collect(),
        }
    }

    /// Ends the attempts for a scheduled time.
    fn drop_start(&mut self, scheduled: Timestamp, attempts: u32, reason: &str) {
        self.pending.remove(&scheduled);
        tracing::warn!(
            schedule = self.schedule.name,
            machine = self.schedule.target.machine,
            attempts,
            "the schedule starts no execution for {}: {reason}",
            print_seconds(scheduled)
        );
    }
}

/// Returns the pause after an attempt.
fn pause(attempt: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempt.saturating_sub(1));
    let pause = doubled.and_then(|factor| FIRST_PAUSE.checked_mul(factor));
    pause.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}
