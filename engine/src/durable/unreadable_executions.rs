//! The requests for executions of the store that this engine cannot read.

use stepwright_interpreter::Status;

use super::quarantine::UnreadableExecution;
use crate::Engine;
use crate::clock::Timestamp;
use crate::store::{Change, StoreError};

impl Engine {
    /// Returns the open executions of the store that this engine cannot read and does not continue.
    pub fn unreadable_executions(&self) -> Vec<UnreadableExecution> {
        let durable = self.shared.durable.as_ref();
        durable.map_or_else(Vec::new, |durable| durable.quarantine.all())
    }

    /// Ends an [unreadable execution](Self::unreadable_executions) with the status
    /// [`Status::Aborted`], without an event in its history. Returns the time of its end; `None`
    /// when no unreadable execution has this ARN.
    ///
    /// # Errors
    ///
    /// Those of the store, which has the execution as it was then.
    pub async fn abort_unreadable(&self, id: &str) -> Result<Option<Timestamp>, StoreError> {
        let Some(durable) = &self.shared.durable else {
            return Ok(None);
        };
        let Some(key) = durable.quarantine.key(id) else {
            return Ok(None);
        };
        let stopped = self.shared.clock.now();
        let close = Change::Close {
            key,
            status: Status::Aborted,
            stopped,
        };
        durable.journal.commit(vec![close]).await?;
        durable.quarantine.remove(id);
        if let Some(watch) = durable.step_watch.get() {
            watch.forget(key);
        }
        tracing::warn!(execution = id, "an unreadable execution was aborted");
        Ok(Some(stopped))
    }
}
