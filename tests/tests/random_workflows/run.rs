//! Runs workflows on the engine and as Rust, and compares the results.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use stepwright::Workflow;
use stepwright::asl::model::MachineType;
use stepwright_runtime::{Engine, EngineBuilder, StartOptions, Status};

use crate::equal::equal;
use crate::failure::{Failure, Out};
use crate::inputs::Input;
use crate::panics::last_panic;
use crate::sim::{Call, Calls, Sim};
use crate::tasks::take_calls;

/// The timeout of an Express execution, in seconds.
const EXPRESS_SECONDS: f64 = 300.0;

/// One workflow, as Rust and as `workflow!`.
#[derive(Debug)]
pub struct Row {
    /// Its number in the run that generated it.
    pub number: usize,
    /// The source, one state per line.
    pub source: &'static str,
    /// The forms that it contains, without duplicates; the report of a long run groups by them.
    pub rules: &'static str,
    /// The Rust half.
    pub rust: fn(&mut Sim, Input) -> Out<Value>,
    name: &'static str,
    kind: MachineType,
    definition: fn() -> Result<String, String>,
    register: fn(EngineBuilder) -> EngineBuilder,
}

/// The row of a workflow.
pub fn row<W: Workflow>(
    number: usize,
    source: &'static str,
    rules: &'static str,
    rust: fn(&mut Sim, Input) -> Out<Value>,
) -> Row {
    Row {
        number,
        source,
        rules,
        rust,
        name: W::NAME,
        kind: W::TYPE,
        definition: || match W::build() {
            Ok(definition) => Ok(definition.to_json()),
            Err(faults) => Err(faults.to_string()),
        },
        register: |engine| engine.register::<W>(),
    }
}

/// The result of a row.
#[derive(Debug)]
pub enum Verdict {
    /// The faults of a definition that cannot be built.
    Refused(String),
    /// How many inputs agree, and how many are not compared, by reason.
    Agrees(usize, Vec<&'static str>),
    /// The first difference.
    Differs(String),
}

/// How a run ended: its output, or error and cause, and its seconds.
type End = (Result<Value, (Option<String>, Option<String>)>, f64);

/// Compares a row over the inputs.
pub async fn verdict(row: &Row, inputs: &[Input]) -> Verdict {
    let text = match catch_unwind(AssertUnwindSafe(row.definition)) {
        Ok(Ok(text)) => text,
        Ok(Err(faults)) => return Verdict::Refused(faults),
        Err(_) => {
            return Verdict::Differs(format!("building the definition panics: {}", last_panic()));
        }
    };
    let engine = (row.register)(Engine::builder()).virtual_time().build();
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => {
            return Verdict::Differs(format!("the definition is not valid: {error}\n{text}"));
        }
    };
    let (mut agree, mut skipped) = (0, Vec::new());
    for input in inputs {
        let mut sim = Sim::default();
        let expected = match catch_unwind(AssertUnwindSafe(|| (row.rust)(&mut sim, input.clone())))
        {
            Ok(expected) => expected,
            Err(_) => {
                return Verdict::Differs(format!("the Rust half panics: {}", last_panic()));
            }
        };
        if let Err(Failure::Skip(why)) = expected {
            skipped.push(why);
            continue;
        }
        if row.kind == MachineType::Express && sim.seconds() >= EXPRESS_SECONDS {
            skipped.push("an Express execution times out");
            continue;
        }
        let given = match on_engine(&engine, row.name, input).await {
            Ok(given) => given,
            Err(error) => {
                return Verdict::Differs(format!("the execution does not start: {error}"));
            }
        };
        let calls = take_calls();
        let is_concurrent = sim.is_concurrent();
        let seconds = sim.seconds();
        let expected_calls = sim.into_calls();
        let difference = ends_differ(&expected, seconds, &given)
            .or_else(|| calls_differ(&expected_calls, &calls, is_concurrent));
        match difference {
            None => agree += 1,
            Some(difference) => {
                let input = serde_json::to_value(input).unwrap_or_default();
                return Verdict::Differs(format!(
                    "{difference}\n  Rust: {expected:?} after {seconds} s\n  ours: {given:?}\n  calls of Rust: {}\n  our calls: {}\n  input: {input}\n  ASL: {text}",
                    shown(&expected_calls.required),
                    shown(&calls),
                ));
            }
        }
    }
    Verdict::Agrees(agree, skipped)
}

async fn on_engine(engine: &Engine, name: &str, input: &Input) -> Result<End, String> {
    take_calls();
    let input = serde_json::to_value(input).map_err(|error| error.to_string())?;
    let report = engine
        .execute_machine(name, input, StartOptions::new())
        .await
        .map_err(|error| error.to_string())?;
    let seconds = report
        .stopped
        .since(report.execution().started())
        .as_secs_f64();
    let end = match (report.status, &report.output) {
        (Status::Succeeded, Some(output)) => Ok(output.to_json()),
        _ => Err((report.error.clone(), report.cause.clone())),
    };
    Ok((end, seconds))
}

/// The difference between two ends.
fn ends_differ(expected: &Out<Value>, seconds: f64, (given, took): &End) -> Option<&'static str> {
    match (expected, given) {
        (Ok(expected), Ok(given)) if !equal(expected, given) => return Some("the outputs differ"),
        (Ok(_), Ok(_)) => {}
        (Err(failure), Err((error, cause))) => {
            if failure.error() != *error {
                return Some("the errors differ");
            }
            if failure.cause().is_some_and(|own| !same_text(&own, cause)) {
                return Some("the causes differ");
            }
        }
        _ => return Some("one succeeds and one fails"),
    }
    ((seconds - took).abs() > 0.1).then_some("the times differ")
}

/// Whether two causes are the same text, or JSON texts of the same value.
fn same_text(one: &Option<String>, other: &Option<String>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one == other;
    };
    let json = |text: &str| -> Option<Value> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        let message = value["errorMessage"].as_str()?.to_owned();
        if let Ok(inner) = serde_json::from_str(&message) {
            value["errorMessage"] = inner;
        }
        Some(value)
    };
    one == other || json(one).is_some() && json(one) == json(other)
}

/// The difference between two lists of calls.
fn calls_differ(expected: &Calls, given: &[Call], is_concurrent: bool) -> Option<&'static str> {
    let same = |one: &Call, other: &Call| {
        one.task == other.task
            && one.attempt == other.attempt
            && equal(&one.arguments, &other.arguments)
    };
    if !is_concurrent {
        let alike = expected.required.len() == given.len()
            && expected
                .required
                .iter()
                .zip(given)
                .all(|(one, other)| same(one, other));
        return (!alike).then_some("the calls differ");
    }
    let mut given: Vec<&Call> = given.iter().collect();
    for call in &expected.required {
        let Some(at) = given.iter().position(|other| same(call, other)) else {
            return Some("a call is not made");
        };
        given.swap_remove(at);
    }
    let is_possible = |call: &&Call| expected.optional.iter().any(|other| same(call, other));
    (!given.iter().all(is_possible)).then_some("there are other calls")
}

fn shown(calls: &[Call]) -> String {
    let each = calls
        .iter()
        .map(|call| format!("{}{} #{}", call.task, call.arguments, call.attempt));
    each.collect::<Vec<_>>().join(", ")
}
