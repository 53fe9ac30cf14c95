//! The engine: registered workflows and their executions.
//!
//! | folder | topic |
//! |---|---|
//! | `start` | options, inputs, redrives; `launch.rs` creates an execution |
//! | `drive` | mailboxes, the task that steps an execution, parked executions |
//! | `resources` | timers, handlers and tokens of one execution; how its commands are performed |
//! | `dispatch` | who executes a task |
//! | `tokens`, `activities` | task tokens; queues of activities |
//! | `nested` | nested executions, and the children of Map Runs |
//! | `completion` | the report of an end, to the caller and to the parent |
//! | `durable`, `outbox`, `retention` | what exists only with a store |
//! | `machines`, `queries` | state machines; lists and descriptions of executions |
//! | `builder`, `server_support` | the builder; what only the server needs |
//!
//! No files import each other in a cycle. `shared.rs` (`EngineShared`) imports data: mailboxes,
//! queues, indexes, cached parts of the store. Functions that take the whole shared state, or the
//! `Engine` of a caller, are in files above it, which are named after their operations:
//! `start_operations.rs`, `query_operations.rs`, `machine_operations.rs`, `activity_operations.rs`.

mod activities;
mod builder;
mod completion;
mod dispatch;
mod drive;
mod durable;
mod engine_handle;
mod error;
mod events;
mod execution_handle;
mod journaled_execution;
mod last_handle;
mod machines;
mod nested;
mod observer;
mod outbox;
mod queries;
mod resources;
mod retention;
pub mod server_support;
mod shared;
mod shutdown;
mod start;
mod statistics;
mod status_listener;
mod tokens;

pub use self::activities::{ActivityDescription, ActivityTask};
pub use self::builder::EngineBuilder;
pub use self::completion::report::ExecutionReport;
pub(crate) use self::dispatch::test_case_source::TestCases;
pub use self::dispatch::unhandled_tasks::UnhandledTask;
pub(crate) use self::drive::execution_task::STEP_BUDGET;
pub use self::durable::outage::StoreOutage;
pub use self::durable::quarantine::UnreadableExecution;
pub use self::engine_handle::Engine;
pub use self::error::{
    ActivityError, BuildError, DeleteError, ExecuteError, ExecutionFailed, HistoryError,
    RedriveError, StartError, StartFromStateError, TokenError,
};
pub use self::events::Events;
pub use self::execution_handle::ExecutionHandle;
pub use self::machines::MachineDescription;
pub(crate) use self::nested::{mocked_answer, nested_result};
pub(crate) use self::observer::{ObservedMachine, Observer};
pub use self::queries::child_list::MapRunChild;
pub use self::queries::execution_data::ExecutionData;
pub use self::queries::execution_list::{ExecutionFilter, ExecutionPage, ExecutionSummary};
pub use self::queries::offline_abort::OfflineAbort;
#[cfg(feature = "sqlite")]
pub use self::queries::store_check::{CheckProgress, ProblemKind, StoreProblem};
#[cfg(feature = "sqlite")]
pub use self::queries::store_export::ExportedExecution;
pub use self::queries::stored_executions::{ExecutionDescription, StoredExecutions};
pub(crate) use self::start::inspect::InspectionResult;
pub use self::start::options::StartOptions;
pub use self::status_listener::{StatusChange, StatusListener};
