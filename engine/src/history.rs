//! Histories of executions: their events, with AWS's names, order and ids.
//!
//! An execution stores 40 bytes for each event and shares the values. [`History::to_json`] formats
//! them as `GetExecutionHistory` does, on demand, and [`HistoryQuery::redact`] masks fields in
//! them:
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::json;
//! use stepwright_runtime::history::HistoryQuery;
//! use stepwright_runtime::{Engine, MachineType, Redaction, StartOptions};
//!
//! let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
//! let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
//! let user = json!({ "name": "Ada", "password": "abc" });
//! let report = engine.execute_machine("greet", user, StartOptions::new()).await?;
//!
//! let redaction = Redaction::new().path("password")?;
//! let printed = report.history.page(&HistoryQuery::new().redact(&redaction))?.to_json();
//! let input = &printed["events"][0]["executionStartedEventDetails"]["input"];
//! assert_eq!(input, r#"{"name":"Ada","password":"[redacted]"}"#);
//! # Ok(()) }
//! ```

pub use stepwright_interpreter::history::{
    Event, EventGroup, EventKind, History, HistoryPage, HistoryQuery, InvalidPageToken,
};
