//! The cost of one visit of a state.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::strip;
use stepwright_asl::limits::{
    BODY_EVENTS, DEFAULT_BACKOFF_RATE, DEFAULT_INTERVAL_SECONDS, DEFAULT_MAX_ATTEMPTS, FAIL_EVENTS,
    ITERATION_EVENTS, MAP_RUN_EVENTS, STATE_EVENTS, task_events,
};
use stepwright_asl::model::{Map, NumberOrExpression, Retrier, State, Task, Wait};
use stepwright_asl::resource::{IntegrationPattern, Resource, ResourceKind};

use super::cost::{CostCase, Range, times};
use super::options::EstimateOptions;

/// Default maximum numbers of concurrent iterations of an inline Map, and of concurrent children of
/// a Distributed Map.
///
/// Sources: <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>
const INLINE_CONCURRENCY: f64 = 40.0;
const DISTRIBUTED_CONCURRENCY: f64 = 10_000.0;

/// The cost of a state if it succeeds, and if its error is caught.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateCost {
    pub(super) success: Range,
    pub(super) failure: Range,
}

impl StateCost {
    /// The maximum cost, regardless of how the state ends.
    pub(super) fn worst(&self) -> CostCase {
        self.success.worst.max(self.failure.worst)
    }
}

/// The cost of a state, given the cost of its inner containers.
pub(super) fn cost(
    name: &str,
    state: &State,
    inner: &[Range],
    options: &EstimateOptions,
) -> StateCost {
    match state {
        State::Task(task) => task_cost(name, state, task, options),
        State::Wait(wait) => {
            let (best, worst) = waited(wait);
            let mut range = Range::exactly(CostCase::state(STATE_EVENTS.into()));
            range.best.seconds = best;
            set_typical_wait(&mut range.typical, wait_of(name, state, options));
            range.worst.seconds = worst;
            StateCost {
                success: range,
                failure: range,
            }
        }
        State::Parallel(_) => {
            let empty = Range::exactly(CostCase::default());
            let branches = inner.iter().fold(empty, |all, branch| {
                all.with(*branch, CostCase::concurrent_with)
            });
            body(
                branches.map(|case| events(case, BODY_EVENTS)),
                state.retry(),
            )
        }
        State::Map(map) => map_cost(name, map, inner, options),
        // If the fields of a Fail cannot be evaluated, the execution ends with an additional event.
        State::Fail(_) => plain(FAIL_EVENTS, FAIL_EVENTS + 1),
        State::Pass(_) | State::Choice(_) | State::Succeed(_) => plain(STATE_EVENTS, STATE_EVENTS),
    }
}

fn plain(least: u32, most: u32) -> StateCost {
    let range = Range {
        best: CostCase::state(least.into()),
        typical: CostCase::state(least.into()),
        worst: CostCase::state(most.into()),
    };
    StateCost {
        success: range,
        failure: range,
    }
}

/// Adds events to a case.
fn events(case: CostCase, more: u32) -> CostCase {
    CostCase {
        events: case.events + f64::from(more),
        ..case
    }
}

/// Adds the cost of entering and exiting the state, and of retries, to the cost of an attempt. Each
/// retry is a transition.
fn body(attempt: Range, retry: &[Retrier]) -> StateCost {
    let (retries, delay) = retries(retry);
    let around = CostCase::state(STATE_EVENTS.into());
    // The last attempt, and each before it, may end with an additional event for a failed
    // evaluation.
    let mut again = events(attempt.worst, 1);
    again.transitions += 1.0;
    let mut worst = around
        .then(again.repeated(retries))
        .then(events(attempt.worst, 1));
    worst.seconds += delay;
    let success = Range {
        best: around.then(attempt.best),
        typical: around.then(attempt.typical),
        worst,
    };
    let mut tried = attempt.typical;
    tried.transitions += 1.0;
    let mut typical = around.then(attempt.typical);
    if retries.is_finite() {
        typical = typical.then(tried.repeated(retries));
        typical.seconds += delay;
    }
    // A failure in its arguments leaves no event of an attempt.
    let failure = Range {
        best: around,
        typical,
        worst,
    };
    StateCost { success, failure }
}

