//! Risks that a rehearsal finds: recorded executions that behave differently.

use crate::rehearsal::{RehearsalKind, RehearsalReport};
use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// Returns a risk for each group of recorded executions that differ.
pub(crate) fn rehearsal(report: &RehearsalReport) -> Vec<Risk> {
    let groups = report.groups().into_iter().filter_map(|group| {
        let (level, kind) = match group.kind {
            RehearsalKind::NewError | RehearsalKind::UnansweredCall => {
                (RiskLevel::High, RiskKind::RehearsalFailure)
            }
            RehearsalKind::OtherPath | RehearsalKind::OtherEnd | RehearsalKind::ChangedCall => {
                (RiskLevel::Medium, RiskKind::RehearsalChange)
            }
            RehearsalKind::ChangedOutput => (RiskLevel::Low, RiskKind::RehearsalChange),
            RehearsalKind::Undetermined | RehearsalKind::Unusable | RehearsalKind::Same => {
                return None;
            }
        };
        let finding = group.findings.first()?;
        let all = report.histories().len();
        let message = format!(
            "{} of {all} recorded executions: {finding}",
            group.executions
        );
        Some(Risk::new(level, kind, message))
    });
    groups.collect()
}
