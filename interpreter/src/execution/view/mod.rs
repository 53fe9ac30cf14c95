//! What callers see of an execution: its cursors, waits, status and fingerprint, and tests of one
//! state.

pub(super) mod cursor_view;
pub(super) mod fingerprint;
mod inspect;
pub(super) mod open_wait;
pub(super) mod status_record;
