//! The result of an intrinsic function, and its maximum length.

use crate::value::Value;

/// The value of a call, or the message of its failure, which follows `had the following error: `.
pub(super) type Outcome = Result<Value, String>;

/// The longest value of a call, as JSON text. Nested calls that repeat their arguments would
/// otherwise exhaust the memory.
pub(super) const MAX_LENGTH: u64 = 16 << 20;
