//! Executions recorded with their history.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};
use stepwright_runtime::objects::Memory;
use stepwright_runtime::task::{Answer, ResourceKind, TaskCall, TaskFailure, TaskSource};
use stepwright_runtime::value::Value;
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionInfo, ExecutionReport, MachineType, StartOptions,
};

use super::Differences;
use super::api::Api;
use super::equal::{Volatile, differences, is_equal, short};
use super::history::{Event, Order, compare};

/// The role of executions that the API starts.
const ROLE: &str = "arn:aws:iam::111111111111:role/stepwright";

/// Runs the row's definition on its input, with the recorded results of tasks.
pub(super) async fn check(row: &Json) -> Result<(), Differences> {
    let volatile = Volatile::new(&row["volatile"]);
    let report = run(row, Volatile::new(&row["volatile"])).await?;
    let mut found = result_differences(&row["expect"], &result(&report), &volatile);
    if let Some(recorded) = row["history"].as_array() {
        let recorded: Vec<Event> = recorded.iter().map(Event::recorded).collect();
        let ours: Vec<Event> = report
            .history
            .events()
            .map(|event| Event::ours(&event))
            .collect();
        let order = order(row);
        found.extend(compare(&recorded, &ours, order, dropped(row), &volatile));
    }
    Differences::check(found)
}

/// The same by requests to a server of the API.
pub(super) async fn check_by_api(row: &Json) -> Result<(), Differences> {
    let engine = builder(row, volatile_by_api(row)).build();
    let engine = engine.map_err(|error| error.to_string())?;
    let mut api = Api::over(engine.clone()).await?;
    let (ended, events) = run_by_api(row, &mut api).await?;
    let mut histories = None;
    if let (Some(recorded), Some(events)) = (row["history"].as_array(), events) {
        let id = ended["executionArn"].as_str().unwrap_or_default();
        let run = engine
            .blocking_execution(id)
            .map_err(|error| error.to_string())?;
        let kept = run.ok_or_else(|| "the engine does not know the execution".to_owned())?;
        let kept = kept.history().await;
        let events = events.iter().zip(kept.events());
        let ours = events.map(|(event, kept)| Event::of_api(event, Some(&kept)));
        let recorded = recorded.iter().map(Event::recorded);
        histories = Some((recorded.collect(), ours.collect(), order(row)));
    }
    compare_by_api(row, &ended, histories)
}

/// The same by requests to a running server. The state of an event is ignored, because the API
/// shows it only by ids.
pub(super) async fn check_at(row: &Json, address: &str) -> Result<(), Differences> {
    let mut api = Api::at(address).await?;
    let (ended, events) = run_by_api(row, &mut api).await?;
    let mut histories = None;
    if let (Some(recorded), Some(events)) = (row["history"].as_array(), events) {
        let recorded = recorded.iter().map(Event::recorded).map(Event::anywhere);
        let ours = events.iter().map(|event| Event::of_api(event, None));
        let order = match order(row) {
            Order::Total => Order::Total,
            Order::ByScope | Order::Lost => Order::Lost,
        };
        histories = Some((recorded.collect(), ours.collect(), order));
    }
    compare_by_api(row, &ended, histories)
}

/// The differences between the recorded and the actual end of an execution, and between their
/// histories, if both exist.
fn compare_by_api(
    row: &Json,
    ended: &Json,
    histories: Option<(Vec<Event>, Vec<Event>, Order)>,
) -> Result<(), Differences> {
    let volatile = volatile_by_api(row);
    let mut found = result_differences(&row["expect"], &result_by_api(ended)?, &volatile);
    if let Some((recorded, ours, order)) = histories {
        found.extend(compare(&recorded, &ours, order, dropped(row), &volatile));
    }
    Differences::check(found)
}

/// The API rejects the ids of the row's context, which name no state machine and no execution; the
/// ids that it generates replace them.
fn volatile_by_api(row: &Json) -> Volatile {
    let mut placeholders = row["volatile"].as_array().cloned().unwrap_or_default();
    for pointer in [
        "/Execution/Name",
        "/StateMachine/Name",
        "/Execution/RoleArn",
    ] {
        placeholders.extend(row["context"].pointer(pointer).cloned());
    }
    Volatile::new(&Json::from(placeholders))
}

