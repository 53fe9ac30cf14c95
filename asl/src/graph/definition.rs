//! The sources of a graph.

use std::borrow::Cow;
use std::fmt::Debug;

use crate::json::{Object, Pointer};
use crate::model::{QueryLanguage, StateKind};
use crate::route;

use super::edge::Edge;

/// A source of a [`Graph`](super::Graph): a [`Json`](crate::json::Json) or a
/// [`StateMachine`](crate::StateMachine).
pub trait Definition: Sized + sealed::Sealed {
    /// The type of a state.
    type State: Clone + Debug + 'static;
    /// The type of the object with the states of the machine, of a branch or of a processor.
    type Container: Clone + Debug + 'static;

    /// The query language of the machine.
    #[doc(hidden)]
    fn language(&self) -> Option<QueryLanguage>;

    /// The top-level states.
    #[doc(hidden)]
    fn machine(&self) -> Option<Body<'_, Self>>;

    /// Reads the parts of a state that the graph needs.
    #[doc(hidden)]
    fn state<'d>(state: &'d Self::State, pointer: &Pointer<'d>) -> StateParts<'d, Self>;

    /// The members of a state.
    #[doc(hidden)]
    fn members(state: &Self::State) -> Cow<'_, Object>;
}

/// The states of one container.
#[derive(Debug)]
pub struct Body<'d, D: Definition> {
    pub(super) pointer: Pointer<'d>,
    pub(super) object: &'d D::Container,
    pub(super) start_at: Option<&'d str>,
    pub(super) states: Vec<(&'d str, &'d D::State)>,
    /// The location of the container in its state; `None` for that of the machine.
    pub(super) body: Option<route::Body>,
}

/// The parts of a state that the graph needs.
#[derive(Debug)]
pub struct StateParts<'d, D: Definition> {
    pub(super) kind: Option<StateKind>,
    /// Whether `End` is true.
    pub(super) ends: bool,
    pub(super) edges: Vec<Edge<'d>>,
    pub(super) bodies: Vec<Body<'d, D>>,
}

pub(super) mod sealed {
    /// Seals `Definition`: other crates cannot implement it.
    pub trait Sealed {}
    impl Sealed for crate::json::Json {}
    impl Sealed for crate::StateMachine {}
}
