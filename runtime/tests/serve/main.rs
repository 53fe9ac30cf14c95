//! The Step Functions API, asked over HTTP.

mod executions;
mod http;
mod state_machines;
mod support;
