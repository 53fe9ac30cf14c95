//! The tool `run`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::page::page;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};

/// Runs a definition with mocks.
pub(super) struct Run;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunArguments {
    /// The definition, or a template with one state machine (`template.yaml#Orders` names one of
    /// several); the path begins at the working folder.
    #[serde(default)]
    file: Option<String>,
    /// The definition itself, in JSON or YAML, instead of a file.
    #[serde(default)]
    text: Option<String>,
    /// The input of the execution.
    #[serde(default = "super::empty_input")]
    input: Value,
    /// The results of the tasks. Either by the names of the states, with a result, or a list with
    /// one for each attempt: `{"Charge": {"Return": {"id": 1}}, "Ship": [{"Throw": {"Error":
    /// "Busy", "Cause": ""}}, {"Return": {}}]}`. Or a file in the format of Step Functions Local's
    /// MockConfigFile.json, with `case`.
    #[serde(default)]
    mocks: Option<Value>,
    /// The test case in the file of the mocks.
    #[serde(default)]
    case: Option<String>,
    /// Run as an Express workflow.
    #[serde(default)]
    express: bool,
    /// The position of the first event; `next` of the page before. Without it, no events are
    /// returned.
    #[serde(default)]
    events_from: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Ran {
    /// Whether the execution succeeded.
    succeeded: bool,
    /// The output, if it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    /// What the command printed: the error and its cause, and notes.
    messages: String,
    /// The names of the states in the order in which they were entered, at most 500.
    states: Vec<String>,
    /// A page of the history, as GetExecutionHistory returns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Value>>,
    /// The `events_from` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

impl AgentTool for Run {
    type Arguments = RunArguments;
    type Outcome = Ran;

    const NAME: &'static str = "run";
    const TITLE: &'static str = "Run a definition";
    const DESCRIPTION: &'static str = "Runs one execution in process with mocks of its tasks, on virtual time: waits, retries and timeouts take no time. Returns the output or error, the path of states and, if asked, the events.";

    async fn call(session: Session<'_>, arguments: RunArguments) -> Result<Ran, Refusal> {
        let files = CallFiles::new(session)?;
        let (file, text) = (arguments.file.as_deref(), arguments.text.as_deref());
        let file = files.definition("file", file, text)?;
        let mut words = files.run_words(file, arguments.express);
        let mut case = arguments.case.as_deref();
        if let Some(mocks) = &arguments.mocks {
            let config = mocks.as_object().map(mock_config);
            let file = files.given("mocks.json", config.as_ref().unwrap_or(mocks))?;
            words.extend(["--mocks".into(), file.into()]);
            case = config.map_or(case, |_| Some(CASE));
        }
        if let Some(case) = case {
            words.push(format!("--case={case}").into());
        }
        words.extend(session.command.endpoint_options());
        let (finished, events) = files.run_execution(words, &arguments.input).await?;
        let entered = events.iter();
        let entered =
            entered.filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
        let states = entered.take(500).map(str::to_owned).collect();
        let found = arguments.events_from.map(|offset| page(events, offset));
        let (events, next) = found.map_or((None, None), |found| (Some(found.items), found.next));
        Ok(Ran {
            succeeded: finished.status == 0,
            output: serde_json::from_str(&finished.output).ok(),
            messages: finished.messages,
            states,
            events,
            next,
        })
    }
}

/// The name of the test case of results by state.
const CASE: &str = "call";

/// The mock file for results by state: the response of each state has the name of the state.
fn mock_config(results: &Map<String, Value>) -> Value {
    let names = results
        .keys()
        .map(|name| (name.clone(), name.clone().into()));
    let attempts = |result: &Value| match result {
        Value::Array(results) => results.clone(),
        result => vec![result.clone()],
    };
    let numbered = |result: &Value| -> Map<String, Value> {
        let attempts = attempts(result).into_iter().enumerate();
        attempts
            .map(|(number, one)| (number.to_string(), one))
            .collect()
    };
    let responses = results
        .iter()
        .map(|(name, result)| (name.clone(), numbered(result).into()));
    json!({
        "StateMachines": {"definition": {"TestCases": {CASE: names.collect::<Map<_, _>>()}}},
        "MockedResponses": responses.collect::<Map<_, _>>(),
    })
}
