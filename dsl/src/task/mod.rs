//! Tasks: async functions that a workflow calls.

mod address;
mod binder;
pub(crate) mod cause;
mod context;
mod error;
mod returns;
mod runs;

pub(crate) use self::address::effective;
pub use self::address::{Address, Deploy};
pub use self::binder::TaskBinder;
#[doc(hidden)]
pub use self::cause::{TravellingField, cause};
pub use self::context::{Cancelled, SentContext, TaskContext, TaskHost, WithContext};
pub use self::error::{ErrorField, ErrorOutput, ErrorVariant, NoError, TaskError};
pub use self::returns::TaskReturn;
pub use self::runs::Runs;

use crate::shape::{Payload, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// A function that a workflow can call: the marker that `#[task]` makes beside the function, under its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "this is not a task",
    note = "put `#[task]` on the function"
)]
pub trait Task: 'static {
    /// What travels to the task: nothing as `{}`, one parameter as its JSON, several as an object by their names.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// The types of the parameters, without the context: none as `()`, one as it is, several as a tuple.
    type Arguments;
    /// What it gives.
    type Output: Payload;
    /// How it fails; [`NoError`] where the function returns no `Result`.
    type Error: TaskError;
    /// The name on the wire: the function's in PascalCase, or `#[task(name = "..")]`.
    const NAME: &'static str;
    /// The function's name.
    const FUNCTION: &'static str;
    /// The names of the parameters, without the context.
    const PARAMETERS: &'static [&'static str];
    /// Where it lives.
    const DEPLOY: Deploy;
    /// Whether the execution's context travels with the input: `#[task(context)]`.
    const SENDS_CONTEXT: bool;

    /// Where a runtime in process runs the function: `#[task(blocking)]`, `#[task(spawn)]`.
    const RUNS: Runs = Runs::InPlace;

    /// Whether an engine with a store calls the function again where its process ended while it was at work: `#[task(idempotent)]`.
    const IDEMPOTENT: bool = false;

    /// The types of the parameters as JSON, in their order.
    #[doc(hidden)]
    fn parameter_types() -> Vec<ParameterType>;

    /// Hands the task to a runtime.
    fn bind<B: TaskBinder>(binder: &mut B, address: Address);
}

/// What the JSON of a parameter is like.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParameterType {
    pub(crate) schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    pub(crate) shape: fn() -> Shape,
}

impl ParameterType {
    /// That of a type.
    #[must_use]
    pub fn of<T: Payload>() -> ParameterType {
        ParameterType {
            schema: |generator| generator.subschema_for::<T>(),
            shape: T::shape,
        }
    }
}

/// A task whose function has a body.
pub trait Handler: Task {
    /// Whether the function takes the context. Where it does not, a runtime may give [`TaskContext::detached`].
    const TAKES_CONTEXT: bool;

    /// Runs the function.
    fn call(
        context: TaskContext,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send + 'static;
}

#[cfg(test)]
mod tests;
