//! Answers to task tokens.

use aws_sdk_sfn::Client;
use serde::Serialize;

use super::error::CallbackError;
use super::fitting;
use crate::task::TaskFailure;

/// Answers the tokens of tasks that wait: `.waitForTaskToken` states and activities.
///
/// The [module](super) has an example. Its methods are those of [`Engine`](crate::Engine), which answers the tokens of executions in process.
#[derive(Clone, Debug)]
pub struct CallbackSender {
    client: Client,
}

impl CallbackSender {
    /// One that sends with this client.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// Gives the task its output.
    ///
    /// # Errors
    ///
    /// When the token is not, or no longer, answered, when the output cannot be used, and when Step Functions is not reached.
    pub async fn send_task_success<T: Serialize + ?Sized>(
        &self,
        token: &str,
        output: &T,
    ) -> Result<(), CallbackError> {
        let text = serde_json::to_string(output)
            .map_err(|error| CallbackError::InvalidOutput(error.to_string()))?;
        self.success(token, text).await
    }

    /// Fails the task. A typed error (`#[derive(TaskError)]`) is the one that `catch` names, with the fields that it binds; a
    /// [`TaskFailure`] is any.
    ///
    /// AWS takes 32,768 characters of a cause: an error whose fields are longer arrives with its name and without them.
    ///
    /// # Errors
    ///
    /// When the token is not, or no longer, answered, and when Step Functions is not reached.
    pub async fn send_task_failure(
        &self,
        token: &str,
        failure: impl Into<TaskFailure>,
    ) -> Result<(), CallbackError> {
        self.failure(token, fitting::failure(failure.into())).await
    }

    /// Starts the heartbeat's time of the task anew.
    ///
    /// # Errors
    ///
    /// When the token is not, or no longer, answered, and when Step Functions is not reached.
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
