//! A language server for AWS Step Functions definitions, without a transport: `stepwright lsp` runs
//! it over standard input and output, and the extension for editors in browsers runs it in
//! WebAssembly.
//!
//! ```
//! use std::path::{Path, PathBuf};
//! use std::rc::Rc;
//! use lsp_server::{Message, Request};
//! use stepwright_asl::{MachineType, validate::Validator};
//! use stepwright_lsp::{LanguageServer, Work, WorkspaceFiles};
//!
//! struct NoFiles;
//!
//! impl WorkspaceFiles for NoFiles {
//!     fn validator(&self, _: &Path) -> Result<Validator, String> {
//!         Ok(Validator::new(MachineType::Standard))
//!     }
//!     fn settings_changed(&self) {}
//!     fn read(&self, _: &Path, _: &Path) -> Option<String> {
//!         None
//!     }
//!     fn exists(&self, _: &Path) -> bool {
//!         false
//!     }
//!     fn files_below(&self, _: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
//!         (Vec::new(), Vec::new())
//!     }
//!     fn module_files(&self, _: &Path) -> Vec<PathBuf> {
//!         Vec::new()
//!     }
//! }
//!
//! let mut server = LanguageServer::new(Rc::new(NoFiles));
//! let parameters = serde_json::json!({"capabilities": {}});
//! server.receive(Request::new(1.into(), "initialize".to_owned(), parameters).into());
//! assert_eq!(server.work(), Some(Work::Answered("initialize".to_owned())));
//! assert!(matches!(server.take_messages()[..], [Message::Response(_)]));
//! ```
//!
//! `answers` has a file for each kind of request, which converts an answer of `stepwright-editor`
//! to the protocol.
//!
//! # Boundary
//!
//! - It depends on `stepwright-editor`, `stepwright-diagram`, `stepwright-tools` and
//!   `stepwright-asl` only.
//! - It has no I/O, no thread and no clock. Files come from [`WorkspaceFiles`], messages from the
//!   caller.
//! - It answers one message in one step, in the order of the messages. Files are checked while
//!   there are none.

mod answers;
mod capabilities;
mod client;
mod document_uri;
mod file_checks;
mod language_server;
mod open_document;
mod positions;
mod refusal;
mod router;
mod session;
mod text_sync;
mod workspace;
mod workspace_files;

pub use document_uri::path_of;
pub use language_server::{LanguageServer, SessionEnd, Work};
pub use workspace_files::WorkspaceFiles;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
