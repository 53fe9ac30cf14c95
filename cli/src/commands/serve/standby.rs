//! `--standby`: waits for the end of another server of the same store.

use std::net::SocketAddr;

use stepwright_engine::Engine;
use stepwright_engine::store::Store;
use stepwright_server::AccessKeys;
use tokio::net::TcpListener;

use crate::args::ServeArguments;
use crate::engine::signals::Signals;
use crate::failure::Failure;
use crate::store_place::StorePlace;

/// The result of waiting for the end of the other server.
pub(super) struct Takeover {
    pub(super) store: Box<dyn Store>,
    /// The socket at which it was a standby. No client is refused in between.
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
}

/// Refuses a standby of a file.
pub(super) fn check(arguments: &ServeArguments) -> Result<(), Failure> {
    match &arguments.store {
        Some(StorePlace::Database(_)) => Ok(()),
        _ if !arguments.standby => Ok(()),
        _ => Err(Failure::Usage(
            "--standby needs a store that several machines can reach; name a database with --store postgres://USER@HOST/DATABASE"
                .to_owned(),
        )),
    }
}

/// Waits until another server has taken over the store of this one; for ever without such a store.
pub(super) async fn replaced(engine: &Engine) -> Failure {
    match engine.store_lease() {
        Some(lease) => Failure::Failed(lease.ended().await.to_string()),
        None => std::future::pending().await,
    }
}

/// Serves as a standby until no other server has the store. `None` after a signal.
#[cfg(not(feature = "postgres"))]
pub(super) async fn wait(
    _: &ServeArguments,
    _: Option<&AccessKeys>,
    _: &Signals,
) -> Result<Option<Takeover>, Failure> {
    Err(crate::store_place::without_postgres())
}

#[cfg(feature = "postgres")]
pub(super) use self::waiting::wait;

#[cfg(feature = "postgres")]
mod waiting {
    use std::io::Error;

    use stepwright_postgres::{PostgresStandby, PostgresView, StandbyState};
    use stepwright_server::{StandbyReport, StoredConsole};
    use tokio::sync::oneshot;

    use super::*;
    use crate::args::ConsoleChoice;
    use crate::engine::listener::listen;
    use crate::store_file::cannot;
    use crate::terminal::diagnostics;

    /// Serves as a standby until no other server has the store. `None` after a signal.
    pub(in super::super) async fn wait(
        arguments: &ServeArguments,
        keys: Option<&AccessKeys>,
        signals: &Signals,
    ) -> Result<Option<Takeover>, Failure> {
        let Some(StorePlace::Database(database)) = &arguments.store else {
            return Ok(None);
        };
        let options = database.options()?;
        let standby = PostgresStandby::open(options.clone()).map_err(cannot)?;
        let view = PostgresView::new(options).map_err(cannot)?;
        let console = StoredConsole::open(view).await;
        let console = console.map_err(|error| Failure::Failed(error.to_string()))?;
        let (listener, address) = listen(SocketAddr::new(arguments.host, arguments.port)).await?;
        let failed = |error: Error| Failure::Failed(format!("cannot listen at {address}: {error}"));
        let socket = listener.into_std().map_err(failed)?;
        let own = socket.try_clone().and_then(TcpListener::from_std);
        let (takes_over, taken_over) = oneshot::channel::<()>();
        let (reported, watch) = (standby.watch(), standby.watch());
        let console = with_options(console, arguments, keys)
            .standby(move || report(reported.state()))
            .shutdown(async { drop(taken_over.await) });
        let serving = tokio::spawn(console.serve(own.map_err(failed)?));
        diagnostics::note(&format!(
            "a standby is at http://{address}; it takes over when no other server has the store"
        ));
        let store = tokio::select! {
            store = standby.take_over() => store.map_err(cannot)?,
            () = signals.wait(1) => return Ok(None),
        };
        drop((takes_over, serving));
        let StandbyState { executions, .. } = watch.state();
        diagnostics::note(&format!(
            "no other server has the store; open executions that this one continues: {executions}"
        ));
        Ok(Some(Takeover {
            store: Box::new(store),
            listener: TcpListener::from_std(socket).map_err(failed)?,
            address,
        }))
    }

    fn with_options(
        console: StoredConsole,
        arguments: &ServeArguments,
        keys: Option<&AccessKeys>,
    ) -> StoredConsole {
        let mut console = console
            .redact(&arguments.redact.redaction())
            .pages(!matches!(arguments.console, ConsoleChoice::Off));
        for host in &arguments.allowed_hosts {
            console = console.allow_host(host);
        }
        if let Some(keys) = keys {
            console = console.access_keys(keys.clone());
        }
        console
    }

    fn report(state: StandbyState) -> StandbyReport {
        let mut report = StandbyReport::default();
        report.behind = state.behind();
        report.leader = state.leader;
        report.executions = state.executions;
        report.error = state.error.map(|error| error.to_string());
        report
    }
}
