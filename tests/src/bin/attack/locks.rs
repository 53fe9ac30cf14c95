//! File locks that the operating system fails to take or to release.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::{self, ServerProcess};

use crate::Setup;
use crate::target::last_lines;

const ROLE: &str = "arn:aws:iam::123456789012:role/attack";
/// How long a start may be refused: a commit waits 5 seconds for a lock.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so many calls of `fcntl` the main thread has opened the store, unless other threads delay
/// it.
const FIRST: u64 = 140;
/// The number of starts that call `fcntl` more often than any choice of the failing call.
const STARTS: usize = 60;

/// One call of `fcntl` fails in each thread of a server. Each start is answered soon, and the
/// executions are there after a kill.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let rounds = setup.choose(3, 20);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let failing = FIRST + (setup.seed * 31 + round * 7) % 97;
        let took = one_round(setup, failing).await;
        let took = took.map_err(|error| {
            let log = fs::read_to_string(setup.folder.path().join("log.txt")).unwrap_or_default();
            let log = last_lines(&log);
            format!("call {failing} of fcntl fails: {error}; the last lines of the server: {log}")
        })?;
        slowest = slowest.max(took);
    }
    Ok(format!(
        "{rounds} failed calls of fcntl: {STARTS} starts each, the slowest took {:.1} s",
        slowest.as_secs_f64()
    ))
}

/// Returns the longest time of a start.
async fn one_round(setup: &Setup, failing: u64) -> Result<Duration, String> {
    let folder = setup.folder.path();
    let (log, store) = (folder.join("log.txt"), folder.join("locks.db"));
    let command = match &setup.stepwright {
        Some(path) => path.clone(),
        None => process::sibling()?,
    };
    // With -D the server, and not strace, is the process that this program kills.
    let traced = folder.join("traced");
    let script = format!(
        "#!/bin/sh\nexec strace -D -f -qq -o /dev/null -e trace=fcntl -e inject=fcntl:error=ENOLCK:when={failing} '{}' \"$@\"\n",
        command.display()
    );
    fs::write(&traced, script).map_err(|error| error.to_string())?;
    let may_run = fs::set_permissions(&traced, Permissions::from_mode(0o755));
    may_run.map_err(|error| error.to_string())?;
    let arguments = || ["--store".into(), store.clone().into_os_string()];

    let server = ServerProcess::stepwright_logged(Some(&traced), arguments(), &log).await;
    let mut server = match server {
        // The call is one of the start, which may fail.
        Err(error) if error.contains("exit status: 1") => return Ok(Duration::ZERO),
        server => server?,
    };
    let mut client = Client::connect(&server.address).await?;
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let request = json!({"name": format!("m{failing}"), "definition": definition.to_string(), "roleArn": ROLE});
    let machine = answered(&mut client, "CreateStateMachine", &request).await?;
    let machine = machine["stateMachineArn"].clone();
    let mut slowest = Duration::ZERO;
    let mut started = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let request = json!({"stateMachineArn": machine, "input": "{}"});
        let answer = answered(&mut client, "StartExecution", &request).await?;
        started.push(answer["executionArn"].clone());
        slowest = slowest.max(begun.elapsed());
    }
    server.kill().await;

    let log = fs::read_to_string(&log).map_err(|error| error.to_string())?;
    if let Some(wrong) = log.lines().find(|line| line.contains("another program")) {
        return Err(format!("the log blames another program: {wrong}"));
    }
    let mut server = ServerProcess::stepwright(setup.stepwright.as_deref(), arguments()).await?;
    let mut client = Client::connect(&server.address).await?;
    for arn in &started {
        client
            .call("DescribeExecution", &json!({"executionArn": arn}))
            .await?;
    }
    server.kill().await;
    Ok(slowest)
}

/// Repeats a request that is refused, as clients of AWS do.
async fn answered(client: &mut Client, operation: &str, body: &Json) -> Result<Json, String> {
    let begun = Instant::now();
    loop {
        match client.call(operation, body).await {
            Ok(answer) => return Ok(answer),
            Err(error) if begun.elapsed() > PATIENCE => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
