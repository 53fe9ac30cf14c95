//! Numbers that AWS limits.

use super::fault;
use crate::expr::{Expr, ExprNode};
use crate::flow::{Batching, Flow, FlowStateKind, Rate, Retry, State, Wait};
use crate::workflow::Fault;
use stepwright_asl::limits::{
    BATCH, DELAY_SECONDS, MAX_SECONDS, MIN_BACKOFF_RATE, PERCENTAGE, SECONDS, Setting, SettingType,
};

/// `TimeoutSeconds` of the workflow is within AWS's limits.
pub(super) fn of_workflow(flow: &Flow, faults: &mut Vec<Fault>) {
    if let Some(amount) = &flow.timeout
        && let Some(seconds) = number(amount)
        && !is_in(seconds)
    {
        let message = format!(
            "`.timeout(..)` of the workflow is from 1 to {MAX_SECONDS} seconds; this is {seconds}"
        );
        faults.push(Fault::new(None, message).at(amount.place.or(flow.place)));
    }
}

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<Fault>) {
    for retry in &state.retry {
        settings_are_in_range(state, retry, faults);
    }
    match &state.kind {
        FlowStateKind::Task {
            timeout, heartbeat, ..
        } => {
            for (call, seconds) in [(".timeout(..)", timeout), (".heartbeat(..)", heartbeat)] {
                if let Some(amount) = seconds
                    && let Some(seconds) = number(amount)
                    && !is_in(seconds)
                {
                    say(
                        state,
                        amount,
                        format!("`{call}` is from 1 to {MAX_SECONDS} seconds; this is {seconds}"),
                        faults,
                    );
                }
            }
            if let (Some(timeout), Some(heartbeat)) = (timeout, heartbeat)
                && let (Some(longest), Some(seconds)) = (number(timeout), number(heartbeat))
                && seconds >= longest
            {
                say(
                    state,
                    heartbeat,
                    format!(
                        "`.heartbeat(..)` must be shorter than `.timeout(..)`: {seconds} s is not below {longest} s"
                    ),
                    faults,
                );
            }
        }
        FlowStateKind::Wait(Wait::Seconds(amount))
            if number(amount).is_some_and(|seconds| seconds > most()) =>
        {
            let message = format!("a wait is at most {MAX_SECONDS} seconds");
            say(state, amount, message, faults);
        }
        FlowStateKind::Map(map) => {
            let distributed = map.distributed.as_ref();
            let share = distributed.and_then(|one| one.tolerated_percentage.as_ref());
            if let Some(amount) = share
                && let Some(share) = number(amount)
                && !PERCENTAGE.contains(&share)
            {
                let message =
                    format!("`.tolerated_percentage(..)` is from 0 to 100; this is {share}");
                say(state, amount, message, faults);
            }
            if let Some(batch) = distributed.and_then(|one| one.batch.as_ref()) {
                batches_are_in_range(state, batch, faults);
            }
        }
        _ => {}
    }
}

/// A batch has an item at least, and no more bytes than a payload.
fn batches_are_in_range(state: &State, batch: &Batching, faults: &mut Vec<Fault>) {
    let limits = [
        ("MaxItemsPerBatch", "items", &batch.max_items),
        ("MaxInputBytesPerBatch", "bytes", &batch.max_input_bytes),
    ];
    for (field, what, limit) in limits {
        let setting = BATCH.iter().find(|setting| setting.field == field);
        if let Some(amount) = limit
            && let Some(count) = whole(amount)
            && let Some(Setting {
                takes: SettingType::Number(least, most),
                ..
            }) = setting
            && (count < *least || most.is_some_and(|most| count > most))
        {
            let message = match most {
                Some(most) => format!(
                    "a batch has from {least} to {most} {what} at most; `Batches` says {count}"
                ),
                None => {
                    format!("a batch has {least} or more {what} at most; `Batches` says {count}")
                }
            };
            say(state, amount, message, faults);
        }
    }
}

/// The whole number that stands there, where it is known.
pub(super) fn whole(amount: &Expr) -> Option<u64> {
    match amount.untyped() {
        ExprNode::Literal(value) => value.as_u64(),
        _ => None,
    }
}

fn say(state: &State, at: &Expr, message: String, faults: &mut Vec<Fault>) {
    faults.push(fault(state, message).at(at.place.or(state.place)));
}

/// The number that stands there, where it is known.
fn number(amount: &Expr) -> Option<f64> {
    match amount.untyped() {
        ExprNode::Literal(value) => value.as_f64(),
        _ => None,
    }
}

fn is_in(seconds: f64) -> bool {
    seconds >= 1.0 && seconds <= most()
}

#[allow(clippy::cast_precision_loss, reason = "it has eight digits")]
fn most() -> f64 {
    MAX_SECONDS as f64
}

/// The settings of a retry are within AWS's limits.
fn settings_are_in_range(state: &State, retry: &Retry, faults: &mut Vec<Fault>) {
    let mut say = |message: String| {
        faults.push(fault(state, message).at(retry.place.or(state.place)));
    };
    let seconds = |value: Option<u32>| value.map(u64::from);
    if let Some(interval) = seconds(retry.interval)
        && !SECONDS.contains(&interval)
    {
        say(format!(
            "`.interval({interval})` of `.retry(..)` is from 1 to {MAX_SECONDS} seconds"
        ));
    }
    if let Some(delay) = seconds(retry.max_delay) {
        if !DELAY_SECONDS.contains(&delay) {
            say(format!(
                "`.max_delay({delay})` of `.retry(..)` is from {} to {} seconds",
                DELAY_SECONDS.start(),
                DELAY_SECONDS.end()
            ));
        } else if seconds(retry.interval).is_some_and(|interval| delay <= interval) {
            say("`.max_delay(..)` of `.retry(..)` must be longer than its `.interval(..)`".into());
        }
    }
    if let Some(attempts) = seconds(retry.max_attempts)
        && attempts > MAX_SECONDS
    {
        say(format!(
            "`.max_attempts(..)` of `.retry(..)` is at most {MAX_SECONDS}"
        ));
    }
    let rate = match retry.backoff_rate {
        Some(Rate::Whole(rate)) => f64::from(rate),
        Some(Rate::Fraction(rate)) => rate,
        None => return,
    };
    if rate.is_nan() || rate < MIN_BACKOFF_RATE {
        say(format!(
            "`.backoff_rate(..)` of `.retry(..)` is at least 1.0; this is {rate}"
        ));
    }
}
