//! `stepwright console`: the pages of the console for a store, next to its engine.

use std::net::{Ipv4Addr, SocketAddr};

use stepwright_runtime::store::SqliteView;
use stepwright_server::{StoredConsole, StoredConsoleError};

use crate::args::ConsoleArguments;
use crate::failure::Failure;
use crate::listener::listen;
use crate::log::{self, DefaultLog};
use crate::report;
use crate::signals::Signals;
use crate::store::{self, cannot};

/// Serves the pages until the user or the system ends the process.
pub(crate) async fn console(arguments: ConsoleArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Warnings)?;
    let signals = Signals::listen();
    let path = &arguments.store;
    store::check_exists(path)?;
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
    report::note(&format!(
        "the console of {} is at http://{address}/console",
        path.display()
    ));
    tokio::select! {
        () = console.serve(listener) => {}
        () = signals.wait(2) => {}
    }
    Ok(())
}
