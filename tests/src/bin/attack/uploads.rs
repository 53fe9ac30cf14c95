//! Large requests that never end.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::Setup;
use crate::target::Target;

const CONNECTIONS: usize = 90;
const BYTES: usize = 1_500_000;
/// The bound of a small start next to them.
const SMALL: Duration = Duration::from_secs(1);

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let mut target = Target::start(setup, [] as [&str; 0]).await?;
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let machine = target.create("small", "STANDARD", &definition).await?;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: AWSStepFunctions.StartExecution\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {BYTES}\r\n\r\n",
        target.server.address
    );
    let body = vec![b' '; BYTES - 1];
    let mut stalled = Vec::new();
    for _ in 0..CONNECTIONS {
        let address = target.server.address.clone();
        let (head, body) = (head.clone(), body.clone());
        stalled.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.ok()?;
            stream.write_all(head.as_bytes()).await.ok()?;
            // The server reads no more than it has memory for.
            stream.write_all(&body).await.ok()?;
            Some(stream)
        }));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let input = json!({"text": "x".repeat(20_000)});
    let mut longest = Duration::ZERO;
    let begun = Instant::now();
    while begun.elapsed() < setup.choose(Duration::from_secs(2), Duration::from_secs(10)) {
        let asked = Instant::now();
        target.start_execution(&machine, &input).await?;
        longest = longest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for one in stalled {
        one.abort();
    }
    let seen = target.finish(setup).await?;
    if longest > SMALL {
        let took = longest.as_millis();
        return Err(format!("a small start took {took} ms; {seen}"));
    }
    Ok(format!(
        "{CONNECTIONS} stalled requests of 1.5 MB; small starts took at most {} ms; {seen}",
        longest.as_millis()
    ))
}
