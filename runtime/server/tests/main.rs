//! The Step Functions API over HTTP.

mod activities;
mod executions;
mod hostile;
mod http;
mod integration;
mod lists;
#[cfg(feature = "sqlite")]
mod lists_of_stores;
mod map_runs;
mod mocks;
mod page;
mod recorded;
mod state_machines;
mod support;
mod test_state;
mod unlisted;
mod validate;
mod versions;
