//! `stepwright serve` as a process.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use stepwright_tests::client::Client;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// The longest time until a server responds, or ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on loopback.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts the command, with a store or without one, and waits until it responds.
    pub(crate) async fn start(command: Option<&str>, store: Option<&Path>) -> Result<Self, String> {
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        let path = command.map_or_else(|| this.with_file_name("stepwright"), Into::into);
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let port = listener.and_then(|listener| Ok(listener.local_addr()?.port()));
        let port = port.map_err(|error| error.to_string())?;
        let mut command = Command::new(&path);
        command.args(["serve", "--port", &port.to_string()]);
        if let Some(store) = store {
            command.arg("--store").arg(store);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                format!(
                    "`{}` does not start: {error}; build it with `cargo build --release -p stepwright-cli`",
                    path.display()
                )
            })?;
        let (address, begun) = (format!("127.0.0.1:{port}"), Instant::now());
        while health(&address).await.is_err() {
            if begun.elapsed() > PATIENCE {
                return Err("the server does not respond".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { child, address })
    }

    /// Ends the process as a supervisor does.
    pub(crate) async fn end(&mut self) -> Result<(), String> {
        let id = self.child.id().ok_or("the server has ended by itself")?;
        let sent = Command::new("kill").arg(id.to_string()).status().await;
        sent.map_err(|error| error.to_string())?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        match ended {
            Ok(ended) => ended.map(drop).map_err(|error| error.to_string()),
            Err(_) => Err("the server does not end".to_owned()),
        }
    }
}

/// The request of the health check.
pub(crate) fn health_request(address: &str) -> Vec<u8> {
    format!("GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
}

async fn health(address: &str) -> Result<(), String> {
    let mut client = Client::connect(address).await?;
    client.send(&health_request(address)).await.map(drop)
}
