//! Runs expressions as Rust and as workflows, and compares the results.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use stepwright::asl::model::MachineType;
use stepwright_runtime::{Engine, StartOptions, Status};

use super::equal::equal;
use super::inputs::Input;
use super::panics::last_panic;

/// One expression, as Rust and as a workflow.
pub struct Row {
    /// Its number in the run that generated it.
    pub number: usize,
    /// The source of the variables and of the expression.
    pub source: &'static str,
    /// The rules of the grammar that it uses, without duplicates; the report of a long run groups
    /// by them.
    #[allow(dead_code, reason = "a test of a sample has no such report")]
    pub rules: &'static str,
    pub rust: fn(Input) -> Value,
    /// The definition as JSON, or its faults.
    pub workflow: fn() -> Result<String, String>,
}

/// The result of a row.
pub enum Verdict {
    /// The faults of a definition that cannot be built.
    Refused(String),
    /// How many inputs agree, and how many exceed the range of Rust's integers, or the digits of
    /// decimals in JSONata.
    Agrees(usize, usize),
    /// The first difference.
    Differs(String),
}

/// The result in Rust, or the message of its panic.
fn as_rust(row: &Row, input: &Input) -> Result<Value, String> {
    catch_unwind(AssertUnwindSafe(|| (row.rust)(input.clone()))).map_err(|_| last_panic())
}

/// Compares a row over the inputs; `line` gets each comparison as one line of JSON.
pub async fn verdict(row: &Row, inputs: &[Input], mut line: impl FnMut(Value)) -> Verdict {
    let text = match catch_unwind(AssertUnwindSafe(row.workflow)) {
        Ok(Ok(text)) => text,
        Ok(Err(faults)) => return Verdict::Refused(faults),
        Err(_) => {
            return Verdict::Differs(format!("building the definition panics: {}", last_panic()));
        }
    };
    let engine = Engine::builder()
        .register_json("Row", &text, MachineType::Standard)
        .virtual_time()
        .build();
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => {
            return Verdict::Differs(format!("the definition is not valid: {error}\n{text}"));
        }
    };
    let definition: Value = serde_json::from_str(&text).unwrap_or_default();
    let (mut agree, mut beyond, mut differs) = (0, 0, None);
    for input in inputs {
        let expected = as_rust(row, input);
        // Integers of a workflow leave their type, except that a difference of unsigned integers
        // fails.
        if matches!(&expected, Err(panic) if panic.contains("with overflow") && !panic.contains("subtract"))
        {
            beyond += 1;
            continue;
        }
        let input = serde_json::to_value(input).unwrap_or_default();
        line(
            json!({"row": row.number, "source": row.source, "definition": definition, "input": input, "expected": expected.as_ref().ok(), "failed": expected.is_err()}),
        );
        let report = engine
            .execute_machine("Row", input.clone(), StartOptions::new())
            .await;
        let given = match report {
            Ok(report) if report.status == Status::Succeeded => Ok(report
                .output
                .as_ref()
                .map(|output| output.to_json())
                .unwrap_or_default()),
            Ok(report) => Err(format!(
                "{}: {}",
                report.error.as_deref().unwrap_or_default(),
                report.cause.as_deref().unwrap_or_default()
            )),
            Err(error) => Err(error.to_string()),
        };
        // A decimal with more digits than JSONata computes fails the state.
        if matches!(&given, Err(error) if error.contains("has more than 15 digits") || error.contains("has no short text"))
        {
            beyond += 1;
            continue;
        }
        let same = match (&expected, &given) {
            (Ok(expected), Ok(given)) => equal(expected, given),
            (Err(_), Err(_)) => true,
            (Err(panic), Ok(_)) => is_index_of_jsonpath(panic, &definition),
            _ => false,
        };
        if same {
            agree += 1;
        } else if differs.is_none() {
            let states = &definition["States"];
            let shown: Vec<String> = ["Begin", "Bind"]
                .iter()
                .filter_map(|name| {
                    states[name]["Assign"]
                        .as_object()
                        .map(|assign| serde_json::to_string(assign).unwrap_or_default())
                })
                .collect();
            differs = Some(format!(
                "Rust: {}\n  ours: {}\n  ASL: {} {}\n  input: {}",
                match &expected {
                    Ok(value) => value.to_string(),
                    Err(panic) => format!("panics: {panic}"),
                },
                match &given {
                    Ok(value) => value.to_string(),
                    Err(error) => format!("fails: {error}"),
                },
                shown.join(" "),
                states["Compute"]["Output"],
                relevant(row.source, &input),
            ));
        }
    }
    match differs {
        Some(difference) => Verdict::Differs(difference),
        None => Verdict::Agrees(agree, beyond),
    }
}

/// Whether Rust panics at an index past the end, which is `null` in JSONPath:
/// docs/reference/expressions.md documents it.
fn is_index_of_jsonpath(panic: &str, definition: &Value) -> bool {
    let is_jsonpath = definition["States"].as_object().is_some_and(|states| {
        let mut languages = states.values().map(|state| state["QueryLanguage"].as_str());
        languages.all(|language| language.is_none())
    });
    is_jsonpath && definition["QueryLanguage"].is_null() && panic.starts_with("index out of bounds")
}

/// The fields of the input that an expression reads.
fn relevant(source: &str, input: &Value) -> String {
    let mut fields = input.as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| {
        let rust = if name == "otherText" {
            "other_text"
        } else {
            name
        };
        source.contains(&format!("i.{rust}"))
    });
    Value::Object(fields).to_string()
}