/// Runs the row's definition on a new state machine. Returns how the execution ended, and the
/// events of a Standard execution.
async fn run_by_api(row: &Json, api: &mut Api) -> Result<(Json, Option<Vec<Json>>), String> {
    static MACHINES: AtomicU32 = AtomicU32::new(0);
    let number = MACHINES.fetch_add(1, Ordering::Relaxed);
    let name = format!("row-{}-{number}", std::process::id());
    let definition = row["definition"].to_string();
    let mut request = json!({"name": name, "definition": definition, "roleArn": ROLE});
    let is_express = row["type"] == "EXPRESS";
    if is_express {
        request["type"] = "EXPRESS".into();
    }
    let machine = api.call("CreateStateMachine", &request).await?["stateMachineArn"].take();
    let start = json!({"stateMachineArn": machine, "input": row["input"].to_string()});
    let ran = if is_express {
        (api.call("StartSyncExecution", &start).await?, None)
    } else {
        let started = api.call("StartExecution", &start).await?;
        let ended = api.finished(&started["executionArn"]).await?;
        let events = api.events(&started["executionArn"]).await?;
        (ended, Some(events))
    };
    let machine = json!({"stateMachineArn": machine});
    api.call("DeleteStateMachine", &machine).await?;
    Ok(ran)
}

/// The end of an execution, in the form of the rows.
fn result_by_api(ended: &Json) -> Result<Json, String> {
    let output = ended["output"].as_str().map(serde_json::from_str::<Json>);
    let output = output.transpose().map_err(|error| error.to_string())?;
    Ok(json!({
        "status": ended["status"],
        "output": output,
        "error": ended["error"],
        "cause": ended["cause"],
    }))
}

/// An engine whose tasks return the recorded results.
fn builder(row: &Json, volatile: Volatile) -> EngineBuilder {
    let recording = Recording::new(row, volatile);
    let activities = recording.unpolled();
    activities
        .fold(Engine::builder(), |builder, arn| builder.activity(arn))
        .account("111111111111")
        .region("us-east-1")
        .tasks(recording)
        .objects(objects(row))
        .virtual_time()
}

pub(super) async fn run(
    row: &Json,
    volatile: Volatile,
) -> Result<std::sync::Arc<ExecutionReport>, Differences> {
    let machine_type = match row["type"].as_str() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    let definition = row["definition"].to_string();
    let engine = builder(row, volatile)
        .register_json("machine", &definition, machine_type)
        .build()
        .map_err(|error| format!("the definition does not compile: {error}"))?;
    let mut options = StartOptions::new();
    let context = |pointer: &str| row["context"].pointer(pointer).and_then(Json::as_str);
    match (machine_type, context("/Execution/Id")) {
        (MachineType::Standard, Some(id)) => options = options.id(id),
        // The rows use a Standard execution's id for every execution; Express ids have another
        // form, which is the recorded one.
        _ if row["snapshotKey"] == "start_execution_sync_response" => {
            options = options.synchronous()
        }
        _ => {}
    }
    if let Some(role) = context("/Execution/RoleArn") {
        options = options.role_arn(role);
    }
    if let Some(id) = context("/StateMachine/Id") {
        options = options.machine_id(id);
    }
    if let Some(name) = context("/StateMachine/Name") {
        options = options.machine_name(name);
    }
    engine
        .execute_machine("machine", row["input"].clone(), options)
        .await
        .map_err(|error| format!("the execution does not start: {error}").into())
}

/// The objects that an ItemReader reads.
fn objects(row: &Json) -> Memory {
    let text = |object: &Json, field: &str| object[field].as_str().unwrap_or_default().to_owned();
    let objects = row["s3"].as_array().into_iter().flatten();
    objects.fold(Memory::new(), |store, object| {
        let body = text(object, "body");
        store.with(text(object, "bucket"), text(object, "key"), body)
    })
}

