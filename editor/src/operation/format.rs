//! Writes whitespace again.

use std::ops::Range;

use stepwright_asl::edit::{EditError, TextLayout};

use super::{OperationError, OperationTarget};
use crate::TextEdit;
use crate::joined_text::MarkedText;

impl OperationTarget<'_> {
    pub(super) fn format(
        &self,
        definition: usize,
        range: Option<&Range<usize>>,
        indentation: Option<&str>,
    ) -> Result<Vec<TextEdit>, OperationError> {
        if let Some(unit) = indentation
            && !unit.bytes().all(|byte| byte == b' ' || byte == b'\t')
        {
            let reason = "the indentation may contain only spaces and tabs";
            return Err(OperationError::refused(reason));
        }
        let range = match range {
            None => None,
            Some(range) => match self.definition.range_in_definition(range) {
                Some(range) => Some(range),
                None => return Ok(Vec::new()),
            },
        };
        let is_one_line = !self.definition.tree().source().contains('\n');
        let is_range = range.is_some();
        let edits = self.document.changed(definition, "", |editor, prefix| {
            let mut layout = TextLayout::default();
            layout.pointer = prefix.to_owned();
            let marked = MarkedText::of(self.definition);
            layout.range = match (range, marked) {
                (Some(range), Some(marked)) => {
                    Some(marked.marked(range.start)..marked.marked(range.end))
                }
                (range, _) => range,
            };
            // A range has the indentation of the rest.
            layout.indentation = indentation.filter(|_| !is_range).map(str::to_owned);
            // A string on one line of a template remains one.
            layout.columns = (is_one_line && self.definition.is_text()).then_some(usize::MAX);
            editor.format(&layout)
        });
        edits.map_err(|error| match error {
            EditError::Unreadable { .. } if is_range => OperationError::refused(
                "the range cannot be formatted without the rest; format the whole definition",
            ),
            error => error.into(),
        })
    }
}
