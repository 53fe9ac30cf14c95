//! `stepwright lsp`: a language server for definitions on standard input and output.

mod disk_files;
mod session_log;

use std::rc::Rc;
use std::time::Instant;

use lsp_server::Connection;
use stepwright_lsp::{LanguageServer, SessionEnd, Work};

use crate::args::LspArguments;
use crate::failure::Failure;
use disk_files::DiskFiles;
use session_log::SessionLog;

/// Serves one editor until it says `exit` or closes standard input.
pub(crate) fn lsp(arguments: &LspArguments) -> Result<(), Failure> {
    let log = SessionLog::open(arguments.log.as_deref())?;
    let (connection, threads) = Connection::stdio();
    let outcome = serve(&connection, log);
    // The threads end when both directions are closed, so their errors are those of a lost client.
    drop(connection);
    let joined = threads.join();
    outcome?;
    joined.map_err(|error| Failure::Failed(format!("the connection to the editor failed: {error}")))
}

/// Passes the messages to a server in their order. It checks files while there are none.
fn serve(connection: &Connection, mut log: SessionLog) -> Result<(), Failure> {
    let mut server = LanguageServer::new(Rc::new(DiskFiles::default()));
    loop {
        while let Ok(message) = connection.receiver.try_recv() {
            server.receive(message);
        }
        let start = Instant::now();
        let work = server.work();
        for line in server.take_log() {
            log.line(line);
        }
        if let Some(Work::Answered(method)) = &work {
            let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
            log.line(format_args!("{method}: {milliseconds:.1} ms"));
        }
        for message in server.take_messages() {
            // If the client is gone, there is no next message.
            let _ = connection.sender.send(message);
        }
        match server.end() {
            Some(SessionEnd::Orderly) => return Ok(()),
            Some(SessionEnd::Abrupt) => {
                let reason = "the editor said `exit` before `shutdown`";
                return Err(Failure::Failed(reason.to_owned()));
            }
            None => {}
        }
        if work.is_some() {
            continue;
        }
        match connection.receiver.recv() {
            Ok(message) => server.receive(message),
            // The client is gone without `exit`.
            Err(_) if server.is_initialized() => return Ok(()),
            Err(_) => {
                let reason = "the editor has closed the connection before it said `initialize`";
                return Err(Failure::Failed(reason.to_owned()));
            }
        }
    }
}
