//! A service that receives orders over HTTP. A person approves a large one by a link. The process
//! can be killed at any time: after a restart it continues each order where it was.

mod domain;
mod function;
mod http;
mod tasks;
mod workflow;

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use stepwright::Workflow;
use stepwright_runtime::Engine;
use stepwright_runtime::store::SqliteStore;
use tokio::net::TcpListener;

use self::domain::{Order, Receipt};
use self::tasks::Site;

/// Takes orders, and has large ones approved.
#[derive(Parser)]
struct Arguments {
    /// The file with the orders.
    #[arg(long, default_value = "orders.db")]
    store: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The base URL of the links, if it differs from the address.
    #[arg(long)]
    url: Option<String>,
    /// Runs the workflow of `function.rs` instead of that of `workflow.rs`.
    #[arg(long)]
    function: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.function {
        serve::<function::OrderApproval>(arguments).await
    } else {
        serve::<workflow::OrderApproval>(arguments).await
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve<W: Workflow<Input = Order, Output = Receipt> + 'static>(
    arguments: Arguments,
) -> Result<(), Box<dyn Error>> {
    let Arguments {
        store, listen, url, ..
    } = arguments;
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let url = url.unwrap_or_else(|| format!("http://{address}"));
    let engine = Engine::builder()
        .register::<W>()
        .state(Site { url })
        .store(SqliteStore::open(store)?)
        .build()?;
    println!("listening on http://{address}");
    axum::serve(listener, http::routes::<W>(engine.clone()))
        .with_graceful_shutdown(stopped())
        .await?;
    // Running tasks get time to end. The other executions wait in the store for the next start.
    engine.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

/// Waits for a signal that ends the service.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
