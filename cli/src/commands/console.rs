//! `stepwright console`: the pages of the console for a store, next to its engine.

use std::net::{Ipv4Addr, SocketAddr};

use stepwright_engine::store::SqliteView;
use stepwright_server::{StoredConsole, StoredConsoleError};

use crate::args::ConsoleArguments;
use crate::engine::listener::listen;
use crate::engine::log::{self, DefaultLog};
use crate::engine::signals::Signals;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;

/// Serves the pages until the user or the system ends the process.
pub(crate) async fn console(arguments: ConsoleArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Warnings)?;
    let signals = Signals::listen(false);
    let path = &arguments.store;
    store_file::check_exists(path)?;
    let console = StoredConsole::open(SqliteView::new(path)).await;
    let console = console.map_err(|error| match error {
        StoredConsoleError::Store(error) => cannot(error),
        error => Failure::Failed(error.to_string()),
    })?;
    let mut console = console
        .redact(&arguments.redact.redaction())
        .shutdown(signals.wait(1));
    if arguments.redact.reveal_secrets {
        console = console.reveal_secrets();
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let (listener, address) = listen(address).await?;
    diagnostics::note(&format!(
        "the console of {} is at http://{address}/console",
        path.display()
    ));
    tokio::select! {
        () = console.serve(listener) => {}
        () = signals.wait(2) => {}
    }
    Ok(())
}
