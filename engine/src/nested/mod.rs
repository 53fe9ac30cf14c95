//! Executions that other executions start: nested state machines, and the children of Map Runs.
//!
//! Standard children of a durable execution have their own rows and records. `map_run_children.rs`
//! starts them after the record that lists them is durable, and continues them after a restart.

pub(super) mod map_runs;
pub(super) mod notify_parent;

use std::sync::Arc;

use stepwright_interpreter::task::{
    self as nested_task, Integration, NestedEnd, NestedStart, TraceContext, start_response,
};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, MachineInfo, Names, Status};

use super::error::StartError;
use super::machines::Machine;
use super::shared::EngineShared;
use crate::dispatch::test_case_source::TestCase;
use crate::execution::report::ExecutionReport;
use crate::launch::new_execution::StartOutcome;
use crate::launch::options::StartOptions;
use crate::task::{Answer, TaskCall, TaskEffect, TaskFailure, TaskResult, TaskSource};

/// The output of a mocked execution, or its error and cause.
pub(crate) type MockedResult = Result<Value, (String, String)>;

/// Returns the result of a task that waits for a mocked execution of this name.
pub fn nested_result(
    integration: Integration,
    call: &TaskCall<'_>,
    name: &str,
    made: MockedResult,
) -> TaskResult {
    let about = mocked_execution(integration, call, name);
    let end = match &made {
        Ok(output) => NestedEnd {
            status: Status::Succeeded,
            output: Some(output),
            error: None,
            cause: None,
            stopped: about.started,
        },
        Err((error, cause)) => NestedEnd {
            status: Status::Failed,
            output: None,
            error: Some(error),
            cause: Some(cause),
            stopped: about.started,
        },
    };
    nested_task::nested_result(&about, &end, integration)
}

fn mocked_execution(integration: Integration, call: &TaskCall<'_>, name: &str) -> ExecutionInfo {
    let parent = call.execution();
    let machine_id = call.target().unwrap_or_default();
    let prefix = machine_id.replace(":stateMachine:", ":execution:");
    ExecutionInfo {
        names: Names::new(format!("{prefix}:{name}"), name),
        machine: Arc::new(MachineInfo {
            id: machine_id.into(),
            ..MachineInfo::clone(&parent.machine)
        }),
        input: (call.parameters().get("Input").cloned()).unwrap_or_else(Value::empty_object),
        counts_redrives: integration != Integration::SdkSync,
        redriven: None,
        ..parent.clone()
    }
}

/// Returns the failure of a task whose start of an execution is refused: the service's error, with
/// what AWS's clients add to its message.
pub(super) fn refused_start(
    integration: Integration,
    error: &StartError,
    request: &str,
) -> TaskFailure {
    let (code, message) = match error {
        StartError::ExecutionAlreadyExists(execution) => (
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{execution}'"),
        ),
        StartError::StateMachineDoesNotExist(machine) => (
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{machine}'"),
        ),
        StartError::InvalidName(name) => ("InvalidName", format!("Invalid Name: '{name}'")),
        StartError::ExecutionLimitExceeded(_) => ("ExecutionLimitExceeded", error.to_string()),
        StartError::InvalidInput(_)
        | StartError::InvalidTasks(_)
        | StartError::NoRuntime
        | StartError::ShutDown
        | StartError::Unavailable(_)
        | StartError::Store(_) => ("InvalidExecutionInput", error.to_string()),
    };
    // Recorded for StateMachineDoesNotExist and InvalidToken; assumed for the others.
    if integration.is_sdk() {
        TaskFailure::new(
            format!("Sfn.{code}Exception"),
            format!(
                "{message} (Service: Sfn, Status Code: 400, Request ID: {request}) (SDK Attempt Count: 1)"
            ),
        )
    } else {
        TaskFailure::new(
            format!("StepFunctions.{code}Exception"),
            format!(
                "{message} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; Request ID: {request}; Proxy: null)"
            ),
        )
    }
}

/// Returns the failure of the task when this start is refused.
pub(super) fn refused_nested_start(start: &NestedStart, error: &StartError) -> TaskFailure {
    match error {
        // AWS identifies the execution by its ARN.
        StartError::ExecutionAlreadyExists(_) => {
            let error = StartError::ExecutionAlreadyExists(start.execution.to_string());
            refused_start(start.integration, &error, &start.request)
        }
        error => refused_start(start.integration, error, &start.request),
    }
}

