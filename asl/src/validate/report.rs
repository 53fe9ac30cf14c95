//! Collects the diagnostics of the rules.

use std::borrow::Borrow;

use crate::diagnostic::{Diagnostic, RelatedLocation, Severity, TextLocation};
use crate::fix::{Fix, Safety};
use crate::json::{Document, Json, Pointer};
use crate::service_text::{ServiceForm, ServiceLocation, ServiceText};
use crate::similar::{is_slip, most_similar};

/// The properties that all diagnostics of one rule share.
#[derive(Clone, Copy)]
pub(super) struct RuleHeading {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) aws_code: Option<&'static str>,
    pub(super) severity: Severity,
}

/// The diagnostics so far, and the rule that is being checked.
pub(super) struct Report<'d> {
    document: &'d Document,
    heading: RuleHeading,
    diagnostics: Vec<Diagnostic>,
    /// Remaining number of name comparisons for suggestions. Without a limit, thousands of faults
    /// in a definition of thousands of states would take too long.
    comparisons: usize,
    /// Remaining bytes for diagnostics and their pointers. Without a limit, thousands of
    /// faults below a key of megabytes would fill the memory.
    remaining_bytes: usize,
    /// Remaining number of diagnostics with choices of fixes. Without a limit, thousands of faults
    /// in a definition of thousands of states would take too long.
    choices: usize,
    has_error: bool,
    truncated: bool,
}

/// Approximate size of a diagnostic without its texts, in bytes.
const DIAGNOSTIC: usize = 200;

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d Document) -> Report<'d> {
        Report {
            document,
            heading: RuleHeading {
                id: "",
                name: "",
                aws_code: None,
                severity: Severity::Error,
            },
            diagnostics: Vec::new(),
            comparisons: 50_000,
            remaining_bytes: 16 * 1024 * 1024,
            choices: 500,
            has_error: false,
            truncated: false,
        }
    }

    /// Starts the diagnostics of another rule.
    pub(super) fn begin(&mut self, heading: RuleHeading) {
        self.heading = heading;
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// Whether diagnostics were dropped because of the memory limit.
    pub(super) fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Adds a diagnostic about the node at `pointer`. The returned entry adds details to it.
    pub(super) fn add<'p>(
        &mut self,
        pointer: impl Borrow<Pointer<'p>>,
        message: impl Into<String>,
    ) -> ReportEntry<'_> {
        let document = self.document;
        let RuleHeading {
            id,
            name,
            aws_code,
            severity,
        } = self.heading;
        let mut entry = ReportEntry {
            diagnostic: None,
            meant: None,
            comparisons: &mut self.comparisons,
            remaining_bytes: &mut self.remaining_bytes,
            choices: &mut self.choices,
            had_error: self.has_error,
            has_error: &mut self.has_error,
            document,
        };
        // The first error is never dropped.
        let is_needed = severity == Severity::Error && !entry.had_error;
        if *entry.remaining_bytes == 0 && !is_needed {
            self.truncated = true;
            return entry;
        }
        let pointer = pointer.borrow().to_string();
        let message = message.into();
        let size = DIAGNOSTIC + pointer.len() + message.len();
        *entry.remaining_bytes = entry.remaining_bytes.saturating_sub(size);
        *entry.has_error |= severity == Severity::Error;
        let location = TextLocation::of(document, pointer);
        let mut diagnostic = Diagnostic::error(location, message).with_code(id);
        diagnostic.severity = severity;
        let diagnostic = diagnostic.with_name(name).with_aws_code(aws_code);
        self.diagnostics.push(diagnostic);
        entry.diagnostic = self.diagnostics.last_mut();
        entry
    }

    /// Adds a diagnostic that was created elsewhere.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let is_needed = diagnostic.severity == Severity::Error && !self.has_error;
        if self.remaining_bytes == 0 && !is_needed {
            self.truncated = true;
            return;
        }
        let size = DIAGNOSTIC + diagnostic.location.pointer.len() + diagnostic.message.len();
        self.remaining_bytes = self.remaining_bytes.saturating_sub(size);
        self.has_error |= diagnostic.severity == Severity::Error;
        self.diagnostics.push(diagnostic);
    }

    /// Adds a diagnostic of a user-defined rule, which has a pointer but may have no position.
    pub(super) fn place(&mut self, diagnostic: Diagnostic) {
        let is_placed = (
            diagnostic.location.line,
            diagnostic.location.column,
            diagnostic.location.offset,
        ) != (1, 1, 0);
        if is_placed {
            return self.push(diagnostic);
        }
        // If the node does not exist, its nearest existing ancestor is shown.
        let mut pointer = diagnostic.location.pointer.as_str();
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
            Some(position) => self.push(diagnostic.position(position)),
            None => self.push(diagnostic),
        }
    }
}

