//! Pages about a state machine with thousands of states, and requests that compile one.

use std::time::{Duration, Instant};

use serde_json::{Map, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Setup;
use crate::target::Target;

/// The bound of a page.
const PAGE: Duration = Duration::from_secs(60);

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let mut target = Target::start(setup, [] as [&str; 0]).await?;
    let count = setup.choose(500, 6_000);
    let mut states = Map::new();
    for number in 0..count {
        let (name, next) = (format!("S{number}"), format!("S{}", number + 1));
        let state = match number % 3 {
            0 => json!({"Type": "Choice", "Default": next, "Choices": [
                {"Variable": "$.n", "NumericEquals": number, "Next": format!("S{}", (number * 7) % count)},
            ]}),
            _ => json!({"Type": "Pass", "Next": next}),
        };
        states.insert(name, state);
    }
    states.insert(format!("S{count}"), json!({"Type": "Succeed"}));
    let definition = json!({"StartAt": "S0", "States": states});
    let machine = target.create("large", "STANDARD", &definition).await?;
    let execution = target.start_execution(&machine, &json!({"n": -1})).await?;
    let execution = execution.as_str().unwrap_or_default();
    let paths = [
        "/console/machine?name=large&tab=definition".to_owned(),
        "/console/machine?name=large".to_owned(),
        format!("/console/execution?arn={execution}"),
        "/console/executions?machine=large".to_owned(),
    ];
    let begun = Instant::now();
    let mut pages = Vec::new();
    for path in paths.iter().cycle().take(8) {
        let (address, path) = (target.server.address.clone(), path.clone());
        pages.push(tokio::spawn(get(address, path)));
    }
    for page in pages {
        let read = tokio::time::timeout(PAGE, page).await;
        let read = read.map_err(|_| "a page takes longer than a minute".to_owned())?;
        read.map_err(|error| error.to_string())??;
    }
    let took = begun.elapsed().as_secs_f64();
    let mut client = target.client().await?;
    let request = json!({"definition": definition.to_string()});
    client
        .call("ValidateStateMachineDefinition", &request)
        .await?;
    let seen = target.finish(setup).await?;
    Ok(format!(
        "eight pages of {count} states in {took:.1} s; {seen}"
    ))
}

/// Reads a page to its end.
async fn get(address: String, path: String) -> Result<(), String> {
    let broken = |error: std::io::Error| format!("{path}: {error}");
    let mut stream = TcpStream::connect(&address).await.map_err(broken)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.map_err(broken)?;
    if response.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        let head = String::from_utf8_lossy(&response);
        Err(format!(
            "{path}: {}",
            head.lines().next().unwrap_or_default()
        ))
    }
}
