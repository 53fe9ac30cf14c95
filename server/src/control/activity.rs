//! The tags and the encryption of an activity, which the engine does not have.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::revision::Encryption;

/// The fields of an activity that the API has in addition to the engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) tags: IndexMap<String, String>,
    pub(crate) encryption: Encryption,
}
