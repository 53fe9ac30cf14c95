//! The compiled form of a Pass state: its literal `Result`.

use crate::value::Value;

/// A Pass state.
#[derive(Debug)]
pub struct Pass {
    /// `Result`, literally: keys that end in `.$` stay as they are.
    pub result: Option<Value>,
}
