//! Servers of the API as processes, for programs that measure or attack them.

use std::ffi::OsString;
use std::fs::File;
use std::io::PipeWriter;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// The longest time until a server responds, or ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on loopback. It is killed with the value.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    /// `HOST:PORT` of the server.
    pub address: String,
    /// The time until its first response.
    pub started: Duration,
}

impl ServerProcess {
    /// Starts `stepwright serve` with these arguments, and waits until it responds. `path` is the
    /// command; by default it is the file `stepwright` in the folder of this program.
    ///
    /// # Errors
    ///
    /// When the command does not start, or the server does not respond.
    pub async fn stepwright(
        path: Option<&Path>,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, String> {
        Self::with_log(path, arguments, Stdio::null()).await
    }

    /// As [`stepwright`](Self::stepwright), and appends standard error to this file.
    ///
    /// # Errors
    ///
    /// As [`stepwright`](Self::stepwright).
    pub async fn stepwright_logged(
        path: Option<&Path>,
        arguments: impl IntoIterator<Item = OsString>,
        log: &Path,
    ) -> Result<Self, String> {
        let file = File::options().append(true).create(true).open(log);
        let file = file.map_err(|error| format!("{}: {error}", log.display()))?;
        Self::with_log(path, arguments, file.into()).await
    }

    /// As [`stepwright`](Self::stepwright), with this pipe as standard error.
    ///
    /// # Errors
    ///
    /// As [`stepwright`](Self::stepwright).
    pub async fn stepwright_piped(
        path: Option<&Path>,
        arguments: impl IntoIterator<Item = OsString>,
        log: PipeWriter,
    ) -> Result<Self, String> {
        Self::with_log(path, arguments, log.into()).await
    }

    async fn with_log(
        path: Option<&Path>,
        arguments: impl IntoIterator<Item = OsString>,
        log: Stdio,
    ) -> Result<Self, String> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => sibling()?,
        };
        let port = free_port().await?;
        let mut command = Command::new(&path);
        command
            .args(["serve", "--port", &port])
            .args(arguments)
            .env_remove("SFN_MOCK_CONFIG")
            .stderr(log);
        Self::start(command, &port).await.map_err(|error| {
            format!(
                "{}: {error}; build it with `cargo build --release -p stepwright-cli`",
                path.display()
            )
        })
    }

    /// Starts a server that listens on this port, and waits until it responds.
    ///
    /// # Errors
    ///
    /// When the command does not start, or the server does not respond.
    pub async fn start(mut command: Command, port: &str) -> Result<Self, String> {
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| error.to_string())?;
        while !responds(&address).await {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!("the server ended with {status}"));
            }
            if begun.elapsed() > PATIENCE {
                return Err("the server does not respond".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self {
            child,
            address,
            started: begun.elapsed(),
        })
    }

    /// Returns the resident memory of the process in megabytes; 0 if the system does not report it.
    pub fn megabytes(&self) -> f64 {
        self.status_field("VmRSS:")
    }

    /// Returns the largest resident memory of the process until now in megabytes; 0 if the system
    /// does not report it.
    pub fn peak_megabytes(&self) -> f64 {
        self.status_field("VmHWM:")
    }

    fn status_field(&self, name: &str) -> f64 {
        let id = self.child.id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = value.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        kibibytes.unwrap_or(0.0) * 1_024.0 / 1_000_000.0
    }

    /// Sends SIGTERM, as a supervisor does.
    ///
    /// # Errors
    ///
    /// When the process has ended.
    pub async fn terminate(&self) -> Result<(), String> {
        let id = self.child.id().ok_or("the server has ended by itself")?;
        let sent = Command::new("kill").arg(id.to_string()).status().await;
        sent.map(drop).map_err(|error| error.to_string())
    }

    /// Sends SIGTERM, and waits for the end of the process.
    ///
    /// # Errors
    ///
    /// When the process has ended before, or does not end.
    pub async fn end(&mut self) -> Result<ExitStatus, String> {
        self.terminate().await?;
        self.ended().await
    }

    /// Waits for the end of the process.
    ///
    /// # Errors
    ///
    /// When the process does not end.
    pub async fn ended(&mut self) -> Result<ExitStatus, String> {
        match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(ended) => ended.map_err(|error| error.to_string()),
            Err(_) => Err("the server does not end".to_owned()),
        }
    }

    /// Kills the process. It may have ended already.
    pub async fn kill(&mut self) {
        let _ended = self.child.kill().await;
    }
}

/// The bytes of a request of `/health`, for [`Client::send`](crate::client::Client::send).
pub fn health_request(address: &str) -> Vec<u8> {
    format!("GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
}

/// Returns the path of the command in the folder of this program.
///
/// # Errors
///
/// When the system does not report the path of this program.
pub fn sibling() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    Ok(this.with_file_name("stepwright"))
}

/// Returns a port of loopback that no program uses.
///
/// # Errors
///
/// When there is none.
pub async fn free_port() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let address = listener.and_then(|listener| listener.local_addr());
    address
        .map(|address| address.port().to_string())
        .map_err(|error| error.to_string())
}

/// Whether an HTTP server responds.
async fn responds(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut response = [0; 5];
    stream.write_all(request.as_bytes()).await.is_ok()
        && stream.read_exact(&mut response).await.is_ok()
        && response == *b"HTTP/"
}
