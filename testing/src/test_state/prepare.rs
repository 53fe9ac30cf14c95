//! Checks a `TestState` request, and prepares the run of its state.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_engine::task::{ResourceKind, TaskResult, TaskSource};
use stepwright_interpreter::distributed::Item;
use stepwright_interpreter::execution::{Inspection, InspectionStart};
use stepwright_interpreter::program::Kind;
use stepwright_interpreter::query::Variables;
use stepwright_interpreter::task::IntegrationPattern;
use stepwright_interpreter::value::Value;

use super::mock::{self, MockedAnswer};
use super::request::{InspectionLevel, StateConfiguration, TestStateRequest};
use super::subject::Subject;
use super::{TestStateError, context};

const UNSUPPORTED: &str = "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]";

pub(super) const TOO_FEW_ITERATIONS: &str =
    "Map iteration failure count must be less than or equal to the number of Map iterations";

/// A validated request.
#[derive(Debug)]
pub(super) struct PreparedTest {
    pub(super) subject: Subject,
    pub(super) level: InspectionLevel,
    pub(super) input: Value,
    /// The arrays in the input and the mocked result, with their original texts: AWS prints them
    /// with their whitespace (recorded).
    arrays: Vec<(Value, String)>,
    /// The variables of the request, including those that the program never reads.
    pub(super) variables: Vec<(SmolStr, Value)>,
    pub(super) context: Option<Value>,
    pub(super) retries: u32,
    failed_iterations: Option<u32>,
    reader_content: Option<String>,
    mocked: Option<TaskResult>,
}

impl PreparedTest {
    /// Checks a request for all errors of the service.
    pub(super) fn of(
        request: &TestStateRequest,
        families: &IndexMap<String, ResourceKind>,
    ) -> Result<Self, TestStateError> {
        let refuse = |text: &str| Err(TestStateError::validation(text));
        if let Some(mock) = &request.mock {
            mock::has_one_of_both(mock)?;
            if request.reveal_secrets == Some(true) {
                return refuse(
                    "TestState does not support RevealSecrets when a mock is specified.",
                );
            }
        } else if request.context.is_some() {
            return refuse("TestState does not support Context when a mock is not specified.");
        }
        if let Some(role) = &request.role_arn
            && !role.starts_with("arn:")
        {
            let text = format!("Invalid Arn: 'Invalid ARN prefix: {role}'");
            return Err(TestStateError::InvalidArn(text));
        }
        let subject = Subject::find(request, families)?;
        let none = StateConfiguration::default();
        let configuration = request.state_configuration.as_ref().unwrap_or(&none);
        is_testable(&subject, request, configuration)?;
        let input = request.input.as_deref().unwrap_or("{}");
        let input = Value::from_text(input).map_err(|error| {
            TestStateError::InvalidExecutionInput(format!(
                "Invalid State Machine Execution Input: '{error}'"
            ))
        })?;
        let variables = match &request.variables {
            Some(text) => variables(text)?,
            None => Vec::new(),
        };
        let context = request.context.as_deref();
        let context = context.map(|text| context::read(text, &subject));
        let mock = request.mock.as_ref();
        let mocked = mock.map(|mock| mock::read(mock, &subject)).transpose()?;
        let failed_iterations = configuration.map_iteration_failure_count;
        if let (Kind::Map(_), Some(result)) = (subject.kind(), &mocked)
            && !mock::has_iterations(result, failed_iterations)
        {
            return refuse(TOO_FEW_ITERATIONS);
        }
        Ok(Self {
            arrays: arrays(&input, request),
            context: context.transpose()?,
            level: request.inspection_level.unwrap_or_default(),
            input,
            variables,
            retries: configuration.retrier_retry_count.unwrap_or(0),
            failed_iterations,
            reader_content: configuration.map_item_reader_data.clone(),
            mocked,
            subject,
        })
    }

    /// Returns a value as JSON text.
    pub(super) fn text(&self, value: &Value) -> String {
        let given = self.arrays.iter().find(|(array, _)| array == value);
        given.map_or_else(|| value.to_text(), |(_, text)| text.clone())
    }

    /// Returns the start of the test.
    pub(super) fn start(&self) -> InspectionStart {
        let mut variables = Variables::new();
        for (name, value) in &self.variables {
            if let Some(ix) = self.subject.program.variables.find(name) {
                variables.set(ix, value.clone());
            }
        }
        InspectionStart {
            state: self.subject.ix,
            input: self.input.clone(),
            variables,
            retries: self.retries,
            // A state of a Map is tested as its first iteration, with its input as the item.
            item: self
                .subject
                .is_in_map
                .then(|| Item::of_input(0, self.input.clone())),
        }
    }

