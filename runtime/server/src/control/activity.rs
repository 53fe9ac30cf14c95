use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::revision::Encryption;

/// The fields of an activity that the API has in addition to the engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::serve) struct Activity {
    #[serde(default)]
    pub(in crate::serve) tags: IndexMap<String, String>,
    #[serde(default)]
    pub(in crate::serve) encryption: Encryption,
}
