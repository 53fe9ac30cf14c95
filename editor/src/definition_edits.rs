//! Edits of a definition as edits of its file.

use stepwright_asl::edit::{Edit, EditError, Editor};
use stepwright_asl::json::{self, Dialect, Json};

use crate::definition::{Definition, DefinitionPlace};
use crate::joined_text::{JoinedEdits, MarkedText};
use crate::read::json_dialect;
use crate::string_notation::{Changes, StringNotation};
use crate::{Document, TextEdit};

impl Document {
    /// The text edits that make these edits of a definition, in text order. All pointers refer to
    /// the definition before the edits.
    ///
    /// # Errors
    ///
    /// If there is no such definition or value, two edits change the same text, or the text cannot
    /// be edited there (see [`EditError`]).
    pub fn text_edits(
        &self,
        definition: usize,
        edits: &[Edit],
    ) -> Result<Vec<TextEdit>, EditError> {
        let first = edits.first().map_or("", Edit::pointer);
        self.changed(definition, first, |editor, prefix| {
            let edits: Vec<Edit> = edits
                .iter()
                .map(|edit| edit.clone().inside(prefix))
                .collect();
            editor.apply_with_changes(&edits)
        })
    }

    /// The text edits that make the changes of an editor. `change` gets an editor of the text of
    /// the definition, and the pointer to the definition in that text.
    pub(crate) fn changed(
        &self,
        definition: usize,
        pointer: &str,
        change: impl FnOnce(&mut Editor, &str) -> Result<Changes, EditError>,
    ) -> Result<Vec<TextEdit>, EditError> {
        let (found, mut editor, prefix) = self.editor_of(definition, pointer)?;
        let changes = change(&mut editor, prefix)?;
        if let Some(marked) = MarkedText::of(found) {
            return JoinedEdits::of(self, definition, pointer, marked).edits(changes);
        }
        let changes: Vec<TextEdit> = changes
            .into_iter()
            .map(|(range, text)| TextEdit::replace(range, text))
            .collect();
        let DefinitionPlace::Text { .. } = found.place() else {
            return Ok(changes);
        };
        let start = found.in_file(0..0).start;
        let notation = StringNotation::of(self.text(), start);
        let changes: Option<Vec<TextEdit>> = changes
            .into_iter()
            .map(|change| {
                let text = notation.as_ref()?.write(&change.text)?;
                Some(TextEdit::replace(found.in_file(change.range), text))
            })
            .collect();
        changes
            .filter(|changes| self.has_definition(definition, changes, editor.document()))
            .ok_or_else(|| EditError::Unsafe {
                pointer: pointer.to_owned(),
                position: self.file().position_at(start),
                reason: "the definition is a string that is folded or has several parts; write it as an object in `Definition`"
                    .to_owned(),
            })
    }

    /// The value at a pointer as the file has it: a value that a template computes is an object
    /// such as `{"Fn::GetAtt": ..}` there, and has a mark in a text that `Fn::Join` builds.
    pub(crate) fn written_value(
        &self,
        definition: usize,
        pointer: &str,
    ) -> Result<Json, EditError> {
        let (_, editor, prefix) = self.editor_of(definition, pointer)?;
        let value = editor
            .document()
            .json()
            .pointer(&format!("{prefix}{pointer}"));
        Ok(value.cloned().unwrap_or_default())
    }

    /// A definition with an editor of its text, and the pointer to it in that text.
    fn editor_of(
        &self,
        definition: usize,
        pointer: &str,
    ) -> Result<(&Definition, Editor, &str), EditError> {
        let Some(found) = self.definitions().get(definition) else {
            return Err(EditError::Value {
                reason: format!("the document has no definition {definition}"),
            });
        };
        let dialect = json_dialect(self.name(), self.text());
        let (editor, prefix) = match (found.place(), dialect) {
            (DefinitionPlace::Text { .. }, _) => {
                let marked = MarkedText::of(found).map(|marked| marked.text());
                let text = marked.as_deref().unwrap_or(found.tree().source());
                (Ok(Editor::parse_recovering(text, Dialect::Json)), "")
            }
            (place, Some(dialect)) => {
                let editor = Editor::parse_recovering(self.text(), dialect);
                (Ok(editor), place.pointer())
            }
            (DefinitionPlace::Part { pointer }, None) => (
                Editor::parse_template_recovering(self.text()),
                pointer.as_str(),
            ),
            (DefinitionPlace::Whole, None) => (Editor::parse_yaml_recovering(self.text()), ""),
        };
        let editor = editor.map_err(|source| EditError::Unreadable {
            pointer: pointer.to_owned(),
            source,
        })?;
        Ok((found, editor, prefix))
    }

    /// Whether the edited file has this definition. YAML may read a string differently.
    fn has_definition(&self, index: usize, edits: &[TextEdit], edited: &json::Document) -> bool {
        let overlap = edits
            .windows(2)
            .any(|pair| pair[1].range.start < pair[0].range.end);
        if overlap {
            return false;
        }
        let file = self.with_edits(edits);
        let definition = file.definitions().get(index);
        file.definitions().len() == self.definitions().len()
            && definition.is_some_and(|one| one.tree().source() == edited.source())
    }
}