/// The correction of a misspelt name.
struct MeantName {
    name: String,
    is_slip: bool,
}

/// The diagnostic that was added last.
pub(super) struct ReportEntry<'r> {
    diagnostic: Option<&'r mut Diagnostic>,
    /// The suggested name, if no other is as similar.
    meant: Option<MeantName>,
    remaining_bytes: &'r mut usize,
    choices: &'r mut usize,
    comparisons: &'r mut usize,
    /// Whether the report had an error before this diagnostic.
    had_error: bool,
    has_error: &'r mut bool,
    document: &'r Document,
}

impl ReportEntry<'_> {
    /// Adds a suggestion for fixing it.
    pub(super) fn suggest(self, suggestion: impl Into<Option<String>>) -> Self {
        self.change(|diagnostic, _| diagnostic.help = suggestion.into())
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
        if self.diagnostic.is_none() {
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
        let size = fix.size();
        if *self.remaining_bytes < size {
            return self;
        }
        *self.remaining_bytes -= size;
        self.change(|diagnostic, _| diagnostic.fix = Some(fix))
    }

    /// Adds fixes from which a person chooses, the most likely one first. A choice that equals the
    /// automatic fix is left out.
    pub(super) fn choices<I: IntoIterator<Item = Fix>>(self, choices: impl FnOnce() -> I) -> Self {
        if self.diagnostic.is_none() || *self.choices == 0 {
            return self;
        }
        let choices = choices();
        self.add_choices(&mut choices.into_iter())
    }

    /// `choices` without type parameters: the many rules share this code.
    fn add_choices(mut self, choices: &mut dyn Iterator<Item = Fix>) -> Self {
        let Some(diagnostic) = &mut self.diagnostic else {
            return self;
        };
        *self.choices -= 1;
        for choice in choices {
            let size = choice.size();
            if *self.remaining_bytes < size {
                break;
            }
            if diagnostic.fixes().all(|fix| fix.edits != choice.edits) {
                *self.remaining_bytes -= size;
                diagnostic.choices.push(choice);
            }
        }
        self
    }

    /// Adds the fix for the suggested name, if no other name is as similar. A safe fix becomes an
    /// unsafe one unless the name is a typo of it.
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

    /// Adds the node at `pointer`, which explains the problem. Its position is that of its key.
    pub(super) fn related<'p>(
        self,
        pointer: impl Borrow<Pointer<'p>>,
        message: impl Into<String>,
    ) -> Self {
        if self.diagnostic.is_none() {
            return self;
        }
        let pointer = pointer.borrow().to_string();
        let message = message.into();
        let size = DIAGNOSTIC + pointer.len() + message.len();
        if *self.remaining_bytes < size {
            return self;
        }
        *self.remaining_bytes -= size;
        self.change(|diagnostic, document| {
            let location = TextLocation::of_key(document, pointer);
            diagnostic
                .related
                .push(RelatedLocation { location, message });
        })
    }

    /// Sets AWS's text, at the reported node.
    pub(super) fn service(self, text: ServiceText) -> Self {
        self.service_at(text, ServiceLocation::Node)
    }

    /// Sets AWS's text and its location.
    pub(super) fn service_at(self, text: ServiceText, location: ServiceLocation) -> Self {
        let size = text.size() + size_of::<ServiceForm>();
        *self.remaining_bytes = self.remaining_bytes.saturating_sub(size);
        self.change(|diagnostic, _| {
            diagnostic.service = Some(Box::new(ServiceForm { text, location }));
        })
    }

    /// Replaces AWS's code.
    pub(super) fn code(self, code: &'static str) -> Self {
        self.change(|diagnostic, _| diagnostic.aws_code = Some(code))
    }

    /// Makes the diagnostic a warning. AWS has no such warning.
    pub(super) fn warn(self) -> Self {
        *self.has_error = self.had_error;
        self.change(|diagnostic, _| {
            diagnostic.severity = Severity::Warning;
            diagnostic.aws_code = None;
        })
    }

    /// Sets the position to the member's key instead of its value.
    pub(super) fn at_key(self) -> Self {
        self.change(|diagnostic, document| {
            if let Some(position) = document.key_position(&diagnostic.location.pointer) {
                *diagnostic = diagnostic.clone().position(position);
            }
        })
    }

    /// Sets the position to a node inside the reported one, such as the member `/x` of the object
    /// that the diagnostic is about.
    pub(super) fn at_value(self, pointer: &Pointer<'_>) -> Self {
        self.change(|diagnostic, document| {
            if let Some(position) = document.position(&pointer.to_string()) {
                *diagnostic = diagnostic.clone().position(position);
            }
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Diagnostic, &Document)) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            change(diagnostic, self.document);
        }
        self
    }
}
