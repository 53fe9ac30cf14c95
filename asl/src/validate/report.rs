//! Where rules put their findings.

use super::Rule;
use crate::finding::{Finding, Severity};
use crate::json::Document;
use crate::similar::did_you_mean;

/// The findings so far, and the rule that is at work.
pub(super) struct Report<'d> {
    document: &'d Document,
    rule: Option<&'static Rule>,
    findings: Vec<Finding>,
    /// How many names may still be compared for suggestions: thousands of faults in a definition of thousands of states would take long.
    comparisons: usize,
}

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d Document) -> Report<'d> {
        Report {
            document,
            rule: None,
            findings: Vec::new(),
            comparisons: 200_000,
        }
    }

    pub(super) fn begin(&mut self, rule: &'static Rule) {
        self.rule = Some(rule);
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        self.findings
    }

    /// A finding about the node at `pointer`, of which more can be said.
    pub(super) fn add(
        &mut self,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Entry<'_> {
        let document = self.document;
        let (id, code, severity) = self.rule.map_or(("", "", Severity::Error), |rule| {
            (rule.id, rule.code, rule.severity)
        });
        let mut finding = Finding::error(document, id, code, pointer.into(), message);
        finding.severity = severity;
        self.findings.push(finding);
        Entry {
            finding: self.findings.last_mut(),
            comparisons: &mut self.comparisons,
            document,
        }
    }

    /// A finding that was made elsewhere.
    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// A finding that was just added.
pub(super) struct Entry<'r> {
    finding: Option<&'r mut Finding>,
    comparisons: &'r mut usize,
    document: &'r Document,
}

impl Entry<'_> {
    /// Says how to mend it.
    pub(super) fn suggest(self, suggestion: Option<String>) -> Self {
        self.change(|finding, _| finding.suggestion = suggestion)
    }

    /// Asks for the candidate that was probably meant by `name`, unless too many were compared already.
    pub(super) fn meant<'c>(
        mut self,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        let left = &mut self.comparisons;
        let candidates = candidates.into_iter().take_while(|_| {
            **left = left.saturating_sub(1);
            **left > 0
        });
        let suggestion = did_you_mean(name, candidates);
        self.suggest(suggestion)
    }

    /// Gives it another of AWS's codes.
    pub(super) fn code(self, code: &'static str) -> Self {
        self.change(|finding, _| finding.code = code)
    }

    /// Makes it a warning.
    pub(super) fn warn(self) -> Self {
        self.change(|finding, _| finding.severity = Severity::Warning)
    }

    /// Shows the key of the member in place of its value.
    pub(super) fn at_key(self) -> Self {
        self.change(|finding, document| {
            if let Some(position) = document.key_position(&finding.pointer) {
                *finding = finding.clone().at(position);
            }
        })
    }

    /// Shows a place inside the node, such as the member `/x` of the object that the finding is about.
    pub(super) fn at_value(self, pointer: &str) -> Self {
        self.change(|finding, document| {
            if let Some(position) = document.position(pointer) {
                *finding = finding.clone().at(position);
            }
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Finding, &Document)) -> Self {
        if let Some(finding) = &mut self.finding {
            change(finding, self.document);
        }
        self
    }
}
