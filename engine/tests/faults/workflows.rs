//! The workflows that run on stores with faults.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{Store, StoreError};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{
    ActivityError, DeleteError, Engine, ExecutionFilter, ExecutionHandle, MachineType,
    RedriveError, StartError, StartOptions,
};

pub(crate) const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

/// What the caller does in addition to starting the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Waits,
    AnswersToken,
    WorksOnActivity,
    Redrives,
    Stops,
    /// Shuts the engine down while the execution waits for its token, and answers it in the next
    /// engine.
    Restarts,
    /// Deletes the execution, and starts another one of the same name.
    Deletes,
}

pub(crate) struct Workflow {
    pub(crate) name: &'static str,
    machine: Json,
    pub(crate) caller: Caller,
}

fn task(payload: &Json, next: Option<&str>) -> Json {
    let mut task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.last",
        "Parameters": {"FunctionName": "note", "Payload": payload},
        "ResultSelector": {"payload.$": "$.Payload"},
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5, "MaxAttempts": 3}],
    });
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

fn one(name: &str, state: Json) -> Json {
    json!({"StartAt": name, "States": {name: state}})
}

fn token() -> Json {
    json!({"StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "A",
            "ResultPath": "$.answer",
            "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "name.$": "$$.Execution.Name"}},
        },
        "A": task(&json!({"after.$": "$$.Execution.Name"}), None),
    }})
}

fn spread(kind: &str) -> Json {
    json!({"StartAt": "Spread", "States": {
        "Spread": {
            "Type": "Map", "Next": "A", "ItemsPath": "$.items", "ResultPath": "$.results", "MaxConcurrency": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
                "StartAt": "I", "States": {"I": task(&json!({"item.$": "$"}), None)
                    .as_object().map(|state| {
                        let mut state = state.clone();
                        state.remove("ResultPath");
                        Json::Object(state)
                    })},
            },
        },
        "A": task(&json!("after the map"), None),
    }})
}

pub(crate) fn workflows() -> Vec<Workflow> {
    let workflow = |name, machine, caller| Workflow {
        name,
        machine,
        caller,
    };
    let wait = json!({"Type": "Wait", "Seconds": 60, "Next": "Two"});
    let long = json!({"Type": "Wait", "Seconds": 6_000_000, "End": true});
    let activity = json!({"Type": "Task", "Resource": ACTIVITY, "End": true});
    let branch = |name: &str| one(name, task(&json!(name), None));
    let each = json!({
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": one("I", task(&json!({"item.$": "$.number"}), None)),
        "ItemSelector": {"number.$": "$$.Map.Item.Value"},
    });
    let nested = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Next": "Two",
        "ResultSelector": {"output.$": "$.Output"},
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Name": "child",
            "Input": {}},
    });
    vec![
        workflow(
            "tasks with a retry",
            json!({"StartAt": "One", "States": {
                "One": task(&json!({"busy": "once"}), Some("Wait")), "Wait": wait, "Two": task(&json!("two"), None),
            }}),
            Caller::Waits,
        ),
        workflow(
            "Parallel and Map",
            json!({"StartAt": "Both", "States": {
                "Both": {"Type": "Parallel", "Branches": [branch("L"), branch("R")], "ResultPath": "$.both", "Next": "Each"},
                "Each": each,
            }}),
            Caller::Waits,
        ),
        workflow("a task token", token(), Caller::AnswersToken),
        workflow(
            "an activity",
            one("Pack", activity),
            Caller::WorksOnActivity,
        ),
        workflow(
            "a nested execution",
            json!({"StartAt": "Nest", "States": {"Nest": nested, "Two": task(&json!("two"), None)}}),
            Caller::Waits,
        ),
        workflow("Standard children", spread("STANDARD"), Caller::Waits),
        workflow("Express children", spread("EXPRESS"), Caller::Waits),
        workflow(
            "a redrive",
            json!({"StartAt": "One", "States": {
                "One": task(&json!("one"), Some("Two")), "Two": task(&json!({"broken": "until the redrive"}), None),
            }}),
            Caller::Redrives,
        ),
        workflow("a stop", one("Long", long), Caller::Stops),
        workflow("a restart", token(), Caller::Restarts),
        workflow(
            "a deletion",
            one("One", task(&json!("one"), None)),
            Caller::Deletes,
        ),
    ]
}

