//! Tests of the document service.

mod documents;
mod navigation;
mod tokens;
