//! Answers of the editor, in the types of the protocol.

pub(super) mod actions;
pub(super) mod diagnostics;
pub(super) mod folding;
pub(super) mod links;
pub(super) mod navigation;
pub(super) mod symbols;
pub(super) mod tokens;
