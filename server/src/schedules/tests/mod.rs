//! Tests of schedules without a server.

mod cron_search;
mod documents;
mod expressions;
mod inputs;
mod queue;

use stepwright_engine::clock::Timestamp;

use super::expression::ScheduleExpression;
use crate::time_zone::NamedTimeZone;

/// Parses a time such as `2026-01-01T00:00:00Z`.
fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("it is a time")
}

fn parse(text: &str, zone: &str) -> Result<ScheduleExpression, String> {
    ScheduleExpression::parse(text, &NamedTimeZone::parse(zone)?)
}

/// Returns the first `count` times of an expression after a moment.
fn times(text: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let expression = parse(text, zone).expect("it is an expression");
    let after = time(after);
    let next = |last: &Timestamp| expression.next_after(*last, after);
    let times = std::iter::successors(next(&after), next);
    times
        .take(count)
        .map(crate::response::print_seconds)
        .collect()
}
