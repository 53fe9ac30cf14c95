use crate::value::Value;

/// A Pass state.
#[derive(Debug)]
pub(crate) struct Pass {
    /// `Result`, literally: keys that end in `.$` stay as they are.
    pub(crate) result: Option<Value>,
}
