//! Handlers whose result has no end.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Setup;
use crate::target::Target;

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?;
    let endpoint = tokio::spawn(serve_without_end(listener));
    let bytes: u64 = setup.choose(200_000_000, 3_000_000_000);
    let tasks = [
        format!("Zeros=head -c {bytes} /dev/zero"),
        format!("Text=yes '\"a\"' | head -c {bytes}"),
        "Endless=yes".to_owned(),
        format!("Errors=head -c {bytes} /dev/zero | tr '\\0' 'e' >&2; exit 1"),
        format!("Lines=yes | head -c {bytes} >&2; echo 1"),
        // A child that outlives the command has its output open.
        "Orphan=yes & exit 0".to_owned(),
        format!("Endpoint=http://{port}/"),
    ];
    let arguments = tasks.iter().flat_map(|task| ["--task", task.as_str()]);
    let mut target = Target::start(setup, arguments).await?;
    let mut executions = Vec::new();
    for name in tasks
        .iter()
        .filter_map(|task| Some(task.split_once('=')?.0))
    {
        let definition = json!({"StartAt": name, "States": {
            name: {"Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"), "End": true, "TimeoutSeconds": 30},
        }});
        let machine = target.create(name, "STANDARD", &definition).await?;
        executions.push((name, target.start_execution(&machine, &json!({})).await?));
    }
    let mut ends = Vec::new();
    for (name, execution) in &executions {
        let ended = target.end_of(execution, PATIENCE).await;
        let ended = ended.map_err(|error| format!("{name}: {error}"))?;
        let end = ended["error"].as_str().or(ended["status"].as_str());
        ends.push(format!("{name} {}", end.unwrap_or_default()));
    }
    let seen = target.finish(setup).await?;
    endpoint.abort();
    Ok(format!("{}; {seen}", ends.join(", ")))
}

/// Sends a response without an end to each request.
async fn serve_without_end(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(respond_without_end(stream));
    }
}

async fn respond_without_end(mut stream: TcpStream) {
    let mut request = [0; 4_096];
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "1".repeat(0x10000));
    let Ok(1..) = stream.read(&mut request).await else {
        return;
    };
    let mut sent = stream.write_all(head.as_bytes()).await;
    while sent.is_ok() {
        sent = stream.write_all(chunk.as_bytes()).await;
    }
}
