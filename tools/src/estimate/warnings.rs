//! The warnings and the assumptions of an estimate.

use stepwright_asl::graph::Graph;
use stepwright_asl::limits::{MAX_EVENTS, MAX_PAYLOAD_BYTES};
use stepwright_asl::model::{State, StateMachine};
use stepwright_asl::resource::{IntegrationPattern, Resource, ResourceKind};
use stepwright_asl::words::quoted;

use super::cost::CostCase;
use super::options::{EstimateOptions, TYPICAL_ITEMS};
use super::report::{Estimate, LimitKind, LimitWarning, bytes, count, seconds};
use super::states::{TypicalWait, literal_items, wait_of};

/// The maximum seconds of an Express execution.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const EXPRESS_SECONDS: u32 = 300;
/// The fraction of a limit that counts as close.
const NEAR: f64 = 0.8;

/// Observations during an estimate, which become warnings.
pub(super) struct Observations {
    /// Loops without a bound, each by its states.
    pub(super) endless: Vec<Vec<String>>,
    /// States in loops whose data grows.
    pub(super) growing: Vec<String>,
    /// Maps with an unknown number of items.
    pub(super) uncounted: Vec<String>,
    /// States that wait for an answer from outside, or until a computed time, for an unknown
    /// duration.
    pub(super) unknown_waits: Vec<String>,
}

/// The Maps with an unknown number of items.
pub(super) fn uncounted(graph: &Graph<'_, StateMachine>, options: &EstimateOptions) -> Vec<String> {
    let maps = graph
        .states()
        .iter()
        .filter_map(|state| Some((state.name, state.object.as_map()?)));
    let uncounted = maps.filter(|(name, map)| {
        let literal = literal_items(map).filter(|_| map.item_reader.is_none());
        options.items_in(name, literal).2.is_infinite()
    });
    uncounted.map(|(name, _)| name.to_owned()).collect()
}

/// The states whose typical wait is unknown: for a task token, for the worker of an activity, or
/// until a computed time.
pub(super) fn unknown_waits(
    graph: &Graph<'_, StateMachine>,
    options: &EstimateOptions,
) -> Vec<String> {
    let states = graph.states().iter();
    let unknown =
        states.filter(|state| wait_of(state.name, state.object, options) == TypicalWait::Unknown);
    unknown.map(|state| state.name.to_owned()).collect()
}

/// The reasons why a machine cannot be an Express workflow.
pub(super) fn express_obstacles(graph: &Graph<'_, StateMachine>, best: &CostCase) -> Vec<String> {
    let mut found = Vec::new();
    for state in graph.states() {
        let name = state.name;
        match state.object {
            State::Task(task) => {
                let resource = Resource::parse(&task.resource);
                if resource.kind() == ResourceKind::Activity {
                    found.push(format!("`{name}` is an activity"));
                } else if resource.pattern() != IntegrationPattern::RequestResponse {
                    found.push(format!(
                        "`{name}` waits (`{}`)",
                        resource.pattern().suffix()
                    ));
                }
            }
            State::Map(map) if map.is_distributed() => {
                found.push(format!("`{name}` is a Distributed Map"))
            }
            _ => {}
        }
    }
    if best.seconds.is_finite() && best.seconds > f64::from(EXPRESS_SECONDS) {
        found.push(format!(
            "it takes {}, longer than the limit of five minutes",
            seconds(best.seconds)
        ));
    }
    found
}

/// The assumptions of an estimate.
pub(super) fn assumptions(options: &EstimateOptions, found: &Observations) -> Vec<String> {
    let mut said = Vec::new();
    let recorded = options.recorded.executions();
    match recorded {
        0 => said.push("without given probabilities, all rules of a Choice are equally likely and nothing fails".to_owned()),
        1 => said.push("the typical case follows the recorded execution".to_owned()),
        recorded => said.push(format!("the typical case follows the {recorded} recorded executions")),
    }
    if recorded == 0 {
        said.push(format!(
            "{} of input, {} of each task's result, {} for each task",
            bytes(options.input_bytes as f64),
            bytes(options.result_bytes as f64),
            seconds(options.task_seconds)
        ));
    }
    let guessed = found
        .uncounted
        .iter()
        .any(|name| options.recorded.items(name).is_none());
    if guessed {
        said.push(format!(
            "typically {TYPICAL_ITEMS} items in a Map whose number of items is unknown"
        ));
    }
    said
}

