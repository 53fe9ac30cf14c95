//! Polls a job of a `.sync` task until it ends, and stops a job whose task ended early.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use stepwright_engine::task::{TaskFailure, TaskResult};
use stepwright_engine::value::Value;

use super::kind::{JobEnd, ServiceJob};
use super::stop_request::JobStopRequest;
use crate::calls::action::Style;
use crate::calls::failure::failure;
use crate::client::{CallError, PrepareError, ServiceClient, is_temporary};
use crate::protocol::Naming;

/// The time between the first polls, and between later ones. AWS gets events of most services and
/// polls as well.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause between two requests to stop a job.
const LONGEST_STOP_PAUSE: Duration = Duration::from_secs(30);

/// Polls a job until it has ended. While the service cannot be reached, polls continue: the timeout
/// of the state ends the wait.
pub(in crate::calls) async fn follow(client: Arc<ServiceClient>, job: ServiceJob) -> TaskResult {
    let mut pause = FIRST_PAUSE;
    let mut is_reported = false;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        let described = describe(&client, &job).await;
        match described {
            Ok(described) => match job.end(&described) {
                Some(Ok(result)) => return Ok(Value::from(result.clone())),
                Some(Err(result)) => {
                    return Err(TaskFailure::new("States.TaskFailed", result.to_string()));
                }
                None => is_reported = false,
            },
            Err(DescribeError::Call(CallError::Client(message, _))) => {
                if !std::mem::replace(&mut is_reported, true) {
                    let service = job.kind.service;
                    tracing::warn!(service, "the status of a job cannot be read: {message}");
                }
            }
            Err(DescribeError::Call(CallError::Api(error, _)))
                if job.kind.end == JobEnd::Absence
                    && (error.status == 404 || error.code == "ResourceNotFoundException") =>
            {
                return Ok(Value::empty_object());
            }
            // Polls of many jobs can be throttled.
            Err(DescribeError::Call(CallError::Api(error, _))) if is_temporary(&error) => {}
            Err(DescribeError::Call(error)) => {
                return Err(failure(Style::Optimized(job.names), error));
            }
            Err(DescribeError::Unprepared(message)) => {
                return Err(TaskFailure::new("States.TaskFailed", message));
            }
        }
    }
}

/// Stops a job whose task has ended early. While the service cannot be reached, the request is
/// repeated; a refusal is only logged, because the task has ended.
pub(in crate::calls) async fn stop(client: &ServiceClient, request: &JobStopRequest) {
    let JobStopRequest {
        service, action, ..
    } = request;
    let mut pause = FIRST_PAUSE;
    let mut is_reported = false;
    loop {
        let error = match request_stop(client, request).await {
            Ok(()) => {
                tracing::info!(
                    service,
                    action,
                    "the job was stopped, because its task has ended"
                );
                return;
            }
            Err(StopError::Final(error)) => {
                tracing::warn!(service, action, "the job cannot be stopped: {error}");
                return;
            }
            Err(StopError::Temporary(error)) => error,
        };
        if !std::mem::replace(&mut is_reported, true) {
            tracing::warn!(
                service,
                action,
                "the job cannot be stopped now, and the request is repeated: {error}"
            );
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_STOP_PAUSE);
    }
}

enum StopError {
    Temporary(String),
    Final(String),
}

async fn request_stop(client: &ServiceClient, request: &JobStopRequest) -> Result<(), StopError> {
    let prepared = client.prepare(
        &request.service,
        &request.action,
        Naming::Optimized,
        &request.parameters,
        &request.request_id,
    );
    let call = match prepared {
        Ok(Some(call)) => call,
        // Another process may have the endpoint.
        Ok(None) => return Err(StopError::Temporary("it has no endpoint".to_owned())),
        Err(error) => return Err(StopError::Final(error.to_string())),
    };
    match client.send(call).await {
        // The service has answered, so the request has arrived.
        Ok(_) | Err(CallError::TooLarge(_)) => Ok(()),
        Err(CallError::Client(message, _)) => Err(StopError::Temporary(message)),
        Err(CallError::Api(error, _)) if is_temporary(&error) => {
            Err(StopError::Temporary(error.message))
        }
        Err(CallError::Api(error, _)) => {
            let (code, message) = (error.code, error.message);
            Err(StopError::Final(format!("{code}: {message}")))
        }
    }
}

enum DescribeError {
    Call(CallError),
    Unprepared(String),
}

async fn describe(client: &ServiceClient, job: &ServiceJob) -> Result<Json, DescribeError> {
    let kind = job.kind;
    let parameters = job.parameters(&kind.describe_parameters);
    let prepared = client
        .prepare(
            kind.service,
            kind.describe,
            Naming::Optimized,
            &parameters,
            &job.request_id,
        )
        .map_err(|error: PrepareError| DescribeError::Unprepared(error.to_string()))?;
    let Some(call) = prepared else {
        return Err(DescribeError::Unprepared(format!(
            "{} has no endpoint any more",
            kind.service
        )));
    };
    let output = client.send(call).await.map_err(DescribeError::Call)?;
    Ok(Json::Object(output.members))
}
