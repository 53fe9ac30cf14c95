//! Replaces the definitions in a template that are strings.

use super::{Embedded, EmbeddedDefinition, machines};
use crate::edit::Editor;
use crate::json::Document;

/// The reason why a string in a template cannot be replaced.
pub const UNEDITABLE: &str = "the definition is a string that is folded or has several parts";

/// Replaces the definition of the machine with this index, which is a string. Returns the changed
/// file and its machines; `None` if the string is written in a form that cannot be edited.
pub(crate) fn replaced(
    file: &Document,
    index: usize,
    definition: &str,
) -> Option<(Document, Vec<Embedded>)> {
    let given = machines(file)?;
    let changed = given.get(index)?.replace_text(file, definition)?;
    // Read as the editor does.
    let changed = Editor::parse_template(&changed).ok()?.document().clone();
    let machines = machines(&changed)?;
    // YAML may read the written string differently, so it is compared with the definition.
    let written = machines.get(index).map(|one| &one.definition);
    matches!(written, Some(EmbeddedDefinition::Text { text, .. }) if text == definition)
        .then_some((changed, machines))
}
