//! SIGTERM at random moments.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value as Json, json};
use stepwright_interpreter::query::Entropy;
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;

use crate::Setup;

const EXECUTIONS: usize = 10;
const STATES: usize = 40;
/// How long a task works.
const TASK: Duration = Duration::from_millis(200);
/// How much longer than a task an end may take.
const SLACK: Duration = Duration::from_secs(2);
/// A task that the server had called before the signal may write its line this much later.
const LATE: Duration = Duration::from_millis(150);
const ROLE: &str = "arn:aws:iam::123456789012:role/attack";

/// Ends a server repeatedly while its executions call tasks, and while workers and token holders
/// wait. No task may begin after the signal, no execution may fail, and each task runs once.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let folder = setup.folder.path();
    let begins = folder.join("begins.txt");
    std::fs::write(&begins, "").map_err(|error| error.to_string())?;
    let work = format!(
        "Work=date +%s%N >>{}; sleep {}; echo 1",
        begins.display(),
        TASK.as_secs_f64()
    );
    let store = folder.join("shutdown.db");
    let arguments = [
        "--task".into(),
        work.into(),
        "--store".into(),
        store.into_os_string(),
    ];
    let start = || {
        let path = setup.stepwright.as_deref();
        ServerProcess::stepwright(path, arguments.clone())
    };
    let entropy = Entropy::new(setup.seed);
    let mut server = start().await?;
    let mut client = Client::connect(&server.address).await?;
    let executions = executions(&mut client).await?;
    let (mut signals, mut longest) = (0, Duration::ZERO);
    for _ in 0..setup.choose(2, 12) {
        let poll = idle_poll(&server.address).await?;
        let moment = Duration::from_secs_f64(entropy.next_f64());
        tokio::time::sleep(moment).await;
        let before = lines(&begins)?;
        let (signal, begun) = (SystemTime::now(), Instant::now());
        server.end().await?;
        let took = begun.elapsed();
        drop(poll);
        (signals, longest) = (signals + 1, longest.max(took));
        let late = lines(&begins)?[before.len()..]
            .iter()
            .filter(|begin| begin.duration_since(signal).is_ok_and(|time| time > LATE))
            .count();
        if late > 0 {
            return Err(format!(
                "{late} tasks began after the signal (moment {moment:?})"
            ));
        }
        if took > TASK + SLACK {
            return Err(format!("the end took {took:?} (moment {moment:?})"));
        }
        server = start().await?;
    }
    let mut client = Client::connect(&server.address).await?;
    for execution in &executions {
        succeeds(&mut client, execution).await?;
    }
    server.end().await?;
    let begins = lines(&begins)?.len();
    if begins != EXECUTIONS * STATES {
        return Err(format!(
            "{begins} tasks began, but {} were expected",
            EXECUTIONS * STATES
        ));
    }
    Ok(format!(
        "{signals} signals, {begins} tasks ran once each, the longest end took {:.2} s",
        longest.as_secs_f64()
    ))
}

/// Starts executions that call tasks, and one that waits for its token.
async fn executions(client: &mut Client) -> Result<Vec<Json>, String> {
    let mut states = Map::new();
    for number in 1..=STATES {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Work"});
        match number {
            STATES => state["End"] = true.into(),
            _ => state["Next"] = format!("S{}", number + 1).into(),
        }
        states.insert(format!("S{number}"), state);
    }
    let chain = create(client, "chain", &json!({"StartAt": "S1", "States": states})).await?;
    client
        .call("CreateActivity", &json!({"name": "idle"}))
        .await?;
    let activity = "arn:aws:states:us-east-1:123456789012:activity:idle";
    let waits = json!({"StartAt": "W", "States": {"W": {"Type": "Task", "Resource": activity, "End": true}}});
    let waits = create(client, "waits", &waits).await?;
    start(client, &waits).await?;
    let mut executions = Vec::new();
    for _ in 0..EXECUTIONS {
        executions.push(start(client, &chain).await?);
    }
    // A worker that never sends its result.
    client
        .call("GetActivityTask", &json!({"activityArn": activity}))
        .await?;
    Ok(executions)
}

async fn create(client: &mut Client, name: &str, definition: &Json) -> Result<Json, String> {
    let request = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
    let created = client.call("CreateStateMachine", &request).await?;
    Ok(created["stateMachineArn"].clone())
}

async fn start(client: &mut Client, machine: &Json) -> Result<Json, String> {
    let started = client
        .call("StartExecution", &json!({"stateMachineArn": machine}))
        .await?;
    Ok(started["executionArn"].clone())
}

/// A worker that waits for a task.
async fn idle_poll(address: &str) -> Result<tokio::task::JoinHandle<()>, String> {
    let mut client = Client::connect(address).await?;
    let activity = "arn:aws:states:us-east-1:123456789012:activity:idle";
    Ok(tokio::spawn(async move {
        // The server answers with no task, or ends.
        let _answer = client
            .ask("GetActivityTask", &json!({"activityArn": activity}))
            .await;
    }))
}

async fn succeeds(client: &mut Client, execution: &Json) -> Result<(), String> {
    let request = json!({"executionArn": execution});
    loop {
        let described = client.call("DescribeExecution", &request).await?;
        match described["status"].as_str() {
            Some("SUCCEEDED") => return Ok(()),
            Some("RUNNING") => tokio::time::sleep(Duration::from_millis(20)).await,
            _ => return Err(format!("an execution ended with {described}")),
        }
    }
}

/// The times at which tasks began.
fn lines(file: &Path) -> Result<Vec<SystemTime>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let times = text.lines().map(|line| {
        let nanoseconds = line.parse().map_err(|_| format!("`{line}` is no time"))?;
        Ok(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds))
    });
    times.collect()
}
