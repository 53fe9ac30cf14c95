//! The Step Functions API over HTTP, and the golden stores, which a server opens, too.

mod activities;
mod agreement;
mod basic_store;
mod busy;
#[cfg(feature = "console")]
mod console;
#[cfg(feature = "console")]
mod console_compare;
#[cfg(feature = "console")]
mod console_copies;
#[cfg(feature = "console")]
mod console_debug;
#[cfg(feature = "console")]
mod console_export;
#[cfg(feature = "console")]
mod console_forms;
#[cfg(feature = "console")]
mod console_lists;
#[cfg(feature = "console")]
mod console_reading;
#[cfg(feature = "console")]
mod console_secrets;
#[cfg(feature = "events")]
mod events;
#[cfg(all(feature = "console", feature = "schedules"))]
mod every_start;
mod executions;
mod golden;
mod hostile;
#[cfg(feature = "console")]
mod html_form;
mod http;
mod integration;
mod lists;
mod lists_of_stores;
mod map_runs;
mod mocks;
mod operator;
mod page;
mod recorded;
#[cfg(feature = "schedules")]
mod schedules;
mod service_diagnostics;
mod shutdown;
mod state_machines;
#[cfg(feature = "console")]
mod stored_console;
mod support;
mod test_state;
mod validate;
mod versions;
