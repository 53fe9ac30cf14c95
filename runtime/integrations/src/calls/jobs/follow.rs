use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use stepwright_runtime::task::{TaskFailure, TaskResult};
use stepwright_runtime::value::Value;

use super::kind::{JobEnd, ServiceJob};
use crate::calls::action::Style;
use crate::calls::failure::failure;
use crate::client::{CallError, PrepareError, ServiceClient, is_temporary};
use crate::protocol::Naming;

/// The time between the first polls, and between later ones. AWS gets events of most services and polls as well.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Polls a job until it has ended. While the service cannot be reached, polls continue: the timeout of the state ends the wait.
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

/// Stops a job whose task has ended early. A failure is only logged, because the task has ended.
pub(in crate::calls) async fn stop(client: &ServiceClient, job: &ServiceJob) {
    let Some((action, parameters)) = job.kind.stop else {
        return;
    };
    let (service, parameters) = (job.kind.service, job.parameters(parameters));
    let prepared = client.prepare(
        service,
        action,
        Naming::Optimized,
        &parameters,
        &job.request_id,
    );
    let stopped = match prepared {
        Ok(Some(call)) => client.send(call).await.map_err(|error| error.to_string()),
        Ok(None) => return,
        Err(error) => Err(error.to_string()),
    };
    match stopped {
        Ok(_) => tracing::info!(
            service,
            action,
            "the job was stopped, because its task has ended"
        ),
        Err(error) => tracing::warn!(service, action, "the job cannot be stopped: {error}"),
    }
}

enum DescribeError {
    Call(CallError),
    Unprepared(String),
}

async fn describe(client: &ServiceClient, job: &ServiceJob) -> Result<Json, DescribeError> {
    let kind = job.kind;
    let parameters = job.parameters(kind.describe_parameters);
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
