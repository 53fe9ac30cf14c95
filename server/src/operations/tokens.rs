//! Answers to the tokens of tasks.

use std::sync::Arc;

use stepwright_engine::TokenError;
use stepwright_engine::value::Value;

use crate::error::ApiError;
use crate::response::EmptyResponse;
use crate::service::Service;
use crate::shape::{Cause, Data, ErrorName, Required, TaskToken, shape};

/// AWS's message for a token whose task does not exist any more, for all reasons.
const GONE: &str = "Task Timed Out: 'Provided task does not exist anymore'";

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::InvalidToken => Self::invalid_token(),
            TokenError::TaskTimedOut | TokenError::TaskDoesNotExist => {
                Self::new("TaskTimedOut", GONE)
            }
            TokenError::InvalidOutput(why) => invalid_output(&why),
            TokenError::CommitFailed => Self::unavailable(TokenError::CommitFailed.to_string()),
            error => Self::internal(error.to_string()),
        }
    }
}

fn invalid_output(why: &str) -> ApiError {
    ApiError::new("InvalidOutput", format!("Invalid Output: '{why}'"))
}

shape! {
    /// The request of SendTaskSuccess.
    SendTaskSuccess {
        task_token: Required<TaskToken>,
        output: Required<Data>,
    }
}

pub(crate) async fn succeed(
    service: &Arc<Service>,
    input: SendTaskSuccess,
) -> Result<EmptyResponse, ApiError> {
    // AWS checks the token before the output (recorded).
    service.engine.check_token(&input.task_token).await?;
    let most = service.engine.payload_bytes();
    if input.output.len() as u64 > most {
        return Err(invalid_output(&format!(
            "it has {} bytes, and {most} are allowed",
            input.output.len()
        )));
    }
    let output = Value::from_text(&input.output);
    let output = output.map_err(|error| invalid_output(&error.to_string()))?;
    let answered = service.engine.answer_token(&input.task_token, Ok(output));
    service.committed(answered).await??;
    Ok(EmptyResponse {})
}

shape! {
    /// The request of SendTaskFailure.
    SendTaskFailure {
        task_token: Required<TaskToken>,
        error: Option<ErrorName>,
        cause: Option<Cause>,
    }
}

pub(crate) async fn fail(
    service: &Arc<Service>,
    input: SendTaskFailure,
) -> Result<EmptyResponse, ApiError> {
    let (error, cause) = (input.error.as_deref(), input.cause.as_deref());
    let engine = &service.engine;
    let answered = engine.send_task_failure(&input.task_token, error, cause);
    service.committed(answered).await??;
    Ok(EmptyResponse {})
}

shape! {
    /// The request of SendTaskHeartbeat.
    SendTaskHeartbeat {
        task_token: Required<TaskToken>,
    }
}

pub(crate) async fn heartbeat(
    service: &Arc<Service>,
    input: SendTaskHeartbeat,
) -> Result<EmptyResponse, ApiError> {
    let heartbeat = service.engine.send_task_heartbeat(&input.task_token);
    service.committed(heartbeat).await??;
    Ok(EmptyResponse {})
}
