//! What a graph is read from.

use std::borrow::Cow;
use std::fmt::Debug;

use crate::json::{Object, Pointer};
use crate::model::{QueryLanguage, StateKind};
use crate::route;

use super::Edge;

/// What a [`Graph`](super::Graph) is read from: a [`Json`](crate::json::Json) or a [`StateMachine`](crate::StateMachine).
pub trait Definition: Sized + sealed::Sealed {
    /// What a state is in it.
    type State: Clone + Debug + 'static;
    /// What has the states of the machine, of a branch or of a processor.
    type Container: Clone + Debug + 'static;

    /// The query language of the machine.
    #[doc(hidden)]
    fn language(&self) -> Option<QueryLanguage>;

    /// The machine's own states.
    #[doc(hidden)]
    fn machine(&self) -> Option<Body<'_, Self>>;

    /// What a graph needs of a state.
    #[doc(hidden)]
    fn state<'d>(state: &'d Self::State, pointer: &Pointer<'d>) -> Read<'d, Self>;

    /// The members of a state.
    #[doc(hidden)]
    fn members(state: &Self::State) -> Cow<'_, Object>;
}

/// States that stand together.
#[derive(Debug)]
pub struct Body<'d, D: Definition> {
    pub(super) pointer: Pointer<'d>,
    pub(super) object: &'d D::Container,
    pub(super) start_at: Option<&'d str>,
    pub(super) states: Vec<(&'d str, &'d D::State)>,
    /// Where they stand in their state; `None` for those of the machine.
    pub(super) body: Option<route::Body>,
}

/// A state that was read.
#[derive(Debug)]
pub struct Read<'d, D: Definition> {
    pub(super) kind: Option<StateKind>,
    /// `End` is true.
    pub(super) ends: bool,
    pub(super) edges: Vec<Edge<'d>>,
    pub(super) bodies: Vec<Body<'d, D>>,
}

pub(super) mod sealed {
    /// Keeps `Definition` to this crate.
    pub trait Sealed {}
    impl Sealed for crate::json::Json {}
    impl Sealed for crate::StateMachine {}
}
