//! Writes the whitespace of a text again.

#[cfg(feature = "yaml")]
mod block;
mod flow;
mod tokens;

use std::ops::Range;

use super::editor::Editor;
use super::error::EditError;
use super::splice::Splice;
use super::target::EditTarget;
use crate::json::ValueSyntax;

/// The layout that [`Editor::format`] writes.
///
/// ```
/// use stepwright_asl::edit::{Editor, TextLayout};
///
/// let mut editor = Editor::parse("{\n\"StartAt\":\"A\",\n      \"States\": {} }")?;
/// editor.format(&TextLayout::default())?;
/// assert_eq!(editor.text(), "{\n  \"StartAt\": \"A\",\n  \"States\": {}\n}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TextLayout {
    /// The pointer to the formatted value; empty for the whole text.
    pub pointer: String,
    /// The formatted range of the text: whitespace outside of it remains.
    pub range: Option<Range<usize>>,
    /// One level of indentation. Without it, the most frequent one of the text.
    pub indentation: Option<String>,
    /// The number of columns at which a value on one line is split; 100 without it.
    pub columns: Option<usize>,
}

impl TextLayout {
    /// The default of `columns`.
    const COLUMNS: usize = 100;

    /// One level of indentation in a text whose most frequent level is `usual`.
    fn unit<'s>(&'s self, usual: &'s str) -> &'s str {
        // A text without a regular layout has an accidental level.
        let is_regular = matches!(usual, "\t" | "  " | "   " | "    " | "        ");
        let unit = if is_regular { usual } else { "  " };
        self.indentation.as_deref().unwrap_or(unit)
    }

    fn columns(&self) -> usize {
        self.columns.unwrap_or(TextLayout::COLUMNS)
    }
}

impl Editor {
    /// Writes the whitespace of the text again, and returns the changes of the previous text.
    ///
    /// Values, comments, the order and the spelling remain. A value with a line break after its
    /// bracket has one line for each child; so does one that is too long for a line. Of several
    /// blank lines one remains. In YAML, the indentation and the whitespace after `:` and `-`
    /// change.
    ///
    /// # Errors
    ///
    /// If there is no value at the pointer, the text cannot be edited there, its brackets nest
    /// deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH), or it would have more than 16 MiB of
    /// whitespace.
    pub fn format(
        &mut self,
        layout: &TextLayout,
    ) -> Result<Vec<(Range<usize>, String)>, EditError> {
        let plan = self.plan();
        let target = EditTarget::find(self.document(), &layout.pointer)?;
        let mark = target.node().mark;
        let changes = match mark.shape {
            #[cfg(feature = "yaml")]
            ValueSyntax::Block => block::layout(&plan, target.node(), layout),
            ValueSyntax::Flow if !plan.source.is_yaml => flow::layout(&plan, mark, layout),
            _ => Ok(Vec::new()),
        };
        let mut splices = changes.map_err(|reason| EditError::Unsafe {
            pointer: layout.pointer.clone(),
            position: self.document().position_at(mark.start as usize),
            reason,
        })?;
        if let Some(range) = &layout.range {
            splices.retain(|one| one.range.start <= range.end && range.start <= one.range.end);
        }
        self.commit(&layout.pointer, &splices, Vec::new())?;
        Ok(splices.into_iter().map(Splice::into_change).collect())
    }
}
