//! All safe fixes of a document.

use stepwright_asl::fix::{Fix, Safety};
use stepwright_asl::validate::Validator;

use crate::pieces::Pieces;
use crate::{Document, TextEdit};

/// Maximum number of rounds. A fix may uncover a problem that has a fix, too.
const MOST_ROUNDS: usize = 10;

impl Document {
    /// The edits that make all safe fixes, in text order.
    ///
    /// ```
    /// use stepwright_asl::validate::{MachineType, Validator};
    /// use stepwright_editor::{Document, TextEdit};
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Secnods": 5, "Next": "b"}, "B": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let edits = document.fix_all(&Validator::new(MachineType::Standard));
    /// let fixed = text.replace("Secnods", "Seconds").replace("\"b\"", "\"B\"");
    /// assert_eq!(TextEdit::apply(text, &edits), fixed);
    /// ```
    pub fn fix_all(&self, validator: &Validator) -> Vec<TextEdit> {
        let mut document = self.clone();
        let mut pieces = Pieces::of(self.text());
        for _ in 0..MOST_ROUNDS {
            let edits = document.safe_edits(validator);
            if edits.is_empty() {
                break;
            }
            pieces.apply(&edits);
            let text = TextEdit::apply(document.text(), &edits);
            document = document.with_text(&text, self.revision());
        }
        pieces.edits(self.text())
    }

    /// The edits of one round: those of all safe fixes that do not change the same text.
    fn safe_edits(&self, validator: &Validator) -> Vec<TextEdit> {
        let mut edits: Vec<TextEdit> = Vec::new();
        for found in self.diagnostics(validator) {
            let is_safe = |fix: &&Fix| fix.safety == Safety::Safe;
            let fix = found.fixes.first().filter(is_safe);
            let Some((fix, definition)) = fix.zip(found.definition) else {
                continue;
            };
            let Ok(new) = self.fix_edits(definition, fix) else {
                continue;
            };
            let meets = |one: &TextEdit| {
                let touches = |other: &TextEdit| {
                    one.range.start <= other.range.end && other.range.start <= one.range.end
                };
                edits.iter().any(touches)
            };
            if !new.iter().any(meets) {
                edits.extend(new);
                edits.sort_by_key(|edit| edit.range.start);
            }
        }
        edits
    }
}
