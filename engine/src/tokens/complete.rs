//! Completes task tokens: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.

use serde::Serialize;
use stepwright_interpreter::value::Value;

use crate::Engine;
use crate::error::TokenError;
use crate::task::{TaskFailure, TaskResult};

impl Engine {
    /// Answers a task token with an output. `Ok` means that the execution has accepted the answer.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more, or the output is invalid.
    pub async fn send_task_success<T: Serialize + ?Sized>(
        &self,
        token: &str,
        output: &T,
    ) -> Result<(), TokenError> {
        let output = Value::from_typed(output)
            .map_err(|error| TokenError::InvalidOutput(error.to_string()))?;
        if output.json_len() > self.shared.limits.payload_bytes {
            return Err(TokenError::InvalidOutput(format!(
                "it has {} bytes, and {} are allowed",
                output.json_len(),
                self.shared.limits.payload_bytes
            )));
        }
        self.answer(token, Ok(output)).await
    }

    /// Answers a task token with a failure. The error and the cause are optional.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more.
    pub async fn send_task_failure(
        &self,
        token: &str,
        error: Option<&str>,
        cause: Option<&str>,
    ) -> Result<(), TokenError> {
        let failure = TaskFailure {
            error: error.map(str::to_owned),
            cause: cause.map(str::to_owned),
        };
        self.answer(token, Err(failure)).await
    }

    /// Answers a token, and waits until the execution has accepted the answer.
    pub(crate) async fn answer(&self, token: &str, result: TaskResult) -> Result<(), TokenError> {
        let refused = match self.shared.tokens.get(token) {
            Ok(responder) => {
                if responder.answer_and_wait(result).await {
                    return Ok(());
                } else {
                    self.shared.tokens.completion_error(token)
                }
            }
            Err(refused) => self.shared.ended_token(token, refused).await,
        };
        let message = || format!("the answer to a token was refused: {refused}");
        self.shared.sources.notify(message, true);
        Err(refused)
    }

    /// Restarts the heartbeat timeout of a token's task.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more.
    pub async fn send_task_heartbeat(&self, token: &str) -> Result<(), TokenError> {
        let responder = match self.shared.tokens.get(token) {
            Ok(responder) => responder,
            Err(refused) => return Err(self.shared.ended_token(token, refused).await),
        };
        if responder.heartbeat_and_wait().await {
            Ok(())
        } else {
            Err(self.shared.tokens.completion_error(token))
        }
    }
}
