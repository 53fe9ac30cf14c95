use std::sync::Arc;

use stepwright_asl::errors;

use super::cell::Message;
use super::error::StartError;
use super::report::{ExecutionReport, Status};
use super::shared::{Machine, Shared, request_id};
use super::start::StartOptions;
use crate::about::About;
use crate::interpret::Failure;
use crate::task::{
    Answer, External, Pattern, StopChild, TaskCall, TaskFailure, TaskResult, TaskSource,
    envelope::{object, with_metadata},
};
use crate::value::Value;

/// How a state starts another execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Integration {
    /// `states:startExecution`
    Optimised,
    /// `states:startExecution.sync`, whose Input and Output are text.
    Sync,
    /// `states:startExecution.sync:2`, whose Input and Output are JSON.
    SyncJson,
    /// `aws-sdk:sfn:startExecution`
    Sdk,
    /// `aws-sdk:sfn:startSyncExecution`
    SdkSync,
}

/// The output of an execution that is made up, or its error and cause.
pub(crate) type Made = Result<Value, (String, String)>;

/// How an execution ended.
struct End<'a> {
    status: Status,
    output: Option<&'a Value>,
    error: Option<&'a str>,
    cause: Option<&'a str>,
    stopped: crate::clock::Timestamp,
}

impl<'a> End<'a> {
    fn of(report: &'a ExecutionReport) -> Self {
        Self {
            status: report.status,
            output: report.output.as_ref(),
            error: report.error.as_deref(),
            cause: report.cause.as_deref(),
            stopped: report.stopped,
        }
    }
}

impl Integration {
    pub(crate) fn of(call: &TaskCall<'_>) -> Option<Self> {
        let resource = call.resource();
        if resource.pattern() == Pattern::WaitForTaskToken {
            return None;
        }
        match (resource.service(), resource.action()) {
            ("states", "startExecution") => Some(Self::Optimised),
            ("states", "startExecution.sync") => Some(Self::Sync),
            ("states", "startExecution.sync:2") => Some(Self::SyncJson),
            ("aws-sdk:sfn", "startExecution") => Some(Self::Sdk),
            ("aws-sdk:sfn", "startSyncExecution") => Some(Self::SdkSync),
            _ => None,
        }
    }

    /// Whether the state waits for the end.
    pub(crate) fn waits(self) -> bool {
        !matches!(self, Self::Optimised | Self::Sdk)
    }

    /// What a state gets of an execution that is only made up.
    pub(crate) fn made_up(self, call: &TaskCall<'_>, made: Made) -> Answer {
        let parent = call.execution();
        let machine_id = call.target().unwrap_or_default();
        let prefix = machine_id.replace(":stateMachine:", ":execution:");
        let about = About {
            id: format!("{prefix}:explored").into(),
            name: "explored".into(),
            machine_id: machine_id.into(),
            input: (call.parameters().get("Input").cloned()).unwrap_or_else(Value::empty_object),
            redrive_count: (self != Self::SdkSync).then_some(0),
            redriven: None,
            ..parent.clone()
        };
        let begun = started(&about, self, request_id(call));
        if !self.waits() {
            return Answer::output(begun);
        }
        let end = match &made {
            Ok(output) => End {
                status: Status::Succeeded,
                output: Some(output),
                error: None,
                cause: None,
                stopped: about.started,
            },
            Err((error, cause)) => End {
                status: Status::Failed,
                output: None,
                error: Some(error),
                cause: Some(cause),
                stopped: about.started,
            },
        };
        Answer::result(ended(&about, &end, self)).submitted(begun)
    }

    fn failure(self, error: &StartError) -> TaskFailure {
        let exception = match error {
            StartError::ExecutionAlreadyExists(_) => "ExecutionAlreadyExists",
            StartError::InvalidName(_) => "InvalidName",
            StartError::StateMachineDoesNotExist(_) => "StateMachineDoesNotExist",
            StartError::InvalidInput(_) | StartError::InvalidTasks(_) | StartError::NoRuntime => {
                "InvalidExecutionInput"
            }
        };
        let service = match self {
            Self::Optimised | Self::Sync | Self::SyncJson => "StepFunctions",
            Self::Sdk | Self::SdkSync => "Sfn",
        };
        TaskFailure::new(format!("{service}.{exception}Exception"), error.to_string())
    }
}

impl Shared {
    /// A state that starts a registered state machine.
    pub(super) fn by_workflow(
        self: &Arc<Self>,
        call: &TaskCall<'_>,
        source: Option<&Arc<dyn TaskSource>>,
        depth: u32,
    ) -> Option<Answer> {
        let integration = Integration::of(call)?;
        let machine = self.machine(call.target()?)?;
        if depth >= self.limits.nesting {
            return Some(Answer::failure(
                "StepFunctions.ExecutionLimitExceededException",
                format!(
                    "executions start executions more than {} deep",
                    self.limits.nesting
                ),
            ));
        }
        Some(
            match self.nested(machine, integration, call, source, depth) {
                Ok(answer) => answer,
                Err(error) => Answer::result(Err(integration.failure(&error))),
            },
        )
    }

