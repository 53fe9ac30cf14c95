//! The AWS Step Functions API over HTTP for an engine of [`stepwright_engine`]: for AWS's command
//! line, its SDKs and workers of activities.
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! use stepwright_runtime::Engine;
//! use stepwright_server::Server;
//! use tokio::net::TcpListener;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::builder().build()?;
//! // Port 0: any free port.
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let endpoint = format!("http://{}", listener.local_addr()?);
//! let server = tokio::spawn(Server::builder().engine(engine).serve(listener));
//! // Clients work against `endpoint` now.
//! # drop((endpoint, server));
//! # Ok(()) }
//! ```
//!
//! # What to use
//!
//! | you want | use |
//! |---|---|
//! | to serve the API of an engine | [`Server::builder`], [`ServerBuilder::engine`], [`ServerBuilder::serve`] |
//! | state machines of clients that survive a restart | an engine with a [store](stepwright_engine::EngineBuilder::store) and [`resume_later`](stepwright_engine::EngineBuilder::resume_later) |
//! | to check the signatures of requests | [`AccessKeys`], [`ServerBuilder::access_keys`] |
//! | to accept requests for another host name | [`ServerBuilder::allow_host`] |
//! | to limit the time of clients | [`ServerBuilder::client_time`], [`ServerBuilder::activity_poll`] |
//! | to end the server | [`ServerBuilder::shutdown`] |
//! | to call the API without a connection | [`Server::local_client`], [`LocalClient`] |
//! | to check the state machines in a store | [`unreadable_documents`] |
//! | pages about state machines and executions, in a browser | `ServerBuilder::console`, with the feature `console` |
//! | the same pages for a store, next to the engine of another process | `StoredConsole` |
//! | to monitor the server | `GET /health`, `GET /ready`, `GET /metrics`; [`ServerBuilder::metrics`] |
//! | to start executions at times | `ServerBuilder::schedules` and `Schedules`, with the feature `schedules` |
//! | an event bus whose rules start executions | `ServerBuilder::events`, with the feature `events` |
//! | a server for each account, and paths that reset them and control their clocks | [`AccountServers`], [`AccountFactory`] |
//! | a server without a program | `stepwright serve`, of the crate `stepwright-cli` |
//!
//! # Files
//!
//! | file | content |
//! |---|---|
//! | `server.rs`, `server_error.rs` | [`Server`] and its builder; why there is none |
//! | `accounts/` | servers for several accounts behind one listener, and the paths with which tests control them |
//! | `connection.rs` | connections with their limits of number, size and time; shutdown |
//! | `access.rs`, `authority.rs`, `signature.rs`, `access_keys.rs` | which hosts, pages and signatures are accepted |
//! | `http.rs`, `body.rs`, `response_memory.rs` | paths and headers of responses; bodies of requests, and the memory that they take; the memory of responses |
//! | `operator.rs` | `/health`, `/ready` and `/metrics` |
//! | `operation.rs` | the table of the operations |
//! | `service.rs` | the state of the operations: the engine and the control plane; parsing of requests |
//! | `console/` | the console's pages, forms and live updates |
//! | `stored_console.rs` | the console of a store without an engine |
//! | `shape/` | the members of requests, with the constraints of the API's model and AWS's messages for them |
//! | `operations/` | the operations, a file for each group: request, response and function |
//! | `control/` | state machines with their revisions, versions, aliases and tags |
//! | `schedules/` | the schedules that start executions, their expressions, and the task that starts them |
//! | `events/` | the event bus, and the executions that its rules start |
//! | `starters.rs` | the rules and schedules that start a state machine, for `/ready` and the console |
//! | `time_zone.rs` | local times of schedules and of the console |
//! | `integration.rs` | tasks that call the API: `aws-sdk:sfn:..` |
//! | `local_client.rs` | the API for the program of the server |
//! | `request_runtimes.rs` | the threads of requests |
//! | `trace.rs` | the distributed trace of a request |
//! | `pollers.rs` | the number of workers that poll |
//! | `arn.rs`, `page.rs`, `error.rs`, `response.rs` | ARNs; pages and their tokens; errors with AWS's codes; dates |
//!
//! An operation is a `shape!` for its request, a structure for its response, a function, and a line
//! in `operation.rs`. Its errors are values of `error::ApiError`. It changes the control plane only
//! within `Service::change`.
//!
//! # Boundary
//!
//! - It depends on `stepwright-runtime` without its default features and on `stepwright-asl`, and
//!   with the feature `console` on `stepwright-history`, `stepwright-diagram` and
//!   `stepwright-tools`. It compiles no macros.
//! - It never steps executions itself. It uses the public API of the engine, and the hidden module
//!   `server_support` of `stepwright-runtime`.
//! - `control` has what the engine lacks: revisions, versions, aliases and tags. A change of it is
//!   durable before its response.
//! - A page of the console calls the operations of the API, so that a page and a client have the
//!   same rules and errors.
//! - A request for another host, or from a page of another site, is refused before its operation.
//!   No page shows a masked value.

mod access;
mod access_keys;
mod accounts;
mod arn;
mod authority;
mod body;
mod connection;
#[cfg(feature = "console")]
mod console;
mod control;
mod error;
#[cfg(feature = "events")]
mod events;
mod http;
#[cfg(feature = "console")]
mod input_schemas;
mod integration;
mod local_client;
mod operation;
mod operations;
mod operator;
mod page;
mod pollers;
mod request_runtimes;
mod response;
mod response_memory;
#[cfg(feature = "schedules")]
mod schedules;
mod server;
mod server_error;
mod service;
mod shape;
mod signature;
#[cfg(feature = "console")]
mod standby;
mod starters;
#[cfg(feature = "console")]
mod stored_console;
#[cfg(any(feature = "console", feature = "schedules"))]
mod time_zone;
mod trace;

pub use self::access_keys::{AccessKeys, AccessKeysError};
pub use self::accounts::{
    AccountError, AccountFactory, AccountServer, AccountServers, AccountSettings, CheckedTasks,
    CreatedServer, OpenAccountServers, TestedTasks, is_account,
};
#[cfg(feature = "console")]
pub use self::console::{ConsoleMode, DebugRequest};
pub use self::control::{UnreadableDocument, unreadable_documents};
pub use self::local_client::{LocalClient, LocalClientError};
#[cfg(all(feature = "events", feature = "schedules"))]
pub use self::schedules::ScheduleRule;
#[cfg(feature = "schedules")]
pub use self::schedules::{ScheduleProblem, Schedules, SchedulesError};
#[cfg(feature = "console")]
pub use self::server::DebugSessionError;
pub use self::server::{Server, ServerBuilder};
pub use self::server_error::ServerError;
#[cfg(feature = "console")]
pub use self::standby::StandbyReport;
#[cfg(feature = "console")]
pub use self::stored_console::{StoredConsole, StoredConsoleError};

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
