//! The Step Functions API, asked over HTTP.

mod activities;
mod executions;
mod http;
mod map_runs;
mod state_machines;
mod support;
mod versions;
