use bytes::Bytes;

/// What somebody beside the engine keeps in its store: text or bytes under a key. The engine does not look into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its key; no other document in the store has it.
    pub key: String,
    /// Its content.
    pub data: Bytes,
}
