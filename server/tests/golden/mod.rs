//! Golden stores: committed stores, with a test that the engine opens them and resumes their
//! executions.
//!
//! `layout_1/<topic>.db.gz` is a store of layout 1. Its executions wait, run or are closed.
//! `layout_1/<topic>.json` has the steps that end all of them, and the expected statuses, outputs
//! and histories. The times in it are minutes and seconds. The files of a released layout never
//! change.
//!
//! This command writes the stores of the newest layout into its folder:
//!
//! ```sh
//! cargo test -p stepwright-server golden::write -- --ignored
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
