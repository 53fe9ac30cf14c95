use stepwright_asl::StateMachine;
use stepwright_asl::estimate::{CostCase, Estimate, EstimateOptions};

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// The largest growth of the transitions of the typical case that is only worth to know.
const SMALL_GROWTH: f64 = 0.2;

/// Returns the estimates of both definitions, and the risks of their difference.
pub(crate) fn cost(
    old: Option<&StateMachine>,
    new: &StateMachine,
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
            let level = match growth > SMALL_GROWTH {
                true => RiskLevel::Medium,
                false => RiskLevel::Low,
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
    let known = before.iter().flat_map(|before| &before.warnings);
    let known: Vec<&String> = known.collect();
    for warning in after
        .warnings
        .iter()
        .filter(|warning| !known.contains(warning))
    {
        // Without an old definition, amounts without a bound are no change.
        if before.is_some() {
            risks.push(Risk::new(
                RiskLevel::Medium,
                RiskKind::Limit,
                warning.clone(),
            ));
        }
    }
    (before, after, risks)
}
