//! Why a token that is not open cannot be answered.

use std::sync::Arc;

use stepwright_interpreter::history::{EventKind, History};

use super::token_key::TokenSubject;
use crate::error::TokenError;
use crate::shared::EngineShared;
use crate::store::StoreError;

impl EngineShared {
    /// Returns the error of an answer to a token that is not open: the same one as long as the
    /// execution is retained, in each process. `known` is the error that this process remembers.
    pub(crate) async fn ended_token(
        self: &Arc<Self>,
        token: &str,
        known: TokenError,
    ) -> TokenError {
        let Some(durable) = &self.durable else {
            return known;
        };
        if known == TokenError::CommitFailed {
            return known;
        }
        let Some(subject) = durable.token_key.subject(token) else {
            return known;
        };
        match self.execution_of(subject).await {
            Ok(None) => TokenError::InvalidToken,
            Ok(Some(history)) => {
                if has_timed_out(&history, subject.last_event) {
                    TokenError::TaskTimedOut
                } else {
                    TokenError::TaskDoesNotExist
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the execution of a task token cannot be read");
                TokenError::CommitFailed
            }
        }
    }

    /// Returns the history of a token's execution, if it is retained.
    async fn execution_of(
        self: &Arc<Self>,
        subject: TokenSubject,
    ) -> Result<Option<History>, StoreError> {
        let found = self.read_store(move |shared, reader| {
            let Some(row) = reader.execution_by_key(subject.execution)? else {
                return Ok(None);
            };
            match shared.find_with(reader, &row.arn)? {
                None if reader.execution_by_key(subject.execution)?.is_some() => {
                    Err(StoreError::unreadable(
                        format!("the execution `{}`", row.arn),
                        "this engine does not continue it",
                    ))
                }
                found => Ok(found),
            }
        });
        let Some(state) = found.await?.flatten() else {
            return Ok(None);
        };
        Ok(Some(match state.history_after(0).await {
            Ok(history) => history,
            // It has ended.
            Err(_) => state.finished().await.history.clone(),
        }))
    }
}

/// Whether the task whose first event is the next one that schedules a task ended by a timeout.
fn has_timed_out(history: &History, last_event: u32) -> bool {
    let mut events = history
        .events()
        .skip_while(|event| event.id() <= last_event);
    let Some(mut last) = events.find(stepwright_interpreter::history::Event::is_scheduled) else {
        return false;
    };
    for event in events {
        if event.previous_id() != last.id() {
            continue;
        }
        match event.kind() {
            EventKind::TaskTimedOut
            | EventKind::ActivityTimedOut
            | EventKind::LambdaFunctionTimedOut => return true,
            EventKind::TaskStarted
            | EventKind::TaskSubmitted
            | EventKind::ActivityStarted
            | EventKind::LambdaFunctionStarted => last = event,
            _ => return false,
        }
    }
    false
}
