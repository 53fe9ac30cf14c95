//! How a layer above this package adds the types of a program to the builder.

use std::any::TypeId;
use std::path::PathBuf;

use crate::Engine;
use crate::machines::registry::Registry;
use crate::observer::CreateObserver;
use crate::task::TaskFailure;

/// An engine that an [`EngineBuilder`](crate::EngineBuilder) builds: [`Engine`], or the type of a
/// layer above it, which adds methods.
pub trait BuiltEngine: From<Engine> + Into<Engine> + 'static {
    /// Returns what creates the observer of an engine on virtual time, unless the builder sets
    /// another.
    #[doc(hidden)]
    fn observer_of_tests() -> Option<CreateObserver> {
        None
    }
}

impl BuiltEngine for Engine {}

/// An engine whose closures may fail with errors of this type.
#[diagnostic::on_unimplemented(
    message = "a handler cannot fail with `{F}`",
    note = "return a `TaskFailure`, or an error that implements `TaskError`"
)]
pub trait FailsWith<F> {
    /// Returns the failure of the task.
    fn failure(error: F) -> TaskFailure;
}

impl<F: Into<TaskFailure>> FailsWith<F> for Engine {
    fn failure(error: F) -> TaskFailure {
        error.into()
    }
}

/// An engine with workflows of this type.
#[diagnostic::on_unimplemented(
    message = "`{W}` is not a workflow that this engine can register",
    note = "`stepwright_runtime::Engine` registers workflows"
)]
pub trait Registers<W> {
    /// Registers the workflow, its tasks and its nested workflows.
    fn register(registry: &mut Registry);
}

/// An engine with workflows that are values of this type.
#[diagnostic::on_unimplemented(
    message = "`{B}` is not a workflow that this engine can register",
    note = "`stepwright_runtime::Engine` registers workflows"
)]
pub trait RegistersBuilt<B> {
    /// Registers the workflow, its tasks and its nested workflows.
    fn register_built(registry: &mut Registry, built: &B);
}

/// An engine with tasks of this type.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a task of this engine",
    note = "`stepwright_runtime::Engine` knows tasks by their functions"
)]
pub trait NamesTask<T> {
    /// Returns the type of the task, and the name of its function for messages.
    fn task() -> (TypeId, &'static str);
}

/// An engine that can measure the coverage of its executions.
pub trait MeasuresCoverage {
    /// Returns what creates the observer that writes to a directory; `None`: to that in the
    /// environment variable `STEPWRIGHT_COVERAGE`, if it is set.
    #[doc(hidden)]
    fn coverage_observer(folder: Option<PathBuf>) -> CreateObserver;
}
