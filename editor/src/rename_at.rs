//! Renaming what an offset names.

use std::ops::Range;

use crate::names::references::NamedThing;
use crate::operation::{Operation, OperationError};
use crate::{Document, TextEdit};

impl Document {
    /// The range of the name at an offset, without quotes and `$`, if it can be renamed.
    pub fn renamable(&self, offset: usize) -> Option<Range<usize>> {
        self.rename_operation(offset, "").map(|(_, range, _)| range)
    }

    /// The edits that rename what an offset names: a state or a variable.
    ///
    /// # Errors
    ///
    /// If the offset names nothing, or the new name is refused.
    pub fn rename(&self, offset: usize, name: &str) -> Result<Vec<TextEdit>, OperationError> {
        let Some((definition, _, operation)) = self.rename_operation(offset, name) else {
            return Err(OperationError::Missing {
                what: "state or variable here".to_owned(),
            });
        };
        self.edits(definition, &operation)
    }

    fn rename_operation(
        &self,
        offset: usize,
        name: &str,
    ) -> Option<(usize, Range<usize>, Operation)> {
        let found = self.name_at(offset)?;
        let name = name.strip_prefix('$').unwrap_or(name).to_owned();
        let operation = match &found.thing {
            NamedThing::State(state) => Operation::RenameState {
                state: state.clone(),
                name,
            },
            NamedThing::Variable { .. } => {
                // A variable that no state assigns is the input of a test, or a mistake.
                let mut declared = self.references_of(&found).into_iter();
                let declared = declared.find(|one| one.is_declaration)?;
                let definition = &self.definitions()[found.definition];
                Operation::RenameVariable {
                    variable: definition.node_at(declared.range.start)?.pointer,
                    name,
                }
            }
        };
        Some((found.definition, found.range, operation))
    }
}
