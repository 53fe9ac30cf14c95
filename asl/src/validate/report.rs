//! Collects the findings of the rules.

use std::borrow::Borrow;

use crate::finding::{Finding, Severity};
use crate::fix::{Fix, Safety};
use crate::json::{Document, Json, Pointer};
use crate::similar::{is_slip, most_similar};

/// The properties that all findings of one rule share.
#[derive(Clone, Copy)]
pub(super) struct RuleHeading {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) severity: Severity,
}

/// The findings so far, and the rule that is being checked.
pub(super) struct Report<'d> {
    document: &'d Document,
    heading: RuleHeading,
    findings: Vec<Finding>,
    /// Remaining number of name comparisons for suggestions. Without a limit, thousands of faults in a definition of thousands of states would take
    /// too long.
    comparisons: usize,
    /// Remaining bytes of memory for findings and their pointers. Without a limit, thousands of faults below a key of megabytes would fill the
    /// memory.
    room: usize,
    has_error: bool,
    truncated: bool,
}

/// Approximate size of a finding without its texts, in bytes.
const FINDING: usize = 200;

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d Document) -> Report<'d> {
        Report {
            document,
            heading: RuleHeading {
                id: "",
                name: "",
                code: None,
                severity: Severity::Error,
            },
            findings: Vec::new(),
            comparisons: 50_000,
            room: 16 * 1024 * 1024,
            has_error: false,
            truncated: false,
        }
    }

    /// Starts the findings of another rule.
    pub(super) fn begin(&mut self, heading: RuleHeading) {
        self.heading = heading;
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        self.findings
    }

    /// Whether findings were dropped because of the memory limit.
    pub(super) fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Adds a finding about the node at `pointer`. The returned entry adds details to it.
    pub(super) fn add<'p>(
        &mut self,
        pointer: impl Borrow<Pointer<'p>>,
        message: impl Into<String>,
    ) -> ReportEntry<'_> {
        let document = self.document;
        let RuleHeading {
            id,
            name,
            code,
            severity,
        } = self.heading;
        let mut entry = ReportEntry {
            finding: None,
            meant: None,
            comparisons: &mut self.comparisons,
            room: &mut self.room,
            had_error: self.has_error,
            has_error: &mut self.has_error,
            document,
        };
        // The first error is never dropped.
        let is_needed = severity == Severity::Error && !entry.had_error;
        if *entry.room == 0 && !is_needed {
            self.truncated = true;
            return entry;
        }
        let pointer = pointer.borrow().to_string();
        let message = message.into();
        let size = FINDING + pointer.len() + message.len();
        *entry.room = entry.room.saturating_sub(size);
        *entry.has_error |= severity == Severity::Error;
        let finding = Finding::new(id, severity, message).with_name(name);
        let finding = finding.with_code(code);
        self.findings.push(finding.at(pointer).placed(document));
        entry.finding = self.findings.last_mut();
        entry
    }

    /// Adds a finding that was created elsewhere.
    pub(super) fn push(&mut self, finding: Finding) {
        let is_needed = finding.severity == Severity::Error && !self.has_error;
        if self.room == 0 && !is_needed {
            self.truncated = true;
            return;
        }
        let size = FINDING + finding.pointer.len() + finding.message.len();
        self.room = self.room.saturating_sub(size);
        self.has_error |= finding.severity == Severity::Error;
        self.findings.push(finding);
    }

    /// Adds a finding of a user-defined rule, which has a pointer but may have no position.
    pub(super) fn place(&mut self, finding: Finding) {
        let is_placed = (finding.line, finding.column, finding.offset) != (1, 1, 0);
        if is_placed {
            return self.push(finding);
        }
        // If the node does not exist, its nearest existing ancestor is shown.
        let mut pointer = finding.pointer.as_str();
        let position = loop {
            let node = self.document.json().pointer(pointer);
            match (node, pointer.rfind('/')) {
                (Some(Json::Array(_) | Json::Object(_)), _) => {
                    break self.document.key_position(pointer);
                }
                (Some(_), _) => break self.document.position(pointer),
                (None, Some(end)) => pointer = &pointer[..end],
                (None, None) => break None,
            }
        };
        match position {
            Some(position) => self.push(finding.position(position)),
            None => self.push(finding),
        }
    }
}

