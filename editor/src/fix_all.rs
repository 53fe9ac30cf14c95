//! All safe fixes of a document.

use stepwright_asl::edit::Edit;
use stepwright_asl::fix::{Fix, Safety};
use stepwright_asl::validate::Validator;

use crate::offered_fixes::MOST_EDITED_BYTES;
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
            document = document.with_edits(&edits);
        }
        pieces.edits(self.text())
    }

    /// The edits of one round: those of all safe fixes that do not change the same text. In a large
    /// document with many fixes that exclude each other, some remain for the next round.
    fn safe_edits(&self, validator: &Validator) -> Vec<TextEdit> {
        let mut fixes: Vec<Vec<Fix>> = vec![Vec::new(); self.definitions().len()];
        for mut found in self.diagnostics(validator) {
            let is_safe = found
                .fixes
                .first()
                .is_some_and(|fix| fix.safety == Safety::Safe);
            if let Some(definition) = found.definition.filter(|_| is_safe) {
                fixes[definition].push(found.fixes.swap_remove(0));
            }
        }
        let mut edits: Vec<TextEdit> = Vec::new();
        let mut bytes = MOST_EDITED_BYTES;
        let with_fixes = fixes
            .iter()
            .enumerate()
            .filter(|(_, fixes)| !fixes.is_empty());
        for (definition, fixes) in with_fixes {
            // The file is read once for all edits together. If they exclude each other, halves of
            // them are tried, down to single fixes.
            let mut open = vec![&fixes[..]];
            while let Some(fixes) = open.pop() {
                bytes = match bytes.checked_sub(self.text().len()) {
                    Some(left) => left,
                    None => return edits,
                };
                let all: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits.clone()).collect();
                let is_added = match self.text_edits(definition, &all) {
                    Ok(new) => add_free(&mut edits, new),
                    Err(_) => false,
                };
                if !is_added && fixes.len() > 1 {
                    let (first, last) = fixes.split_at(fixes.len() / 2);
                    open.extend([last, first]);
                }
            }
        }
        edits
    }
}

/// Adds edits, unless one of them changes the same text as another edit, and returns whether it
/// does. Keeps the text order.
fn add_free(edits: &mut Vec<TextEdit>, new: Vec<TextEdit>) -> bool {
    // The edits are in text order and do not meet, so their ends are in order, too.
    let meets = |one: &TextEdit| {
        let next = edits.partition_point(|other| other.range.end < one.range.start);
        let next = edits.get(next);
        next.is_some_and(|other| other.range.start <= one.range.end)
    };
    let is_free = !new.iter().any(meets);
    if is_free {
        edits.extend(new);
        edits.sort_by_key(|edit| edit.range.start);
    }
    is_free
}
