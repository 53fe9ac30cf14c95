//! The errors of executions, so that a list by an error reads each execution once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::{ExecutionSummary, Status};

use super::state::Console;

/// How many errors are in memory. After that, all are read again.
const MOST: usize = 500_000;

/// The errors of executions that have ended, by their ARNs.
#[derive(Default)]
pub(super) struct ErrorIndex(Mutex<HashMap<String, KnownError>>);

struct KnownError {
    /// The end of the execution: after a redrive, it has another one.
    stopped: Option<Timestamp>,
    /// The name; empty without one.
    error: String,
}

impl ErrorIndex {
    fn known(&self, execution: &ExecutionSummary) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&execution.id)?;
        (known.stopped == execution.stopped).then(|| known.error.clone())
    }

    fn add(&self, execution: &ExecutionSummary, error: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let error = KnownError {
            stopped: execution.stopped,
            error: error.to_owned(),
        };
        known.insert(execution.id.clone(), error);
    }
}

impl Console {
    /// Returns the errors of executions in the same order, and how many were read for them.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) async fn errors_of(
        &self,
        executions: &[ExecutionSummary],
    ) -> Result<(Vec<String>, usize), StoreError> {
        let mut errors: Vec<Option<String>> = executions
            .iter()
            .map(|one| match one.status {
                Status::Running | Status::Succeeded => Some(String::new()),
                _ => self.errors.known(one),
            })
            .collect();
        let unknown = executions
            .iter()
            .zip(&errors)
            .filter(|(_, error)| error.is_none());
        let unknown: Vec<String> = unknown.map(|(one, _)| one.id.clone()).collect();
        let read = unknown.len();
        if read > 0 {
            let mut data = self.source.data(unknown).await?.into_iter();
            for (execution, error) in executions.iter().zip(&mut errors) {
                if error.is_some() {
                    continue;
                }
                let found = data.next().flatten().and_then(|data| data.error);
                let found = match &found {
                    None if execution.status == Status::TimedOut => "States.Timeout",
                    found => found.as_deref().unwrap_or_default(),
                };
                self.errors.add(execution, found);
                *error = Some(found.to_owned());
            }
        }
        Ok((
            errors.into_iter().map(Option::unwrap_or_default).collect(),
            read,
        ))
    }
}