/// Maximum number of retries, and their total delay.
fn retries(retriers: &[Retrier]) -> (f64, f64) {
    let (mut count, mut delay) = (0.0, 0.0);
    for retrier in retriers {
        let attempts = number(retrier.max_attempts.as_ref(), DEFAULT_MAX_ATTEMPTS.into())
            .unwrap_or(f64::INFINITY);
        let interval = number(
            retrier.interval_seconds.as_ref(),
            DEFAULT_INTERVAL_SECONDS.into(),
        )
        .unwrap_or(f64::INFINITY);
        let rate = number(retrier.backoff_rate.as_ref(), DEFAULT_BACKOFF_RATE.into())
            .unwrap_or(f64::INFINITY);
        let most = match &retrier.max_delay_seconds {
            None => f64::INFINITY,
            some => number(some.as_ref(), 0.0).unwrap_or(f64::INFINITY),
        };
        count += attempts;
        delay += delays(attempts, interval, rate, most);
    }
    (count, delay)
}

/// Maximum number of delays that are added up. More delays take longer than an execution can run.
const MOST_DELAYS: u32 = 100_000;

/// The total delay of all retries.
fn delays(attempts: f64, interval: f64, rate: f64, most: f64) -> f64 {
    let (mut sum, mut next) = (0.0, interval.min(most));
    let mut left = attempts;
    let mut steps = 0;
    while left >= 1.0 {
        steps += 1;
        if steps > MOST_DELAYS {
            return f64::INFINITY;
        }
        // From here on all delays are equal, or the sum is infinite.
        if next >= most || rate <= 1.0 {
            return sum + times(next.min(most), left);
        }
        sum += next;
        if !sum.is_finite() {
            return f64::INFINITY;
        }
        next = (next * rate).min(most);
        left -= 1.0;
    }
    sum
}

/// A constant number in the definition; the default if the field is absent, `None` if it is
/// computed.
fn number(field: Option<&NumberOrExpression>, default: f64) -> Option<f64> {
    match field {
        None => Some(default),
        Some(field) => {
            let number = field.as_number()?.to_string();
            number.parse::<f64>().ok().filter(|number| *number >= 0.0)
        }
    }
}

/// How long a state waits before it continues.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TypicalWait {
    /// The state waits for nothing outside of the definition.
    None,
    /// The state waits this number of seconds.
    Seconds(f64),
    /// The state waits for an answer from outside, or until a computed time, and no option gives
    /// its duration.
    Unknown,
}

/// The typical wait of a state: a constant, or that of the options.
pub(super) fn wait_of(name: &str, state: &State, options: &EstimateOptions) -> TypicalWait {
    if has_open_wait(state) {
        let given = options.waits.get(name).copied();
        return given.map_or(TypicalWait::Unknown, TypicalWait::Seconds);
    }
    match state {
        State::Wait(wait) => TypicalWait::Seconds(waited(wait).0),
        _ => TypicalWait::None,
    }
}

/// Whether the state waits for an answer from outside (a task token, an activity), or until a
/// computed time: the definition does not contain how long.
#[must_use]
pub fn has_open_wait(state: &State) -> bool {
    match state {
        State::Wait(wait) => waited(wait).1.is_infinite(),
        State::Task(task) => {
            let resource = Resource::parse(&task.resource);
            resource.kind() == ResourceKind::Activity
                || resource.pattern() == IntegrationPattern::WaitForTaskToken
        }
        _ => false,
    }
}

fn set_typical_wait(typical: &mut CostCase, wait: TypicalWait) {
    match wait {
        TypicalWait::None => {}
        TypicalWait::Seconds(seconds) => typical.seconds = seconds,
        TypicalWait::Unknown => {
            typical.seconds = 0.0;
            typical.unknown_waits = 1.0;
        }
    }
}

