//! One log line of a handler, with the limits of its size and the masking of its text.

use std::borrow::Cow;
use std::sync::Arc;

use stepwright_asl::redaction::Redaction;
use tracing::Level;

use crate::clock::Timestamp;

/// The bytes of memory for the lines of one execution.
pub const BYTES_PER_EXECUTION: usize = 64 * 1024;
/// The bytes of a line's message; a longer message is cut.
pub const MESSAGE_BYTES: usize = 8 * 1024;
/// The bytes of a line's fields, names and values together; a value beyond it is cut, and further
/// fields are dropped.
pub const FIELDS_BYTES: usize = 8 * 1024;
/// The number of a line's fields; further fields are dropped.
pub(super) const FIELD_COUNT: usize = 64;

/// An event that a handler logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The position of the line among the lines of all executions, from 1. It increases with each
    /// line of an execution, so a caller that polls shows the lines after the last number that it
    /// has shown.
    pub number: u64,
    /// The time of the process when the event was recorded, as
    /// [`system_time`](crate::clock::system_time) returns it. On virtual time it differs from the
    /// times in the history.
    pub at: Timestamp,
    /// The level of the event.
    pub level: Level,
    /// The name of the state.
    pub state: Arc<str>,
    /// The number of retries before the attempt: 0 in the first attempt.
    pub attempt: u32,
    /// The target of the event, by default the path of the module that logged it.
    pub target: Cow<'static, str>,
    /// The message; empty if the event has only fields.
    pub message: String,
    /// The names and the values of the other fields, in the order of the event. Fields of the
    /// handler's spans are not included.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// Whether the message or the fields exceeded [`MESSAGE_BYTES`] or [`FIELDS_BYTES`] and were
    /// cut.
    pub is_cut: bool,
}

impl LogLine {
    /// Masks the sensitive parts of the message and of the fields.
    pub(super) fn redact(&mut self, redaction: &Redaction) {
        if let Cow::Owned(masked) = redaction.text(&self.message) {
            self.message = masked;
        }
        for (name, value) in &mut self.fields {
            if let Some(masked) = masked_field(redaction, name, value) {
                *value = masked;
            }
        }
    }

    /// Whether [`redact`](Self::redact) changes the line.
    pub(super) fn has_sensitive(&self, redaction: &Redaction) -> bool {
        let mut fields = self.fields.iter();
        matches!(redaction.text(&self.message), Cow::Owned(_))
            || fields.any(|(name, value)| masked_field(redaction, name, value).is_some())
    }

    /// Returns the bytes of memory that the line needs.
    pub(super) fn bytes(&self) -> usize {
        // The counters of the two `Arc`s, and the slot of the line in its buffer.
        let fixed = size_of::<Self>() + 5 * size_of::<usize>();
        let target = match &self.target {
            Cow::Borrowed(_) => 0,
            Cow::Owned(target) => target.capacity(),
        };
        let slots = self.fields.capacity() * size_of::<(Cow<'_, str>, String)>();
        let values = self.fields.iter().map(|(_, value)| value.capacity());
        let texts = self.state.len() + target + self.message.capacity();
        fixed + texts + slots + values.sum::<usize>()
    }
}

/// Returns the masked value of a field, or `None` if it has no sensitive part. The name of a field
/// can be a path: `card.number`.
fn masked_field(redaction: &Redaction, name: &str, value: &str) -> Option<String> {
    let names: Vec<&str> = name.split('.').collect();
    let masked = redaction.value_at(&names, &value.into());
    let masked = masked.as_str().filter(|masked| *masked != value)?;
    Some(masked.to_owned())
}