/// The correction of a misspelt name.
struct MeantName {
    name: String,
    is_slip: bool,
}

/// The finding that was added last.
pub(super) struct ReportEntry<'r> {
    finding: Option<&'r mut Finding>,
    /// The suggested name, if no other is as similar.
    meant: Option<MeantName>,
    room: &'r mut usize,
    comparisons: &'r mut usize,
    /// Whether the report had an error before this finding.
    had_error: bool,
    has_error: &'r mut bool,
    document: &'r Document,
}

impl ReportEntry<'_> {
    /// Adds a suggestion for fixing it.
    pub(super) fn suggest(self, suggestion: Option<String>) -> Self {
        self.change(|finding, _| finding.suggestion = suggestion)
    }

    /// Suggests the candidate most similar to `name`, unless the comparison limit is used up.
    pub(super) fn meant<'c>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        self.meant_with(name, candidates, |meant| format!("`{meant}`"))
    }

    /// Like `meant`, for candidates whose suggested text differs from their name.
    pub(super) fn meant_with<'c>(
        mut self,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
        write: impl FnOnce(&str) -> String,
    ) -> Self {
        if self.finding.is_none() {
            return self;
        }
        let left = &mut self.comparisons;
        let candidates = candidates.into_iter().take_while(|_| {
            **left = left.saturating_sub(1);
            **left > 0
        });
        let found = most_similar(name, candidates);
        self.meant = found.filter(|found| found.is_only).map(|found| MeantName {
            name: found.name.to_owned(),
            is_slip: is_slip(name, found.name),
        });
        let meant = found.map(|found| write(found.name));
        self.suggest(meant.map(|meant| format!("did you mean {meant}?")))
    }

    /// Adds an automatic fix.
    pub(super) fn fix(self, fix: Option<Fix>) -> Self {
        let Some(fix) = fix else {
            return self;
        };
        let size: usize = fix
            .edits
            .iter()
            .map(|edit| FINDING + edit.pointer().len())
            .sum();
        if *self.room < size {
            return self;
        }
        *self.room -= size;
        self.change(|finding, _| finding.fix = Some(fix))
    }

    /// Adds the fix for the suggested name, if no other name is as similar. A safe fix becomes an unsafe one unless the name is a typo of it.
    pub(super) fn fix_meant(self, fix: impl FnOnce(&str) -> Option<Fix>) -> Self {
        let fix = self.meant.as_ref().and_then(|meant| {
            let mut fix = fix(&meant.name)?;
            if !meant.is_slip {
                fix.safety = Safety::Unsafe;
            }
            Some(fix)
        });
        self.fix(fix)
    }

    /// Replaces AWS's code.
    pub(super) fn code(self, code: &'static str) -> Self {
        self.change(|finding, _| finding.code = Some(code))
    }

    /// Makes the finding a warning. AWS has no such warning.
    pub(super) fn warn(self) -> Self {
        *self.has_error = self.had_error;
        self.change(|finding, _| {
            finding.severity = Severity::Warning;
            finding.code = None;
        })
    }

    /// Sets the position to the member's key instead of its value.
    pub(super) fn at_key(self) -> Self {
        self.change(|finding, document| {
            if let Some(position) = document.key_position(&finding.pointer) {
                *finding = finding.clone().position(position);
            }
        })
    }

    /// Sets the position to a node inside the reported one, such as the member `/x` of the object that the finding is about.
    pub(super) fn at_value(self, pointer: &Pointer<'_>) -> Self {
        self.change(|finding, document| {
            if let Some(position) = document.position(&pointer.to_string()) {
                *finding = finding.clone().position(position);
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
