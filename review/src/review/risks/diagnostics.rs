//! Risks that the validator finds: errors and warnings that only the new definition has.

use std::collections::HashMap;

use stepwright_asl::{Diagnostic, Severity};

use crate::review::reviewed_definition::ReviewedDefinition;
use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// Returns the diagnostics that the old definition does not have. A diagnostic is the same if its
/// rule and its message are equal: lines and pointers move with other changes.
pub(crate) fn diagnostics(old: Option<&ReviewedDefinition>, new: &ReviewedDefinition) -> Vec<Risk> {
    let key = |diagnostic: &Diagnostic| (diagnostic.code, diagnostic.message.clone());
    let mut known: HashMap<_, usize> = HashMap::new();
    for diagnostic in old.iter().flat_map(|old| old.diagnostics.iter()) {
        *known.entry(key(diagnostic)).or_default() += 1;
    }
    let mut risks = Vec::new();
    for diagnostic in new.diagnostics.iter() {
        if let Some(count) = known.get_mut(&key(diagnostic)).filter(|count| **count > 0) {
            *count -= 1;
            continue;
        }
        let (level, kind) = match diagnostic.severity {
            Severity::Error => (RiskLevel::High, RiskKind::NewError),
            _ => (RiskLevel::Low, RiskKind::NewWarning),
        };
        let code = diagnostic
            .code
            .map_or_else(String::new, |code| format!(" ({code})"));
        let help = diagnostic.help.as_ref();
        let help = help.map_or_else(String::new, |help| format!("; {help}"));
        let message = format!("{}{help}{code}", diagnostic.message);
        let location = &diagnostic.location;
        let risk = Risk::new(level, kind, message).at(location.pointer.as_str());
        risks.push(risk.on_line(location.line));
    }
    risks
}
