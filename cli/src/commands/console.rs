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
use crate::store_place::{DatabasePlace, StorePlace};
use crate::terminal::diagnostics;

/// Serves the pages until the user or the system ends the process.
pub(crate) async fn console(arguments: ConsoleArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Warnings)?;
    let signals = Signals::listen(false);
    let place = arguments.store.in_schema(arguments.schema.as_deref())?;
    let console = match &place {
        StorePlace::File(path) => {
            store_file::check_exists(path)?;
            StoredConsole::open(SqliteView::new(path)).await
        }
        StorePlace::Database(database) => of_database(database).await?,
    };
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
        "the console of {place} is at http://{address}/console"
    ));
    tokio::select! {
        () = console.serve(listener) => {}
        () = signals.wait(2) => {}
    }
    Ok(())
}

#[cfg(feature = "postgres")]
async fn of_database(
    database: &DatabasePlace,
) -> Result<Result<StoredConsole, StoredConsoleError>, Failure> {
    let view = stepwright_postgres::PostgresView::new(database.options()?).map_err(cannot)?;
    Ok(StoredConsole::open(view).await)
}

#[cfg(not(feature = "postgres"))]
async fn of_database(
    _: &DatabasePlace,
) -> Result<Result<StoredConsole, StoredConsoleError>, Failure> {
    Err(crate::store_place::without_postgres())
}
