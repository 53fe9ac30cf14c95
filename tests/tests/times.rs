//! Times and durations: a workflow computes with them as `chrono` does, and a plain run and the
//! engine have one clock.

use crate::same::agree_on_json;
use chrono::{DateTime, Days, Duration, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::Workflow;
use stepwright::function::{PlainRun, days, hours, mins, secs, sleep, task};
use stepwright::prelude::*;
use stepwright_runtime::{Engine, StartOptions};

/// Every spelling, at the edges of digits, days, years and of the time before 1970.
const TIMES: &[&str] = &[
    "2026-01-02T03:04:05Z",
    "2026-01-02 03:04:05 UTC",
    "2026-01-02t05:04:05.5+02:00",
    "2026-01-02T03:04:05.123456789Z",
    "2026-01-02T03:04:05.1234568Z",
    "2024-02-29T23:59:59.999999999Z",
    "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00.000001Z",
    "0005-01-02T00:00:00Z",
    "9998-12-30T23:59:59.5Z",
];

const LOCAL_TIMES: &[&str] = &[
    "2026-01-02T03:04:05",
    "2026-1-2T3:4:5.000001",
    "2024-02-29T23:59:59.999999999",
    "1969-12-31T23:59:59.25",
];

const DATES: &[&str] = &[
    "2026-01-02",
    "2026-1-2",
    "2024-02-29",
    "1969-12-31",
    "9998-12-30",
];

/// Numbers of units around the edges of seconds, days and years.
const COUNTS: &[i64] = &[0, 1, -1, 59, 1_000, -86_400, 86_399, 31_536_000];

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Times {
    a: DateTime<Utc>,
    b: DateTime<Utc>,
    offset: DateTime<FixedOffset>,
    local: NaiveDateTime,
    on: NaiveDate,
    until: NaiveDate,
    count: i64,
    few: u8,
    maybe: Option<DateTime<Utc>>,
    list: Vec<DateTime<Utc>>,
}

fn times() -> Vec<Value> {
    let mut inputs = Vec::new();
    for (index, a) in TIMES.iter().enumerate() {
        for (other, b) in TIMES.iter().enumerate() {
            let count = COUNTS[(index + other) % COUNTS.len()];
            inputs.push(json!({
                "a": a,
                "b": b,
                "offset": b.replace(" UTC", "Z").replace(' ', "T"),
                "local": LOCAL_TIMES[index % LOCAL_TIMES.len()],
                "on": DATES[index % DATES.len()],
                "until": DATES[other % DATES.len()],
                "count": count,
                "few": index + other,
                "maybe": if other % 2 == 0 { json!(b) } else { Value::Null },
                "list": [a, b],
            }));
        }
    }
    inputs
}

/// Defines a workflow and the same function of Rust.
macro_rules! same {
    ($($test:ident, $rust:ident, $workflow:ident($input:ident) -> $output:ty = $value:expr;)*) => {$(
        fn $rust($input: Times) -> $output {
            $value
        }

        workflow! {
            workflow $workflow($input: Times) -> $output {
                succeed Done { $value }
            }
        }

        #[tokio::test]
        async fn $test() {
            agree_on_json::<$workflow>($rust, times()).await;
        }
    )*};
}

same! {
    a_duration_moves_a_time_with_all_its_digits, moved, Moves(i) -> (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, String) = (
        i.a + Duration::days(2),
        i.a - TimeDelta::seconds(i.count),
        i.a + std::time::Duration::from_millis(1_500) - chrono::Duration::weeks(1),
        i.a + Days::new(3) + Duration::minutes(5) * 3,
        (i.b + Duration::hours(-7)).to_string(),
    );
    a_duration_moves_local_times_and_dates, moved_locally, MovesLocally(i) -> (NaiveDateTime, NaiveDateTime, NaiveDate, NaiveDate, NaiveDate, NaiveDate) = (
        i.local + TimeDelta::milliseconds(i.count),
        i.local - Duration::days(400),
        i.on + Days::new(31),
        i.on - Duration::hours(47),
        i.on + TimeDelta::seconds(i.count),
        i.on + (i.until - i.on),
    );
    the_duration_between_times_is_exact, between, Between(i) -> (i64, i64, i64, i64, i64, i64, i64, i64, i64) = (
        (i.a - i.b).num_milliseconds(),
        (i.a - i.b).num_seconds(),
        (i.b - i.a).num_minutes(),
        i.a.signed_duration_since(i.b).num_hours(),
        (i.a - i.b).abs().num_days(),
        (-(i.a - i.b)).num_weeks(),
        (i.until - i.on).num_days(),
        i.offset.signed_duration_since(i.a).num_seconds(),
        (i.a - i.b + Duration::days(1)).num_milliseconds(),
    );
    durations_are_compared_exactly, compared, ComparesDurations(i) -> (bool, bool, bool, bool, bool, bool, bool, bool) = (
        i.a - i.b > Duration::zero(),
        i.a - i.b >= Duration::milliseconds(i.count),
        i.b - i.a < TimeDelta::seconds(i.count),
        i.a - i.b == Duration::zero(),
        i.until - i.on != Duration::days(1),
        TimeDelta::minutes(i.count) <= TimeDelta::hours(1),
        i.a + Duration::days(1) > i.b,
        i.a < i.b - Duration::hours(i64::from(i.few)),
    );
    durations_are_computed_in_options_and_lists, inside, Inside(i) -> (Option<i64>, Option<bool>, Vec<DateTime<Utc>>, bool, usize) = (
        i.maybe.map(|at| (i.a - at).num_seconds()),
        i.maybe.map(|at| i.a - at > Duration::days(30)),
        i.list.iter().map(|at| *at + Duration::milliseconds(1)).collect(),
        i.list.iter().any(|at| *at - i.b > Duration::zero()),
        i.list.iter().filter(|at| **at + Duration::seconds(1) > i.a).count(),
    );
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Reminder {
    due: DateTime<Utc>,
    sent: Option<DateTime<Utc>>,
}

/// Returns the time that it gets.
#[task]
async fn record(at: DateTime<Utc>) -> DateTime<Utc> {
    at
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Report {
    start: DateTime<Utc>,
    text: String,
    recorded: DateTime<Utc>,
    elapsed: i64,
    is_late: bool,
    late_days: i64,
    next: DateTime<Utc>,
    sent: Option<DateTime<Utc>>,
}

#[stepwright::function::workflow]
async fn clocked(reminder: Reminder) -> Report {
    let mut reminder = reminder;
    let start = Utc::now();
    sleep(secs(90)).await;
    let text = stepwright::functions::now();
    let recorded = record(Utc::now() + hours(1)).await;
    let late = chrono::Utc::now() - reminder.due;
    let mut next = start + mins(5);
    next += Duration::days(1);
    if reminder.sent.is_none() && late > TimeDelta::days(3) {
        sleep(mins(1)).await;
        reminder.sent = Some(Utc::now());
    }
    Report {
        start,
        text,
        recorded,
        elapsed: (Utc::now() - start).num_seconds(),
        is_late: Utc::now() > reminder.due + days(3),
        late_days: late.num_days(),
        next,
        sent: reminder.sent,
    }
}

#[tokio::test]
async fn a_plain_run_and_the_engine_have_one_clock() {
    for due in [
        "2025-12-31T23:59:59.9Z",
        "2025-12-28T23:59:00Z",
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    ] {
        for sent in [Value::Null, json!("2025-01-01T00:00:00Z")] {
            let reminder: Reminder = serde_json::from_value(json!({ "due": due, "sent": sent }))
                .expect("serde reads it");
            let plain = PlainRun::new().block_on(clocked(reminder.clone()));
            let plain = plain.expect("it succeeds");
            let waits = plain.late_days >= 3 && sent.is_null();
            assert_eq!(plain.elapsed, if waits { 150 } else { 90 });
            let engine = Engine::builder().register::<Clocked>().virtual_time();
            let engine = engine.build().expect("the workflow can be run");
            let started = engine.start::<Clocked>(reminder).await.expect("it starts");
            assert_eq!(started.await.expect("it succeeds"), plain, "{due} {sent}");
        }
    }
}

fn next_century(i: Times) -> DateTime<Utc> {
    i.a + Duration::days(i.count)
}

workflow! {
    workflow NextCentury(i: Times) -> DateTime<Utc> {
        succeed Done { i.a + Duration::days(i.count) }
    }
}

#[tokio::test]
async fn a_time_beyond_four_digits_of_the_year_fails_the_state() {
    let mut inputs = times();
    inputs.truncate(1);
    let mut input = inputs.remove(0);
    input["count"] = json!(3_652_424);
    let fails = |count: i64| {
        let mut input = input.clone();
        input["a"] = json!("0000-01-01T00:00:00Z");
        input["count"] = json!(count);
        input
    };
    agree_on_json::<NextCentury>(next_century, [fails(0), fails(3_652_424)]).await;
    let engine = Engine::builder().register::<NextCentury>().virtual_time();
    let engine = engine.build().expect("the workflow can be run");
    for count in [-1, 3_652_425, 200_000_000, 9_007_199_254_740_991] {
        let started = engine.start_machine(NextCentury::NAME, fails(count), StartOptions::new());
        let failed = started.await.expect("it starts").await;
        let failed = failed.expect_err("JSON has no such time");
        let cause = failed.cause.unwrap_or_default();
        assert!(
            cause.contains("before the year 0 or after the year 9999")
                || cause.contains("longer than 285,420 years"),
            "{count}: {cause}"
        );
    }
}

workflow! {
    workflow RefusesDurations(i: Times) -> (bool, DateTime<Utc>, i64, DateTime<FixedOffset>) {
        succeed Done {
            (
                i.a - i.b > i.b - i.a,
                i.a + (i.b - i.a),
                (i.a - i.b + (i.b - i.a)).num_seconds(),
                i.offset + Duration::days(1),
            )
        }
    }
}

#[test]
fn what_may_have_a_fraction_of_a_millisecond_is_refused() {
    let faults = RefusesDurations::build()
        .expect_err("it is refused")
        .to_string();
    for message in [
        "compare `(a - b).num_milliseconds()` of both",
        "write `at + TimeDelta::milliseconds((b - a).num_milliseconds())`",
        "add `(a - b).num_milliseconds()`",
        "this is a `DateTime<FixedOffset>`",
    ] {
        assert!(faults.contains(message), "no `{message}`:\n{faults}");
    }
}
