//! `cargo run --release -p stepwright-tests --bin soak -- --minutes 10`
//!
//! Works one engine hard on real time, as a service does: handlers that succeed, fail, panic and hang, tokens that are answered twice and
//! late, workers that give up their polls and panic, Map Runs that are redriven, parents that join children by name, stops from several
//! sides at once, readers of events that leave, and tokio runtimes that go away. Each half minute it prints how far it came and how much
//! memory it has; it ends with status 1 as soon as something is lost. `--seed N` begins the random choices elsewhere; `--clients N` sets
//! how many work at a time.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stepwright_runtime::query::Entropy;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{
    ActivityError, Engine, ExecutionFilter, ExecutionReport, MachineType, Run, StartOptions,
    Status, TokenError,
};

/// The longest that an execution may take, which waits for two seconds at most.
const PATIENCE: Duration = Duration::from_secs(60);
const PICK: &str = "arn:aws:states:us-east-1:123456789012:activity:pick";

/// What went wrong.
type Lost = String;

struct Arguments {
    minutes: f64,
    seed: u64,
    clients: usize,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        minutes: 10.0,
        seed: 1,
        clients: 64,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let bad = |value: &str| format!("`{value}` is no number");
        match word.as_str() {
            "--minutes" => {
                let value = value()?;
                arguments.minutes = value.parse().map_err(|_| bad(&value))?;
            }
            "--seed" => {
                let value = value()?;
                arguments.seed = value.parse().map_err(|_| bad(&value))?;
            }
            "--clients" => {
                let value = value()?;
                arguments.clients = value.parse().map_err(|_| bad(&value))?;
            }
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    Ok(arguments)
}

/// What the handlers and the clients share.
#[derive(Default)]
struct World {
    /// The tokens that were handed out, by the name of their execution.
    tokens: Mutex<HashMap<String, String>>,
    /// How often each item was sent, by run and number.
    sent: Mutex<HashMap<String, u32>>,
    /// How often each activity's task was worked on, by its input.
    worked: Mutex<HashMap<String, u32>>,
    ended: AtomicU64,
    is_over: AtomicBool,
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

fn invoke(function: &str, more: Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload", "End": true,
        "Parameters": {"FunctionName": function, "Payload.$": "$"}
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        state[key] = value.clone();
    }
    state
}

/// The machines by name.
fn machines() -> Vec<(&'static str, MachineType, Value)> {
    let order = json!({"StartAt": "Charge", "States": {
        "Charge": invoke("charge", json!({
            "TimeoutSeconds": 1,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]
        })),
        "Caught": {"Type": "Pass", "End": true}
    }});
    let approval = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 1, "End": true,
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "name.$": "$$.Execution.Name"}},
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    }, "Late": {"Type": "Succeed"}}});
    let picking = json!({"StartAt": "Pick", "States": {"Pick": {
        "Type": "Task", "Resource": PICK, "TimeoutSeconds": 30, "End": true,
        "Catch": [{"ErrorEquals": ["Stepwright.TaskPanicked"], "ResultPath": "$.error", "Next": "Caught"}]
    }, "Caught": {"Type": "Pass", "End": true}}});
    let batch = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "MaxConcurrency": 4, "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Send", "States": {"Send": invoke("send", json!({}))}
        }
    }}});
    let parent = json!({"StartAt": "Join", "States": {"Join": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Name.$": "$.child", "Input": {}
        },
        "Catch": [{"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "Next": "Late"}]
    }, "Late": {"Type": "Succeed"}}});
    let child = json!({"StartAt": "Work", "States": {"Work": invoke("work", json!({}))}});
    let waiting = json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 1, "End": true}}},
        {"StartAt": "Also", "States": {"Also": invoke("work", json!({}))}}
    ]}}});
    let counting = json!({"StartAt": "Count", "QueryLanguage": "JSONata", "States": {
        "Count": {"Type": "Pass", "Assign": {"n": "{% $exists($n) ? $n + 1 : 1 %}"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Done", "Choices": [{"Condition": "{% $n < 200 %}", "Next": "Count"}]},
        "Done": {"Type": "Succeed", "Output": "{% $n %}"}
    }});
    vec![
        ("order", MachineType::Standard, order),
        ("approval", MachineType::Standard, approval),
        ("picking", MachineType::Standard, picking),
        ("batch", MachineType::Standard, batch),
        ("parent", MachineType::Standard, parent),
        ("child", MachineType::Standard, child),
        ("waiting", MachineType::Standard, waiting),
        ("counting", MachineType::Express, counting),
    ]
}

fn engine(world: &Arc<World>) -> Result<Engine, Lost> {
    let mut builder = Engine::builder()
        .retention(500)
        .retention_bytes(64 << 20)
        .activity(PICK);
    for (name, machine_type, definition) in machines() {
        builder = builder.definition_json(name, &definition.to_string(), machine_type);
    }
    let (asked, sent) = (world.clone(), world.clone());
    builder
        .function("charge", |order: Value| async move {
            match order["does"].as_str().unwrap_or_default() {
                "fails" => return Err(TaskFailure::new("Busy", "for ever")),
                "panics" => panic!("the card reader is on fire"),
                "panics in drop" => drop(PanicsInDrop),
                "hangs" => std::future::pending().await,
                _ => tokio::time::sleep(Duration::from_millis(2)).await,
            }
            Ok(order)
        })
        .function("ask", move |call: Value| {
            let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
            lock(&asked.tokens).insert(text("name"), text("token"));
            async { Ok::<_, TaskFailure>(json!({})) }
        })
        .function("send", move |item: Value| {
            let key = format!("{} {}", item["run"], item["number"]);
            let count = {
                let mut sent = lock(&sent.sent);
                let count = sent.entry(key).or_default();
                *count += 1;
                *count
            };
            let fails = item["fails"] == true && count == 1;
            async move {
                tokio::task::yield_now().await;
                match fails {
                    true => Err(TaskFailure::new("Unreachable", "once")),
                    false => Ok(item),
                }
            }
        })
        .function("work", |input: Value| async move {
            tokio::task::yield_now().await;
            Ok::<_, TaskFailure>(input)
        })
        .build()
        .map_err(|error| error.to_string())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// One who works an engine.
struct Client {
    engine: Engine,
    world: Arc<World>,
    entropy: Mutex<Entropy>,
}

impl Client {
    fn below(&self, bound: u64) -> u64 {
        lock(&self.entropy).next_u64() % bound
    }

    fn name(&self) -> String {
        lock(&self.entropy).uuid()
    }

    async fn start(
        &self,
        machine: &str,
        input: Value,
    ) -> Result<Run<stepwright_runtime::value::Value>, Lost> {
        let options = StartOptions::new().name(self.name());
        let started = self.engine.start_machine(machine, input, options).await;
        started.map_err(|error| format!("`{machine}` was not started: {error}"))
    }

    /// The end, which must come.
    async fn end<T>(&self, run: &Run<T>) -> Result<Arc<ExecutionReport>, Lost> {
        let report = tokio::time::timeout(PATIENCE, run.report()).await;
        self.world.ended.fetch_add(1, Ordering::Relaxed);
        report.map_err(|_| format!("the execution {} hangs", run.id()))
    }

    /// Does one thing, whatever it is.
    async fn work(&self) -> Result<(), Lost> {
        match self.below(9) {
            0 | 1 => self.order().await,
            2 => self.approval().await,
            3 => self.picking().await,
            4 => self.batch().await,
            5 => self.join().await,
            6 => self.stop().await,
            7 => self.read().await,
            _ => self.count().await,
        }
    }

    async fn order(&self) -> Result<(), Lost> {
        let does =
            ["succeeds", "fails", "panics", "panics in drop", "hangs"][self.below(5) as usize];
        let run = self.start("order", json!({"does": does})).await?;
        let report = self.end(&run).await?;
        let output = report
            .output
            .as_ref()
            .map(|output| output.to_json())
            .unwrap_or_default();
        let expected = match does {
            "succeeds" => Value::Null,
            "fails" => json!("Busy"),
            "hangs" => json!("States.Timeout"),
            _ => json!("Stepwright.TaskPanicked"),
        };
        match output["error"]["Error"] == expected || output["error"] == expected {
            true => Ok(()),
            false => Err(format!("an order that {does} gave {output}")),
        }
    }

    /// Answers a token at any time, from two sides.
    async fn approval(&self) -> Result<(), Lost> {
        let run = self.start("approval", json!({})).await?;
        let token = loop {
            if let Some(token) = lock(&self.world.tokens).remove(run.name()) {
                break token;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        tokio::time::sleep(Duration::from_millis(self.below(1_100))).await;
        let (one, other) = (json!(1), json!(2));
        let (first, second) = tokio::join!(
            self.engine.send_task_success(&token, &one),
            self.engine.send_task_success(&token, &other)
        );
        let report = self.end(&run).await?;
        let output = report
            .output
            .as_ref()
            .map(|output| output.to_json())
            .unwrap_or_default();
        let is_answered = output == one || output == other;
        let is_right = match (&first, &second) {
            (Ok(()), Err(_)) => output == one,
            (Err(_), Ok(())) => output == other,
            (Err(TokenError::TaskTimedOut), Err(TokenError::TaskTimedOut)) => !is_answered,
            _ => false,
        };
        match is_right {
            true => Ok(()),
            false => Err(format!("answers {first:?} and {second:?} made {output}")),
        }
    }

    async fn picking(&self) -> Result<(), Lost> {
        let id = self.name();
        let run = self
            .start("picking", json!({"id": id, "panics": self.below(4) == 0}))
            .await?;
        let report = self.end(&run).await?;
        let worked = lock(&self.world.worked).remove(&id).unwrap_or_default();
        match report.status == Status::Succeeded && worked == 1 {
            true => Ok(()),
            false => Err(format!(
                "a task was worked on {worked} times and ended {}",
                report.status
            )),
        }
    }

    async fn batch(&self) -> Result<(), Lost> {
        let name = self.name();
        let count = 1 + self.below(12);
        let items: Vec<Value> = (0..count)
            .map(|number| json!({"run": name, "number": number, "fails": self.below(4) == 0}))
            .collect();
        let fails = |item: &Value| item["fails"] == true;
        let run = self.start("batch", json!(items)).await?;
        let mut report = self.end(&run).await?;
        let mut redrives = 0;
        // A failed item stops its neighbours; each redrive comes further.
        while report.status != Status::Succeeded {
            redrives += 1;
            let again = self.engine.redrive(run.id()).await;
            let again = again.map_err(|error| format!("a Map Run was not redriven: {error}"))?;
            report = self.end(&again).await?;
            if redrives > count {
                return Err(format!(
                    "{redrives} redrives were not enough: {:?}",
                    report.cause
                ));
            }
        }
        let mut sent = lock(&self.world.sent);
        for item in &items {
            let times = sent
                .remove(&format!("{} {}", item["run"], item["number"]))
                .unwrap_or_default();
            // One that was stopped at its work is done again.
            let most = if fails(item) { 2 } else { 1 } + redrives as u32;
            let least = if fails(item) { 2 } else { 1 };
            if times < least || times > most {
                return Err(format!(
                    "{item} was sent {times} times in {redrives} redrives"
                ));
            }
        }
        Ok(())
    }

    /// Parents that wait for one child by its name.
    async fn join(&self) -> Result<(), Lost> {
        let child = self.name();
        let start = || self.start("parent", json!({"child": child}));
        let (one, other) = tokio::join!(start(), start());
        for run in [one?, other?] {
            let report = self.end(&run).await?;
            if report.status != Status::Succeeded {
                return Err(format!(
                    "a parent ended {}: {:?}",
                    report.status, report.cause
                ));
            }
        }
        Ok(())
    }

    /// Stops from three sides, then goes on.
    async fn stop(&self) -> Result<(), Lost> {
        let run = self.start("waiting", json!({})).await?;
        tokio::time::sleep(Duration::from_millis(self.below(1_050))).await;
        let stop = || run.stop(Some("Enough"), None);
        let (report, ..) = tokio::join!(stop(), stop(), stop());
        self.world.ended.fetch_add(1, Ordering::Relaxed);
        if report.status == Status::Succeeded {
            return Ok(());
        }
        let again = self.engine.redrive(run.id()).await;
        let again = again.map_err(|error| format!("what was stopped was not redriven: {error}"))?;
        let report = self.end(&again).await?;
        match report.status {
            Status::Succeeded => Ok(()),
            status => Err(format!(
                "a redriven execution ended {status}: {:?}",
                report.cause
            )),
        }
    }

    /// Readers of events that read all, that come late, and that leave.
    async fn read(&self) -> Result<(), Lost> {
        let run = self.start("waiting", json!({})).await?;
        let (mut all, mut leaves) = (run.events(), run.events());
        leaves.next().await;
        drop(leaves);
        let mut seen = 0;
        while let Ok(Some(_)) = tokio::time::timeout(PATIENCE, all.next()).await {
            seen += 1;
        }
        let report = self.end(&run).await?;
        let mut late = run.events();
        let mut again = 0;
        while late.next().await.is_some() {
            again += 1;
        }
        let written = report.history.len();
        match seen == written && again == written {
            true => Ok(()),
            false => Err(format!("of {written} events {seen} and {again} were read")),
        }
    }

    async fn count(&self) -> Result<(), Lost> {
        let run = self.start("counting", json!({})).await?;
        let report = self.end(&run).await?;
        match report
            .output
            .as_ref()
            .map(|output| output.to_text())
            .as_deref()
        {
            Some("200") => Ok(()),
            _ => Err(format!(
                "an Express execution ended {}: {:?}",
                report.status, report.cause
            )),
        }
    }
}

/// Works for the activity; some polls are given up, some work panics.
async fn pick(engine: Engine, world: Arc<World>, entropy: Entropy) -> Result<(), Lost> {
    while !world.is_over.load(Ordering::Relaxed) {
        let patience = Duration::from_micros(entropy.next_u64() % 3_000);
        let polled = tokio::time::timeout(patience, engine.get_activity_task(PICK, None)).await;
        let task = match polled {
            Err(_) => continue,
            Ok(Err(ActivityError::ActivityDoesNotExist(arn))) => {
                return Err(format!("{arn} is gone"));
            }
            Ok(Err(error)) => return Err(error.to_string()),
            Ok(Ok(task)) => task,
        };
        let input = task.input.to_json();
        let id = input["id"].as_str().unwrap_or_default().to_owned();
        *lock(&world.worked).entry(id).or_default() += 1;
        let answered = match input["panics"] == true {
            true => {
                engine
                    .send_task_failure(&task.token, Some("Stepwright.TaskPanicked"), None)
                    .await
            }
            false => engine.send_task_success(&task.token, &input).await,
        };
        answered.map_err(|error| format!("a worker's answer was refused: {error}"))?;
    }
    Ok(())
}

/// Starts executions on runtimes that go away, and redrives what they broke off on the first one.
async fn replace_runtimes(client: Client) -> Result<(), Lost> {
    while !client.world.is_over.load(Ordering::Relaxed) {
        let engine = client.engine.clone();
        let lives = Duration::from_millis(client.below(300));
        let names: Vec<String> = (0..20).map(|_| client.name()).collect();
        let ids = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            let ids: Result<Vec<String>, Lost> = runtime.block_on(async {
                let mut ids = Vec::new();
                for name in names {
                    let options = StartOptions::new().name(name);
                    let run = engine.start_machine("waiting", json!({}), options).await;
                    ids.push(run.map_err(|error| error.to_string())?.id().to_owned());
                }
                tokio::time::sleep(lives).await;
                Ok(ids)
            });
            runtime.shutdown_timeout(Duration::from_secs(5));
            ids
        });
        for id in ids.await.map_err(|error| error.to_string())?? {
            let Some(run) = client.engine.execution(&id) else {
                continue;
            };
            let report = client.end(&run).await?;
            if report.status == Status::Succeeded {
                continue;
            }
            let again = client.engine.redrive(&id).await;
            let again = again
                .map_err(|error| format!("what a shutdown broke off was not redriven: {error}"))?;
            let report = client.end(&again).await?;
            if report.status != Status::Succeeded {
                return Err(format!(
                    "after a shutdown it ended {}: {:?}",
                    report.status, report.cause
                ));
            }
        }
    }
    Ok(())
}

/// The resident memory in MiB; 0 where the system does not tell.
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0.0) * 4_096.0 / f64::from(1 << 20)
}

