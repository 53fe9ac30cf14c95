//! The result of a conversion.

use stepwright_asl::TextLocation;
use stepwright_asl::edit::Edit;

use super::{Assumption, Difference};

/// The edits that convert a definition, and what they depend on.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Conversion {
    /// The edits of the definition, for [`Editor::apply`](stepwright_asl::edit::Editor::apply);
    /// none if no state is converted. For a definition in a template, use
    /// [`Edit::inside`](stepwright_asl::edit::Edit::inside).
    pub edits: Vec<Edit>,
    /// The converted states, in document order.
    pub states: Vec<ConvertedState>,
    /// The states that are not converted because of a note that is not accepted, in document order.
    pub refused: Vec<RefusedState>,
    /// The differences, in document order.
    pub notes: Vec<Note>,
    /// Whether the whole machine is JSONata after the edits, and `QueryLanguage` is at its top.
    pub is_whole: bool,
    /// The names and pointers given to [`Converter::state`](super::Converter::state) for which
    /// there is no state.
    pub unknown_states: Vec<String>,
}

impl Conversion {
    /// The assumptions of the converted states, with the number of states that depend on each.
    pub fn assumptions(&self) -> Vec<(Assumption, usize)> {
        let count = |assumption: &Assumption| {
            let states = self.states.iter();
            states
                .filter(|state| state.assumptions.contains(assumption))
                .count()
        };
        let counted = Assumption::ALL.iter().map(|one| (*one, count(one)));
        counted.filter(|(_, count)| *count > 0).collect()
    }
}

/// A converted state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConvertedState {
    /// The name of the state.
    pub name: String,
    /// Pointer to the state before the edits.
    pub pointer: String,
    /// What its conversion assumes about data.
    pub assumptions: Vec<Assumption>,
}

/// A state that is not converted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedState {
    /// The name of the state.
    pub name: String,
    /// Pointer to the state.
    pub pointer: String,
}

/// A difference in one field of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The difference.
    pub difference: Difference,
    /// Pointer to the state.
    pub state: String,
    /// The location of the field, with its pointer in the definition.
    pub location: TextLocation,
    /// What differs, and in which case.
    pub message: String,
    /// Whether the difference was accepted, so that the state is converted in spite of it.
    pub accepted: bool,
}
