//! Risks of cost: executions that become more expensive or exceed limits of the service.

use std::collections::HashMap;

use stepwright_asl::{MachineType, StateMachine};
use stepwright_tools::estimate::{CostCase, Estimate, EstimateOptions, LimitKind, LimitWarning};

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// The largest growth of the transitions of the typical case that is only worth to know.
const SMALL_GROWTH: f64 = 0.2;

/// Returns the estimates of both definitions, and the risks of their difference.
pub(crate) fn cost(
    old: Option<&StateMachine>,
    new: &StateMachine,
    machine_type: MachineType,
    renames: &HashMap<String, String>,
) -> (Option<Estimate>, Estimate, Vec<Risk>) {
    let options = EstimateOptions::new();
    let after = Estimate::of(new, &options);
    let before = old.map(|old| Estimate::of(old, &options));
    let mut risks = Vec::new();
    if let Some(before) = &before {
        let transitions = |case: &CostCase| case.transitions + case.child_transitions;
        let (then, now) = (transitions(&before.typical), transitions(&after.typical));
        if now > then + 0.005 && now.is_finite() {
            let growth = (now - then) / then.max(1.0);
            let level = if growth > SMALL_GROWTH {
                RiskLevel::Medium
            } else {
                RiskLevel::Low
            };
            let message = format!(
                "a typical execution has {now:.1} state transitions instead of {then:.1} ({:+.0} %)",
                growth * 100.0
            );
            risks.push(Risk::new(level, RiskKind::Cost, message));
        }
        if now.is_infinite() && then.is_finite() {
            let message = "the number of state transitions has no bound any more; bound the loop or the items, or estimate them with `stepwright estimate`";
            risks.push(Risk::new(RiskLevel::Medium, RiskKind::Cost, message));
        }
    }
    // Without an old definition, amounts without a bound are no change.
    if let Some(before) = &before {
        let new_limits = after.limits.iter().filter(|limit| {
            let is_of_type =
                limit.kind != LimitKind::ExpressTime || machine_type == MachineType::Express;
            is_of_type && !before.limits.iter().any(|old| is_same(old, limit, renames))
        });
        risks.extend(new_limits.map(|limit| {
            let level = match limit.kind {
                // A loop that polls is no mistake.
                LimitKind::Loop => RiskLevel::Low,
                _ => RiskLevel::Medium,
            };
            Risk::new(level, RiskKind::Limit, limit.message.clone())
        }));
    }
    (before, after, risks)
}

/// Returns whether the old definition had the warning: about the same amount, and about one of its
/// states, perhaps by an old name.
fn is_same(old: &LimitWarning, new: &LimitWarning, renames: &HashMap<String, String>) -> bool {
    let new_name = |state: &String| renames.get(state).unwrap_or(state).clone();
    let mut states = old.states.iter().map(new_name);
    old.kind == new.kind
        && (new.states.is_empty() || states.any(|state| new.states.contains(&state)))
}
