//! Runs a function as plain Rust and its ASL on the engine, and compares the runs.
//!
//! Allowed differences:
//!
//! - The cause of a failed expression (a division by 0, an index outside of a list) is a text of
//!   Rust or of JSONata. The name is compared.
//! - The cause of a failed nested workflow: the engine's has the whole execution, the plain run's
//!   only its `Error` and `Cause`, which are compared.
//! - Objects whose fields have another order, and numbers that are equal (`1` and `1.0`).
//! - The order of calls in branches of `try_join!` and in bodies of `map`, whose sites begin with
//!   `c` or `n`.
//! - After a failure in a branch or a body: the calls that the other branches have made. If two
//!   branches can fail in a run, either failure may be first, and the run is not compared.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde_json::Value;
use stepwright::Workflow;
use stepwright::asl::errors::{QUERY_EVALUATION_ERROR, TASK_FAILED};
use stepwright::function::{PlainFailure, PlainRun};
use stepwright_runtime::{Engine, StartOptions, Status};

use super::equal::equal;
use super::script::{EngineReplies, Replies, Script, ScriptedCall};

/// How a run ended, and its virtual seconds.
#[derive(Debug)]
pub struct End {
    /// The output, or the error and its cause.
    pub result: Result<Value, (String, String)>,
    /// The virtual time.
    pub seconds: f64,
}

/// A function as plain Rust: it reads its input from JSON.
pub type PlainFunction = fn(&PlainRun, Value) -> Result<Value, PlainFailure>;

/// A function workflow: its plain run, and its ASL.
#[derive(Debug)]
pub struct FunctionRow {
    /// Its number in the run that generated it.
    pub number: usize,
    /// The source.
    pub source: &'static str,
    /// The forms that it contains, without duplicates.
    pub forms: &'static str,
    plain: PlainFunction,
    name: &'static str,
    definition: fn() -> Result<String, String>,
    build: fn(EngineReplies) -> Result<Engine, String>,
}

/// The row of a workflow.
pub fn row<W: Workflow>(
    number: usize,
    source: &'static str,
    forms: &'static str,
    plain: PlainFunction,
) -> FunctionRow {
    FunctionRow {
        number,
        source,
        forms,
        plain,
        name: W::NAME,
        definition: || match W::build() {
            Ok(definition) => Ok(definition.to_json()),
            Err(faults) => Err(faults.to_string()),
        },
        build: |replies| {
            let engine = Engine::builder()
                .register::<W>()
                .tasks(replies)
                .virtual_time();
            engine.build().map_err(|error| error.to_string())
        },
    }
}

/// The JSON of an output, which is always serializable.
pub fn json<T: Serialize>(result: Result<T, PlainFailure>) -> Result<Value, PlainFailure> {
    result.map(|value| serde_json::to_value(value).unwrap_or_default())
}

/// The result of a comparison.
#[derive(Debug)]
pub enum Verdict {
    /// The faults of a definition that cannot be built.
    Refused(String),
    /// How many runs agree, and how many are not compared.
    Agrees(usize, usize),
    /// The first difference.
    Differs(String),
}

/// Compares the runs of a function over the inputs and scripts.
pub async fn verdict(row: &FunctionRow, replies: &Replies, runs: &[(Value, u64)]) -> Verdict {
    let text = match catch_unwind(AssertUnwindSafe(row.definition)) {
        Ok(Ok(text)) => text,
        Ok(Err(faults)) => return Verdict::Refused(faults),
        Err(_) => return Verdict::Differs("building the definition panics".to_owned()),
    };
    // A branch or a body may fail without a call.
    let is_silent = row.forms.split('|').any(|form| form == "silent");
    let (mut agree, mut skipped) = (0, 0);
    for (input, seed) in runs {
        let plain_script = Script::new(*seed);
        let plain = plain(row, replies, input, &plain_script);
        let engine_script = Script::new(*seed);
        let engine = match on_engine(row, replies, input, &engine_script).await {
            Ok(engine) => engine,
            Err(error) => {
                return Verdict::Differs(format!(
                    "the engine refuses the run: {error}\nASL: {text}"
                ));
            }
        };
        let (made, expected) = (engine_script.calls(), plain_script.calls());
        if may_race(&expected, &made) {
            skipped += 1;
            continue;
        }
        let difference =
            ends_differ(&plain, &engine).or_else(|| calls_differ(&expected, &made, is_silent));
        match difference {
            None => agree += 1,
            Some(difference) => {
                return Verdict::Differs(format!(
                    "{difference}\n  plain: {plain:?}\n  engine: {engine:?}\n  calls of the plain run: {}\n  calls of the engine: {}\n  \
                     input: {input}, seed {seed}\n  ASL: {text}",
                    shown(&expected),
                    shown(&made),
                ));
            }
        }
    }
    Verdict::Agrees(agree, skipped)
}

