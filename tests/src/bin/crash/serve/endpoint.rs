//! The HTTP endpoint that answers the tasks of the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_runtime::task::TaskFailure;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::log::Line;
use crate::verdict::Broken;
use crate::world::{self, TokenRequest, World};

/// The functions that the endpoint answers, with their paths.
const FUNCTIONS: [(&str, &str); 3] = [
    ("note", "/note"),
    ("fails once", "/fails-once"),
    ("ask", "/ask"),
];
/// How often the file of the commands is read.
const POLL: Duration = Duration::from_millis(20);

/// Listens on a free port of this machine.
pub(crate) async fn listen(world: Arc<World>) -> Result<SocketAddr, Broken> {
    let cannot = |error: std::io::Error| format!("the endpoint cannot listen: {error}");
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let world = world.clone();
            tokio::spawn(async move {
                // A server that is killed breaks its connections.
                let _broken = serve(stream, &world).await;
            });
        }
    });
    Ok(address)
}

/// Returns the bindings of the command line.
pub(crate) fn bindings(address: SocketAddr) -> Vec<String> {
    let binding = |(function, path): (&str, &str)| format!("{function}=http://{address}{path}");
    FUNCTIONS.into_iter().map(binding).collect()
}

/// Answers the requests of one connection.
async fn serve(stream: TcpStream, world: &Arc<World>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut path, mut length, mut line) = (String::new(), 0, String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if path.is_empty() {
                text.split(' ')
                    .nth(1)
                    .unwrap_or_default()
                    .clone_into(&mut path);
            } else if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let call = serde_json::from_slice(&body).unwrap_or_default();
        let (status, body) = match answer(world, &path, call).await {
            Ok(output) => (200, output),
            Err(failure) => (500, json!({"error": failure.error, "cause": failure.cause})),
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .get_mut()
            .write_all((head + &body).as_bytes())
            .await?;
    }
}

async fn answer(world: &Arc<World>, path: &str, call: Value) -> Result<Value, TaskFailure> {
    match path {
        "/note" => world.note(call, false).await,
        "/fails-once" => world.note(call, true).await,
        "/ask" => world.hand_out(call).await,
        _ => Err(TaskFailure::new("Unbound", path)),
    }
}

/// The command that appends the input of a task to a file.
pub(crate) fn command(file: &str) -> String {
    format!("read -r line; printf '%s\\n' \"$line\" >> '{file}'; echo '{{}}'")
}

/// Reads the calls that commands append to the file, and has their tokens answered.
pub(crate) async fn read_calls(world: Arc<World>, path: PathBuf) -> Result<(), Broken> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut options = tokio::fs::OpenOptions::new();
    let options = options.read(true).append(true).create(true);
    let mut file = options.open(&path).await.map_err(failed)?;
    let mut unread = Vec::new();
    loop {
        tokio::time::sleep(POLL).await;
        file.read_to_end(&mut unread).await.map_err(failed)?;
        while let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = unread.drain(..=end).collect();
            // A server that was killed had not written the input yet.
            if line.trim_ascii().is_empty() {
                continue;
            }
            let call: Value = serde_json::from_slice(&line)
                .map_err(|error| format!("a command wrote no JSON: {error}"))?;
            let attempt = world::attempt(&call);
            world.log.write(Line::Start(attempt.clone())).await;
            world.ask(TokenRequest {
                execution: attempt.execution,
                token: attempt.token.unwrap_or_default(),
                says: attempt.task,
            });
        }
    }
}
