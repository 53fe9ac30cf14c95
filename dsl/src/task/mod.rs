//! Tasks: async functions that a workflow calls.

mod address;
mod binder;
mod call;
pub(crate) mod cause;
mod context;
mod error;
mod expected_error;
mod returns;
mod runs;

pub(crate) use self::address::effective;
pub use self::address::{Address, Deploy};
pub use self::binder::TaskBinder;
pub use self::call::{JsonCall, JsonFuture, call_json};
#[doc(hidden)]
pub use self::cause::{TravellingField, cause, read_cause};
pub use self::context::{Cancelled, SentContext, TaskContext, TaskHost, WithContext};
pub use self::error::{
    ErrorField, ErrorOutput, ErrorVariant, IntoTaskFailure, MessagePiece, NoError, TaskError,
};
pub use self::expected_error::ExpectedError;
#[doc(hidden)]
pub use self::expected_error::message_of_cause;
pub(crate) use self::returns::ReturnForm;
pub use self::returns::TaskReturn;
pub use self::runs::Runs;

pub use stepwright_asl::errors::{
    INVALID_INPUT, INVALID_OUTPUT, TASK_PANICKED, TaskFailure, panic_message,
};

use crate::shape::{Payload, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// The types that a call of a task, a fragment or a function workflow returns.
pub trait CallOutcome: 'static {
    /// The type of its result.
    type Output: Payload;
    /// The type of its error; [`NoError`] if the function returns no `Result`.
    type Error: TaskError;
}

/// A function that a workflow can call. `#[task]` creates a marker type with the function's name
/// that implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "this is not a task",
    note = "put `#[task]` on the function; in `workflow!`, write `workflow Name(..)` to call a workflow, and `include Name {{ .. }}` for a fragment"
)]
pub trait Task: CallOutcome {
    /// The payload: `{}` without parameters, a single parameter as its JSON, several as an object
    /// with their names.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// The types of the parameters, without the context: `()` without parameters, a single type
    /// itself, several as a tuple.
    type Arguments;
    /// The deployed name: the function's name in PascalCase, or `#[task(name = "..")]`.
    const NAME: &'static str;
    /// The function's name.
    const FUNCTION: &'static str;
    /// The names of the parameters, without the context.
    const PARAMETERS: &'static [&'static str];
    /// Where the task is deployed.
    const DEPLOY: Deploy;
    /// Whether the execution's context is sent with the input: `#[task(context)]`.
    const SENDS_CONTEXT: bool;

    /// Where an in-process runtime runs the function: `#[task(blocking)]`, `#[task(spawn)]`.
    const RUNS: Runs = Runs::InPlace;

    /// Whether an engine with a store calls the function again if its process ended during a call:
    /// `#[task(idempotent)]`.
    const IDEMPOTENT: bool = false;

    /// The types of the parameters as JSON, in order.
    #[doc(hidden)]
    fn parameter_types() -> Vec<ParameterType>;

    /// Registers the task with a runtime.
    fn bind<B: TaskBinder>(binder: &mut B, address: Address);
}

/// The JSON form of a parameter.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ParameterType {
    pub(crate) schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    pub(crate) shape: fn() -> Shape,
}

impl ParameterType {
    /// The parameter type for a Rust type.
    #[must_use]
    pub fn of<T: Payload>() -> ParameterType {
        ParameterType {
            schema: |generator| generator.subschema_for::<T>(),
            shape: T::shape,
        }
    }

    /// Whether Lambda's `{}` is the `null` that a state sent as the single parameter of this type.
    #[must_use]
    pub fn reads_null_from_empty_object(&self) -> bool {
        let shape = (self.shape)();
        shape.may_be_null() && !shape.may_be_empty_object()
    }
}

/// The result of the function of a task without a body, which only a workflow calls.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct DeclaredTask;

/// A task whose function has a body.
pub trait Handler: Task {
    /// Whether the function takes the context. If not, a runtime may pass
    /// [`TaskContext::detached`].
    const TAKES_CONTEXT: bool;

    /// Runs the function.
    fn call(
        context: TaskContext,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send + 'static;
}

#[cfg(test)]
mod tests;
