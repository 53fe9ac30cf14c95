//! The numbers of `Engine::statistics`, and the same numbers in a recorder of the crate `metrics`.

mod durable;
mod executions;
mod page;
#[cfg(feature = "metrics")]
mod recorder;
mod sequences;
mod support;
mod tasks;
