//! The fixes that an editor offers.

use std::collections::HashMap;

use stepwright_asl::fix::{Fix, Safety};
use stepwright_asl::validate::{Severity, Validator};

use crate::{Document, EditorDiagnostic, TextEdit};

/// Maximum number of bytes that are checked for one question: a fix is made and checked in less
/// than 100 ms for a megabyte.
const MOST_BYTES: usize = 1_000_000;
/// Maximum number of bytes of the texts in which fixes are made for one question. Each fix reads
/// the text again, and a large document may have a thousand fixes.
pub(crate) const MOST_EDITED_BYTES: usize = 16_000_000;

/// A fix of a diagnostic with its edits.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OfferedFix<'f> {
    /// The diagnostic.
    pub diagnostic: &'f EditorDiagnostic,
    /// The fix.
    pub fix: &'f Fix,
    /// Its edits, in text order.
    pub edits: Vec<TextEdit>,
}

impl Document {
    /// The fixes of some of the [diagnostics](Document::diagnostics) of this document, for a person
    /// who chooses one.
    ///
    /// A diagnostic may hide another one: the target of a misspelt `Next` may leave a state that is
    /// never reached. So a fix that is not safe is made in a copy, and it is offered if its
    /// diagnostic is gone and no other error has appeared. The fixes of a large document are
    /// offered without this check. If a large document has many fixes, only the first ones are
    /// offered.
    ///
    /// ```
    /// use stepwright_asl::validate::{MachineType, Validator};
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "X"},
    ///   "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let validator = Validator::new(MachineType::Standard);
    /// let all = document.diagnostics(&validator);
    /// let fixes = document.offered_fixes(all.iter(), &all, &validator);
    /// // With `C` as the target, `B` would never be reached.
    /// assert_eq!(fixes[0].fix.title, "replace it with `B`");
    /// assert!(fixes.iter().all(|one| one.fix.title != "replace it with `C`"));
    /// ```
    pub fn offered_fixes<'f>(
        &self,
        some: impl Iterator<Item = &'f EditorDiagnostic>,
        all: &[EditorDiagnostic],
        validator: &Validator,
    ) -> Vec<OfferedFix<'f>> {
        let mut bytes = MOST_BYTES;
        let mut edited_bytes = MOST_EDITED_BYTES;
        let before = counts(all);
        let mut offered = Vec::new();
        for diagnostic in some {
            for fix in &diagnostic.fixes {
                edited_bytes = match edited_bytes.checked_sub(self.text().len()) {
                    Some(left) => left,
                    None => return offered,
                };
                let edits = diagnostic
                    .definition
                    .and_then(|definition| self.fix_edits(definition, fix).ok());
                let Some(edits) = edits else {
                    continue;
                };
                let may_check = fix.safety != Safety::Safe && self.text().len() <= bytes;
                if may_check {
                    bytes -= self.text().len();
                    let fixed = self.with_edits(&edits);
                    if !is_better(diagnostic, &before, &counts(&fixed.diagnostics(validator))) {
                        continue;
                    }
                }
                offered.push(OfferedFix {
                    diagnostic,
                    fix,
                    edits,
                });
            }
        }
        offered
    }
}

/// What identifies a diagnostic when other parts of the text change: its code, its message, and
/// whether it is an error.
type DiagnosticKey = (Option<&'static str>, String, bool);

type Counts = HashMap<DiagnosticKey, usize>;

fn key(found: &EditorDiagnostic) -> DiagnosticKey {
    let is_error = found.severity == Severity::Error;
    (found.code, found.message.clone(), is_error)
}

fn counts(all: &[EditorDiagnostic]) -> Counts {
    let mut counts = Counts::new();
    for found in all {
        *counts.entry(key(found)).or_default() += 1;
    }
    counts
}

/// Whether a diagnostic is gone, and no other error has appeared.
fn is_better(diagnostic: &EditorDiagnostic, before: &Counts, after: &Counts) -> bool {
    let own = key(diagnostic);
    let mut errors = after.iter().filter(|((_, _, is_error), _)| *is_error);
    count(after, &own) < count(before, &own)
        && errors.all(|(key, number)| *number <= count(before, key))
}

fn count(counts: &Counts, key: &DiagnosticKey) -> usize {
    counts.get(key).copied().unwrap_or(0)
}
