//! Tasks that call services: how a resource becomes a call of an API, and its response the result
//! of the state.
//!
//! `service_calls.rs` is the source of results, which the engine asks last. `action.rs` finds the
//! operation of a resource, `adaptation.rs` has the integrations that differ from the API, and
//! `failure.rs` the names of errors.

mod action;
mod adaptation;
mod failure;
mod jobs;
mod lambda;
mod service_calls;

pub use self::service_calls::{ServiceCalls, ServiceCallsBuilder};
