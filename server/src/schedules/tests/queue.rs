//! The queue: which starts are due, at which time, and what a restart repeats.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use stepwright_engine::clock::Timestamp;

use super::super::list::Schedules;
use super::super::queue::{ScheduleQueue, StartResult};
use super::time;
use crate::control::ScheduleRecord;
use crate::response::print_seconds;

type Records = BTreeMap<String, ScheduleRecord>;

fn schedules(fields: &str) -> Schedules {
    let text = format!(r#"{{"Name": "a", {fields}}}"#);
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn queue(schedules: &Schedules, records: &Records, now: &str) -> ScheduleQueue {
    ScheduleQueue::new(schedules.list.clone(), &mut records.clone(), time(now))
}

/// The scheduled times of starts that are due.
fn due(queue: &mut ScheduleQueue, now: &str) -> Vec<String> {
    let due = queue.take_due(time(now)).into_iter();
    due.map(|start| print_seconds(start.scheduled)).collect()
}

/// Starts everything that is due.
fn start_all(queue: &mut ScheduleQueue, now: &str) -> Vec<String> {
    let due = queue.take_due(time(now));
    for start in &due {
        queue.settle(*start, StartResult::Started, time(now));
    }
    let times = due.into_iter().map(|start| start.scheduled);
    times.map(print_seconds).collect()
}

/// Adds the progress to records, as a commit does.
fn commit(queue: &mut ScheduleQueue, records: &mut Records) {
    let changes = queue.take_changes().into_iter();
    records.extend(changes.map(|progress| (progress.name, progress.record)));
}

fn failure(is_permanent: bool) -> StartResult {
    StartResult::Failed {
        reason: "State Machine Does Not Exist".to_owned(),
        is_permanent,
    }
}

const HOURLY: &str = r#""ScheduleExpression": "cron(0 * * * ? *)", "Target": {"Arn": "M"}"#;

#[test]
fn a_new_cron_schedule_starts_at_its_next_time_and_a_new_rate_now() {
    let mut cron = queue(&schedules(HOURLY), &Records::new(), "2026-01-01T00:30:00Z");
    assert_eq!(cron.next_wake(), Some(time("2026-01-01T01:00:00Z")));
    assert_eq!(
        start_all(&mut cron, "2026-01-01T01:00:00Z"),
        ["2026-01-01T01:00:00Z"]
    );
    assert_eq!(cron.next_wake(), Some(time("2026-01-01T02:00:00Z")));

    let rate = r#""ScheduleExpression": "rate(5 minutes)", "Target": {"Arn": "M"}"#;
    let mut rate = queue(
        &schedules(rate),
        &Records::new(),
        "2026-01-01T00:30:07.500Z",
    );
    assert_eq!(
        start_all(&mut rate, "2026-01-01T00:30:08Z"),
        ["2026-01-01T00:30:07Z"]
    );
    assert_eq!(rate.next_wake(), Some(time("2026-01-01T00:35:07Z")));
}

/// The starts after a pause from 0:30 to 5:30.
fn after_a_pause(fields: &str) -> Vec<String> {
    let schedules = schedules(fields);
    let mut records = Records::new();
    let mut before = queue(&schedules, &records, "2026-01-01T00:30:00Z");
    commit(&mut before, &mut records);
    let mut after = queue(&schedules, &records, "2026-01-01T05:30:00Z");
    start_all(&mut after, "2026-01-01T05:30:00Z")
}

#[test]
fn missed_times_start_none_one_or_all() {
    assert_eq!(after_a_pause(HOURLY), ["2026-01-01T05:00:00Z"]);
    let policy = |policy: &str| after_a_pause(&format!(r#"{HOURLY}, "Missed": "{policy}""#));
    assert_eq!(policy("ONCE"), ["2026-01-01T05:00:00Z"]);
    assert_eq!(policy("SKIP"), Vec::<String>::new());
    assert_eq!(
        policy("ALL"),
        [1, 2, 3, 4, 5].map(|hour| format!("2026-01-01T0{hour}:00:00Z"))
    );
}

#[test]
fn a_restart_within_a_minute_misses_nothing() {
    let schedules = schedules(&format!(r#"{HOURLY}, "Missed": "SKIP""#));
    let mut records = Records::new();
    let mut before = queue(&schedules, &records, "2026-01-01T00:59:30Z");
    commit(&mut before, &mut records);
    let mut after = queue(&schedules, &records, "2026-01-01T01:00:59Z");
    assert_eq!(
        due(&mut after, "2026-01-01T01:00:59Z"),
        ["2026-01-01T01:00:00Z"]
    );
}

#[test]
fn missed_times_beyond_the_event_age_start_nothing() {
    let fields = r#""ScheduleExpression": "cron(0 * * * ? *)", "Missed": "ALL",
        "Target": {"Arn": "M", "RetryPolicy": {"MaximumEventAgeInSeconds": 7200}}"#;
    let expected = ["2026-01-01T04:00:00Z", "2026-01-01T05:00:00Z"];
    assert_eq!(after_a_pause(fields), expected);
}

#[test]
fn all_missed_times_are_at_most_a_thousand() {
    let fields =
        r#""ScheduleExpression": "rate(1 minute)", "Missed": "ALL", "Target": {"Arn": "M"}"#;
    let schedules = schedules(fields);
    let mut records = Records::new();
    let mut before = queue(&schedules, &records, "2026-01-01T00:00:00Z");
    commit(&mut before, &mut records);
    let mut after = queue(&schedules, &records, "2026-03-01T00:00:00Z");
    let found = start_all(&mut after, "2026-03-01T00:00:00Z");
    assert_eq!(found.len(), 1_000);
    assert_eq!(found[999], "2026-03-01T00:00:00Z");
    assert_eq!(after.next_wake(), Some(time("2026-03-01T00:01:00Z")));
}

#[test]
fn a_one_time_schedule_that_was_missed_starts_once() {
    let fields = r#""ScheduleExpression": "at(2026-01-01T03:00:00)", "Target": {"Arn": "M"}"#;
    assert_eq!(after_a_pause(fields), ["2026-01-01T03:00:00Z"]);
    let over = r#""ScheduleExpression": "at(2026-01-01T00:00:00)", "Target": {"Arn": "M"}"#;
    assert_eq!(after_a_pause(over), Vec::<String>::new());
}

#[test]
fn a_crash_before_the_commit_repeats_the_same_scheduled_time() {
    let schedules = schedules(HOURLY);
    let mut records = Records::new();
    let mut first = queue(&schedules, &records, "2026-01-01T00:30:00Z");
    commit(&mut first, &mut records);
    let started = start_all(&mut first, "2026-01-01T01:00:00Z");
    // Without a commit.
    let mut second = queue(&schedules, &records, "2026-01-01T01:00:01Z");
    assert_eq!(start_all(&mut second, "2026-01-01T01:00:01Z"), started);
    commit(&mut second, &mut records);
    let mut third = queue(&schedules, &records, "2026-01-01T01:00:02Z");
    assert_eq!(
        due(&mut third, "2026-01-01T01:59:59Z"),
        Vec::<String>::new()
    );
}

#[test]
fn a_failed_start_is_tried_again_with_growing_pauses_until_its_event_is_too_old() {
    let fields = r#""ScheduleExpression": "at(2026-01-01T01:00:00)", "Target": {"Arn": "M",
        "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}"#;
    let mut queue = queue(&schedules(fields), &Records::new(), "2026-01-01T00:30:00Z");
    let (mut attempts, mut moments) = (Vec::new(), Vec::new());
    while let Some(now) = queue.next_wake() {
        moments.push(now.since(time("2026-01-01T01:00:00Z")).as_secs());
        for start in queue.take_due(now) {
            attempts.push(start.attempt);
            queue.settle(start, failure(false), now);
            assert_eq!(queue.failing(), 1);
        }
    }
    assert_eq!(moments, [0, 1, 3, 7, 15, 31, 60]);
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn attempts_are_bounded_and_a_permanent_failure_has_no_second_one() {
    let count = |retries: u32, is_permanent| {
        let fields = format!(
            r#""ScheduleExpression": "at(2026-01-01T01:00:00)", "Target": {{"Arn": "M",
            "RetryPolicy": {{"MaximumRetryAttempts": {retries}}}}}"#
        );
        let mut queue = queue(&schedules(&fields), &Records::new(), "2026-01-01T00:30:00Z");
        let mut attempts = 0;
        while let Some(now) = queue.next_wake() {
            for start in queue.take_due(now) {
                attempts += 1;
                queue.settle(start, failure(is_permanent), now);
            }
        }
        attempts
    };
    assert_eq!(count(0, false), 1);
    assert_eq!(count(3, false), 4);
    assert_eq!(count(185, true), 1);
    // 24 hours end before 186 attempts.
    assert_eq!(count(185, false), 154);
}

#[test]
fn a_start_that_failed_is_tried_again_after_a_restart_next_to_later_times() {
    let schedules = schedules(HOURLY);
    let mut records = Records::new();
    let mut first = queue(&schedules, &records, "2026-01-01T00:30:00Z");
    let now = time("2026-01-01T01:00:00Z");
    for start in first.take_due(now) {
        first.settle(start, failure(false), now);
    }
    commit(&mut first, &mut records);
    let mut second = queue(&schedules, &records, "2026-01-01T02:00:10Z");
    let mut found = start_all(&mut second, "2026-01-01T02:00:10Z");
    found.sort();
    assert_eq!(found, ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]);
    assert_eq!(second.failing(), 0);
    commit(&mut second, &mut records);
    assert_eq!(records["a"].pending, Vec::<i64>::new());
}

#[test]
fn a_success_clears_the_failing_state() {
    let mut queue = queue(&schedules(HOURLY), &Records::new(), "2026-01-01T00:30:00Z");
    let now = time("2026-01-01T01:00:00Z");
    for start in queue.take_due(now) {
        queue.settle(start, failure(false), now);
    }
    assert_eq!(queue.failing(), 1);
    start_all(&mut queue, "2026-01-01T01:00:01Z");
    assert_eq!(queue.failing(), 0);
}

#[test]
fn a_changed_expression_is_a_new_schedule_that_missed_nothing() {
    let mut records = Records::new();
    let mut before = queue(&schedules(HOURLY), &records, "2026-01-01T00:30:00Z");
    commit(&mut before, &mut records);
    let changed = schedules(&HOURLY.replace("0 * * * ?", "10 * * * ?"));
    let mut after = queue(&changed, &records, "2026-01-01T05:30:00Z");
    assert_eq!(
        due(&mut after, "2026-01-01T05:30:00Z"),
        Vec::<String>::new()
    );
    assert_eq!(after.next_wake(), Some(time("2026-01-01T06:10:00Z")));
}

#[test]
fn a_rate_keeps_its_phase_over_a_restart() {
    let rate = schedules(r#""ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M"}"#);
    let mut records = Records::new();
    let mut first = queue(&rate, &records, "2026-01-01T00:07:00Z");
    assert_eq!(
        start_all(&mut first, "2026-01-01T00:07:00Z"),
        ["2026-01-01T00:07:00Z"]
    );
    commit(&mut first, &mut records);
    let second = queue(&rate, &records, "2026-01-01T00:30:00Z");
    assert_eq!(second.next_wake(), Some(time("2026-01-01T01:07:00Z")));
}

#[test]
fn disabled_and_removed_schedules_have_no_records() {
    let disabled = schedules(&format!(r#"{HOURLY}, "State": "DISABLED""#));
    let mut records = Records::new();
    commit(
        &mut queue(&schedules(HOURLY), &records, "2026-01-01T00:30:00Z"),
        &mut records,
    );
    let queue = ScheduleQueue::new(disabled.list, &mut records, time("2026-01-01T00:30:00Z"));
    assert_eq!(queue.next_wake(), None);
    assert_eq!(records.len(), 1, "the record is left for its deletion");
}

#[test]
fn a_clock_that_was_set_back_repeats_nothing() {
    let schedules = schedules(HOURLY);
    let mut records = Records::new();
    let mut first = queue(&schedules, &records, "2026-01-01T11:30:00Z");
    start_all(&mut first, "2026-01-01T12:00:00Z");
    commit(&mut first, &mut records);
    let mut second = queue(&schedules, &records, "2026-01-01T10:30:00Z");
    assert_eq!(
        start_all(&mut second, "2026-01-01T12:59:59Z"),
        Vec::<String>::new()
    );
    assert_eq!(
        start_all(&mut second, "2026-01-01T13:00:00Z"),
        ["2026-01-01T13:00:00Z"]
    );
    // A clock that was years ahead does not stop the schedule for years.
    let third = queue(&schedules, &records, "2025-01-01T10:30:00Z");
    assert_eq!(third.next_wake(), Some(time("2025-01-01T11:00:00Z")));
}

/// An event in the life of a scheduler.
#[derive(Clone, Debug)]
enum Step {
    /// Time passes, and what is due is started, with or without success.
    Pass {
        minutes: i64,
        succeeds: bool,
    },
    Commit,
    /// The process ends, and the next one begins after some minutes.
    Restart {
        minutes: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..90_i64, prop::bool::weighted(0.8)).prop_map(|(minutes, succeeds)| Step::Pass { minutes, succeeds }),
        3 => Just(Step::Commit),
        1 => (0..300_i64).prop_map(|minutes| Step::Restart { minutes }),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    /// With `ALL`, each time within the event age is started, whatever happens. Times that are
    /// started again were not committed, which their names make harmless.
    #[test]
    fn no_scheduled_time_is_lost_or_repeated_after_its_commit(steps in steps()) {
        let schedules = schedules(
            r#""ScheduleExpression": "cron(0/7 * * * ? *)", "Missed": "ALL", "Target": {"Arn": "M"}"#,
        );
        let micros = |minutes: i64| Timestamp::from_unix_micros(1_767_225_600_000_000 + minutes * 60_000_000);
        let (mut records, mut minute) = (Records::new(), 3);
        let mut queue = ScheduleQueue::new(schedules.list.clone(), &mut records.clone(), micros(minute));
        commit(&mut queue, &mut records);
        let mut started: BTreeSet<Timestamp> = BTreeSet::new();
        // The times that this process started.
        let mut of_process: BTreeSet<Timestamp> = BTreeSet::new();
        let mut run = |queue: &mut ScheduleQueue, minute: i64, succeeds: bool, of_process: &mut BTreeSet<Timestamp>, records: &Records| {
            for start in queue.take_due(micros(minute)) {
                let (time, record) = (start.scheduled.unix_micros(), &records["a"]);
                assert!(time > record.through || record.pending.contains(&time), "{} is committed", start.scheduled);
                assert!(!of_process.contains(&start.scheduled), "{} is repeated", start.scheduled);
                let result = if succeeds { StartResult::Started } else { failure(false) };
                queue.settle(start, result, micros(minute));
                if succeeds {
                    of_process.insert(start.scheduled);
                    started.insert(start.scheduled);
                }
            }
            started.clone()
        };
        for step in steps {
            match step {
                Step::Pass { minutes, succeeds } => {
                    minute += minutes;
                    run(&mut queue, minute, succeeds, &mut of_process, &records);
                }
                Step::Commit => commit(&mut queue, &mut records),
                Step::Restart { minutes } => {
                    minute += minutes;
                    of_process.clear();
                    queue = ScheduleQueue::new(schedules.list.clone(), &mut records.clone(), micros(minute));
                }
            }
        }
        // A retry waits at most ten minutes.
        minute += 10;
        let started = run(&mut queue, minute, true, &mut of_process, &records);
        let expected: Vec<Timestamp> = (4..=minute)
            .filter(|minute| minute % 60 % 7 == 0)
            .map(micros)
            .filter(|time| micros(minute) - *time < Duration::from_secs(80_000))
            .collect();
        for time in expected {
            prop_assert!(started.contains(&time), "{} is lost", time);
        }
    }
}

#[test]
fn a_queue_from_the_progress_of_another_continues_its_times_and_starts() {
    let rate = schedules(r#""ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M"}"#);
    let mut first = queue(&rate, &Records::new(), "2026-01-01T00:10:00Z");
    assert_eq!(start_all(&mut first, "2026-01-01T00:10:00Z").len(), 1);
    // This start has not ended.
    assert_eq!(
        due(&mut first, "2026-01-01T01:10:00Z"),
        ["2026-01-01T01:10:00Z"]
    );
    let mut second = queue(&rate, &first.records(), "2026-01-01T01:30:00Z");
    assert_eq!(
        due(&mut second, "2026-01-01T01:30:00Z"),
        ["2026-01-01T01:10:00Z"]
    );
    assert_eq!(second.next_wake(), Some(time("2026-01-01T02:10:00Z")));
}
