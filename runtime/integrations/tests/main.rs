//! Calls of services on loopback, through an engine.

mod endpoint;
mod failures;
mod jobs;
mod support;
