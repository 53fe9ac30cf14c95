//! Options that several commands have.

pub(super) mod history_source;
pub(super) mod one_store;
pub(super) mod redact;
