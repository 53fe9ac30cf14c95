//! Golden stores: stores of each layout, with a test that the current engine opens them and resumes their executions.
//!
//! `layout_<version>/<topic>.db.gz` is a store that an engine of that layout wrote. Its executions wait, run or are closed.
//! `layout_<version>/<topic>.json` has the steps that end all of them, and the expected statuses, outputs and histories. The times in it
//! are minutes and seconds. Committed files never change.
//!
//! A new layout gets its own folder, which this command writes:
//!
//! ```sh
//! cargo test -p stepwright-server golden:: -- --ignored
//! ```
//!
//! Check each expectation by hand before you commit it.

mod environment;
mod history;
mod http;
mod lists;
mod observe;
mod read;
mod script;
mod session;
mod states;
mod stores;
mod write;
