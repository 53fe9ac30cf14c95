//! Workflows and task functions on an engine.

#[cfg(feature = "jsonata")]
mod typed;
