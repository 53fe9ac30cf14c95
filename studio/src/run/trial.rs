//! Tests of one state and of the whole definition, in this process: nothing needs AWS.

use std::time::Duration;

use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::StateKind;
use stepwright_asl::{MachineType, StateMachine};
use stepwright_diagram::Diagram;
use stepwright_editor::Definition;
use stepwright_engine::history::HistoryQuery;
use stepwright_engine::{Engine, StartOptions};
use stepwright_history::timeline::Timeline;
use stepwright_testing::test_state::{InspectionLevel, MockInput, TestStateRequest, test_state};
use stepwright_testing::{Mock, Mocks, overlay};

use crate::run::long_work::limited;
use crate::run::mock_answer::{MockAnswer, mock_answers, state_names};
use crate::run::test_data::{TestData, json, pretty};

/// The role of a test, which only appears in the context object.
const ROLE: &str = "arn:aws:iam::123456789012:role/stepwright";
/// The time limit of an execution. On virtual time, only endless computation takes longer.
const MOST_TIME: Duration = Duration::from_secs(20);
/// The error of a task without a mock.
const NO_MOCK: &str = "Studio.NoMock";
/// The maximum number of shown events.
const MOST_EVENTS: usize = 500;

/// A test of one state.
#[derive(Debug, Deserialize)]
pub(crate) struct StateTrial {
    /// The name of the state.
    name: String,
    #[serde(flatten)]
    data: TestData,
}

/// An expression of a field, with the input for which it is evaluated.
#[derive(Debug, Deserialize)]
pub(crate) struct Evaluation {
    /// Pointer to the field.
    field: String,
    expression: String,
    input: String,
}

/// The outcome of an execution.
#[derive(Debug)]
pub(crate) struct RunReport {
    pub(crate) html: Markup,
    /// The picture with the statuses of the states.
    pub(crate) picture: String,
    pub(crate) timeline: Timeline,
}

/// Tests a state as TestState does, with its input in the last run unless it has its own.
pub(crate) async fn test(
    definition: &Definition,
    trial: &StateTrial,
    last: Option<&Timeline>,
) -> Result<Markup, String> {
    let StateTrial { name, data } = trial;
    if name.is_empty() {
        return Err("select a state first".to_owned());
    }
    let input = data.input_of(name, is_start(definition, name), last)?;
    let mut request = TestStateRequest::new(Json::from(definition.json()))
        .state_name(name)
        .input(json(&format!("the input of `{name}`"), &input)?)
        .inspection_level(InspectionLevel::Debug);
    if !data.variables.trim().is_empty() {
        request = request.variables(json("the variables", &data.variables)?);
    }
    request = match mock_answers(definition, &data.mocks)?.remove(name) {
        None => request.role_arn(ROLE),
        Some(MockAnswer::Failure { error, cause }) => request.mock(MockInput::error(error, cause)),
        Some(MockAnswer::Result(result)) => request.mock(MockInput::result(result)),
        Some(MockAnswer::Sequence(_)) => {
            return Err(format!(
                "the mock of `{name}`: a test of one state has one call, so a result without `Sequence`"
            ));
        }
    };
    let response = test_state(&request)
        .await
        .map_err(|error| error.to_string())?;
    let output = response.output.as_deref();
    let inspected = serde_json::to_value(&response.inspection_data);
    let inspected = inspected.map_err(|error| error.to_string())?;
    let parts = inspected.as_object().into_iter().flatten();
    Ok(html! {
        p class="outcome" { (response.status.as_str()) }
        @if let Some(error) = &response.error { p { code { (error) } @if let Some(cause) = &response.cause { ": " (cause) } } }
        @if let Some(next) = &response.next_state { p { "Next state: " (next) } }
        @if let Some(output) = output { h4 { "Output" } pre { (pretty(output)) } }
        details {
            summary { "Steps of the input and output" }
            @for (name, value) in parts {
                h4 { (name) }
                pre { (value.as_str().map_or_else(|| format!("{value:#}"), pretty)) }
            }
        }
    })
}

/// Whether an execution starts with the state of this name.
pub(crate) fn is_start(definition: &Definition, name: &str) -> bool {
    definition.json().get("StartAt").and_then(Asl::as_str) == Some(name)
}

