//! The fields that the engines of a store mask, so that other readers of the store mask them, too.

use bytes::Bytes;
use stepwright_asl::redaction::Redaction;

use super::{Change, StoreError, StoreReader, StoredDocument};

/// The key of the document.
const KEY: &str = "engine/masked-fields";

/// Reads the fields. They are also those of definitions that no engine has any more: the store can
/// still have their executions.
pub(super) fn read(reader: &mut (impl StoreReader + ?Sized)) -> Result<Redaction, StoreError> {
    let Some(document) = reader.document(KEY)? else {
        return Ok(Redaction::new());
    };
    serde_json::from_slice(&document.data).map_err(|error| StoreError::Corrupt {
        path: None,
        why: format!("the document `{KEY}` is not a list of fields: {error}"),
    })
}

/// Returns the change that stores the fields.
///
/// # Errors
///
/// When they cannot be written as JSON.
pub(crate) fn change(fields: &Redaction) -> Result<Change, serde_json::Error> {
    Ok(Change::Document(StoredDocument {
        key: KEY.to_owned(),
        data: Bytes::from(serde_json::to_vec(fields)?),
    }))
}