/// Returns the workflow whose execution waits for a token.
pub(crate) fn with_token() -> Workflow {
    let mut all = workflows().into_iter();
    all.find(|workflow| workflow.caller == Caller::AnswersToken)
        .unwrap()
}

/// Returns the ARN of an execution.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:m:{name}")
}

/// What the handlers did.
#[derive(Clone, Default)]
pub(crate) struct World {
    calls: Arc<Mutex<Vec<Json>>>,
    /// The tokens by the names of their executions.
    tokens: Arc<Mutex<BTreeMap<String, String>>>,
    is_fixed: Arc<AtomicBool>,
}

impl World {
    /// Returns how often each task ran.
    pub(crate) fn calls(&self) -> BTreeMap<String, u32> {
        let mut calls = BTreeMap::new();
        for call in &*self.calls.lock().unwrap() {
            *calls.entry(call.to_string()).or_default() += 1;
        }
        calls
    }

    /// Waits until the execution of this name has a token.
    pub(crate) async fn token(&self, name: &str) -> String {
        loop {
            if let Some(token) = self.tokens.lock().unwrap().get(name) {
                return token.clone();
            }
            pause().await;
        }
    }

    fn call(&self, payload: Json) -> Result<Json, TaskFailure> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(payload.clone());
        let is_first = calls.iter().filter(|call| **call == payload).count() == 1;
        if payload.get("busy").is_some() && is_first {
            return Err(TaskFailure::new("Busy", "once"));
        }
        if payload.get("broken").is_some() && !self.is_fixed.load(Ordering::SeqCst) {
            return Err(TaskFailure::new("Broken", "until the redrive"));
        }
        Ok(payload)
    }
}

/// The end of an execution, and of all others that it started.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ended {
    end: Json,
    events: Vec<Json>,
    executions: Vec<(String, String)>,
    children: Vec<String>,
    pub(crate) calls: BTreeMap<String, u32>,
}

/// A transient error of the store had no effect: the caller repeats its request.
fn is_transient(error: &StoreError) -> bool {
    error.may_pass()
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}

impl Workflow {
    pub(crate) fn engine(&self, store: impl Store, world: &World) -> Engine {
        let inner = one("I", task(&json!("inner"), None)).to_string();
        let (of_notes, of_asks) = (world.clone(), world.clone());
        let builder = Engine::builder()
            .register_json("m", &self.machine.to_string(), MachineType::Standard)
            .register_json("inner", &inner, MachineType::Standard)
            .activity(ACTIVITY)
            .function("note", move |payload: Json| {
                let answer = of_notes.call(payload);
                async move { answer }
            })
            .function("ask", move |payload: Json| {
                let text = |field: &str| payload[field].as_str().unwrap().to_owned();
                let mut tokens = of_asks.tokens.lock().unwrap();
                let earlier = tokens.insert(text("name"), text("token"));
                assert_eq!(earlier, None, "the request of a token is sent once");
                drop(tokens);
                async move { Ok::<_, TaskFailure>(json!({})) }
            });
        let engine = builder.store(store).virtual_time().build();
        engine.unwrap_or_else(|error| panic!("{}: the engine is not built: {error}", self.name))
    }

    pub(crate) async fn start(&self, engine: &Engine, name: &str) -> ExecutionHandle<Value> {
        loop {
            let options = StartOptions::new().name(name);
            let input = json!({"items": [1, 2, 3]});
            match engine.start_machine("m", input, options).await {
                Ok(run) => return run,
                Err(StartError::Unavailable(_)) => {
                    pause().await;
                }
                Err(error) => panic!("{}: the start is refused: {error}", self.name),
            }
        }
    }

