//! The engine: registered workflows and their executions.

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
