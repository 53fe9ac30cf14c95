//! Answers to task tokens.

use aws_sdk_sfn::Client;
use serde::Serialize;
use stepwright::task::{IntoTaskFailure, TaskFailure};

use super::error::CallbackError;
use super::result_limits;

/// Answers the tokens of waiting tasks: `.waitForTaskToken` states and activities.
///
/// The [module](super) has an example. The methods are the same as those of
/// `stepwright_runtime::Engine`, which answers the tokens of executions in its own process.
#[derive(Clone, Debug)]
pub struct CallbackSender {
    client: Client,
}

impl CallbackSender {
    /// Creates a sender that uses this client.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// Completes the task with an output.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more; when the output is
    /// invalid; when Step Functions is not reached.
    pub async fn send_task_success<T: Serialize + ?Sized>(
        &self,
        token: &str,
        output: &T,
    ) -> Result<(), CallbackError> {
        let text = serde_json::to_string(output)
            .map_err(|error| CallbackError::InvalidOutput(error.to_string()))?;
        self.success(token, text).await
    }

    /// Fails the task. `catch` matches a typed error (`#[derive(TaskError)]`) by its variant, with
    /// the fields that it binds; a [`TaskFailure`] may have any error name and cause.
    ///
    /// AWS accepts 32,768 characters of a cause: an error with longer fields arrives with its name
    /// and without them.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more; when Step Functions is
    /// not reached.
    pub async fn send_task_failure(
        &self,
        token: &str,
        failure: impl IntoTaskFailure,
    ) -> Result<(), CallbackError> {
        self.failure(token, result_limits::failure(failure.into_task_failure()))
            .await
    }

    /// Restarts the heartbeat timeout of the task.
    ///
    /// # Errors
    ///
    /// When the token cannot be answered, or cannot be answered any more; when Step Functions is
    /// not reached.
    pub async fn send_task_heartbeat(&self, token: &str) -> Result<(), CallbackError> {
        let sent = self.client.send_task_heartbeat().task_token(token).send();
        sent.await.map(drop).map_err(CallbackError::of)
    }

    pub(super) async fn success(&self, token: &str, output: String) -> Result<(), CallbackError> {
        let request = self.client.send_task_success();
        let sent = request.task_token(token).output(output).send();
        sent.await.map(drop).map_err(CallbackError::of)
    }

    pub(super) async fn failure(
        &self,
        token: &str,
        failure: TaskFailure,
    ) -> Result<(), CallbackError> {
        let request = self.client.send_task_failure();
        let request = request.set_error(failure.error).set_cause(failure.cause);
        let sent = request.task_token(token).send();
        sent.await.map(drop).map_err(CallbackError::of)
    }
}