/// The value of an expression for an input.
pub(crate) async fn evaluate(evaluation: &Evaluation) -> Result<String, String> {
    let input = json("the sample input", &evaluation.input)?;
    let output: Json = match serde_json::from_str(&evaluation.expression) {
        Ok(value) => value,
        Err(_) => evaluation.expression.trim().into(),
    };
    let state = serde_json::json!({
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": true,
    });
    let request = TestStateRequest::new(state).input(input);
    let response = test_state(&request)
        .await
        .map_err(|error| error.to_string())?;
    match (response.output, response.cause) {
        (Some(output), _) => Ok(pretty(&output)),
        (None, cause) => {
            let field = evaluation.field.rsplit('/').next().unwrap_or_default();
            let cause = cause.unwrap_or_else(|| "it has no value".to_owned());
            // The expression is that of another field here.
            Err(cause.replacen("the field 'Output", &format!("the field '{field}"), 1))
        }
    }
}

/// Runs the definition on virtual time.
pub(crate) async fn run(
    definition: &Definition,
    machine_type: MachineType,
    data: &TestData,
    folded: &[String],
) -> Result<RunReport, String> {
    let input = json("the input", &data.input)?;
    let text = definition.json().to_string();
    let machine = StateMachine::from_json(&text).map_err(|errors| errors.to_string())?;
    let engine = Engine::builder()
        .register_definition("studio", &machine, machine_type)
        .tasks(mocks(definition, &data.mocks)?)
        .virtual_time()
        .build()
        .map_err(|error| error.to_string())?;
    let execution = engine.execute_machine("studio", input, StartOptions::new());
    let report = limited(MOST_TIME, execution).await;
    let report = report.ok_or_else(|| {
        "the execution takes more than 20 seconds; a state may wait for an activity or a callback that no mock answers".to_owned()
    })?;
    let report = report.map_err(|error| error.to_string())?;
    let page = report.history.page(&HistoryQuery::new());
    let page = page.map_err(|error| error.to_string())?.to_json();
    let overlay = overlay(definition.json(), &report.history);
    let picture = Diagram::folded(definition.json(), folded)
        .with(&overlay)
        .to_editable_svg();
    let empty = Vec::new();
    let events = page["events"].as_array().unwrap_or(&empty);
    let html = html! {
        p class="outcome" { (report.status) }
        @if let Some(error) = &report.error { p { code { (error) } @if let Some(cause) = &report.cause { ": " (cause) } } }
        @if let Some(output) = &report.output { h4 { "Output" } pre { (format!("{output:#}")) } }
        details {
            summary { (events.len()) " events" }
            ol class="events" {
                @for event in events.iter().take(MOST_EVENTS) { li { (event_line(event)) } }
            }
            @if events.len() > MOST_EVENTS { p { "Only the first " (MOST_EVENTS) " events are shown." } }
        }
    };
    Ok(RunReport {
        html,
        picture,
        timeline: Timeline::of(&report.history),
    })
}

/// The type of an event, and the state or the error in it.
fn event_line(event: &Json) -> String {
    let kind = event["type"].as_str().unwrap_or_default();
    let details = event.as_object().into_iter().flatten();
    let mut details = details.filter(|(key, _)| key.ends_with("EventDetails"));
    let about = details.find_map(|(_, details)| {
        let names = ["name", "error", "resource"];
        names.iter().find_map(|name| details[*name].as_str())
    });
    match about {
        Some(about) => format!("{kind}: {about}"),
        None => kind.to_owned(),
    }
}

/// The mocks of all states with tasks. A state without one fails, with the reason.
fn mocks(definition: &Definition, text: &str) -> Result<Mocks, String> {
    let answers = mock_answers(definition, text)?;
    let mut mocks = Mocks::new();
    for name in state_names(definition, |kind| kind == StateKind::Task) {
        let mock = match answers.get(&name) {
            Some(answer) => answer.mock(),
            None => {
                let cause = format!("add the result of {name} in its form");
                Mock::failure(NO_MOCK, cause)
            }
        };
        mocks = mocks.state(&name, mock.optional());
    }
    Ok(mocks)
}