fn order(row: &Json) -> Order {
    let has = |flag: &str| {
        row["flags"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|given| given == flag)
    };
    if row["orderLost"] == true {
        Order::Lost
    } else if has("map") || has("parallel") || has("distributed-map") {
        Order::ByScope
    } else {
        Order::Total
    }
}

/// The number of events that the recorder dropped from a history whose order it lost: the ids have
/// gaps there.
fn dropped(row: &Json) -> usize {
    let recorded = row["history"].as_array().map_or(&[][..], Vec::as_slice);
    let last = recorded.last().and_then(|event| event["id"].as_u64());
    let last = usize::try_from(last.unwrap_or_default()).unwrap_or_default();
    last.saturating_sub(recorded.len())
}

/// The end of an execution, in the form of the rows.
pub(super) fn result(report: &ExecutionReport) -> Json {
    json!({
        "status": report.status.as_str(),
        "output": report.output.as_ref().map(Value::to_json),
        "error": report.error,
        "cause": report.cause,
    })
}

pub(super) fn result_differences(expect: &Json, ours: &Json, volatile: &Volatile) -> Vec<String> {
    let mut found = Vec::new();
    if expect["status"] != ours["status"] {
        found.push(format!(
            "expected {}, got {}",
            short(&expect["status"]),
            short(ours)
        ));
    }
    for field in ["output", "error", "cause"] {
        // A missing error or cause is significant: AWS recorded none. An output of null is an
        // output.
        let differences = differences(&expect[field], &ours[field], volatile);
        let told = differences.into_iter();
        found.extend(told.map(|difference| format!("{field}: {difference}")));
    }
    found
}

/// Returns the recorded result for each task.
struct Recording {
    tasks: Vec<RecordedTask>,
    /// Functions that return their input. They are used where the calls themselves are not recorded
    /// (in the children of a Distributed Map).
    echoes: Vec<String>,
    /// The token of each state, in the text that replaces it in the recording.
    tokens: Vec<(String, String)>,
    volatile: Volatile,
}

/// The results of one (state, resource), in the order of scheduling.
struct RecordedTask {
    state: String,
    resource: String,
    worker: Option<String>,
    /// An activity that no worker ever polled.
    is_unpolled: bool,
    results: Mutex<Vec<Json>>,
}

impl Recording {
    fn new(row: &Json, volatile: Volatile) -> Self {
        let workers: Vec<(&str, &str)> = row["history"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|event| {
                Some((
                    event["stateName"].as_str()?,
                    event["details"]["workerName"].as_str()?,
                ))
            })
            .collect();
        let polled: Vec<&Json> = row["history"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|event| event["type"] == "ActivityStarted")
            .map(|event| &event["previousEventId"])
            .collect();
        let tasks = row["tasks"].as_array().into_iter().flatten().map(|task| {
            let is_activity = task["kind"] == "Activity";
            let state = task["state"].as_str().unwrap_or_default();
            RecordedTask {
                state: state.to_owned(),
                resource: task["resource"].as_str().unwrap_or_default().to_owned(),
                worker: workers
                    .iter()
                    .find(|(name, _)| *name == state)
                    .map(|(_, worker)| (*worker).to_owned()),
                // Ids show that a worker polled the task.
                is_unpolled: is_activity
                    && task["results"].as_array().is_some_and(|results| {
                        let polled = |result: &Json| polled.contains(&&result["scheduledId"]);
                        !results.is_empty() && !results.iter().any(polled)
                    }),
                results: Mutex::new(task["results"].as_array().cloned().unwrap_or_default()),
            }
        });
        let lambdas = row["lambdas"].as_object().into_iter().flatten();
        let echoes = lambdas
            .filter(|(_, kind)| *kind == "id_function")
            .map(|(name, _)| name.clone());
        Self {
            tasks: tasks.collect(),
            echoes: echoes.collect(),
            tokens: recorded_tokens(row),
            volatile,
        }
    }

