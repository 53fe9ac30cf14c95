//! A document that an application stores next to the data of the engine.

use bytes::Bytes;

/// A document of the application in the engine's store: text or bytes under a key. The engine does
/// not interpret it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its key; no other document in the store has it.
    pub key: String,
    /// Its content.
    pub data: Bytes,
}
