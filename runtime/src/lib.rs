//! Runs AWS Step Functions workflows in process, as AWS runs them: in tests on virtual time, in
//! production on real time.
//!
//! An [`Engine`] takes workflows that were written with [`stepwright`], or any definition in the
//! Amazon States Language, and runs their executions. It runs the same definition that is deployed:
//! the workflow's ASL, compiled once into an indexed program.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use stepwright::{Payload, TaskError, task, workflow};
//! use stepwright_runtime::Engine;
//!
//! #[derive(Serialize, Deserialize, JsonSchema, Payload)]
//! struct Order {
//!     id: String,
//!     total: f64,
//! }
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! enum PaymentError {
//!     #[error("declined: {reason}")]
//!     Declined { reason: String },
//! }
//!
//! #[task]
//! async fn charge_card(order: Order) -> Result<String, PaymentError> {
//!     if order.total > 1_000.0 {
//!         let reason = "over the limit".to_owned();
//!         return Err(PaymentError::Declined { reason });
//!     }
//!     Ok(format!("receipt of {}", order.id))
//! }
//!
//! workflow! {
//!     /// Charges an order a day after it came in.
//!     workflow Orders(order: Order) -> String {
//!         wait Cool { seconds 1d; next Charge; }
//!         task Charge {
//!             let receipt = charge_card(order);
//!             catch PaymentError::Declined { reason } => Reject;
//!             next Done;
//!         }
//!         succeed Done { receipt }
//!         fail Reject { "OrderRejected", reason }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::builder().register::<Orders>().virtual_time().build()?;
//! let run = engine.start::<Orders>(Order { id: "o-1".to_owned(), total: 12.0 }).await?;
//! assert_eq!(run.await?, "receipt of o-1"); // a day later, in no time
//!
//! let run = engine.start::<Orders>(Order { id: "o-2".to_owned(), total: 2_000.0 }).await?;
//! let failed = run.await.expect_err("it is declined");
//! assert_eq!(failed.error.as_deref(), Some("OrderRejected"));
//! assert_eq!(failed.history.path(), ["Cool", "Charge", "Reject"]);
//! # Ok(()) }
//! ```
//!
//! # What to use
//!
//! | you want | use |
//! |---|---|
//! | to run workflows of this program | [`EngineBuilder::register`], [`Engine::start`] |
//! | to run any definition | [`EngineBuilder::register_json`], [`Engine::start_machine`](stepwright_engine::Engine::start_machine) |
//! | to test with mocks, and measure the coverage | [`testing`] |
//! | a test in Rust that repeats an execution | [`testing::GeneratedTest`] |
//! | to test one state | [`test_state`] |
//! | to evaluate a path, an intrinsic function or JSONata on a value | [`mod@evaluate`] |
//! | days to pass in no time | [`EngineBuilder::virtual_time`] |
//! | to step through an execution by hand | [`debug`] |
//! | to start again from a state, see what an execution waits for | [`Engine::start_from_state`](stepwright_engine::Engine::start_from_state), [`ExecutionHandle::waits`] |
//! | to read a store, also while an engine uses it | [`StoredExecutions`] |
//! | to check, compact or back up a file | [`StoredExecutions::check`], `store::SqliteStore::compact`, [`Engine::backup`](stepwright_engine::Engine::backup) |
//! | the result of an execution | [`ExecutionReport`], [`history`] |
//! | what happened in an execution, state by state | [`Timeline`](timeline::Timeline) |
//! | what the handlers of an execution logged | `handler_logs::HandlerLogs` |
//! | which expression produced which value | [`Timeline::explain`](timeline::Timeline::explain) |
//! | numbers and metrics of an engine | [`Engine::statistics`](stepwright_engine::Engine::statistics), [`statistics`] |
//! | the Step Functions API over HTTP | the crate `stepwright-server` |
//! | to read, check and change definitions | the crate `stepwright-asl` |
//! | tasks as Lambda functions, workers of activities on AWS | the crate `stepwright-aws` |
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `argument-checks` | `EngineBuilder::check_arguments`: refuses the calls of services whose arguments AWS refuses. Adds the API models of all services, 1.8 MB |
//! | `handler-logs` | `handler_logs`: what the handlers of an execution log with [`tracing`](https://docs.rs/tracing), for programs that show it. Adds the crate `tracing-subscriber` |
//! | `jsonata` (on unless `default-features = false`) | evaluates JSONata, with the crate `stepwright-jlens`. Without it, a definition with a JSONata expression is refused when the engine is built |
//! | `metrics` | records the numbers of [`Engine::statistics`](stepwright_engine::Engine::statistics) with the crate [`metrics`](https://docs.rs/metrics), too |
//! | `report` | `report`: HTML pages about executions. Needs Rust 1.95 |
//! | `sqlite` | `store::SqliteStore`: executions in a file. Compiles SQLite, which is written in C |
//! | `testing` | [`testing`], [`debug`], [`test_state`]: the test kit, for dev-dependencies |
//! | `yaml` | [`testing::properties`]: property files in YAML. Without it, they are JSON |
//!
//! # Modules
//!
//! | module | content |
//! |---|---|
//! | crate root | [`Engine`], its [builder](EngineBuilder), [`ExecutionHandle`], [`ExecutionReport`], errors, [`Limits`] |
//! | [`clock`] | real and virtual time, [`Clock::hold`](clock::Clock::hold), [`Clock::sleep`](clock::Clock::sleep) |
//! | [`debug`] | steps one execution by hand, forwards and backwards |
//! | [`mod@evaluate`] | paths, intrinsic functions, templates and JSONata on a value, without an engine |
//! | `handler_logs` | the newest events that the handlers of each execution logged (feature `handler-logs`) |
//! | [`history`] | events, with AWS's names, order and ids, and in the format of `GetExecutionHistory` |
//! | [`objects`] | the objects that Distributed Maps read and write |
//! | `report` | HTML pages about executions, with the feature `report` |
//! | [`restart`] | definitions whose executions begin at a state in the middle |
//! | [`search`] | text in the data of executions, with an index (feature `sqlite`) |
//! | [`spans`] | the `tracing` spans of executions, states and task attempts |
//! | [`statistics`] | the numbers of an engine, and the table of its metrics |
//! | [`store`] | stores for durable engines |
//! | [`task`] | the calls of tasks, and [`TaskSource`](task::TaskSource), which answers instead of handlers |
//! | [`testing`] | mocks of tasks, assertions, coverage, replay, exploration |
//! | [`test_state`] | tests of single states, as in AWS's TestState |
//! | [`timeline`] | the visits of an execution's states, with their attempts, data and variables |
//! | [`value`] | JSON values of executions: shared, never deep-copied, with known sizes |
//!
//! The package `stepwright-engine` runs executions, and knows no Rust types; `stepwright-testing`
//! is the test kit; `stepwright-interpreter` compiles definitions, evaluates their expressions and
//! steps executions, which are plain data; `stepwright-history` reads the histories of executions.
//! This package adds the types of workflows and tasks to the engine, and re-exports what programs
//! use of the others.
//!
//! # Observing
//!
//! Executions, visits of states and attempts at tasks are [`tracing`](https://docs.rs/tracing)
//! spans ([`spans`]). The start and the end of an execution are events at level info, each event of
//! its history is one at level debug. [`ExecutionHandle::events`] returns the same events as a
//! stream. [`Engine::statistics`](stepwright_engine::Engine::statistics) counts executions, tasks
//! and commits; with the feature `metrics`, the crate [`metrics`](mod@statistics) has the same
//! numbers.
//!
//! # Boundary
//!
//! - It depends on `stepwright-engine`, `stepwright-history`, and `stepwright` without its macros;
//!   with the feature `testing`, on `stepwright-testing`.
//! - It contains what needs a Rust type of a program, and nothing else.

mod engine;
mod handler;
mod registration;
mod typed_value;

pub use self::engine::{Engine, EngineBuilder};
#[cfg(feature = "handler-logs")]
pub use stepwright_engine::handler_logs;
pub use stepwright_engine::{
    ActivityDescription, ActivityError, ActivityTask, BuildError, CheckProgress, DeleteError,
    Events, ExecuteError, ExecutionData, ExecutionDescription, ExecutionFailed, ExecutionFilter,
    ExecutionHandle, ExecutionInfo, ExecutionPage, ExecutionReport, ExecutionSummary,
    ExportedExecution, HistoryError, Limits, MachineDescription, MachineType, MapRun, MapRunChild,
    MapRunCounts, OfflineAbort, Redaction, RedriveError, StartError, StartFromStateError,
    StartOptions, Status, StatusChange, StatusListener, StatusRecord, StoreOutage,
    StoredExecutions, TaskToken, TokenError, TraceContext, UnhandledTask, UnreadableExecution,
    Wait, WaitKind, clock, evaluate, history, objects, restart, search, spans, statistics, store,
    task, value,
};
#[cfg(feature = "report")]
pub use stepwright_history::report;
pub use stepwright_history::timeline;
#[cfg(feature = "testing")]
pub use stepwright_testing::{self as testing, debug, test_state};
