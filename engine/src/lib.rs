//! Runs definitions in the Amazon States Language in process, as AWS Step Functions runs them: in
//! tests on virtual time, in production on real time, also with a store that survives `kill -9`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::{Value, json};
//! use stepwright_engine::task::TaskFailure;
//! use stepwright_engine::{Engine, MachineType, StartOptions};
//!
//! let text = r#"{"StartAt": "Cool", "States": {
//!     "Cool": {"Type": "Wait", "Seconds": 86400, "Next": "Charge"},
//!     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}
//! }}"#;
//! let engine = Engine::builder()
//!     .register_json("orders", text, MachineType::Standard)
//!     .function("charge", async |order: Value| Ok::<_, TaskFailure>(json!({ "paid": order["total"] })))
//!     .virtual_time()
//!     .build()?;
//! let run = engine.start_machine("orders", json!({"total": 12}), StartOptions::new()).await?;
//! assert_eq!(run.await?.to_text(), r#"{"paid":12}"#); // a day later, in no time
//! # Ok(()) }
//! ```
//!
//! It knows no Rust types of workflows. A program with workflows uses the crate
//! `stepwright-runtime`, whose engine is this one with their types, and whose documentation lists
//! what there is. Commands and servers, which run any definition, use this crate.
//!
//! # Folders
//!
//! A folder imports only from folders above it in this table; `.ci/import_cycles.py` checks it.
//!
//! | folder | topic |
//! |---|---|
//! | `clock`, `objects`, `store`, `statistics`, `task` | what does not know the engine: time, the objects of Distributed Maps, stores, numbers, the calls of tasks |
//! | `execution` | the data of executions: states, messages, reports, which ones the engine has |
//! | `tokens`, `activities` | task tokens; queues of activities |
//! | `dispatch` | who executes a task |
//! | `machines` | state machines and their versions; the registry of a builder |
//! | `launch` | creates executions |
//! | `nested` | nested executions, Map Runs, the report of an end to the parent |
//! | `outbox`, `retention`, `durable` | what exists only with a store |
//! | `resources` | timers, handlers and tokens of one execution; how its commands are performed |
//! | `drive` | the task that steps an execution, and where it runs |
//! | `queries` | lists and descriptions of executions |
//! | `start` | requests that start, redrive, inspect and continue executions |
//! | `builder` | the builder, and what a layer above adds to it (`program.rs`) |
//! | `server_support` | what only the server needs |
//! | `handler_logs`, `restart`, `search` | the logs of handlers; definitions that begin in the middle; text in the data of executions |
//!
//! `shared.rs` (`EngineShared`) imports data: mailboxes, queues, indexes, cached parts of the
//! store. Functions that take the whole shared state, or the `Engine` of a caller, are in files
//! above it, which are named after their operations: `start_operations.rs`, `query_operations.rs`,
//! `machine_operations.rs`, `activity_operations.rs`, `statistics_operations.rs`.
//!
//! # Boundary
//!
//! - It depends on `stepwright-interpreter` and `stepwright-asl`.
//! - It opens no connection, and contains no SDK of AWS. Other packages supply the results of calls
//!   as a [`TaskSource`](task::TaskSource).
//! - The interpreter decides what happens in an execution. The engine performs commands, and
//!   decides when and on which thread.
//! - With a store, a change is durable before others can see its effect.
//! - A store does not interpret the bytes of records and documents.
//! - No files import each other in a cycle.

pub mod clock;
#[cfg(feature = "handler-logs")]
pub mod handler_logs;
pub mod history;
pub mod objects;
pub mod restart;
pub mod search;
#[doc(hidden)]
pub mod server_support;
pub mod spans;
#[doc(hidden)]
pub mod start_command;
pub mod statistics;
pub mod store;
pub mod task;

mod activities;
mod atomic_file;
mod blocking;
mod builder;
#[cfg(feature = "sqlite")]
mod derived_file;
mod dispatch;
mod drive;
mod durable;
mod engine_handle;
mod error;
mod events;
mod execution;
mod execution_handle;
mod journaled_execution;
mod last_handle;
mod launch;
mod machines;
mod nested;
mod observer;
mod outbox;
mod panics;
#[doc(hidden)]
pub mod private_file;
mod queries;
mod resources;
mod retention;
mod settings;
mod shared;
mod shutdown;
mod start;
mod statistics_operations;
mod status_listener;
mod sync;
mod thread_shard;
mod tokens;

pub use self::activities::{ActivityDescription, ActivityTask};
pub use self::builder::{
    BuiltEngine, EngineBuilder, FailsWith, MeasuresCoverage, NamesTask, Registers, RegistersBuilt,
};
pub use self::dispatch::test_case_source::TestCases;
pub use self::dispatch::unhandled_tasks::UnhandledTask;
pub use self::durable::outage::StoreOutage;
pub use self::durable::quarantine::UnreadableExecution;
pub use self::engine_handle::Engine;
pub use self::error::{
    ActivityError, BuildError, DeleteError, ExecuteError, ExecutionFailed, HistoryError,
    RedriveError, StartError, StartFromStateError, TokenError,
};
pub use self::events::Events;
pub use self::execution::report::ExecutionReport;
pub use self::execution_handle::ExecutionHandle;
pub use self::launch::options::StartOptions;
pub use self::machines::MachineDescription;
pub use self::queries::child_list::MapRunChild;
pub use self::queries::execution_data::ExecutionData;
pub use self::queries::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
pub use self::queries::offline_abort::OfflineAbort;
pub use self::queries::store_check::CheckProgress;
pub use self::queries::store_export::ExportedExecution;
pub use self::queries::stored_executions::{ExecutionDescription, StoredExecutions};
pub use self::status_listener::{StatusChange, StatusListener};

pub use stepwright_asl::model::MachineType;
pub use stepwright_asl::redaction::Redaction;
pub use stepwright_interpreter::distributed::{MapRun, MapRunCounts};
pub use stepwright_interpreter::execution::{StatusRecord, TaskToken, Wait, WaitKind};
pub use stepwright_interpreter::task::TraceContext;
pub use stepwright_interpreter::{ExecutionInfo, Limits, Status, evaluate, value};

/// The registrations of a layer that knows the types of a program.
#[doc(hidden)]
pub mod registration {
    pub use crate::dispatch::handlers::TaskRegistration;
    pub use crate::machines::input::InputType;
    pub use crate::machines::registry::{PendingMachine, Registry};
    pub use crate::task::{ErasedHandler, RunningTask, RunsOn, from_typed, into_typed};
}

/// What only the test kit needs.
#[doc(hidden)]
pub mod test_support {
    pub use crate::clock::{Listeners, ProgressState};
    pub use crate::drive::execution_task::STEP_BUDGET;
    pub use crate::nested::nested_result;
    pub use crate::observer::{CreateObserver, ObservedMachine, Observer};
    pub use crate::panics::panic_message;
    pub use crate::start::inspect::InspectionResult;
    pub use crate::store::memory::CommitFailures;
}

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
