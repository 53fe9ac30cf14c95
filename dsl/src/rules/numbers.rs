//! Numbers that AWS limits.

use super::fault;
use crate::expr::{Expr, ExprNode};
use crate::flow::{Flow, FlowStateKind, Rate, Retry, State, Wait};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};
use stepwright_asl::analysis::{
    RetryField, RetryNumbers, heartbeat_problem, retry_problems, seconds_problem, wait_problem,
};
use stepwright_asl::limits::PERCENTAGE;

/// `TimeoutSeconds` of the workflow is within AWS's limits.
pub(super) fn of_workflow(flow: &Flow, faults: &mut Vec<WorkflowDiagnostic>) {
    if let Some(amount) = &flow.timeout
        && let Some(seconds) = number(amount)
        && let Some(message) = seconds_problem("`.timeout(..)` of the workflow", seconds)
    {
        let fault = problem(None, message).at(amount.place.or(flow.place));
        faults.push(fault.with_code("SW043"));
    }
}

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    for retry in &state.retry {
        settings_are_in_range(state, retry, faults);
    }
    match &state.kind {
        FlowStateKind::Task {
            timeout, heartbeat, ..
        } => {
            let known = |amount: &Option<Expr>| amount.as_ref().and_then(number);
            for (call, amount) in [("`.timeout(..)`", timeout), ("`.heartbeat(..)`", heartbeat)] {
                if let (Some(amount), Some(seconds)) = (amount, known(amount))
                    && let Some(message) = seconds_problem(call, seconds)
                {
                    report(state, amount, "SW043", message, faults);
                }
            }
            if let (Some(timeout), Some(seconds)) = (known(timeout), known(heartbeat))
                && let Some(message) =
                    heartbeat_problem("`.heartbeat(..)`", "`.timeout(..)`", seconds, timeout)
                && let Some(amount) = heartbeat
            {
                report(state, amount, "SW044", message, faults);
            }
        }
        FlowStateKind::Wait(Wait::Seconds(amount)) => {
            if let Some(message) = number(amount).and_then(wait_problem) {
                report(state, amount, "SW081", message, faults);
            }
        }
        FlowStateKind::Map(map) => {
            let distributed = map.distributed.as_ref();
            let share = distributed.and_then(|one| one.tolerated_percentage.as_ref());
            if let Some(amount) = share
                && let Some(share) = number(amount)
                && !PERCENTAGE.contains(&share)
            {
                let message =
                    format!("`.tolerated_percentage(..)` must be from 0 to 100; this is {share}");
                report(state, amount, "SW105", message, faults);
            }
        }
        _ => {}
    }
}

fn report(
    state: &State,
    amount: &Expr,
    code: &'static str,
    message: String,
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    let fault = fault(state, message).at(amount.place.or(state.place));
    faults.push(fault.with_code(code));
}

/// Returns the number of a literal.
fn number(amount: &Expr) -> Option<f64> {
    match amount.untyped() {
        ExprNode::Literal(value) => value.as_f64(),
        _ => None,
    }
}

/// The settings of a `.retry(..)` are within AWS's limits.
fn settings_are_in_range(state: &State, retry: &Retry, faults: &mut Vec<WorkflowDiagnostic>) {
    let backoff_rate = retry.backoff_rate.as_ref().map(|rate| match rate {
        Rate::Whole(rate) => f64::from(*rate),
        Rate::Fraction(rate) => *rate,
    });
    let numbers = RetryNumbers {
        interval: retry.interval.map(u64::from),
        max_delay: retry.max_delay.map(u64::from),
        max_attempts: retry.max_attempts.map(u64::from),
        backoff_rate,
    };
    let call = |field: RetryField| format!("`.{}(..)` of `.retry(..)`", field.word());
    for (field, message) in retry_problems(&numbers, &call) {
        let fault = fault(state, message).at(retry.place.or(state.place));
        faults.push(fault.with_code(field.code()));
    }
}
