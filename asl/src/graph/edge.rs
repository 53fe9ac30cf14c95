//! Transitions.

use crate::json::Pointer;

/// A transition.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Edge<'j> {
    /// The trigger of the transition.
    pub kind: EdgeKind,
    /// The name of the target state.
    pub target: &'j str,
    /// Pointer to that name.
    pub pointer: Pointer<'j>,
}

/// The trigger of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EdgeKind {
    /// `Next` of the state.
    Next,
    /// A rule of a Choice, by its index.
    Choice(usize),
    /// The `Default` of a Choice.
    Default,
    /// A catcher, by its index.
    Catch(usize),
}