fn task_cost(name: &str, state: &State, task: &Task, options: &EstimateOptions) -> StateCost {
    let events = f64::from(task_events(&task.resource));
    let most = match (&task.timeout_seconds, &task.timeout_seconds_path) {
        (Some(timeout), None) => number(Some(timeout), 0.0).unwrap_or(f64::INFINITY),
        _ => f64::INFINITY,
    };
    let attempt = |seconds: f64| CostCase {
        events,
        seconds,
        ..CostCase::default()
    };
    let mut attempts = Range {
        best: attempt(0.0),
        typical: attempt(options.task_seconds.min(most)),
        worst: attempt(most),
    };
    let wait = match wait_of(name, state, options) {
        TypicalWait::Seconds(seconds) => TypicalWait::Seconds(seconds.min(most)),
        other => other,
    };
    set_typical_wait(&mut attempts.typical, wait);
    let mut cost = body(attempts, &task.retry);
    // The average number of retries in recorded executions.
    if let Some(retries) = options.recorded.retries(name) {
        let mut again = attempts.typical;
        again.transitions += 1.0;
        cost.success.typical = cost.success.typical.then(again.repeated(retries));
    }
    cost
}

/// The duration of a Wait in seconds: minimum and maximum.
fn waited(wait: &Wait) -> (f64, f64) {
    match wait
        .seconds
        .as_ref()
        .map(|seconds| number(Some(seconds), 0.0))
    {
        Some(Some(seconds)) => (seconds, seconds),
        _ => (0.0, f64::INFINITY),
    }
}

/// The number of items, if they are constant in the definition.
pub(super) fn literal_items(map: &Map) -> Option<u64> {
    let items = map.items.as_ref()?;
    let has_expression = |json: &Json| json.as_str().is_some_and(|text| strip(text).is_some());
    match items {
        Json::Array(items) => Some(items.len() as u64),
        Json::Object(members) => Some(members.len() as u64),
        other if has_expression(other) => None,
        _ => None,
    }
}

fn map_cost(name: &str, map: &Map, inner: &[Range], options: &EstimateOptions) -> StateCost {
    let nothing = Range::exactly(CostCase::default());
    let item = inner.first().copied().unwrap_or(nothing);
    let literal = literal_items(map).filter(|_| map.item_reader.is_none());
    let (least, typical, most) = options.items_in(name, literal);
    let at_once = match number(map.max_concurrency.as_ref(), 0.0) {
        Some(limit) if limit > 0.0 && map.max_concurrency_path.is_none() => Some(limit),
        _ => None,
    };
    if !map.is_distributed() {
        let at_once = at_once.unwrap_or(f64::INFINITY).min(INLINE_CONCURRENCY);
        let iterations = |case: CostCase, count: f64| {
            let mut all = events(case, ITERATION_EVENTS).repeated(count);
            all.seconds = times(case.seconds, (count / at_once).ceil());
            events(all, BODY_EVENTS)
        };
        let attempt = Range {
            best: iterations(item.best, least),
            typical: iterations(item.typical, typical),
            // Sequential, because a computed limit may be one.
            worst: {
                let mut all = iterations(item.worst, most);
                all.seconds = times(item.worst.seconds, most);
                all
            },
        };
        return body(attempt, &map.retry);
    }
    let at_once = at_once.unwrap_or(DISTRIBUTED_CONCURRENCY);
    let batch = map.item_batcher.as_ref();
    let batch = batch.map(|batch| {
        number(batch.max_items_per_batch.as_ref(), 1.0)
            .unwrap_or(1.0)
            .max(1.0)
    });
    let config = map
        .processor()
        .and_then(|processor| processor.processor_config.as_ref());
    let express = config.and_then(|config| config.execution_type.as_ref()?.known())
        == Some(stepwright_asl::MachineType::Express);
    let children = |case: CostCase, items: f64, batch: f64| {
        let children = (items / batch).ceil();
        let own = if express {
            CostCase {
                express_children: children,
                express_child_seconds: if case.unknown_waits > 0.0 {
                    f64::INFINITY
                } else {
                    times(case.seconds, children)
                },
                ..CostCase::default()
            }
        } else {
            CostCase {
                child_transitions: times(case.transitions + case.child_transitions, children),
                ..CostCase::default()
            }
        };
        CostCase {
            events: MAP_RUN_EVENTS.into(),
            seconds: times(case.seconds, (children / at_once).ceil()),
            unknown_waits: times(case.unknown_waits, children),
            ..own
        }
    };
    let full = batch.unwrap_or(1.0);
    let attempt = Range {
        best: children(item.best, least, full),
        typical: children(item.typical, typical, full),
        // If the size of a batch is limited, it may contain only one item.
        worst: children(item.worst, most, 1.0),
    };
    body(attempt, &map.retry)
}
