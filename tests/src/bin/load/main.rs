//! `cargo run --release -p stepwright-tests --bin load`: the rate of StartExecution calls of a
//! server of the API, compared with moto's server.
//!
//! Client and server run on this machine and share its processors. The executions are of a Standard
//! workflow with five states and run concurrently. Connections are reused, with one call at a time.
//! The program prints a line for each server: calls per second and their latencies; for
//! `stepwright serve` also the time until its first response and its memory.

mod report;

use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::{ServerProcess, free_port};
use tokio::process::Command;
use tokio::sync::Barrier;

use self::report::Report;

const USAGE: &str = "usage: load [--endpoint HOST:PORT] [--stepwright PATH] [--connections N] [--seconds N] [--without-moto]

  --endpoint HOST:PORT   a running server, instead of one that this program starts
  --stepwright PATH      the command; by default `stepwright` next to this program
  --connections N        the number of concurrent connections; 16 by default
  --seconds N            how long each server is measured; 10 by default
  --without-moto         do not measure moto's server; by default it is measured if `moto_server` is installed";

/// The arguments of the command line.
struct Arguments {
    endpoint: Option<String>,
    stepwright: Option<PathBuf>,
    connections: usize,
    time: Duration,
    has_moto: bool,
}

impl Arguments {
    fn read() -> Option<Self> {
        let mut read = Self {
            endpoint: None,
            stepwright: None,
            connections: 16,
            time: Duration::from_secs(10),
            has_moto: true,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--endpoint" => read.endpoint = Some(words.next()?),
                "--stepwright" => read.stepwright = Some(words.next()?.into()),
                "--connections" => read.connections = words.next()?.parse().ok()?,
                "--seconds" => read.time = Duration::from_secs(words.next()?.parse().ok()?),
                "--without-moto" => read.has_moto = false,
                _ => return None,
            }
        }
        (read.connections > 0 && !read.time.is_zero()).then_some(read)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(arguments) = Arguments::read() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match measure(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<(), String> {
    if let Some(address) = &arguments.endpoint {
        println!("{}", load(address, arguments, true).await?);
        return Ok(());
    }
    let mut ours = ServerProcess::stepwright(arguments.stepwright.as_deref(), []).await?;
    println!(
        "stepwright serve answers {:.0} ms after it is started, and has {:.1} MB",
        ours.started.as_secs_f64() * 1_000.0,
        ours.megabytes()
    );
    println!(
        "stepwright serve: {}",
        load(&ours.address, arguments, true).await?
    );
    println!("stepwright serve then has {:.1} MB", ours.megabytes());
    ours.kill().await;
    if !arguments.has_moto {
        return Ok(());
    }
    let Some(mut moto) = moto().await? else {
        println!(
            "moto: not measured, `moto_server` is not installed (pip install 'moto[server,stepfunctions]')"
        );
        return Ok(());
    };
    // It does not run states: its executions are RUNNING until they are stopped.
    println!("moto: {}", load(&moto.address, arguments, false).await?);
    moto.kill().await;
    Ok(())
}

/// Five states, each with some work.
fn definition() -> Json {
    json!({"StartAt": "Take", "States": {
        "Take": {"Type": "Pass", "Parameters": {"total.$": "$.total", "items.$": "$.items"}, "Next": "Large"},
        "Large": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 1_000, "Next": "Review"}], "Default": "Price"},
        "Review": {"Type": "Fail", "Error": "TooLarge"},
        "Price": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.total, 5)", "items.$": "$.items"}, "Next": "Label"},
        "Label": {"Type": "Pass", "Result": "paid", "ResultPath": "$.state", "Next": "Done"},
        "Done": {"Type": "Succeed"}
    }})
}

/// Sends requests to a server for this duration, and compares its results with the expected ones.
async fn load(address: &str, arguments: &Arguments, runs: bool) -> Result<Report, String> {
    let mut client = Client::connect(address).await?;
    let role = "arn:aws:iam::123456789012:role/load";
    let name = format!("load-{}", std::process::id());
    let created = client
        .call(
            "CreateStateMachine",
            &json!({"name": name, "definition": definition().to_string(), "roleArn": role}),
        )
        .await?;
    let start = json!({
        "stateMachineArn": created["stateMachineArn"],
        "input": r#"{"total": 12, "items": [{"sku": "a-1", "count": 2}, {"sku": "b-7", "count": 1}]}"#,
    });
    let barrier = Arc::new(Barrier::new(arguments.connections + 1));
    let mut tasks = Vec::new();
    for _ in 0..arguments.connections {
        let mut client = Client::connect(address).await?;
        let (barrier, request) = (barrier.clone(), client.request("StartExecution", &start));
        let time = arguments.time;
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            let (begun, mut times, mut last) = (Instant::now(), Vec::new(), Json::Null);
            while begun.elapsed() < time {
                let asked = Instant::now();
                let (status, started) = client.send(&request).await?;
                times.push(asked.elapsed());
                if status != 200 {
                    return Err(format!("a start was answered with {status}: {started}"));
                }
                last = started;
            }
            Ok::<_, String>((times, last))
        }));
    }
    barrier.wait().await;
    let begun = Instant::now();
    let (mut times, mut last) = (Vec::new(), Vec::new());
    for task in tasks {
        let (of_one, execution) = task.await.map_err(|error| error.to_string())??;
        times.extend(of_one);
        last.push(execution);
    }
    let took = begun.elapsed();
    if runs {
        // The executions that were started last end last, so all have ended after them.
        for execution in &last {
            ends(&mut client, &execution["executionArn"]).await?;
        }
    }
    Ok(Report::new(times, took, begun.elapsed()))
}

async fn ends(client: &mut Client, execution: &Json) -> Result<(), String> {
    let request = json!({"executionArn": execution});
    loop {
        let described = client.call("DescribeExecution", &request).await?;
        match described["status"].as_str() {
            Some("SUCCEEDED") => return Ok(()),
            Some("RUNNING") => tokio::time::sleep(Duration::from_millis(5)).await,
            _ => return Err(format!("an execution ended with {described}")),
        }
    }
}

/// Starts moto's server, if it is installed.
async fn moto() -> Result<Option<ServerProcess>, String> {
    let help = Command::new("moto_server")
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if help.await.is_err() {
        return Ok(None);
    }
    let port = free_port().await?;
    let mut command = Command::new("moto_server");
    command.args(["-p", &port]).stderr(Stdio::null());
    ServerProcess::start(command, &port).await.map(Some)
}
