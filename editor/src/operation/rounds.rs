//! Edits in several rounds.

use stepwright_asl::edit::{Edit, EditError};

use crate::pieces::Pieces;
use crate::{Definition, Document, TextEdit};

/// Edits of a definition in several rounds. Each round refers to the text after the rounds before
/// it.
pub(super) struct EditRounds {
    document: Document,
    definition: usize,
    pieces: Pieces,
}

impl EditRounds {
    pub(super) fn of(document: &Document, definition: usize) -> EditRounds {
        EditRounds {
            document: document.clone(),
            definition,
            pieces: Pieces::of(document.text()),
        }
    }

    /// Makes edits that do not touch each other.
    pub(super) fn apply(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        if edits.is_empty() {
            return Ok(());
        }
        let edits = self.document.text_edits(self.definition, edits)?;
        self.pieces.apply(&edits);
        let text = TextEdit::apply(self.document.text(), &edits);
        self.document = self.document.with_text(&text, self.document.revision());
        Ok(())
    }

    /// The definition after the rounds before. An edit removes no definition.
    pub(super) fn definition(&self) -> Option<&Definition> {
        self.document.definitions().get(self.definition)
    }

    /// The edits of the first document that make the current text.
    pub(super) fn edits(&self, first: &Document) -> Vec<TextEdit> {
        self.pieces.edits(first.text())
    }
}
