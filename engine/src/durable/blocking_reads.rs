//! Reads of the store on threads for blocking work.

use std::sync::Arc;

use crate::blocking;
use crate::shared::EngineShared;
use crate::store::{StoreError, StoreReader};

impl EngineShared {
    /// Reads the store on a thread for blocking work. Returns `None` without a store.
    pub(crate) async fn read_store<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &mut dyn StoreReader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(None);
        };
        // The semaphore is never closed.
        let _permit = durable.readers.permits.acquire().await;
        let shared = self.clone();
        let read = blocking::run(move || match &shared.durable {
            Some(durable) => work(&shared, &mut **durable.readers.take()).map(Some),
            None => Ok(None),
        });
        read.await.unwrap_or_else(|why| {
            Err(StoreError::Io {
                path: None,
                doing: "be read".to_owned(),
                why,
            })
        })
    }
}
