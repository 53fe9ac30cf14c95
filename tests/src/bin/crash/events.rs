//! Servers with an event bus that are killed between an event and what it starts.
//!
//! An event starts `Receive`, whose task sends another event, which starts `Second`. The status
//! event of its success starts `Third`. Each event arrives at least once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_interpreter::query::Entropy;
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::verdict::{Broken, Verdict};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:";
/// The longest time until a server is killed.
const LIFE: u64 = 600;
/// How long the last executions may take.
const LAST: Duration = Duration::from_secs(180);

const TEMPLATE: &str = r#"
Resources:
  Receive:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Receive
      RoleArn: arn:aws:iam::123456789012:role/tests
      Definition:
        StartAt: Send
        States:
          Send:
            Type: Task
            Resource: arn:aws:states:::events:putEvents
            Parameters: {Entries: [{Source: crash, DetailType: Received, Detail: {"of.$": $.id}}]}
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 1, MaxAttempts: 30, BackoffRate: 1.0}]
            End: true
  Second:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Second
      RoleArn: arn:aws:iam::123456789012:role/tests
      Definition: {StartAt: Pass, States: {Pass: {Type: Pass, End: true}}}
  Third:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Third
      RoleArn: arn:aws:iam::123456789012:role/tests
      Definition: {StartAt: Pass, States: {Pass: {Type: Pass, End: true}}}
  Sent:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [crash], detail-type: [Sent]}
      Targets: [{Id: receive, Arn: !Ref Receive}]
  Received:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [crash], detail-type: [Received]}
      Targets: [{Id: second, Arn: !Ref Second, InputPath: $.detail}]
  Succeeded:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.states], detail: {status: [SUCCEEDED], stateMachineArn: [!Ref Second]}}
      Targets:
        - Id: third
          Arn: !Ref Third
          InputTransformer: {InputPathsMap: {of: $.detail.name}, InputTemplate: '{"of": <of>}'}
"#;

/// Kills servers in rounds, and checks what became of the events that they accepted.
pub(crate) async fn run(
    rounds: u32,
    seed: u64,
    (server, clients): (PathBuf, usize),
    folder: &Path,
) -> Result<Verdict, Broken> {
    let template = folder.join("template.yaml");
    std::fs::write(&template, TEMPLATE).map_err(|error| error.to_string())?;
    let arguments = || {
        let store = folder.join("events.db").into_os_string();
        let template = template.clone().into_os_string();
        let words = ["--events".into(), "--no-metrics".into()];
        words
            .into_iter()
            .chain(["--template".into(), template, "--store".into(), store])
    };
    let entropy = Entropy::new(seed);
    let accepted = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..rounds {
        let mut process = ServerProcess::stepwright(Some(&server), arguments()).await?;
        let mut senders = JoinSet::new();
        for _ in 0..clients {
            senders.spawn(send(process.address.clone(), accepted.clone()));
        }
        tokio::time::sleep(Duration::from_millis(entropy.next_u64() % LIFE)).await;
        process.kill().await;
        // Their connections are broken.
        while senders.join_next().await.is_some() {}
    }
    let mut process = ServerProcess::stepwright(Some(&server), arguments()).await?;
    let mut client = Client::connect(&process.address).await?;
    let accepted = std::mem::take(&mut *accepted.lock().unwrap_or_else(PoisonError::into_inner));
    let judged = judge(&mut client, &accepted).await;
    process.kill().await;
    judged
}

/// Sends events until the server is killed. Retains the IDs of the accepted ones.
async fn send(address: String, accepted: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut client = Client::connect(&address).await.ok()?;
    let entry = json!({"Source": "crash", "DetailType": "Sent", "Detail": "{}"});
    let body = json!({"Entries": [entry, entry]}).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: AWSEvents.PutEvents\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    loop {
        let (_, response) = client.send(request.as_bytes()).await.ok()?;
        let entries = response["Entries"].as_array().cloned().unwrap_or_default();
        let ids = entries.iter().filter_map(|entry| entry["EventId"].as_str());
        let ids = ids.map(str::to_owned);
        accepted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(ids);
    }
}

/// Waits until everything has ended, and compares it with the accepted events.
async fn judge(client: &mut Client, accepted: &[String]) -> Result<Verdict, Broken> {
    let begun = Instant::now();
    loop {
        let received = executions(client, "Receive").await?;
        let second = executions(client, "Second").await?;
        let third = executions(client, "Third").await?;
        let mut verdict = Verdict::default();
        verdict.executions = received.len() + second.len() + third.len();
        let mut of_event: HashMap<&str, usize> = HashMap::new();
        for execution in &received {
            let event = execution.name.split('_').next().unwrap_or_default();
            *of_event.entry(event).or_default() += 1;
            if execution.status != "SUCCEEDED" {
                verdict.stuck(format!("{} is {}", execution.name, execution.status));
            }
        }
        for id in accepted {
            match of_event.get(id.as_str()) {
                None => verdict.lost(format!("nothing received the event {id}")),
                Some(1) => {}
                Some(count) => verdict.twice(format!("{count} executions received {id}")),
            }
        }
        // Each event reaches the next state machine at least once.
        let ids: HashSet<&str> = second.iter().map(|one| one.of.as_str()).collect();
        for event in of_event.keys().filter(|event| !ids.contains(*event)) {
            verdict.lost(format!("no execution of Second has the event {event}"));
        }
        let names: HashSet<&str> = third.iter().map(|one| one.of.as_str()).collect();
        for one in second
            .iter()
            .filter(|one| !names.contains(one.name.as_str()))
        {
            verdict.lost(format!("the success of {} started nothing", one.name));
        }
        if verdict.holds() || begun.elapsed() > LAST {
            println!("{} events were accepted", accepted.len());
            return Ok(verdict);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

struct Execution {
    name: String,
    status: String,
    /// What its input names.
    of: String,
}

/// The executions of a state machine.
async fn executions(client: &mut Client, machine: &str) -> Result<Vec<Execution>, Broken> {
    let mut all = Vec::new();
    let mut request =
        json!({"stateMachineArn": format!("{MACHINE}{machine}"), "maxResults": 1_000});
    loop {
        let page = client.call("ListExecutions", &request).await?;
        for execution in page["executions"].as_array().into_iter().flatten() {
            let text = |member: &Json| member.as_str().unwrap_or_default().to_owned();
            let arn = json!({"executionArn": execution["executionArn"]});
            let of = match machine {
                "Receive" => String::new(),
                _ => {
                    let described = client.call("DescribeExecution", &arn).await?;
                    let input: Json =
                        serde_json::from_str(&text(&described["input"])).unwrap_or_default();
                    text(&input["of"])
                }
            };
            all.push(Execution {
                name: text(&execution["name"]),
                status: text(&execution["status"]),
                of,
            });
        }
        match page["nextToken"].as_str() {
            Some(token) => request["nextToken"] = json!(token),
            None => return Ok(all),
        }
    }
}