    /// The activities without workers: the engine queues their tasks.
    fn unpolled(&self) -> impl Iterator<Item = String> + use<> {
        let unpolled = self.tasks.iter().filter(|task| task.is_unpolled);
        let arns: Vec<String> = unpolled.map(|task| task.resource.clone()).collect();
        arns.into_iter()
    }

    fn echo(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (function, payload) = match call.resource().kind() {
            ResourceKind::Lambda => (call.resource().as_str(), call.parameters().clone()),
            ResourceKind::Service => (
                call.target()?,
                call.parameters()
                    .get("Payload")
                    .cloned()
                    .unwrap_or_else(Value::empty_object),
            ),
            ResourceKind::Activity => return None,
        };
        let name = function.rsplit(':').next().unwrap_or(function);
        if !self.echoes.iter().any(|echo| echo == name) {
            return None;
        }
        Some(match call.resource().kind() {
            ResourceKind::Lambda => Answer::output(payload),
            _ => {
                Answer::output(serde_json::json!({"Payload": payload.to_json(), "StatusCode": 200}))
            }
        })
    }
}

/// The text in the parameters of each state's task that contains the masked token: the text around
/// a `<task_token..>` placeholder.
fn recorded_tokens(row: &Json) -> Vec<(String, String)> {
    let volatile = row["volatile"].as_array().into_iter().flatten();
    let placeholders: Vec<&str> = volatile
        .filter_map(Json::as_str)
        .filter(|placeholder| placeholder.starts_with("<task_token"))
        .collect();
    let tasks = row["tasks"].as_array().into_iter().flatten();
    tasks
        .filter_map(|task| {
            let token = find_text(&task["parameters"], &|text| {
                placeholders
                    .iter()
                    .any(|placeholder| text.contains(placeholder))
            })?;
            Some((task["state"].as_str()?.to_owned(), token.to_owned()))
        })
        .collect()
}

/// The first text in a value that is wanted.
fn find_text<'v>(value: &'v Json, is_wanted: &dyn Fn(&str) -> bool) -> Option<&'v str> {
    match value {
        Json::String(text) => Some(text.as_str()).filter(|text| is_wanted(text)),
        Json::Array(items) => items.iter().find_map(|item| find_text(item, is_wanted)),
        Json::Object(fields) => fields.values().find_map(|item| find_text(item, is_wanted)),
        _ => None,
    }
}

impl TaskSource for Recording {
    fn token(&self, _execution: &ExecutionInfo, state: &str) -> Option<String> {
        let found = self.tokens.iter().find(|(name, _)| name == state);
        found.map(|(_, token)| token.clone())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let resource = match call.resource().kind() {
            ResourceKind::Service => call.resource().action(),
            ResourceKind::Lambda | ResourceKind::Activity => call.resource().as_str(),
        };
        let Some(task) = self
            .tasks
            .iter()
            .find(|task| task.state == call.state() && task.resource == resource)
        else {
            return self.echo(call);
        };
        let mut results = task.results.lock().unwrap_or_else(PoisonError::into_inner);
        if results.is_empty() || task.is_unpolled {
            return None;
        }
        // Iterations of a Map call in another order than on the service; their parameters identify
        // them.
        let parameters = call.parameters().to_json();
        let index = results
            .iter()
            .position(|result| is_equal(&result["parameters"], &parameters, &self.volatile))
            .unwrap_or(0);
        let answer = answer(&results.remove(index));
        Some(match &task.worker {
            Some(worker) => answer.worker(worker.as_str()),
            None => answer,
        })
    }
}

fn answer(result: &Json) -> Answer {
    let answer = if let Some(output) = result.get("output") {
        Answer::output(output.clone())
    } else if result["timedOut"] == true {
        Answer::never()
    } else if result.get("error").is_some() || result.get("cause").is_some() {
        let text = |field: &str| result[field].as_str().map(Into::into);
        Answer::result(Err(TaskFailure {
            error: text("error"),
            cause: text("cause"),
        }))
    } else {
        // It did not end before the execution ended.
        Answer::never()
    };
    match result.get("submitted") {
        Some(submitted) => answer.submitted(submitted.clone()),
        None => answer,
    }
}
