//! The measured servers, as processes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// How long a server may take to respond.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on loopback.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
    /// The time until its first response.
    pub(crate) started: Duration,
}

impl Process {
    /// `stepwright serve`.
    pub(crate) async fn stepwright(path: Option<&str>) -> Result<Self, String> {
        let beside = std::env::current_exe().map_err(|error| error.to_string())?;
        let path = path.map_or_else(|| beside.with_file_name("stepwright"), Into::into);
        let port = free_port().await?;
        let mut command = Command::new(&path);
        command.args(["serve", "--port", &port]);
        Self::start(command, &port).await.map_err(|error| {
            format!(
                "{}: {error}; `cargo build --release -p stepwright-cli` makes it",
                path.display()
            )
        })
    }

    /// moto's server, if it is installed.
    pub(crate) async fn moto() -> Result<Option<Self>, String> {
        let port = free_port().await?;
        let mut command = Command::new("moto_server");
        command.args(["-p", &port]);
        if Command::new("moto_server")
            .arg("--help")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .is_err()
        {
            return Ok(None);
        }
        Self::start(command, &port).await.map(Some)
    }

    async fn start(mut command: Command, port: &str) -> Result<Self, String> {
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| error.to_string())?;
        while !answers(&address).await {
            if begun.elapsed() > PATIENCE {
                return Err("the server does not answer".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self {
            child,
            address,
            started: begun.elapsed(),
        })
    }

    /// The memory of the process in megabytes; 0 if the system does not report it.
    pub(crate) fn megabytes(&self) -> f64 {
        let id = self.child.id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        kibibytes.unwrap_or(0.0) * 1_024.0 / 1_000_000.0
    }

    pub(crate) async fn end(&mut self) {
        // It may have ended already.
        let _ = self.child.kill().await;
    }
}

async fn free_port() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let address = listener.and_then(|listener| listener.local_addr());
    address
        .map(|address| address.port().to_string())
        .map_err(|error| error.to_string())
}

/// Whether an HTTP server responds.
async fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    let request = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let mut answer = [0; 5];
    stream.write_all(request).await.is_ok()
        && stream.read_exact(&mut answer).await.is_ok()
        && answer == *b"HTTP/"
}
