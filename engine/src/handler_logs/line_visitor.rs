//! Converts a `tracing` event to a log line.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use tracing::Event;
use tracing::field::{Field, Visit};

use super::bounded_text::BoundedText;
use super::line::{FIELD_COUNT, FIELDS_BYTES, LogLine, MESSAGE_BYTES};
use crate::clock::system_time;

/// The target of the events that the crate `tracing-log` creates from records of the crate `log`.
const LOG_TARGET: &str = "log";
/// The names of the fields with which `tracing-log` describes a record.
const LOG_FIELDS: &str = "log.";

/// Collects the message and the fields of an event.
struct LineVisitor {
    message: String,
    fields: Vec<(Cow<'static, str>, String)>,
    /// The bytes that are left for fields.
    remaining: usize,
    is_cut: bool,
    /// The target of a record of the crate `log`.
    log_target: Option<String>,
    is_log_record: bool,
}

/// Returns the line of an event, without its number.
pub(super) fn line_of(event: &Event<'_>, state: Arc<str>, attempt: u32) -> LogLine {
    let metadata = event.metadata();
    let mut visitor = LineVisitor {
        message: String::new(),
        fields: Vec::new(),
        remaining: FIELDS_BYTES,
        is_cut: false,
        log_target: None,
        is_log_record: metadata.target() == LOG_TARGET,
    };
    event.record(&mut visitor);
    visitor.message.shrink_to_fit();
    visitor.fields.shrink_to_fit();
    LogLine {
        number: 0,
        at: system_time(),
        level: *metadata.level(),
        state,
        attempt,
        target: visitor
            .log_target
            .map_or(Cow::Borrowed(metadata.target()), Cow::Owned),
        message: visitor.message,
        fields: visitor.fields,
        is_cut: visitor.is_cut,
    }
}

impl LineVisitor {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let name = field.name();
        if name == "message" {
            self.message = self.text(MESSAGE_BYTES, value);
            return;
        }
        if self.is_log_record && name.starts_with(LOG_FIELDS) {
            if name == "log.target" {
                self.log_target = Some(self.text(FIELDS_BYTES, value));
            }
            return;
        }
        if self.fields.len() == FIELD_COUNT || name.len() > self.remaining {
            self.is_cut = true;
            return;
        }
        self.remaining -= name.len();
        let text = self.text(self.remaining, value);
        self.remaining -= text.len();
        self.fields.push((name.into(), text));
    }

    /// Formats a value, and cuts it at a number of bytes.
    fn text(&mut self, limit: usize, value: fmt::Arguments<'_>) -> String {
        let mut text = BoundedText::new(limit);
        // A value whose `Debug` fails is shown as far as it was written.
        let failed = text.write_fmt(value).is_err();
        self.is_cut |= text.is_cut || failed;
        text.text.shrink_to_fit();
        text.text
    }
}

impl Visit for LineVisitor {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut source = value.source();
        if source.is_none() {
            return self.add(field, format_args!("{value}"));
        }
        let mut text = BoundedText::new(FIELDS_BYTES);
        let mut result = write!(text, "{value}");
        while let (Ok(()), Some(error), false) = (result, source, text.is_cut) {
            result = write!(text, ": {error}");
            source = error.source();
        }
        self.is_cut |= text.is_cut || result.is_err();
        self.add(field, format_args!("{}", text.text));
    }
}
