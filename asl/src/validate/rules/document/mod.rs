//! Rules about the definition as a whole: its syntax, length, version, comments and placeholders.

pub(super) mod definition_too_long;
pub(super) mod empty_definition;
pub(super) mod invalid_json;
pub(super) mod unknown_placeholder;
pub(super) mod unknown_rule;
pub(super) mod unknown_version;
