//! Mocks of task functions, with the types of the functions.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use stepwright::task::{INVALID_INPUT, INVALID_OUTPUT, IntoTaskFailure, ParameterType};
use stepwright::{Address, Task, TaskError};
use stepwright_engine::task::{TaskFailure, TaskResult};
use stepwright_interpreter::value::Value;

use crate::matcher::{Matcher, TaskAddress, hint};
use crate::mock::{Mock, Steps};
use crate::mocks::Mocks;
use crate::rule::Rule;

/// # Task functions
impl Mocks {
    /// Mocks a task function, for all its calls. The output has the type of the function's result.
    #[must_use]
    pub fn task<T: Task>(self, mock: Mock<T>) -> Self {
        self.rule(rule_of::<T>(mock.into_steps()))
    }

    /// Mocks a task function by another function, whose types the compiler checks. It returns the
    /// same result or error as the task function. Several parameters are a tuple.
    ///
    /// ```
    /// use stepwright::task;
    /// use stepwright_runtime::testing::Mocks;
    ///
    /// #[task]
    /// async fn price(article: String) -> f64;
    /// #[task]
    /// async fn total(price: f64, quantity: u32) -> f64;
    ///
    /// let mocks = Mocks::new()
    ///     .task_with::<price>(|article| Ok(article.len() as f64))
    ///     .task_with::<total>(|(price, quantity)| Ok(price * f64::from(quantity)));
    /// # let _ = mocks;
    /// ```
    #[must_use]
    pub fn task_with<T: Task>(
        self,
        answer: impl Fn(T::Arguments) -> Result<T::Output, T::Error> + Send + Sync + 'static,
    ) -> Self
    where
        T::Arguments: DeserializeOwned,
    {
        self.task::<T>(Mock::function(move |payload| {
            let arguments = serde_json::from_value(arguments::<T>(payload))
                .map_err(|error| TaskFailure::with_message(INVALID_INPUT, &error.to_string()))?;
            let output = answer(arguments).map_err(IntoTaskFailure::into_task_failure)?;
            output_of::<T>(&output)
        }))
    }
}

impl<T: Task> Mock<T> {
    /// Creates a mock with which the task succeeds with this result of the task function.
    ///
    /// A value that cannot be serialized to JSON (a map with keys that are no strings) fails the
    /// task, as in the function itself.
    pub fn returns(output: T::Output) -> Self {
        Self::result(output_of::<T>(&output))
    }

    /// Creates a mock with which the task fails with the task function's own error, with the error
    /// name and cause of real calls.
    pub fn fails(error: T::Error) -> Self {
        Self::result(Err(error.into_task_failure()))
    }
}

fn output_of<T: Task>(output: &T::Output) -> TaskResult {
    Value::from_typed(output)
        .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
}

/// Creates the mock of a task function.
fn rule_of<T: Task>(steps: Steps) -> Rule {
    let variants = <T::Error as TaskError>::variants();
    let names: Vec<&str> = variants.iter().map(|variant| variant.error).collect();
    let prefix = |name: &str| name.split_once('.').map(|(prefix, _)| prefix.to_owned());
    // Every task may fail with errors of its service, but all errors under the prefix of the
    // task's enum are known.
    let unknown = steps.errors().find(|error| {
        let own = |name: &&str| prefix(name).is_some() && prefix(name) == prefix(error);
        names.iter().any(own) && !names.contains(error)
    });
    let unknown_error = unknown.map(|error| {
        let hint = hint(error, names.iter().copied());
        format!("`{}` does not fail with `{error}`{hint}", T::FUNCTION)
    });
    Rule::new(calls_of::<T>(), steps).of_function(T::FUNCTION, unknown_error)
}

/// Selects the calls of a task function.
pub(super) fn calls_of<T: Task>() -> Matcher {
    let address = Address::of::<T>(None);
    matcher_of(&address)
}

/// Selects the calls of a task with this address.
pub(super) fn matcher_of(address: &Address) -> Matcher {
    Matcher::Task(TaskAddress {
        resource: address.resource.clone(),
        target: address.target.clone(),
    })
}

/// Returns the arguments of a task function: a tuple, or the only argument itself.
pub(super) fn arguments<T: Task>(payload: &Value) -> Json {
    let mut input = payload.to_json();
    // If the function takes its context, the input is sent next to it.
    if T::SENDS_CONTEXT
        && let Some(inner) = input.get_mut("input")
    {
        input = inner.take();
    }
    match T::PARAMETERS {
        [] => Json::Null,
        // Lambda passes `{}` for `null`, which the function reads as `null` again.
        [_] if input.as_object().is_some_and(Map::is_empty)
            && T::parameter_types()
                .iter()
                .all(ParameterType::reads_null_from_empty_object) =>
        {
            Json::Null
        }
        [_] => input,
        several => {
            let each = several.iter().map(|name| input.get(name).cloned());
            Json::Array(each.map(Option::unwrap_or_default).collect())
        }
    }
}
