//! Options that several commands have.

pub(super) mod history_source;
pub(super) mod redact;
