//! Tests of the document service.

mod documents;
mod navigation;
