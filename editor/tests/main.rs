//! Tests of the document service.

mod diagnostics;
mod documents;
mod navigation;
mod operations;
mod tokens;
