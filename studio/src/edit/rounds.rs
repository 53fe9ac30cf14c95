//! Edits of a text, in rounds.

use stepwright_editor::TextEdit;

/// Edits of a text in rounds: each refers to the text after the rounds before it.
pub(crate) type Rounds = Vec<Vec<TextEdit>>;
