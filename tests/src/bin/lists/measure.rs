//! Measurements.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::health_request;
use stepwright_tests::times::Times;

use crate::fill::Machine;

/// How often a page is read.
const READS: usize = 40;
/// The pause between two calls next to the lists.
const PAUSE: Duration = Duration::from_millis(2);

/// Measures pages of ten: the first one, one in the middle of the list, and the first one of each
/// filter.
pub(crate) async fn pages(address: &str, what: &str, machine: &Machine) -> Result<(), String> {
    let mut client = Client::connect(address).await?;
    let all = json!({"stateMachineArn": machine.arn});
    let mut middle = json!({"stateMachineArn": machine.arn, "maxResults": 1_000});
    let mut tokens = Vec::new();
    let count = read_all(&mut client, &mut middle, &mut tokens).await?;
    println!("{what}: {count} executions");
    let token = tokens.get(tokens.len() / 2).cloned();
    let with = |name: &str, value: Json| {
        let mut request = all.clone();
        request[name] = value;
        request
    };
    let requests = [
        ("the first page", all.clone()),
        (
            "a page in the middle",
            with("nextToken", token.unwrap_or_default()),
        ),
        ("FAILED", with("statusFilter", "FAILED".into())),
        ("RUNNING", with("statusFilter", "RUNNING".into())),
        ("REDRIVEN", with("redriveFilter", "REDRIVEN".into())),
        ("of an alias", json!({"stateMachineArn": machine.alias})),
    ];
    for (name, mut request) in requests {
        if request["nextToken"].is_null() {
            request
                .as_object_mut()
                .map(|request| request.remove("nextToken"));
        }
        request["maxResults"] = json!(10);
        let request = client.request("ListExecutions", &request);
        let mut times = Vec::with_capacity(READS);
        let mut rows = 0;
        for _ in 0..READS {
            let begun = Instant::now();
            let (status, listed) = client.send(&request).await?;
            times.push(begun.elapsed());
            if status != 200 {
                return Err(format!("a list was refused with {status}: {listed}"));
            }
            rows = listed["executions"].as_array().map_or(0, Vec::len);
        }
        println!("{what}: {name}, {rows} rows: {}", Times::of(times));
    }
    Ok(())
}

/// Reads a list to its end. Returns the number of its rows.
async fn read_all(
    client: &mut Client,
    request: &mut Json,
    tokens: &mut Vec<Json>,
) -> Result<usize, String> {
    let mut rows = 0;
    loop {
        let listed = client.call("ListExecutions", request).await?;
        rows += listed["executions"].as_array().map_or(0, Vec::len);
        match listed.get("nextToken") {
            Some(token) => {
                request["nextToken"] = token.clone();
                tokens.push(token.clone());
            }
            None => return Ok(rows),
        }
    }
}

/// Measures pages of 1,000 closed executions while executions start.
pub(crate) async fn large_pages(
    address: &str,
    machine: &Machine,
    time: Duration,
) -> Result<(), String> {
    let mut client = Client::connect(address).await?;
    let start = json!({"stateMachineArn": machine.arn, "input": r#"{"fails": false}"#});
    let start = client.request("StartExecution", &start);
    let is_over = Arc::new(AtomicBool::new(false));
    let mut starter = Client::connect(address).await?;
    let over = is_over.clone();
    let starts = tokio::spawn(async move {
        let mut starts = 0;
        while !over.load(Ordering::Relaxed) {
            let (status, answer) = starter.send(&start).await?;
            if status != 200 {
                return Err(format!("a start was refused with {status}: {answer}"));
            }
            starts += 1;
        }
        Ok::<usize, String>(starts)
    });
    let first = json!({
        "stateMachineArn": machine.arn, "statusFilter": "SUCCEEDED", "maxResults": 1_000,
    });
    let (begun, mut request, mut times) = (Instant::now(), first.clone(), Vec::new());
    while begun.elapsed() < time {
        let sent = client.request("ListExecutions", &request);
        let asked = Instant::now();
        let (status, listed) = client.send(&sent).await?;
        times.push(asked.elapsed());
        if status != 200 {
            return Err(format!("a list was refused with {status}: {listed}"));
        }
        request = first.clone();
        if let Some(token) = listed.get("nextToken") {
            request["nextToken"] = token.clone();
        }
    }
    is_over.store(true, Ordering::Relaxed);
    let starts = starts.await.map_err(|error| error.to_string())??;
    println!(
        "store: pages of 1,000 rows next to {starts} starts: {}",
        Times::of(times)
    );
    Ok(())
}

/// Lists everything over three connections, and calls `/health` and StartExecution until then.
/// Returns the longest call.
pub(crate) async fn stall(
    address: &str,
    machine: &Machine,
    time: Duration,
) -> Result<Duration, String> {
    let is_over = Arc::new(AtomicBool::new(false));
    let lists = Arc::new(AtomicUsize::new(0));
    let heavy = [
        json!({"stateMachineArn": machine.arn, "redriveFilter": "REDRIVEN", "maxResults": 1_000}),
        json!({"stateMachineArn": machine.alias, "maxResults": 1_000}),
        json!({"stateMachineArn": machine.arn, "redriveFilter": "NOT_REDRIVEN", "maxResults": 1_000}),
    ];
    let mut listing = Vec::new();
    for request in heavy {
        let mut client = Client::connect(address).await?;
        let (is_over, lists) = (is_over.clone(), lists.clone());
        listing.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                read_all(&mut client, &mut request.clone(), &mut Vec::new()).await?;
                lists.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, String>(())
        }));
    }
    let client = Client::connect(address).await?;
    let start = json!({"stateMachineArn": machine.arn, "input": r#"{"fails": false}"#});
    let start = client.request("StartExecution", &start);
    let health = health_request(address);
    let mut probes = Vec::new();
    for request in [health, start] {
        let mut client = Client::connect(address).await?;
        let is_over = is_over.clone();
        probes.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let (status, answer) = client.send(&request).await?;
                times.push(begun.elapsed());
                if status != 200 {
                    return Err(format!("a call was refused with {status}: {answer}"));
                }
                tokio::time::sleep(PAUSE).await;
            }
            Ok(times)
        }));
    }
    tokio::time::sleep(time).await;
    is_over.store(true, Ordering::Relaxed);
    let mut longest = Duration::ZERO;
    for (name, probe) in ["/health", "StartExecution"].into_iter().zip(probes) {
        let times = Times::of(probe.await.map_err(|error| error.to_string())??);
        longest = longest.max(times.longest());
        println!("next to three lists: {name}: {times}");
    }
    for list in listing {
        list.await.map_err(|error| error.to_string())??;
    }
    println!(
        "next to them: {} whole lists",
        lists.load(Ordering::Relaxed)
    );
    Ok(longest)
}
