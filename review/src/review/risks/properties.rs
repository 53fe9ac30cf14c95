//! Risks that an exploration finds: properties that no longer hold in the new definition.

use stepwright_asl::diff::Diff;
use stepwright_asl::words::quoted;
use stepwright_explore::{Finding, Report, Rule};

use crate::renamed_states::renamed_states;
use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// The characters of the longest message.
const LONGEST_MESSAGE: usize = 240;

/// Returns a risk for each property and each rule that held for the old definition and does not
/// hold for the new one.
pub(crate) fn properties(diff: &Diff, old: &Report, new: &Report) -> Vec<Risk> {
    let renames = renamed_states(diff);
    let new_name = |state| renames.get(state).map_or(state, String::as_str);
    let held = |finding: &Finding| {
        let mut before = old.findings().iter();
        !before.any(|before| {
            before.name() == finding.name()
                && before.rule() == finding.rule()
                && before.state().map(new_name) == finding.state()
        })
    };
    let findings = new.findings().iter().filter(|finding| held(finding));
    findings.map(|finding| risk(finding, old)).collect()
}

fn risk(finding: &Finding, old: &Report) -> Risk {
    let level = match finding.rule() {
        None | Some(Rule::PathEnds) => RiskLevel::High,
        Some(Rule::StateReached) => RiskLevel::Low,
        Some(_) => RiskLevel::Medium,
    };
    let before = if old.coverage().is_complete() {
        "held"
    } else {
        "held on the paths that were followed"
    };
    let mut message = format!("`{}` {before}, and no longer holds", finding.name());
    // A property is its name; the message of a rule has the state.
    if finding.rule().is_some() {
        message.push_str(": ");
        message.push_str(&shortened(finding.message()));
    }
    let risk = Risk::new(level, RiskKind::Property, message);
    match finding.counterexample() {
        Some(example) => risk.shown_by(example.lines()),
        None => risk,
    }
}

/// The message of a finding may contain the whole input of a state, which the steps show, too.
fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// Names the changed definitions that an unchanged one starts.
pub(crate) fn of_started(names: &[String]) -> String {
    format!(" (it starts {}, which changed)", quoted(names))
}
