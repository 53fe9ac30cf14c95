//! The steps that processes began after a restart and did not end, as the store has them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use stepwright_interpreter::execution::Execution;

use crate::store::{Change, StoreError, StoreReader, StoredDocument, StoredExecution};

/// The key of the document.
const KEY: &str = "engine/attempts";

/// How many processes may end in the same step of an execution until the execution is put into
/// quarantine.
const MOST: u32 = 2;

/// The attempts of each execution in its current step, by the key of the execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepAttempts {
    /// The version of this library that attempted the steps. Another version tries them again.
    version: String,
    steps: BTreeMap<u64, StepAttempt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StepAttempt {
    /// The number of records of the execution before the step.
    records: u32,
    /// How many processes ended in it.
    attempts: u32,
}

impl StepAttempts {
    /// Reads the attempts of earlier processes. A document that cannot be read counts as none.
    pub(crate) fn read(reader: &mut dyn StoreReader) -> Result<Self, StoreError> {
        let empty = Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            steps: BTreeMap::new(),
        };
        let Some(document) = reader.document(KEY)? else {
            return Ok(empty);
        };
        match serde_json::from_slice::<Self>(&document.data) {
            Ok(stored) if stored.version == empty.version => Ok(stored),
            Ok(_) => Ok(empty),
            Err(error) => {
                tracing::warn!(%error, "the attempts of earlier processes cannot be read and count as none");
                Ok(empty)
            }
        }
    }

    /// Returns the change that stores the attempts.
    pub(crate) fn change(&self) -> Option<Change> {
        let key = KEY.to_owned();
        if self.steps.is_empty() {
            return Some(Change::DeleteDocument { key });
        }
        match serde_json::to_vec(self) {
            Ok(data) => Some(Change::Document(StoredDocument {
                key,
                data: Bytes::from(data),
            })),
            Err(error) => {
                tracing::warn!(%error, "the attempts of steps cannot be written");
                None
            }
        }
    }

    /// Counts an attempt of the step after this number of records.
    pub(super) fn count(&mut self, execution: u64, records: u32) {
        let step = self.steps.entry(execution).or_insert(StepAttempt {
            records,
            attempts: 0,
        });
        if step.records != records {
            *step = StepAttempt {
                records,
                attempts: 0,
            };
        }
        step.attempts = step.attempts.saturating_add(1);
    }

    /// Removes the attempts of an execution. Returns whether there were any.
    pub(crate) fn remove(&mut self, execution: u64) -> bool {
        self.steps.remove(&execution).is_some()
    }

    pub(super) fn has(&self, execution: u64) -> bool {
        self.steps.contains_key(&execution)
    }

    /// Fails if too many processes ended in the next step of an execution, which has this number of
    /// records.
    pub(crate) fn check(
        &self,
        row: &StoredExecution,
        records: u32,
        execution: &Execution,
    ) -> Result<(), StoreError> {
        let step = self.steps.get(&row.key);
        let Some(step) = step.filter(|step| step.records == records) else {
            return Ok(());
        };
        if step.attempts < MOST {
            return Ok(());
        }
        let states = execution.cursor_views();
        let states: Vec<_> = states
            .iter()
            .map(|cursor| format!("`{}`", cursor.name))
            .collect();
        let (attempts, states) = (step.attempts, states.join(", "));
        Err(StoreError::unreadable(
            format!("the execution `{}`", row.arn),
            format!(
                "{attempts} processes ended in the step that continues it from the state {states}; save the execution with `stepwright store export`, then end it with `stepwright store abort` or StopExecution"
            ),
        ))
    }
}
