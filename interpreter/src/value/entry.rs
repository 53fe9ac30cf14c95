//! The type of the members of an object.

use super::{Str, Value};

/// A member of an object: its key and its value.
pub(super) type Entry = (Str, Value);
