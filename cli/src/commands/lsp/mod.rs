//! `stepwright lsp`: a language server for definitions on standard input and output.
//!
//! A thin layer over `stepwright-editor`: `answers` has a file for each kind of request, which
//! converts an answer of the editor to the protocol.

mod answers;
mod capabilities;
mod client;
mod document_uri;
mod file_checks;
mod message_loop;
mod open_document;
mod positions;
mod refusal;
mod router;
mod server;
mod session_log;
mod text_sync;
mod workspace;

use lsp_server::Connection;

use crate::args::LspArguments;
use crate::failure::Failure;
use server::Server;
use session_log::SessionLog;

/// Serves one editor until it says `exit` or closes standard input.
pub(crate) fn lsp(arguments: &LspArguments) -> Result<(), Failure> {
    let log = SessionLog::open(arguments.log.as_deref())?;
    let (connection, threads) = Connection::stdio();
    let outcome = Server::serve(connection, log);
    // The threads end when both directions are closed, so their errors are those of a lost client.
    let joined = threads.join();
    outcome?;
    joined.map_err(|error| Failure::Failed(format!("the connection to the editor failed: {error}")))
}
