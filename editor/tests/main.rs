//! Tests of the document service.

mod broken_texts;
mod diagnostics;
mod documents;
mod navigation;
mod operations;
mod tokens;
