//! Tests of the document service.

mod broken_texts;
mod documents;