/// Amounts without a bound, and limits that are close.
pub(super) fn limits(estimate: &Estimate, found: &Observations) -> Vec<LimitWarning> {
    let of = |kind, states: &[String], message: String| LimitWarning {
        kind,
        states: states.to_vec(),
        message,
    };
    let mut limits = Vec::new();
    for names in &found.endless {
        let message = format!(
            "the loop of {} has no bound except the limits of the service",
            quoted(names)
        );
        limits.push(of(LimitKind::Loop, names, message));
    }
    if !found.growing.is_empty() {
        let message = format!(
            "the data grows in each round of the loop of {}",
            quoted(&found.growing)
        );
        limits.push(of(LimitKind::GrowingData, &found.growing, message));
    }
    let cases = [("typical", &estimate.typical), ("worst", &estimate.worst)];
    if let Some(text) = near(
        cases,
        |case| case.events,
        MAX_EVENTS,
        count,
        "history events",
    ) {
        let message = format!(
            "{text}: at the limit the execution fails; use a Distributed Map or nested workflows, which have separate histories"
        );
        limits.push(of(LimitKind::Events, &[], message));
    }
    if let Some(text) = near(
        cases,
        |case| case.payload_bytes,
        MAX_PAYLOAD_BYTES,
        bytes,
        "of payload",
    ) {
        let message = format!(
            "{text}: a state with more fails with States.DataLimitExceeded; store large data in S3 and pass its key"
        );
        limits.push(of(LimitKind::Payload, &[], message));
    }
    if estimate.express_obstacles.is_empty()
        && let Some(text) = near(
            cases,
            |case| case.seconds,
            EXPRESS_SECONDS,
            seconds,
            "as an Express workflow",
        )
    {
        let message = format!("{text}: then it times out");
        limits.push(of(LimitKind::ExpressTime, &[], message));
    }
    limits
}

/// The limits of an estimate, and what it needs to know.
pub(super) fn warnings(
    estimate: &Estimate,
    found: &Observations,
    options: &EstimateOptions,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let (loops, others): (Vec<&LimitWarning>, Vec<&LimitWarning>) = estimate
        .limits
        .iter()
        .partition(|limit| limit.kind == LimitKind::Loop);
    for limit in loops {
        let first = limit.states.first().map(String::as_str).unwrap_or_default();
        warnings.push(format!(
            "{}: give --rounds N or --rounds '{first}=N'",
            limit.message
        ));
    }
    if !found.uncounted.is_empty() {
        let first = &found.uncounted[0];
        warnings.push(format!(
            "the number of items of {} is unknown: give --items N or --items '{first}=N'",
            quoted(&found.uncounted)
        ));
    }
    if let Some(first) = found.unknown_waits.first()
        && estimate.typical.unknown_waits > 0.0
    {
        warnings.push(format!(
            "the typical waiting time of {} is unknown: give --wait '{first}=2h' or a recorded execution",
            quoted(&found.unknown_waits)
        ));
    }
    warnings.extend(others.into_iter().map(|limit| limit.message.clone()));
    if estimate.prices.is_none() {
        warnings.push(format!(
            "the table has no prices for the region `{}`",
            options.region
        ));
    }
    warnings
}

/// A warning about an amount close to its limit, in the first case where that happens. Amounts
/// without a bound have a different warning.
fn near(
    cases: [(&str, &CostCase); 2],
    of: fn(&CostCase) -> f64,
    limit: u32,
    show: fn(f64) -> String,
    what: &str,
) -> Option<String> {
    let limit = f64::from(limit);
    let found = cases
        .into_iter()
        .find(|(_, case)| of(case).is_finite() && of(case) >= limit * NEAR)?;
    let amount = of(found.1);
    let word = if amount > limit { "more than" } else { "near" };
    Some(format!(
        "{} {what} in the {} case, {word} the limit of {}",
        show(amount),
        found.0,
        show(limit)
    ))
}