    /// Returns the settings of the inspection.
    pub(super) fn inspection(&self) -> Inspection {
        let is_container = !matches!(self.subject.kind(), Kind::Task(_));
        Inspection {
            context: self.context.clone(),
            mocked_children: self.mocked.clone().filter(|_| is_container),
            reader_content: self.reader_content.clone(),
            failed_iterations: self.failed_iterations,
            ..Inspection::default()
        }
    }

    /// Returns the source of the mocked task result.
    pub(super) fn source(&self) -> Option<Arc<dyn TaskSource>> {
        let result = self.mocked.clone()?;
        let token = self.context.as_ref().and_then(context::token);
        Some(Arc::new(MockedAnswer {
            result,
            token: token.map(String::from),
        }))
    }
}

/// Checks that the state can be tested with, or without, the mock.
fn is_testable(
    subject: &Subject,
    request: &TestStateRequest,
    configuration: &StateConfiguration,
) -> Result<(), TestStateError> {
    let kind = subject.kind();
    if request.mock.is_some() {
        if !matches!(kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel(_)) {
            let name = kind.name();
            return Err(TestStateError::validation(format!(
                "State type '{name}' is not supported when a mock is specified"
            )));
        }
        return match &configuration.error_caused_by_state {
            Some(name)
                if matches!(kind, Kind::Map(_) | Kind::Parallel(_)) && !subject.holds(name) =>
            {
                Err(TestStateError::validation("State not found in definition"))
            }
            _ => Ok(()),
        };
    }
    let given = [
        (
            "RetrierRetryCount",
            configuration.retrier_retry_count.is_some(),
        ),
        (
            "ErrorCausedByState",
            configuration.error_caused_by_state.is_some(),
        ),
        (
            "MapIterationFailureCount",
            configuration.map_iteration_failure_count.is_some(),
        ),
        (
            "MapItemReaderData",
            configuration.map_item_reader_data.is_some(),
        ),
    ];
    if let Some((field, _)) = given.iter().find(|(_, is_given)| *is_given) {
        return Err(TestStateError::validation(format!(
            "TestState does not support {field} when a mock is not specified."
        )));
    }
    match subject.resource() {
        None if matches!(kind, Kind::Map(_) | Kind::Parallel(_)) => {
            Err(TestStateError::InvalidDefinition(UNSUPPORTED.to_owned()))
        }
        None => Ok(()),
        Some(resource) => {
            let unsupported = match (resource.kind(), resource.pattern()) {
                (ResourceKind::Activity, _) => "Activity tasks",
                (_, IntegrationPattern::Sync | IntegrationPattern::Sync2) => {
                    "the '.sync' service integration pattern"
                }
                (_, IntegrationPattern::WaitForTaskToken) => {
                    "the '.waitForTaskToken' service integration pattern"
                }
                _ if request.role_arn.is_none() => {
                    let text = "RoleArn must be specified when testing a Task state";
                    return Err(TestStateError::validation(text));
                }
                _ => return Ok(()),
            };
            let text = format!(
                "TestState API does not support {unsupported} when a mock is not specified."
            );
            Err(TestStateError::InvalidDefinition(text))
        }
    }
}

fn variables(text: &str) -> Result<Vec<(SmolStr, Value)>, TestStateError> {
    let refuse = |problem: &str| {
        TestStateError::validation(format!("Invalid variables provided: {problem}"))
    };
    let variables = Value::from_text(text).map_err(|error| refuse(&error.to_string()))?;
    let members = variables.as_object();
    let members = members.ok_or_else(|| refuse("variables must be a JSON object"))?;
    Ok(members
        .iter()
        .map(|(name, value)| (SmolStr::new(name), value.clone()))
        .collect())
}

/// Returns the arrays of a request with their texts.
fn arrays(input: &Value, request: &TestStateRequest) -> Vec<(Value, String)> {
    let mocked = request
        .mock
        .as_ref()
        .and_then(|mock| mock.result.as_deref());
    let mocked = mocked.and_then(|text| Some((Value::from_text(text).ok()?, text)));
    let given = request.input.as_deref().map(|text| (input.clone(), text));
    let all = mocked.into_iter().chain(given);
    let arrays = all.filter(|(value, _)| value.as_array().is_some());
    arrays
        .map(|(value, text)| (value, text.trim().to_owned()))
        .collect()
}