    /// Runs the workflow to its end, on one engine, or on two when it restarts.
    pub(crate) async fn run<S: Store>(&self, open: impl Fn() -> S, world: &World) -> Ended {
        let mut engine = self.engine(open(), world);
        // The stop must arrive during the wait, however late the thread continues.
        let hold = (self.caller == Caller::Stops).then(|| engine.clock().hold());
        let mut run = self.start(&engine, "e").await;
        match self.caller {
            Caller::Waits => {}
            Caller::AnswersToken => self.answer(&engine, world, "e").await,
            Caller::Restarts => {
                world.token("e").await;
                engine.shutdown(Duration::ZERO).await;
                drop((run, engine));
                engine = self.engine(open(), world);
                run = engine
                    .blocking_execution(ID)
                    .unwrap()
                    .expect("it is not lost");
                self.answer(&engine, world, "e").await;
            }
            Caller::WorksOnActivity => {
                let work = loop {
                    match engine.get_activity_task(ACTIVITY, None).await {
                        Ok(work) => break work,
                        Err(ActivityError::Store(error)) if is_transient(&error) => pause().await,
                        Err(error) => panic!("{}: {error}", self.name),
                    }
                };
                let sent = engine.send_task_success(&work.token, "packed").await;
                sent.unwrap_or_else(|error| panic!("{}: {error}", self.name));
            }
            Caller::Redrives => {
                run.report().await;
                world.is_fixed.store(true, Ordering::SeqCst);
                run = loop {
                    match engine.redrive(ID).await {
                        Ok(run) => break run,
                        Err(RedriveError::Store(error)) if is_transient(&error) => pause().await,
                        Err(error) => panic!("{}: {error}", self.name),
                    }
                };
            }
            Caller::Stops => {
                run.stop(Some("Enough"), None).await;
                drop(hold);
            }
            Caller::Deletes => {
                run.report().await;
                loop {
                    match engine.delete(ID).await {
                        Ok(()) => break,
                        Err(DeleteError::Store(error)) if is_transient(&error) => pause().await,
                        Err(error) => panic!("{}: {error}", self.name),
                    }
                }
                run = self.start(&engine, "e").await;
            }
        }
        self.ended(&engine, &run, world).await
    }

    pub(crate) async fn answer(&self, engine: &Engine, world: &World, name: &str) {
        let token = world.token(name).await;
        let sent = engine.send_task_success(&token, "answered").await;
        sent.unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }

    /// Waits for the end of all executions.
    pub(crate) async fn ended(
        &self,
        engine: &Engine,
        run: &ExecutionHandle<Value>,
        world: &World,
    ) -> Ended {
        let report = run.report().await;
        let mut executions = Vec::new();
        let listed = engine.blocking_executions(&ExecutionFilter::new()).unwrap();
        for summary in listed.executions {
            let run = engine.blocking_execution(&summary.id).unwrap();
            let status = run.expect("it is listed").report().await.status;
            executions.push((summary.name, status.to_string()));
        }
        executions.sort();
        let mut children = Vec::new();
        for map_run in engine.blocking_map_runs(ID).unwrap() {
            for child in engine.blocking_map_run_executions(&map_run.arn).unwrap() {
                // The store does not have Express children.
                if child.id.contains(":execution:") {
                    children.push(child.status.to_string());
                }
            }
        }
        assert_eq!(engine.unreadable_executions(), [], "{}", self.name);
        let printed = report.history.to_json();
        let events = printed["events"].as_array().unwrap().iter();
        Ended {
            end: json!({
                "status": report.status.to_string(), "error": report.error, "cause": report.cause,
                "output": report.output.as_ref().map(Value::to_json),
            }),
            events: events.map(|event| event["type"].clone()).collect(),
            executions,
            children,
            calls: world.calls(),
        }
    }
}
