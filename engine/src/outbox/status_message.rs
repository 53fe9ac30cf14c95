//! Changes of the status of executions, as messages of the outbox.

use bytes::Bytes;
use stepwright_interpreter::execution::StatusRecord;

use crate::store::{Change, OutboxQueue, StoreError, StoreReader, StoredDocument};

/// The key of the document that a store has after an engine with a status listener has opened it.
const LISTENER: &str = "engine/status-listener";

/// Returns the change that adds a message.
pub(crate) fn send(record: &StatusRecord) -> Change {
    Change::Send {
        queue: OutboxQueue::Statuses,
        data: Bytes::from(record.encode()),
    }
}

/// Whether an engine with a status listener has opened the store. In another store, no engine would
/// deliver the messages.
pub(crate) fn has_listener(reader: &mut dyn StoreReader) -> Result<bool, StoreError> {
    Ok(reader.document(LISTENER)?.is_some())
}

/// Returns the change that stores that an engine with a status listener has opened the store.
pub(crate) fn note_listener() -> Change {
    Change::Document(StoredDocument {
        key: LISTENER.to_owned(),
        data: Bytes::new(),
    })
}
