//! Retains the `tracing` events of task handlers, for programs that show what an execution logged.
//!
//! [`HandlerLogs`] contains the newest events that were recorded inside each attempt at a task. Its
//! [layer](HandlerLogs::layer) is a part of the program's subscriber; without it, nothing is
//! recorded. The engine's [spans](crate::spans) identify the execution, the state and the attempt
//! of an event, wherever the handler runs: in its execution's task, in a spawned task or on a
//! thread for blocking work.
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::{Value, json};
//! use stepwright_runtime::handler_logs::HandlerLogs;
//! use stepwright_runtime::task::TaskFailure;
//! use stepwright_runtime::{Engine, MachineType, StartOptions};
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let logs = HandlerLogs::new();
//! let subscriber = tracing_subscriber::registry().with(logs.layer());
//! // A program calls `tracing::subscriber::set_global_default`.
//! let _guard = tracing::subscriber::set_default(subscriber);
//!
//! let text = r#"{"StartAt": "Charge", "States": {"Charge": {
//!     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true
//! }}}"#;
//! let engine = Engine::builder()
//!     .register_json("orders", text, MachineType::Standard)
//!     .function("charge", |order: Value| async move {
//!         tracing::info!(total = 12, "charging the card");
//!         Ok::<_, TaskFailure>(order)
//!     })
//!     .build()?;
//! let run = engine.start_machine("orders", json!({}), StartOptions::new()).await?;
//! run.report().await;
//!
//! let lines = logs.of_execution(run.id());
//! assert_eq!((&*lines[0].state, lines[0].attempt), ("Charge", 0));
//! assert_eq!(lines[0].message, "charging the card");
//! assert_eq!(lines[0].fields, [("total".into(), "12".to_owned())]);
//! # Ok(()) }
//! ```
//!
//! # Memory
//!
//! | subject | bound |
//! |---|---|
//! | an execution | [`BYTES_PER_EXECUTION`]: 64 KiB, including the memory for each line. The oldest lines are dropped first |
//! | executions | 1,000, or [`HandlerLogOptions::executions`]. The execution that logged nothing for the longest time is dropped first |
//! | a line | [`MESSAGE_BYTES`] of message, [`FIELDS_BYTES`] of names and values of fields. The remainder is cut, and [`LogLine::is_cut`] is true |
//!
//! The lines are in memory, and a restart of the program loses them. `HandlerLogs::keep` (feature
//! `sqlite`) also writes them to a file next to a store, and [`HandlerLogs::keep_in`] to any other
//! [`LogStorage`], with the same bound for each execution, and deletes them with the execution.
//!
//! # Sensitive values
//!
//! The lines contain what the handlers logged, with masks instead of task tokens and of the fields
//! of [`HandlerLogs::redact`]: JSON in a message or a value, and fields of the event with these
//! names. `stepwright-server` masks the fields that its engine masks. Other text is not masked.

mod bounded_text;
mod layer;
mod line;
mod line_visitor;
mod log_counters;
#[cfg(feature = "sqlite")]
mod log_format;
mod log_storage;
mod log_writer;
mod logs;
mod options;
#[cfg(feature = "sqlite")]
mod sqlite_logs;
mod store;
mod stored_logs;
#[cfg(all(test, feature = "sqlite"))]
mod stored_logs_tests;

pub use self::line::{BYTES_PER_EXECUTION, FIELDS_BYTES, LogLine, MESSAGE_BYTES};
pub use self::log_storage::{LogStorage, LogTables, LoggedLines, StoredLine};
pub use self::logs::HandlerLogs;
pub use self::options::HandlerLogOptions;