    fn nested(
        self: &Arc<Self>,
        machine: &Machine,
        integration: Integration,
        call: &TaskCall<'_>,
        source: Option<&Arc<dyn TaskSource>>,
        depth: u32,
    ) -> Result<Answer, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let input = match call.parameters().get("Input") {
            None => Value::empty_object(),
            // Text is the input's JSON.
            Some(Value::Str(text)) => Value::from_text(text)
                .map_err(|error| StartError::InvalidInput(error.to_string()))?,
            Some(input) => input.clone(),
        };
        let name = call.parameters().get("Name").and_then(Value::as_str);
        let options = StartOptions {
            name: name.map(str::to_owned),
            is_synchronous: integration == Integration::SdkSync,
            source: source.cloned(),
            root: Some(call.execution().root.clone()),
            ..StartOptions::default()
        };
        let launched = self.launch(machine, input, options, depth + 1)?;
        let cell = launched.cell;
        if let Some(drive) = launched.drive {
            runtime.spawn(drive);
        }
        let about = cell.about.clone();
        let request = request_id(call);
        let begun = started(&about, integration, request);
        if matches!(integration, Integration::Optimised | Integration::Sdk) {
            return Ok(Answer::output(begun));
        }
        // A job that is waited for is stopped with the task. A request to an Express child cannot be taken back.
        let is_job = matches!(integration, Integration::Sync | Integration::SyncJson);
        let child = Arc::downgrade(&cell);
        let stop = move || {
            if let Some(child) = child.upgrade() {
                // One that is over needs not be told.
                let _ = child.send(Message::Stop(Failure::stopped(None, None)));
            }
        };
        let external = External::Child {
            begin: Box::new(move |responder| {
                cell.on_close(Box::new(move |report| {
                    let end = End::of(report);
                    responder.answer(ended(report.execution(), &end, integration));
                }));
            }),
            stop: is_job.then(|| Box::new(stop) as StopChild),
        };
        Ok(Answer::external(external).submitted(begun))
    }
}

/// What the start itself answers.
fn started(about: &About, integration: Integration, request: String) -> Value {
    let members = [
        ("ExecutionArn", Value::from(about.id.clone())),
        ("StartDate", date(about.started, integration)),
    ];
    match integration {
        Integration::Sdk | Integration::SdkSync => object(members),
        _ => with_metadata(members, request),
    }
}

/// What a finished child is as a task's result (SERVICE_FACTS 7.2).
fn ended(about: &About, report: &End<'_>, integration: Integration) -> TaskResult {
    let data = |value: &Value| match integration {
        Integration::SyncJson => value.clone(),
        _ => Value::from(value.to_text()),
    };
    let included = || object([("Included", Value::from(true))]);
    let mut members = Vec::new();
    if let Some(cause) = report.cause {
        members.push(("Cause", Value::from(cause)));
    }
    if let Some(error) = report.error {
        members.push(("Error", Value::from(error)));
    }
    members.extend([
        ("ExecutionArn", Value::from(about.id.clone())),
        ("Input", data(&about.input)),
        ("InputDetails", included()),
        ("Name", Value::from(about.name.clone())),
    ]);
    if let Some(output) = report.output {
        members.push(("Output", data(output)));
        members.push(("OutputDetails", included()));
    }
    if integration != Integration::SdkSync {
        members.push((
            "RedriveCount",
            Value::from(about.redrive_count.unwrap_or_default()),
        ));
        let (status, reason) = match report.status {
            Status::Succeeded => (
                "NOT_REDRIVABLE",
                Some("Execution is SUCCEEDED and cannot be redriven"),
            ),
            _ => ("REDRIVABLE", None),
        };
        members.push(("RedriveStatus", Value::from(status)));
        if let Some(reason) = reason {
            members.push(("RedriveStatusReason", Value::from(reason)));
        }
    }
    members.extend([
        ("StartDate", date(about.started, integration)),
        ("StateMachineArn", Value::from(about.machine_id.clone())),
        ("Status", Value::from(report.status.as_str())),
        ("StopDate", date(report.stopped, integration)),
    ]);
    let envelope = object(members);
    match report.status {
        Status::Succeeded => Ok(envelope),
        _ if integration == Integration::SdkSync => Ok(envelope),
        _ => Err(TaskFailure::new(errors::TASK_FAILED, envelope.to_text())),
    }
}

/// The SDK integrations print dates, the optimised ones count milliseconds.
fn date(at: crate::clock::Timestamp, integration: Integration) -> Value {
    match integration {
        Integration::Sdk | Integration::SdkSync => Value::from(at.to_string()),
        _ => Value::from(at.unix_millis()),
    }
}
