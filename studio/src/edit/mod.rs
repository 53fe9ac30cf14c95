//! The editing of a file: actions, their edits of the text, and the log of changes.

pub(crate) mod action;
pub(crate) mod action_error;
pub(crate) mod clipboard;
pub(crate) mod completion;
pub(crate) mod field_input;
pub(crate) mod merge;
pub(crate) mod performed;
pub(crate) mod rounds;
pub(crate) mod session;
pub(crate) mod shown_text;
pub(crate) mod state_group;
