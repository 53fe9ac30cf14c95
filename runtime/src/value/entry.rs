use smol_str::SmolStr;

use super::Value;

/// A member of an object: its key and its value.
pub(super) type Entry = (SmolStr, Value);
