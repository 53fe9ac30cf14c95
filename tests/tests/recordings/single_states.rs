//! The test of a single state matches its execution: each state of the recorded executions is
//! tested alone with its recorded input, and must have its recorded output.

use serde_json::{Map, Value, json};
use stepwright_runtime::test_state::{
    FieldValidationMode, MockErrorOutput, MockInput, TestStateRequest, test_state,
};
use stepwright_tests::conformance::equal::{Volatile, differences};

use super::folder;

/// One visit of a state in a recorded execution.
struct Visit<'a> {
    state: &'a str,
    input: &'a Value,
    variables: Map<String, Value>,
    /// The final result of its task.
    mock: Option<MockInput>,
    output: &'a Value,
    /// The next state.
    next: Option<&'a str>,
}

/// The finished visits, without executions with branches, in which events of several states mix.
fn visits(history: &[Value]) -> Vec<Visit<'_>> {
    let mut visits = Vec::new();
    let mut variables = Map::new();
    let mut entered: Option<(&Value, Option<MockInput>)> = None;
    for (at, event) in history.iter().enumerate() {
        let kind = event["type"].as_str().unwrap_or_default();
        let details = &event["details"];
        if kind.ends_with("StateEntered") {
            entered = Some((event, None));
        } else if kind.ends_with("StateExited") {
            let before = variables.clone();
            let assigned = details["assignedVariables"].as_object();
            variables.extend(assigned.cloned().unwrap_or_default());
            // The times that a Wait waits for were masked.
            let Some((begun, mock)) = entered.take().filter(|_| kind != "WaitStateExited") else {
                continue;
            };
            visits.push(Visit {
                state: event["stateName"].as_str().unwrap_or_default(),
                input: &begun["details"]["input"],
                variables: before,
                mock,
                output: &details["output"],
                next: history[at + 1..]
                    .iter()
                    .find_map(|next| next["stateName"].as_str()),
            });
        } else if let Some((_, mock)) = &mut entered {
            let ended = ["Succeeded", "Failed", "TimedOut"];
            if !ended.iter().any(|end| kind.ends_with(end)) {
                continue;
            }
            if details["cause"].is_object() {
                // Its text was parsed, but the catcher's output contains the text.
                entered = None;
                continue;
            }
            let text = |field: &str| details[field].as_str().map(str::to_owned);
            *mock = Some(match details.get("output") {
                Some(output) => {
                    MockInput::result(output.clone()).validated(FieldValidationMode::None)
                }
                None => MockInput {
                    error_output: Some(MockErrorOutput {
                        error: text("error"),
                        cause: text("cause"),
                    }),
                    ..MockInput::default()
                },
            });
        }
    }
    visits
}

/// Whether a state reads data of its execution: ids, times or random values.
fn is_its_executions(definition: &str) -> bool {
    const READS: [&str; 7] = ["$$", "context", "UUID", "$uuid", "andom", "$now", "$millis"];
    READS.iter().any(|read| definition.contains(read))
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn single_states_end_as_in_the_recorded_executions() {
    let path = folder().join("cases.jsonl");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut tested = 0;
    for row in text.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let flags = row["flags"].to_string();
        let history = row["history"].as_array().map_or(&[][..], Vec::as_slice);
        let is_mixed = ["map", "parallel", "timeout"]
            .iter()
            .any(|flag| flags.contains(flag));
        let definition = row["definition"].to_string();
        if is_mixed || is_its_executions(&definition) {
            continue;
        }
        let volatile = Volatile::new(&row["volatile"]);
        for visit in visits(history) {
            let mut request = TestStateRequest::new(definition.as_str())
                .state_name(visit.state)
                .input(visit.input.clone())
                .variables(Value::Object(visit.variables));
            request.mock = visit.mock;
            // The caught error occurred after all retries.
            request.state_configuration = request
                .mock
                .is_some()
                .then(|| serde_json::from_value(json!({"retrierRetryCount": 1_000_000})).unwrap());
            let place = format!("{} at {}", row["id"], visit.state);
            let response = match test_state(&request).await {
                Ok(response) => response,
                Err(error) => panic!("{place}: {error}"),
            };
            let Some(output) = response.output_json() else {
                panic!("{place}: {response:?}");
            };
            let found = differences(visit.output, &output, &volatile);
            assert!(found.is_empty(), "{place}: {found:?}");
            assert_eq!(response.next_state.as_deref(), visit.next, "{place}");
            tested += 1;
        }
    }
    assert!(tested > 150, "only {tested} states were tested");
}

/// The names and types of all states, including those in branches and iterations.
fn states<'a>(states: &'a Value, all: &mut Vec<(&'a str, &'a Value)>) {
    for (name, state) in states.as_object().into_iter().flatten() {
        all.push((name, state));
        let branches = state["Branches"].as_array().into_iter().flatten();
        for inside in branches.chain([&state["ItemProcessor"], &state["Iterator"]]) {
            self::states(&inside["States"], all);
        }
    }
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn every_real_world_state_can_be_tested() {
    let folder = folder().join("realworld");
    let files = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut ended = 0;
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        // A few do not parse upstream.
        let Ok(machine) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let mut all = Vec::new();
        states(&machine["States"], &mut all);
        for (name, state) in all {
            let request = TestStateRequest::new(text.as_str()).state_name(name);
            let error = MockInput::error("States.TaskFailed", "mocked");
            let mocks = match state["Type"].as_str() {
                Some("Task") => vec![Some(MockInput::result(json!({}))), Some(error)],
                Some("Map" | "Parallel") => vec![Some(MockInput::result(json!([]))), Some(error)],
                _ => vec![None],
            };
            for mock in mocks {
                let mut request = request.clone();
                request.mock = mock;
                ended += usize::from(test_state(&request).await.is_ok());
            }
        }
    }
    assert!(ended > 400, "only {ended} tests ended");
}
