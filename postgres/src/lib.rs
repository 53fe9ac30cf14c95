//! A store in PostgreSQL, for executions that must survive the loss of a machine and of its disk.
//!
//! An engine keeps its executions in a schema of a database. PostgreSQL 13 or newer does
//! replication and durability. One engine writes at a time: a second one waits, and continues all
//! executions when the first one ends or dies.
//!
//! ```no_run
//! use stepwright_engine::{Engine, MachineType};
//! use stepwright_postgres::PostgresStore;
//!
//! # async fn run(definition: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::open("postgres://stepwright@db.internal/orders")?;
//! // Continues open executions.
//! let engine = Engine::builder()
//!     .register_json("orders", definition, MachineType::Standard)
//!     .store(store)
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! # Why no execution is lost, and none continues twice
//!
//! - Each transaction inserts the number after the last one, and demands that the last one is the
//!   row that the engine knows. Two engines can never both commit a number. An engine that was
//!   stopped for a while finds that its next number is
//!   taken ([`StoreError::TakenOver`](stepwright_engine::store::StoreError::TakenOver)).
//! - A commit whose connection broke is sent again with the same number: either it meets its own
//!   row, or the lost transaction never commits. An own row is acknowledged after a later commit,
//!   because a synchronous replica may lack it.
//! - If the database was replaced by a copy that lacks acknowledged commits, the last number is
//!   missing ([`StoreError::Replaced`](stepwright_engine::store::StoreError::Replaced)). An
//!   asynchronous replica that is promoted is such a copy.
//! - A row with a lease says who should write. It only decides who may begin; the numbers decide
//!   who may commit.
//!
//! # Boundary
//!
//! - It depends on the traits of stores, and on nothing else of the engine.
//! - Only this package knows SQL for PostgreSQL. It needs no right beyond its schema. It
//!   gives statements names only where a connection has a process of the server for itself, so that
//!   a connection pooler in transaction mode works.

mod commit;
mod database;
mod flight;
mod follow;
mod handler_logs;
mod info;
mod layout;
mod lease;
mod list;
mod numbers;
mod options;
mod reader;
mod row;
mod row_ids;
mod scan;
mod search_index;
mod session;
mod sql_error;
mod standby;
mod store;
mod takeover;
mod view;
mod write;

pub use handler_logs::PostgresLogs;
pub use info::{Lease, PostgresInfo};
pub use options::{OptionsError, PostgresOptions};
pub use reader::PostgresReader;
pub use search_index::PostgresIndex;
pub use standby::{PostgresStandby, StandbyState, StandbyWatch};
pub use store::PostgresStore;
pub use view::PostgresView;
