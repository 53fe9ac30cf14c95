//! The targets of transitions.

use super::assignment::Assignment;
use super::handle::{StateHandle, StepHandle};
use crate::expr::Text;
use crate::sealed::Sealed;
use serde_json::Value;
use std::rc::Rc;

/// An edge to a state that takes an `Out`: its handle, or its handle with variables to assign,
/// whose values are computed from a `From`.
#[diagnostic::on_unimplemented(
    message = "a `{Out}` is passed on, but `{Self}` does not take it",
    label = "takes another type",
    note = "a `StepHandle` takes any value; for a `StateHandle`, compute a value of its type with `.output(expr!(..))` first"
)]
pub trait To<From, Out>: Sealed {
    /// The untyped target.
    #[doc(hidden)]
    fn route(self) -> Route;
}

/// The untyped target of an edge.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Route {
    pub(super) body: u64,
    pub(super) name: Rc<str>,
    pub(super) index: usize,
    /// The state ignores its input.
    pub(super) is_step: bool,
    pub(super) assigns: Vec<Assignment>,
    pub(super) raw: Vec<(Text, Value)>,
}

impl Route {
    pub(super) fn of<T>(handle: &StateHandle<T>, is_step: bool) -> Route {
        Route {
            body: handle.body,
            name: handle.name.clone(),
            index: handle.index,
            is_step,
            assigns: Vec::new(),
            raw: Vec::new(),
        }
    }
}

impl<T> Sealed for StateHandle<T> {}
impl Sealed for StepHandle {}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for &StateHandle<T> {
    fn route(self) -> Route {
        Route::of(self, false)
    }
}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for &StepHandle {
    fn route(self) -> Route {
        Route::of(self, true)
    }
}
