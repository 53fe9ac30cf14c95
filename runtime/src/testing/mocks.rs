use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use stepwright::Task;
use stepwright::task::WithContext;

use super::matcher::Matcher;
use super::mock::Mock;
use crate::engine::request_id;
use crate::task::handler::{INVALID_INPUT, INVALID_OUTPUT};
use crate::task::{Answer, TaskCall, TaskFailure, TaskSource, envelope};
use crate::value::Value;

/// Mocks of tasks: by state, by function or by resource, the first that fits. Clones are the same mocks, so a test
/// keeps one to ask which calls were made.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::testing::{Mock, Mocks};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Charge", "States": {"Charge": {
///     "Type": "Task",
///     "Resource": "arn:aws:states:::lambda:invoke",
///     "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
///     "OutputPath": "$.Payload",
///     "Retry": [{"ErrorEquals": ["Throttled"]}],
///     "End": true
/// }}}"#;
/// let mocks = Mocks::new().function(
///     "charge",
///     Mock::failure("Throttled", "slow down").times(2).then(Mock::output(json!({"paid": true}))),
/// );
/// let engine = Engine::builder()
///     .definition_json("orders", text, MachineType::Standard)
///     .tasks(mocks.clone())
///     .virtual_time()
///     .build()?;
/// let run = engine.start_machine("orders", json!({"total": 12}), StartOptions::new()).await?;
/// assert_eq!(run.await?.to_text(), r#"{"paid":true}"#);
/// assert_eq!(mocks.calls_of("Charge").len(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    rules: Vec<(Matcher, Mock)>,
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    calls: Vec<MockedCall>,
    /// How many calls each rule has answered in each execution.
    answered: HashMap<(usize, SmolStr), usize>,
}

/// A call that a mock answered.
#[derive(Clone, Debug)]
pub struct MockedCall {
    /// The execution's ARN.
    pub execution: String,
    /// The state.
    pub state: String,
    /// The state's `Resource`.
    pub resource: String,
    /// The effective parameters.
    pub parameters: Value,
    /// How often this visit of the state was retried before.
    pub attempt: u32,
}

impl Mocks {
    /// No mocks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Mocks the task of a state. The output is the raw result of the state's resource, as in AWS's
    /// `MockConfigFile.json`.
    #[must_use]
    pub fn state(self, name: impl Into<String>, mock: Mock) -> Self {
        self.rule(Matcher::State(name.into()), mock)
    }

    /// Mocks a function by its name, ARN or placeholder. The output is the function's result; `lambda:invoke` puts
    /// it into its envelope.
    #[must_use]
    pub fn function(self, name: impl Into<String>, mock: Mock) -> Self {
        self.rule(Matcher::Function(name.into()), mock)
    }

    /// Mocks a task function, wherever it is called. The output is what the function gives.
    #[must_use]
    pub fn task<T: Task>(self, mock: Mock) -> Self {
        self.rule(Matcher::task::<T>(), mock)
    }

    /// Mocks a task function by another one, which the compiler holds against the function's own types. What it
    /// gives, or its error, is what the function itself would.
    ///
    /// ```
    /// use stepwright::task;
    /// use stepwright_runtime::testing::Mocks;
    ///
    /// #[task]
    /// async fn price(article: String) -> f64;
    ///
    /// let mocks = Mocks::new().task_with::<price>(|article| Ok(article.len() as f64));
    /// # let _ = mocks;
    /// ```
    #[must_use]
    pub fn task_with<T: Task>(
        self,
        answer: impl Fn(T::Input) -> Result<T::Output, T::Error> + Send + Sync + 'static,
    ) -> Self {
        let mock = Mock::function(move |payload| {
            let input = if T::SENDS_CONTEXT {
                read::<WithContext<T::Input>>(payload)?.input
            } else {
                read::<T::Input>(payload)?
            };
            let output = answer(input)?;
            Value::from_typed(&output)
                .map_err(|error| TaskFailure::internal(INVALID_OUTPUT, &error.to_string()))
        });
        self.task::<T>(mock)
    }

    /// Mocks a resource, or all that a pattern with `*` fits. The output is its raw result.
    #[must_use]
    pub fn resource(self, pattern: impl Into<String>, mock: Mock) -> Self {
        self.rule(Matcher::Resource(pattern.into()), mock)
    }

    /// The calls that were answered so far, in their order.
    pub fn calls(&self) -> Vec<MockedCall> {
        self.lock().calls.clone()
    }

    /// The calls of one state.
    pub fn calls_of(&self, state: &str) -> Vec<MockedCall> {
        let mut calls = self.calls();
        calls.retain(|call| call.state == state);
        calls
    }

    fn rule(mut self, matcher: Matcher, mock: Mock) -> Self {
        self.rules.push((matcher, mock));
        self
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read<I: DeserializeOwned>(payload: &Value) -> Result<I, TaskFailure> {
    payload
        .to_typed()
        .map_err(|error| TaskFailure::internal(INVALID_INPUT, &error.to_string()))
}

impl TaskSource for Mocks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (index, (matcher, mock)) = self
            .rules
            .iter()
            .enumerate()
            .find(|(_, (matcher, _))| matcher.is_for_call(call))?;
        let number = {
            let mut record = self.lock();
            record.calls.push(MockedCall {
                execution: call.execution().id.to_string(),
                state: call.state().to_owned(),
                resource: call.resource().to_string(),
                parameters: call.parameters().clone(),
                attempt: call.attempt(),
            });
            let answered = record
                .answered
                .entry((index, call.execution().id.clone()))
                .or_default();
            *answered += 1;
            *answered - 1
        };
        let wraps = matcher.is_function() && call.resource().is_lambda_invoke();
        let step = mock.step(number)?;
        Some(step.answer(call, |output| {
            if wraps {
                envelope::lambda(output, request_id(call))
            } else {
                output
            }
        }))
    }
}
