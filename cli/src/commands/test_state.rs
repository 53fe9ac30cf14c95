//! `stepwright test-state`: tests one state, like AWS's TestState.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stepwright_asl::MachineType;
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::validate::Validator;
use stepwright_asl::words::quoted;
use stepwright_testing::test_state::{
    FieldValidationMode, MockErrorOutput, MockInput, StateConfiguration, TestStateRequest,
    TestStatus, test_state,
};

use stepwright_engine::value;

use crate::args::TestStateArguments;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::engine::log::{self, DefaultLog};
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// The role of a real task call. AWS requires one; here it only appears in the context object.
const ROLE: &str = "arn:aws:iam::123456789012:role/stepwright";

/// The start of the runtime's message that a task has no handler.
const UNANSWERED: &str = "There is no handler and no mock";

const MOCK: &str = r#"set the result of the state: --mock '{"result": ..}' or --mock '{"errorOutput": {"error": "..", "cause": ".."}}'"#;

const JSONATA: &str =
    r#"the state has JSONata expressions; add `"QueryLanguage": "JSONata"` to it"#;

/// Tests the state and prints the response.
pub(crate) async fn test(arguments: TestStateArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Off)?;
    let request = request(&arguments)?;
    let response = test_state(&request).await.map_err(|refused| {
        let mut text = refused.to_string();
        if lacks_query_language(&request) && text.starts_with("InvalidDefinition") {
            text.push_str(&diagnostics::hint(JSONATA));
            return Failure::Failed(text);
        }
        if request.mock.is_none() && text.contains("not support") {
            text.push_str(&diagnostics::hint(MOCK));
        }
        Failure::Failed(text)
    })?;
    let printed =
        serde_json::to_value(&response).map_err(|error| Failure::Failed(error.to_string()))?;
    output::line(format_args!("{printed:#}"));
    match (response.status, &response.cause) {
        (TestStatus::Failed, Some(cause)) if cause.starts_with(UNANSWERED) => Err(Failure::Failed(
            format!("no handler runs the task{}", diagnostics::hint(MOCK)),
        )),
        // The response contains the error.
        (TestStatus::Failed, _) => Err(Failure::Diagnostics),
        _ => Ok(()),
    }
}

fn request(arguments: &TestStateArguments) -> Result<TestStateRequest, Failure> {
    let mut request = TestStateRequest::new(definition(arguments)?);
    request.state_name = arguments.state.clone();
    request.input = Some(input::json("--input", &arguments.input)?.to_string());
    request.inspection_level = Some(arguments.inspection_level.into());
    request.reveal_secrets = arguments.reveal_secrets.then_some(true);
    if let Some(text) = &arguments.variables {
        request.variables = Some(input::json("--variables", text)?.to_string());
    }
    if let Some(text) = &arguments.context {
        request.context = Some(input::json("--context", text)?.to_string());
    }
    if let Some(text) = &arguments.mock {
        let (mock, result) = read::<Mock>("--mock", text, "result")?;
        request.mock = Some(MockInput {
            result,
            error_output: mock.error_output.map(|output| MockErrorOutput {
                error: output.error,
                cause: output.cause,
            }),
            field_validation_mode: mock.field_validation_mode,
        });
    } else {
        request.role_arn = Some(ROLE.to_owned());
    }
    if let Some(text) = &arguments.state_configuration {
        let (configuration, map_item_reader_data) =
            read::<Configuration>("--state-configuration", text, "mapItemReaderData")?;
        request.state_configuration = Some(StateConfiguration {
            retrier_retry_count: configuration.retrier_retry_count,
            error_caused_by_state: configuration.error_caused_by_state,
            map_iteration_failure_count: configuration.map_iteration_failure_count,
            map_item_reader_data,
        });
    }
    Ok(request)
}

/// The state, or the machine around it. Errors of a machine are shown with its source lines.
fn definition(arguments: &TestStateArguments) -> Result<Value, Failure> {
    let definition =
        LoadedDefinition::read(&arguments.file, &Validator::new(MachineType::Standard))?;
    let Some(document) = definition.document() else {
        return Err(definition.machine().err().unwrap_or(Failure::Diagnostics));
    };
    let json = Value::from(document.json());
    let path = arguments.file.display();
    match (json.get("States"), &arguments.state) {
        (Some(states), Some(state)) => {
            definition.machine()?;
            check_name(state, states)?;
        }
        (None, None) => {}
        (Some(states), None) => {
            let mut names = Vec::new();
            collect(states, &mut names);
            return Err(Failure::Usage(format!(
                "{path} is a state machine; choose one of its states with --state: {}",
                quoted(&names)
            )));
        }
        (None, Some(_)) => {
            return Err(Failure::Usage(format!(
                "{path} is not a state machine; omit --state to test it as one state"
            )));
        }
    }
    Ok(json)
}

/// Returns whether the definition is one state with JSONata expressions, without the query language
/// that its machine may have.
fn lacks_query_language(request: &TestStateRequest) -> bool {
    let state: Option<Value> = serde_json::from_str(&request.definition).ok();
    state.is_some_and(|state| {
        let is_alone = state.get("States").is_none() && state.get("QueryLanguage").is_none();
        is_alone && has_expression(&state)
    })
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with("{%"),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(members) => members.values().any(has_expression),
        _ => false,
    }
}

/// Rejects a name that no state has.
fn check_name(state: &str, states: &Value) -> Result<(), Failure> {
    let mut names = Vec::new();
    collect(states, &mut names);
    if names.contains(&state) {
        return Ok(());
    }
    let suggestion = match did_you_mean(state, names.iter().copied()) {
        Some(question) => question,
        None => format!("the states are {}", quoted(&names)),
    };
    Err(Failure::Failed(format!(
        "ValidationException: State not found in definition: `{state}`{}",
        diagnostics::hint(&suggestion)
    )))
}

/// Collects the names of the states, including those in branches and iterations.
fn collect<'j>(states: &'j Value, names: &mut Vec<&'j str>) {
    for (name, state) in states.as_object().into_iter().flatten() {
        names.push(name);
        let branches = state["Branches"].as_array().into_iter().flatten();
        let processors = [&state["ItemProcessor"], &state["Iterator"]];
        for inside in branches.chain(processors) {
            collect(&inside["States"], names);
        }
    }
}

/// The members of `--mock` besides `result`, which is JSON or, as in the API, JSON in a string.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mock {
    error_output: Option<ErrorOutput>,
    field_validation_mode: Option<FieldValidationMode>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorOutput {
    error: Option<String>,
    cause: Option<String>,
}

/// The members of `--state-configuration` besides `mapItemReaderData`, which is JSON or JSON in a
/// string.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    retrier_retry_count: Option<u32>,
    error_caused_by_state: Option<String>,
    map_iteration_failure_count: Option<u32>,
}

/// The members of an option, and the text of the member that contains JSON. A string already has
/// the API's format.
fn read<T: DeserializeOwned>(
    option: &str,
    text: &str,
    verbatim: &str,
) -> Result<(T, Option<String>), Failure> {
    let json = input::json(option, text)?;
    let found = json.get(verbatim).map(|found| match found {
        value::Value::Str(text) => text.to_string(),
        found => found.to_text(),
    });
    let rest = match json.as_object() {
        Some(members) => {
            let mut rest = value::Object::new();
            for (name, member) in members.iter().filter(|(name, _)| *name != verbatim) {
                rest.insert(name, member.clone());
            }
            rest.into()
        }
        None => json,
    };
    let members = rest.to_typed();
    let members = members.map_err(|error| Failure::Usage(format!("{option}: {error}")))?;
    Ok((members, found))
}