async fn soak(arguments: &Arguments) -> Result<(), Lost> {
    let world = Arc::new(World::default());
    let engine = engine(&world)?;
    let seeds = Entropy::new(arguments.seed);
    let client = |seed| Client {
        engine: engine.clone(),
        world: world.clone(),
        entropy: Mutex::new(Entropy::new(seed)),
    };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..arguments.clients {
        let client = client(seeds.next_u64());
        tasks.spawn(async move {
            while !client.world.is_over.load(Ordering::Relaxed) {
                client.work().await?;
            }
            Ok(())
        });
    }
    for _ in 0..4 {
        tasks.spawn(pick(
            engine.clone(),
            world.clone(),
            Entropy::new(seeds.next_u64()),
        ));
    }
    tasks.spawn(replace_runtimes(client(seeds.next_u64())));

    let begun = Instant::now();
    let whole = Duration::from_secs_f64(arguments.minutes * 60.0);
    let mut warm = None;
    let mut next = Duration::from_secs(30);
    while begun.elapsed() < whole {
        tokio::select! {
            ended = tasks.join_next() => match ended {
                Some(Ok(Err(lost))) => return Err(lost),
                Some(Err(error)) => return Err(format!("a client panicked: {error}")),
                Some(Ok(Ok(()))) | None => return Err("a client ended early".to_owned()),
            },
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
        if begun.elapsed() >= next {
            next += Duration::from_secs(30);
            let running = ExecutionFilter::new().status(Status::Running);
            let running = engine.executions(&running).executions.len();
            let ended = world.ended.load(Ordering::Relaxed);
            println!(
                "{:>6.0} s  {ended:>9} ended  {running:>5} run  {:>7.1} MiB",
                begun.elapsed().as_secs_f64(),
                memory()
            );
            if begun.elapsed() >= whole.min(Duration::from_secs(120)) {
                warm.get_or_insert_with(memory);
            }
        }
    }
    world.is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|error| format!("a client panicked: {error}"))??;
    }
    let stopped = engine.shutdown(Duration::from_secs(10)).await;
    if !stopped.is_empty() {
        return Err(format!("{} executions were still running", stopped.len()));
    }
    let (first, last) = (warm.unwrap_or_else(memory), memory());
    println!(
        "{} executions ended, nothing was lost; {first:.1} MiB after the first minutes, {last:.1} MiB at the end",
        world.ended.load(Ordering::Relaxed)
    );
    if last > first * 1.1 + 8.0 {
        return Err("memory grows".to_owned());
    }
    Ok(())
}

fn main() -> ExitCode {
    // What handlers panic with is not news here.
    std::panic::set_hook(Box::new(|_| {}));
    let run = || -> Result<(), Lost> {
        let arguments = arguments()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        runtime.block_on(soak(&arguments))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(lost) => {
            eprintln!("error: {lost}");
            ExitCode::FAILURE
        }
    }
}
