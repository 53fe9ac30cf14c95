//! Executions on virtual time.

use js_sys::Function;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use stepwright_engine::history::HistoryQuery;
use stepwright_engine::{Engine, StartOptions};
use stepwright_testing::MockConfig;
use stepwright_testing::test_tasks::TestTasks;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::spin;
use crate::test_function::TestFunction;

/// The name of the state machine and of its test case.
const NAME: &str = "run";

/// A definition with its input and mocks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RunRequest {
    definition: Box<RawValue>,
    #[serde(default)]
    input: Value,
    #[serde(default = "crate::standard")]
    machine_type: String,
    /// The name of the execution; random by default.
    name: Option<String>,
    /// The answers to the calls of Task states, by their names: those of `MockedResponses` in the
    /// mock file of Step Functions Local.
    #[serde(default)]
    mocks: Map<String, Value>,
    /// The names of the tasks that the function answers: states, functions or resources.
    #[serde(default)]
    tasks: Vec<String>,
}

/// Runs a definition on virtual time: waits take no time. Takes and returns JSON.
///
/// The request has `definition`, `input`, `machineType` (`STANDARD` or `EXPRESS`), `name` and
/// `mocks`: the answers to the calls of each Task state, as
/// `{"Charge": {"0": {"Return": {"id": "c-1"}}}}`. The answer has `status`, `output`, `error`,
/// `cause` and the `events` of GetExecutionHistory.
///
/// The function `call` answers the tasks that `tasks` names: it gets a call in JSON, and returns
/// `{"output": ..}` or `{"error": .., "cause": ..}` in JSON. Then the answer also has the sentences
/// `unknown` about names that no task has.
///
/// # Errors
///
/// A definition that AWS refuses, mocks that do not fit, and an execution that does not end.
#[wasm_bindgen]
pub fn run(request: &str, call: Option<Function>) -> Result<String, JsError> {
    let request: RunRequest = crate::parsed(request)?;
    let machine_type = crate::machine_type_of(&request.machine_type)?;
    let machine = crate::machine(request.definition.get(), machine_type)?;
    let names: Map<String, Value> = request
        .mocks
        .keys()
        .map(|name| (name.clone(), json!(name)))
        .collect();
    let file = json!({
        "StateMachines": {NAME: {"TestCases": {NAME: names}}},
        "MockedResponses": request.mocks,
    });
    let mocks = MockConfig::parse(&file.to_string())?;
    let hint = match &call {
        Some(_) => "set a mock with the name of the state, of the function or of the resource",
        None => "add the answer to its calls to `mocks`",
    };
    let _function = call.map(TestFunction::set);
    let tasks = TestTasks::new(TestFunction);
    tasks.send(request.tasks, []);
    let engine = Engine::builder()
        .register_definition(NAME, &machine, machine_type)
        .test_cases(mocks)
        .tasks(tasks.clone())
        .missing_handler_hint(hint)
        .virtual_time()
        .build()?;
    let mut options = StartOptions::new().test_case(NAME);
    if let Some(name) = request.name {
        options = options.name(name);
    }
    let report = spin::complete(engine.execute_machine(NAME, request.input, options))??;
    let page = report.history.page(&HistoryQuery::new())?.to_json();
    let answer = json!({
        "status": report.status.as_str(),
        "output": report.output,
        "error": report.error,
        "cause": report.cause,
        "events": page["events"],
        "unknown": tasks.check().unknown,
    });
    Ok(answer.to_string())
}