fn plain(row: &FunctionRow, replies: &Replies, input: &Value, script: &Script) -> End {
    let run = replies.plain(script);
    let result = (row.plain)(&run, input.clone());
    End {
        result: result.map_err(|failure| (failure.error, failure.cause)),
        seconds: run.elapsed().as_secs_f64(),
    }
}

async fn on_engine(
    row: &FunctionRow,
    replies: &Replies,
    input: &Value,
    script: &Script,
) -> Result<End, String> {
    let engine = (row.build)(replies.on_engine(script))?;
    let report = engine
        .execute_machine(row.name, input.clone(), StartOptions::new())
        .await
        .map_err(|error| error.to_string())?;
    let seconds = report
        .stopped
        .since(report.execution().started())
        .as_secs_f64();
    let result = match (report.status, &report.output) {
        (Status::Succeeded, Some(output)) => Ok(output.to_json()),
        _ => Err((
            report.error.clone().unwrap_or_default(),
            report.cause.clone().unwrap_or_default(),
        )),
    };
    Ok(End { result, seconds })
}

/// Whether a call runs concurrently with others.
fn is_concurrent(call: &ScriptedCall) -> bool {
    call.site().starts_with(['c', 'n'])
}

/// Whether two concurrent calls failed, so that either failure may be first.
fn may_race(expected: &[ScriptedCall], made: &[ScriptedCall]) -> bool {
    let failed = |call: &&ScriptedCall| is_concurrent(call) && !call.succeeded;
    let mut failures: Vec<String> = expected
        .iter()
        .chain(made)
        .filter(failed)
        .map(ScriptedCall::key)
        .collect();
    failures.sort();
    failures.dedup();
    failures.len() > 1
}

fn ends_differ(plain: &End, engine: &End) -> Option<&'static str> {
    match (&plain.result, &engine.result) {
        (Ok(one), Ok(other)) if !equal(one, other) => return Some("the outputs differ"),
        (Ok(_), Ok(_)) => {}
        (Err((error, cause)), Err((other, other_cause))) => {
            if error != other {
                return Some("the errors differ");
            }
            if error != QUERY_EVALUATION_ERROR && !same_cause(error, cause, other_cause) {
                return Some("the causes differ");
            }
        }
        _ => return Some("one succeeds and one fails"),
    }
    ((plain.seconds - engine.seconds).abs() > 0.1).then_some("the times differ")
}

/// Whether two causes are the same text, or JSON texts of the same value.
fn same_cause(error: &str, one: &str, other: &str) -> bool {
    let json = |text: &str| -> Option<Value> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        if error == TASK_FAILED {
            return Some(serde_json::json!([value["Error"], value["Cause"]]));
        }
        if let Some(message) = value["errorMessage"].as_str()
            && let Ok(inner) = serde_json::from_str(message)
        {
            value["errorMessage"] = inner;
        }
        Some(value)
    };
    match (json(one), json(other)) {
        (Some(one), Some(other)) => equal(&one, &other),
        _ => one == other,
    }
}

fn calls_differ(
    expected: &[ScriptedCall],
    made: &[ScriptedCall],
    is_silent: bool,
) -> Option<&'static str> {
    let in_order = |calls: &[ScriptedCall]| -> Vec<String> {
        let calls = calls.iter().filter(|call| !is_concurrent(call));
        calls.map(ScriptedCall::key).collect()
    };
    if in_order(expected) != in_order(made) {
        return Some("the calls differ");
    }
    let failed = |calls: &[ScriptedCall]| {
        let mut concurrent = calls.iter().filter(|call| is_concurrent(call));
        concurrent.any(|call| !call.succeeded)
    };
    if is_silent || failed(expected) || failed(made) {
        return None;
    }
    let as_set = |calls: &[ScriptedCall]| -> Vec<String> {
        let calls = calls.iter().filter(|call| is_concurrent(call));
        let mut keys: Vec<String> = calls.map(ScriptedCall::key).collect();
        keys.sort();
        keys
    };
    (as_set(expected) != as_set(made)).then_some("the concurrent calls differ")
}

fn shown(calls: &[ScriptedCall]) -> String {
    let each = calls
        .iter()
        .map(|call| format!("{}{}", call.key(), if call.succeeded { "" } else { "!" }));
    each.collect::<Vec<_>>().join(", ")
}
