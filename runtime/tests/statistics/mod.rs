//! The numbers of `Engine::statistics`, and the same numbers in a recorder of the crate `metrics`.

// `unwrap` in a test is an assertion, in its helpers too.
#![allow(clippy::unwrap_used)]

mod durable;
mod executions;
mod page;
mod recorder;
mod sequences;
mod support;
mod tasks;
