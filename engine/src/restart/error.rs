//! The errors of a start at a chosen state of a definition.

use stepwright_asl::name::NameError;

/// No execution can begin at a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestartError {
    /// The definition has no state of this name.
    #[error("the definition has no state `{0}`; choose one of its top level")]
    UnknownState(String),
    /// The state is inside of a Parallel, a Map or a Distributed Map.
    #[error(
        "the state `{state}` is inside of `{container}`, where no execution can begin; start at `{container}`, or at the state around it on the top level"
    )]
    NestedState {
        /// The state.
        state: String,
        /// The Parallel or Map that contains it.
        container: String,
    },
    /// No variable can have this name.
    #[error("`{name}` cannot be a variable: {error}; rename it")]
    InvalidVariable {
        /// The name.
        name: String,
        /// The fault in the name.
        error: NameError,
    },
    /// A definition cannot contain a value with so many levels.
    #[error(
        "{value} has more than {levels} levels of objects and arrays; start with a flatter value"
    )]
    TooDeep {
        /// `the input`, or the variable.
        value: String,
        /// How many levels are allowed.
        levels: usize,
    },
}
