//! What is read from the code of a function before it is translated.

pub(super) mod call_chain;
pub(super) mod called_macros;
pub(super) mod json;
pub(super) mod refused;
pub(super) mod scan;
pub(super) mod signature;
pub(super) mod tokens;
pub(super) mod unmarked_functions;
