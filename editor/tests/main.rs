//! Tests of the document service.

mod broken_texts;
mod completed_texts;
mod completion;
mod diagnostics;
mod documents;
mod explanations;
mod joined;
mod navigation;
mod operations;
mod random_faults;
mod robust;
mod templates;
mod tokens;
mod workspace;
