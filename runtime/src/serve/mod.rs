//! The Step Functions API over HTTP: what AWS's command line, its SDKs, CDK's integration tests and workers of activities talk to.
//!
//! ```
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use stepwright_runtime::Engine;
//! use stepwright_runtime::serve::Server;
//! use tokio::net::TcpListener;
//!
//! let engine = Engine::builder().build()?;
//! // Port 0: one that is free.
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let endpoint = format!("http://{}", listener.local_addr()?);
//! let server = tokio::spawn(Server::builder().engine(engine).serve(listener));
//! // Clients work against `endpoint` now.
//! # drop((endpoint, server));
//! # Ok(()) }
//! ```
//!
//! # Where things are
//!
//! | file | what it has |
//! |---|---|
//! | `server.rs` | [`Server`] and its builder |
//! | `connection.rs` | connections with their limits of number, size and time; shutdown |
//! | `http.rs` | paths, bodies, headers of responses |
//! | `operation.rs` | the table of the operations |
//! | `service.rs` | what operations work on: the engine, the control plane; reading of requests |
//! | `shape/` | the members of requests, with the constraints of the API's model and AWS's texts about them |
//! | `operations/` | the operations, a file for each group: the request, the response, what is done |
//! | `control/` | state machines with their revisions, versions, aliases and tags |
//! | `pollers.rs` | how many workers ask for tasks |
//! | `redrives.rs` | which redrives were asked for with a token |
//! | `arn.rs`, `page.rs`, `error.rs`, `response.rs` | ARNs; pages and their tokens; errors with AWS's codes; dates |
//!
//! An operation is a `shape!` for its request, a structure for its response, a function, and a line in `operation.rs`. What it
//! refuses is an `error::ApiError`. What it changes of the control plane it changes within `Service::change`.

mod arn;
mod connection;
mod control;
mod error;
mod http;
mod operation;
mod operations;
mod page;
mod pollers;
mod redrives;
mod response;
mod server;
mod service;
mod shape;

pub use self::server::{Server, ServerBuilder, ServerError};
