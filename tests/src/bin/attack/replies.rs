//! Replies that are much larger than their requests.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::Setup;
use crate::target::Target;

const PATIENCE: Duration = Duration::from_secs(120);
/// The bound of a small request next to slow readers.
const SMALL: Duration = Duration::from_secs(2);

/// Eight clients that read a history of large events.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let mut target = Target::start(setup, [] as [&str; 0]).await?;
    let execution = large_history(setup, &mut target).await?;
    let begun = Instant::now();
    let mut reads = Vec::new();
    for _ in 0..8 {
        let client = target.client().await?;
        reads.push(tokio::spawn(read_all(client, execution.clone())));
    }
    let mut counts = Vec::new();
    for read in reads {
        counts.push(read.await.map_err(|error| error.to_string())??);
    }
    let expected = counts.first().copied().unwrap_or_default();
    if expected < 4 * turns(setup) || counts.iter().any(|count| *count != expected) {
        return Err(format!(
            "the clients read different histories: {counts:?} events"
        ));
    }
    let took = begun.elapsed().as_secs_f64();
    let seen = target.finish(setup).await?;
    Ok(format!(
        "eight clients read {expected} events of 255 KB in {took:.1} s; {seen}"
    ))
}

/// Clients that send a request for a large reply and never read.
pub(crate) async fn without_reading(setup: &Setup) -> Result<String, String> {
    let mut target = Target::start(setup, [] as [&str; 0]).await?;
    let execution = large_history(setup, &mut target).await?;
    let mut client = target.client().await?;
    let large = client.request("GetExecutionHistory", &history_of(&execution));
    let readers = setup.choose(50, 300);
    let mut idle = Vec::new();
    for _ in 0..readers {
        let stream = TcpStream::connect(&target.server.address).await;
        let mut stream = stream.map_err(|error| error.to_string())?;
        // The server may close the connection.
        let _sent = stream.write_all(&large).await;
        idle.push(stream);
    }
    let mut longest = Duration::ZERO;
    let request = json!({"executionArn": execution, "includedData": "METADATA_ONLY"});
    for _ in 0..setup.choose(20, 200) {
        let begun = Instant::now();
        client.call("DescribeExecution", &request).await?;
        longest = longest.max(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(idle);
    if longest > SMALL {
        return Err(format!(
            "a small request took {} ms next to {readers} clients that do not read",
            longest.as_millis()
        ));
    }
    let seen = target.finish(setup).await?;
    Ok(format!(
        "{readers} clients that do not read; small requests took at most {} ms; {seen}",
        longest.as_millis()
    ))
}

fn turns(setup: &Setup) -> usize {
    setup.choose(50, 250)
}

/// Runs an execution whose events have about 255 KB each.
async fn large_history(setup: &Setup, target: &mut Target) -> Result<Json, String> {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Next": "Again", "Output": "{% $merge([$states.input, {'n': $states.input.n + 1}]) %}"},
        "Again": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Condition": format!("{{% $states.input.n < {} %}}", turns(setup)), "Next": "Count"},
        ]},
        "Done": {"Type": "Succeed"},
    }});
    let machine = target.create("large", "STANDARD", &definition).await?;
    let input = json!({"n": 0, "text": "x".repeat(255_000)});
    let execution = target.start_execution(&machine, &input).await?;
    let ended = target.end_of(&execution, PATIENCE).await?;
    match ended["status"].as_str() {
        Some("SUCCEEDED") => Ok(execution),
        _ => Err(format!(
            "the execution with a large history ended with {}",
            ended["cause"]
        )),
    }
}

fn history_of(execution: &Json) -> Json {
    json!({"executionArn": execution, "maxResults": 1_000})
}

/// Reads all pages. Returns the number of events.
async fn read_all(mut client: Client, execution: Json) -> Result<usize, String> {
    let mut request = history_of(&execution);
    let mut count = 0;
    loop {
        let page = client.call("GetExecutionHistory", &request).await?;
        count += page["events"].as_array().map_or(0, Vec::len);
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return Ok(count),
        }
    }
}
