//! Starts without open files, with wrong variables, and with a wall clock that no date can express.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stepwright_tests::faketime;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::Setup;

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// 10000-01-01T00:00:00Z in seconds after 1970.
const YEAR_10000: i64 = 253_402_300_800;

/// The result of one start of a server.
struct Served {
    /// The first line of standard output; empty if the server did not start.
    address: String,
    status: Option<i32>,
    errors: String,
    /// The response to a request of `/health`.
    health: String,
}

/// Starts a server again and again. None may panic.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let files = open_files(setup).await?;
    let variables = variables(setup).await?;
    let clocks = clocks(setup).await?;
    Ok(format!(
        "{files} limits of open files, {variables} wrong variables and {clocks} wrong clocks: no panic"
    ))
}

fn io(error: std::io::Error) -> String {
    error.to_string()
}

/// Starts a server, requests `/health` if it listens, and ends it with SIGTERM.
async fn serve(mut command: Command, requests_health: bool) -> Result<Served, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(io)?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let mut address = String::new();
    let mut stdout = BufReader::new(stdout);
    let line = tokio::time::timeout(PATIENCE, stdout.read_line(&mut address)).await;
    line.map_err(|_| "a server neither starts nor ends")?
        .map_err(io)?;
    let mut health = String::new();
    if let Some(host) = address.trim_end().strip_prefix("http://") {
        if requests_health {
            health = request_health(host).await?;
        }
        let id = child.id().ok_or("the server has ended")?;
        let sent = Command::new("kill").arg(id.to_string()).status().await;
        sent.map_err(io)?;
    }
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.map_err(|_| "a server does not end")?.map_err(io)?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if errors.contains("panicked") {
        Err(format!("a panic: {errors}"))
    } else {
        Ok(Served {
            address,
            status: output.status.code(),
            errors,
            health,
        })
    }
}

async fn request_health(host: &str) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(host).await?;
        let request = format!("GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        std::io::Result::Ok(response)
    };
    let response = tokio::time::timeout(PATIENCE, exchange).await;
    response.map_err(|_| "/health is not answered")?.map_err(io)
}

/// Starts servers with each limit of open files.
async fn open_files(setup: &Setup) -> Result<usize, String> {
    let stepwright = setup.command()?;
    let program = stepwright.as_std().get_program().to_owned();
    let store = setup.folder.path().join("starts.db");
    let limits = setup.choose(8..36, 4..80);
    let count = limits.len();
    for limit in limits {
        for has_store in [false, true] {
            let mut command = Command::new("sh");
            command
                .args(["-c", r#"ulimit -n "$1" && shift && exec "$@""#, "sh"])
                .arg(limit.to_string())
                .arg(&program)
                .args(["serve", "--port", "0"])
                .kill_on_drop(true);
            if has_store {
                command.arg("--store").arg(&store);
            }
            let served = serve(command, false).await;
            let served = served.map_err(|error| format!("`ulimit -n {limit}`: {error}"))?;
            // The shell itself fails below 8, with 126 or 127.
            if served.address.is_empty() && (served.status == Some(0) || served.errors.is_empty()) {
                return Err(format!(
                    "`ulimit -n {limit}`: the server ends without a reason"
                ));
            }
        }
    }
    Ok(count)
}

/// Starts servers with variables of libraries whose values are wrong.
async fn variables(setup: &Setup) -> Result<usize, String> {
    let wrong = [
        ("TOKIO_WORKER_THREADS", "0"),
        ("TOKIO_WORKER_THREADS", ""),
        ("TOKIO_WORKER_THREADS", "many"),
        ("TOKIO_WORKER_THREADS", "18446744073709551616"),
        ("RUST_MIN_STACK", "99999999999999"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "99999999999999"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"),
        ("OTEL_BSP_SCHEDULE_DELAY", "18446744073709551615"),
        ("OTEL_RESOURCE_ATTRIBUTES", "%zz,=,a"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b=c,="),
        ("TZ", "No/Where"),
        ("COLUMNS", "0"),
        ("HOME", "/nowhere"),
        ("TMPDIR", "/nowhere"),
    ];
    for (name, value) in wrong {
        let mut command = setup.command()?;
        command
            .args(["serve", "--port", "0", "--otlp", "http://127.0.0.1:1"])
            .env(name, value);
        let served = serve(command, true).await;
        let served = served.map_err(|error| format!("{name}={value}: {error}"))?;
        let is_right = if served.address.is_empty() {
            served.status == Some(1) && served.errors.contains(name)
        } else {
            served.status == Some(0) && served.health.starts_with("HTTP/1.1 200")
        };
        if !is_right {
            let Served {
                status,
                errors,
                health,
                ..
            } = served;
            return Err(format!(
                "{name}={value}: status {status:?}: {errors}{health}"
            ));
        }
    }
    Ok(wrong.len())
}

/// Starts servers with wall clocks around the limits of dates.
async fn clocks(setup: &Setup) -> Result<usize, String> {
    let library = faketime::library()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_err(|_| "the clock of this machine is wrong")?;
    let now = i64::try_from(now.as_secs()).map_err(|error| error.to_string())?;
    let times = [
        (0, "200"),
        (YEAR_10000 - 3_600 - now, "200"),
        (YEAR_10000 + 3_600 - now, "503"),
        (300 * YEAR_10000 / 253 - now, "503"),
        (-3_600 - now, "503"),
        (-300_000_000 - now, "503"),
    ];
    for (offset, status) in times {
        let served = under_clock(setup, &library, offset).await;
        let served = served.map_err(|error| format!("a clock {offset:+} s off: {error}"))?;
        if served.status != Some(0) || !served.health.starts_with(&format!("HTTP/1.1 {status}")) {
            let Served {
                status,
                errors,
                health,
                ..
            } = served;
            return Err(format!(
                "a clock {offset:+} s off: {status:?}: {errors}{health}"
            ));
        }
    }
    Ok(times.len() - 2)
}

async fn under_clock(setup: &Setup, library: &Path, offset: i64) -> Result<Served, String> {
    let mut command = setup.command()?;
    command
        .args(["serve", "--port", "0", "--console", "on"])
        .env("LD_PRELOAD", library)
        .env("FAKETIME", format!("{offset:+}"))
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    serve(command, true).await
}
