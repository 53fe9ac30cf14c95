//! Edits in several rounds.

use stepwright_asl::edit::{Edit, EditError, Editor};

use crate::pieces::Pieces;
use crate::{Document, TextEdit};

/// Edits of a definition in several rounds. Each round refers to the text after the rounds before
/// it.
pub(super) struct EditRounds<'e> {
    editor: &'e mut Editor,
    /// Pointer to the definition in the text of the editor.
    prefix: &'e str,
    pieces: Pieces,
}

impl Document {
    /// The text edits of several rounds. `pointer` is that of an error without its own pointer.
    pub(super) fn in_rounds(
        &self,
        definition: usize,
        pointer: &str,
        make: impl FnOnce(&mut EditRounds<'_>) -> Result<(), EditError>,
    ) -> Result<Vec<TextEdit>, EditError> {
        self.changed(definition, pointer, |editor, prefix| {
            let first = editor.text().to_owned();
            let pieces = Pieces::of(&first);
            let mut rounds = EditRounds {
                editor,
                prefix,
                pieces,
            };
            make(&mut rounds)?;
            let edits = rounds.pieces.edits(&first).into_iter();
            Ok(edits.map(|edit| (edit.range, edit.text)).collect())
        })
    }
}

impl EditRounds<'_> {
    /// Makes edits that do not touch each other.
    pub(super) fn apply(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|edit| edit.clone().inside(self.prefix))
            .collect();
        let changes = self.editor.apply_with_changes(&edits)?;
        let changes: Vec<TextEdit> = changes
            .into_iter()
            .map(|(range, text)| TextEdit::replace(range, text))
            .collect();
        self.pieces.apply(&changes);
        Ok(())
    }

    /// Writes new values in the style into which text with tags and comments can move.
    pub(super) fn prefer_block_style(&mut self) {
        self.editor.prefer_block_style();
    }

    /// Moves members to equal members of another object, with their text. If the text cannot move,
    /// the equal members remain as they are, unless they lack something of the text.
    pub(super) fn move_text(
        &mut self,
        to: &str,
        from: &str,
        keys: Vec<String>,
        is_plain: bool,
    ) -> Result<(), EditError> {
        let copies = Edit::copy_text(to, from, keys.clone());
        let moves = [copies, Edit::remove_members(from, keys)];
        match self.apply(&moves) {
            // Text without brackets cannot move into brackets, but values can.
            Err(_) if is_plain => self.apply(&moves[1..]),
            moved => moved,
        }
    }

    /// The text of a value of the definition, without the indentation of the lines around it.
    pub(super) fn unindented(&self, pointer: &str) -> Option<String> {
        let pointer = format!("{}{pointer}", self.prefix);
        self.editor.document().unindented(&pointer)
    }
}
