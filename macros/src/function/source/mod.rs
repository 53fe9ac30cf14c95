//! Readers of the source code of a function, which run before its translation.

pub(super) mod call_chain;
pub(super) mod called_macros;
pub(super) mod json;
pub(super) mod refused;
pub(super) mod scan;
pub(super) mod signature;
pub(super) mod tokens;
pub(super) mod unmarked_functions;