impl EngineShared {
    /// Resolves a state that starts a registered state machine: the start, or the failure that
    /// prevents it.
    pub(super) fn by_workflow(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let integration = Integration::of(call.resource())?;
        let target = call.target()?;
        // The ARN of a version or an alias; the revision is chosen when the execution starts.
        let by = self
            .machines
            .qualified(target, || 0)
            .map(|machine| (machine, target));
        let (machine, by) = match by {
            Some(qualified) => qualified,
            None => (self.machines.find(target)?, ""),
        };
        let effect = match self.nested_start(&machine, by, integration, call) {
            Ok(start) => TaskEffect::Start(Box::new(start)),
            Err(failure) => TaskEffect::failing(failure),
        };
        let is_submitted = integration.is_submitted(call.resource().pattern());
        Some(if is_submitted {
            Answer::submit(effect)
        } else {
            Answer::effect(effect)
        })
    }

    fn nested_start(
        &self,
        machine: &Machine,
        qualified: &str,
        integration: Integration,
        call: &TaskCall<'_>,
    ) -> Result<NestedStart, TaskFailure> {
        // A state that does not wait is no parent, so the depth starts again and such a chain is
        // unbounded.
        let depth = if integration.waits() {
            call.execution().depth + 1
        } else {
            0
        };
        if depth > self.limits.nesting {
            return Err(TaskFailure::new(
                "StepFunctions.ExecutionLimitExceededException",
                format!(
                    "executions start executions more than {} deep",
                    self.limits.nesting
                ),
            ));
        }
        let input = match call.parameters().get("Input") {
            None | Some(Value::Null) => Value::empty_object(),
            // Text is parsed as the JSON of the input.
            Some(Value::Str(text)) => Value::from_text(text).map_err(|error| {
                refused_start(
                    integration,
                    &StartError::InvalidInput(error.to_string()),
                    &call.request_id(),
                )
            })?,
            Some(input) => input.clone(),
        };
        let name = call.parameters().get("Name").and_then(Value::as_str);
        let names = self.named(machine, name, &call.name_entropy());
        Ok(NestedStart {
            integration,
            machine: match qualified {
                "" => machine.info.name.clone(),
                arn => arn.into(),
            },
            name: names.name(&machine.info).into(),
            execution: names.id(&machine.info).clone(),
            root: call.execution().root_arn().clone(),
            input,
            depth,
            request: call.request_id(),
        })
    }

    /// Prepares an execution for a state. Returns it with the response of the start itself.
    pub(super) fn start_nested(
        self: &Arc<Self>,
        start: &NestedStart,
        source: Option<Arc<dyn TaskSource>>,
        parent: &MachineInfo,
        trace: Option<Arc<TraceContext>>,
    ) -> Result<(StartOutcome, Value), StartError> {
        let NestedStart {
            integration,
            machine,
            name,
            execution,
            root,
            input,
            depth,
            request,
        } = start;
        let options = StartOptions {
            name: Some(name.to_string()),
            id: Some(execution.to_string()),
            is_synchronous: *integration == Integration::SdkSync,
            source,
            test_case: parent.test_case.clone().map(TestCase::Inherited),
            trace,
            root: Some(root.clone()),
            ..StartOptions::default()
        };
        let launch = || {
            // The pending execution is spawned at the end of the step.
            tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
            let chance = || self.entropy.draw(1).next_u64();
            let found = self.machines.qualified(machine, chance);
            let found = found.or_else(|| self.machines.find(machine));
            let found =
                found.ok_or_else(|| StartError::StateMachineDoesNotExist(machine.to_string()))?;
            self.launch(&found, input.clone(), options, *depth)
        };
        let launched = launch()?;
        let response = start_response(&launched.state.about, *integration, request);
        Ok((launched, response))
    }
}

/// Returns the task result for a nested execution that has ended.
pub(super) fn job_result(report: &ExecutionReport, integration: Integration) -> TaskResult {
    let end = NestedEnd {
        status: report.status,
        output: report.output.as_ref(),
        error: report.error.as_deref(),
        cause: report.cause.as_deref(),
        stopped: report.stopped,
    };
    nested_task::nested_result(report.execution(), &end, integration)
}
