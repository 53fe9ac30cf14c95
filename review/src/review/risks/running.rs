//! Risks for executions that are running or redriven when the definition changes.

use stepwright_asl::diff::{Diff, Safety};

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// Returns the effects on running and redriven executions that someone must check.
pub(crate) fn running(diff: &Diff) -> Vec<Risk> {
    let effects = diff
        .effects()
        .iter()
        .filter(|effect| effect.safety == Safety::Check);
    let risks = effects.map(|effect| {
        let (level, kind) = match effect.id {
            "execution-type" => (RiskLevel::High, RiskKind::ExecutionType),
            "names" => (RiskLevel::Low, RiskKind::Names),
            _ => (RiskLevel::Medium, RiskKind::RunningExecution),
        };
        Risk::new(level, kind, effect.message.clone())
    });
    risks.collect()
}
