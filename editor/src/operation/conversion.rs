//! Converts states to JSONata.

use stepwright_asl::edit::Edit;
use stepwright_tools::convert::{Conversion, Converter, Difference};

use super::{OperationError, OperationTarget};
use crate::TextEdit;

impl OperationTarget<'_> {
    /// Converts one state. The states in it remain.
    pub(super) fn convert_state(
        &self,
        definition: usize,
        state: &str,
        accepted: &[String],
    ) -> Result<Vec<TextEdit>, OperationError> {
        let index = self.state(state)?;
        let name = self.graph.states()[index].name;
        let converter = converter(accepted)?.state(state);
        let conversion = converter.convert(self.definition.tree());
        if conversion.states.is_empty() {
            return Err(refusal(&conversion, || {
                format!("the state `{name}` is JSONata already")
            }));
        }
        self.converted(definition, &conversion)
    }

    /// Converts all states that can be converted.
    pub(super) fn convert_definition(
        &self,
        definition: usize,
        accepted: &[String],
    ) -> Result<Vec<TextEdit>, OperationError> {
        let conversion = converter(accepted)?.convert(self.definition.tree());
        if conversion.states.is_empty() {
            return Err(refusal(&conversion, || {
                "the definition has no JSONPath state".to_owned()
            }));
        }
        self.converted(definition, &conversion)
    }

    fn converted(
        &self,
        definition: usize,
        conversion: &Conversion,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let pointer = conversion.edits.first().map_or("", Edit::pointer);
        let edits = self
            .document
            .changed(definition, pointer, |editor, prefix| {
                let edits = conversion.edits.iter();
                let edits: Vec<Edit> = edits.map(|edit| edit.clone().inside(prefix)).collect();
                editor.apply_with_changes(&edits)
            });
        Ok(edits?)
    }
}

fn converter(accepted: &[String]) -> Result<Converter, OperationError> {
    accepted
        .iter()
        .try_fold(Converter::new(), |converter, code| {
            let difference: Difference = code
                .parse()
                .map_err(|error| OperationError::refused(format!("{error}")))?;
            Ok(converter.accept(difference))
        })
}

/// The reason why no state is converted: the first difference that is not accepted.
fn refusal(conversion: &Conversion, otherwise: impl FnOnce() -> String) -> OperationError {
    let mut notes = conversion.notes.iter();
    OperationError::refused(match notes.find(|note| !note.accepted) {
        Some(note) if note.difference.is_acceptable() => format!(
            "{}; accept `{}` to convert the state anyway",
            note.message, note.difference
        ),
        Some(note) => note.message.clone(),
        None => otherwise(),
    })
}
