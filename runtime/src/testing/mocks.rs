use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright::{Address, Task};

use super::mock::Mock;
use crate::engine::{fits, function_name, request_id};
use crate::task::{Answer, Family, TaskCall, TaskSource, envelope};
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

#[derive(Clone, Debug)]
enum Matcher {
    State(String),
    /// A name, ARN or placeholder.
    Function(String),
    Task(Address),
    Resource(String),
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
        self.rule(Matcher::Task(Address::of::<T>(None)), mock)
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

impl Matcher {
    fn is_for(&self, call: &TaskCall<'_>) -> bool {
        let resource = call.resource();
        match self {
            Self::State(name) => name == call.state(),
            Self::Function(name) => {
                let text = match resource.family() {
                    Family::Service if resource.is_lambda_invoke() => call.target(),
                    Family::Service => None,
                    Family::Lambda | Family::Activity => Some(resource.as_str()),
                };
                text.is_some_and(|text| text == name || function_name(text) == name)
            }
            Self::Task(address) => match resource.family() {
                Family::Service => {
                    resource.base() == address.resource
                        && (address.target.is_none() || call.target() == address.target.as_deref())
                }
                // A workflow's `deploy` puts the placeholder of the target into the resource.
                Family::Lambda | Family::Activity => {
                    resource.as_str() == address.target.as_ref().unwrap_or(&address.resource)
                }
            },
            Self::Resource(pattern) => {
                fits(pattern, resource.as_str()) || fits(pattern, resource.base())
            }
        }
    }

    /// Whether an output is a function's, without the envelope.
    fn is_function(&self) -> bool {
        matches!(self, Self::Function(_) | Self::Task(_))
    }
}

impl TaskSource for Mocks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (index, (matcher, mock)) = self
            .rules
            .iter()
            .enumerate()
            .find(|(_, (matcher, _))| matcher.is_for(call))?;
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
