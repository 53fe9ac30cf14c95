//! Calls of services on loopback, through an engine and for its objects: no test needs an emulator.

mod endpoint;
mod execution;
mod failures;
mod jobs;
mod objects;
mod spellings;
mod status_events;
mod support;
