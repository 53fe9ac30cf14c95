//! Single states in the TestState API.

use serde_json::{Map, Value as Json, json};
use stepwright_runtime::Engine;
use stepwright_runtime::task::{Answer, TaskCall, TaskFailure, TaskSource};
use stepwright_runtime::test_state::TestStateRequest;

use super::api::Api;
use super::equal::{Volatile, differences};
use super::{Differences, ReplayMode};

const ROLE: &str = "arn:aws:iam::111111111111:role/stepwright";

/// Tests the row's state like the recording, and compares the response or the error.
pub(super) async fn check(row: &Json, way: ReplayMode<'_>) -> Result<(), Differences> {
    let volatile = Volatile::new(&row["volatile"]);
    let engine = Engine::builder()
        .account("111111111111")
        .region("us-east-1")
        .tasks(Recorded::new(row))
        .virtual_time()
        .build()
        .map_err(|error| error.to_string())?;
    let request = request(row)?;
    let expected = row["expect"].clone();
    let tested = match way {
        ReplayMode::InProcess => match engine.test_state(&request).await {
            Ok(response) => Ok(serde_json::to_value(response).map_err(|error| error.to_string())?),
            Err(error) => Err((error.code().to_owned(), error.message().to_owned())),
        },
        ReplayMode::Api | ReplayMode::Endpoint(_) => {
            let request = serde_json::to_value(&request).map_err(|error| error.to_string())?;
            let mut api = match way {
                ReplayMode::Endpoint(address) => Api::at(address).await?,
                ReplayMode::InProcess | ReplayMode::Api => Api::over(engine).await?,
            };
            api.ask("TestState", &request).await?
        }
    };
    let ours = match tested {
        Ok(response) => decoded(response),
        Err((code, message)) => refusal(&row["expect"], &code, &message),
    };
    Differences::check(differences(&expected, &ours, &volatile))
}

/// The recorded request: JSON in strings, and a role, which the rows omit.
fn request(row: &Json) -> Result<TestStateRequest, String> {
    let mut members: Map<String, Json> = row["args"].as_object().cloned().unwrap_or_default();
    let definition = match &row["definition"] {
        Json::String(text) => text.clone(),
        json => json.to_string(),
    };
    members.insert("definition".to_owned(), definition.into());
    members.insert("inspectionLevel".to_owned(), row["inspectionLevel"].clone());
    // A rejected row without an input has null.
    if row["rejected"] != true || !row["input"].is_null() {
        members.insert("input".to_owned(), row["input"].to_string().into());
    }
    if has_role(&row["expect"]) {
        members
            .entry("roleArn")
            .or_insert_with(|| ROLE.to_owned().into());
    }
    serde_json::from_value(Json::Object(members)).map_err(|error| format!("the request: {error}"))
}

/// The rows do not record whether there was a role. The recorded response shows it in some cases:
/// the context object has none, or the service requires one.
fn has_role(expect: &Json) -> bool {
    let asks = |text: &Json| {
        text.as_str()
            .is_some_and(|text| text.contains("RoleArn must be specified"))
    };
    fn shows_none(json: &Json) -> bool {
        match json {
            Json::Object(members) => members.iter().any(|(key, value)| {
                (key == "Execution" && value.get("RoleArn").is_some_and(Json::is_null))
                    || shows_none(value)
            }),
            Json::Array(items) => items.iter().any(shows_none),
            _ => false,
        }
    }
    !asks(&expect["message"]) && !asks(&expect["exception_value"]) && !shows_none(expect)
}

/// A response with parsed JSON instead of strings, as in the rows.
fn decoded(mut response: Json) -> Json {
    if let Some(output) = response.get_mut("output") {
        decode(output);
    }
    let data = response.get_mut("inspectionData");
    if let Some(data) = data.and_then(Json::as_object_mut) {
        data.values_mut().for_each(decode);
    }
    response
}

fn decode(json: &mut Json) {
    if let Json::String(text) = json
        && let Ok(read) = serde_json::from_str(text)
    {
        *json = read;
    }
}

/// An error response, in any form of the rows.
fn refusal(expect: &Json, code: &str, message: &str) -> Json {
    if expect.get("exception_typename").is_some() {
        json!({
            "exception_typename": code,
            "exception_value": format!("An error occurred ({code}) when calling the TestState operation: {message}"),
        })
    } else {
        json!({"Error": {"Code": code, "Message": message}, "message": message})
    }
}

/// Returns the recorded result for a task that was called, not mocked.
struct Recorded {
    answer: Option<Result<Json, TaskFailure>>,
}

impl Recorded {
    /// The result is the recorded `result` of the inspection; without one, the output of the state,
    /// if the state passes its result on unchanged. An error is that of the state, unless no task
    /// can have it.
    fn new(row: &Json) -> Self {
        let expect = &row["expect"];
        let text = |field: &str| expect[field].as_str().map(Into::into);
        let answer = match expect["status"].as_str() {
            Some("SUCCEEDED") => match expect.pointer("/inspectionData/result") {
                Some(result) => Some(Ok(result.clone())),
                None if gives_on(&row["definition"]) => Some(Ok(expect["output"].clone())),
                None => None,
            },
            Some(_) if !is_interpreters_own(&expect["error"]) => Some(Err(TaskFailure {
                error: text("error"),
                cause: text("cause"),
            })),
            _ => None,
        };
        Self { answer }
    }
}

/// Whether the recording called a task instead of a mock.
pub(super) fn calls_a_task(row: &Json) -> bool {
    let is_mocked = row["args"].get("mock").is_some();
    !is_mocked && row["rejected"] != true && Recorded::new(row).answer.is_some()
}

/// Whether a single state passes its result on unchanged.
fn gives_on(state: &Json) -> bool {
    const FIELDS: [&str; 4] = ["ResultSelector", "ResultPath", "OutputPath", "Output"];
    state.get("Type").is_some() && FIELDS.iter().all(|field| state.get(field).is_none())
}

fn is_interpreters_own(error: &Json) -> bool {
    const ERRORS: [&str; 4] = [
        "States.Runtime",
        "States.QueryEvaluationError",
        "States.DataLimitExceeded",
        "States.ReferencePathConflict",
    ];
    error.as_str().is_some_and(|error| ERRORS.contains(&error))
}

impl TaskSource for Recorded {
    fn answer(&self, _call: &TaskCall<'_>) -> Option<Answer> {
        let answer = self.answer.clone()?;
        Some(Answer::result(answer.map(Into::into)))
    }
}
