//! Tasks that call services: how a resource becomes a call of an API, and its response the result of the state.

mod action;
mod adaptation;
mod failure;
mod jobs;
mod lambda;
mod result;
mod service_calls;

pub(crate) use self::result::all_headers;
pub use self::service_calls::{ServiceCalls, ServiceCallsBuilder};
