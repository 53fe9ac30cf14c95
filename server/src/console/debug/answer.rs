//! Answers of a person to calls.

use std::time::Duration;

use stepwright_engine::task::{TaskFailure, TaskResult};
use stepwright_engine::value::Value;

use crate::console::form::params::Params;

/// The most seconds that a task takes, as for a `TimeoutSeconds`.
const MOST_SECONDS: f64 = 99_999_999.0;

/// Parses the answer of a form, and how long the task takes.
///
/// # Errors
///
/// Fields that are missing or not valid.
pub(super) fn parse(params: &Params) -> Result<(Duration, TaskResult), String> {
    let delay = delay(params)?;
    let result = match params.text("answer") {
        "failure" => {
            let error = params
                .get("error")
                .ok_or("the error has no name; enter one")?;
            Err(TaskFailure {
                error: Some(error.to_owned()),
                cause: params.get("cause").map(str::to_owned),
            })
        }
        _ => Ok(json(params, "result", "the result")?),
    };
    Ok((delay, result))
}

fn delay(params: &Params) -> Result<Duration, String> {
    let Some(text) = params.get("delay") else {
        return Ok(Duration::ZERO);
    };
    let seconds: Option<f64> = text.parse().ok();
    let seconds = seconds.filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds));
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| {
            format!("the time `{text}` is not valid; enter a number of seconds from 0 to 99999999")
        })
}

/// Parses a field with JSON. An empty one is an empty object.
///
/// # Errors
///
/// Text that is not JSON.
pub(super) fn json(params: &Params, name: &str, what: &str) -> Result<Value, String> {
    let text = params.get(name).unwrap_or("{}");
    Value::from_text(text).map_err(|error| format!("{what} is not valid JSON: {error}"))
}
