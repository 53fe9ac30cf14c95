//! `cargo run -p stepwright-tests --bin jsonata_dialect > values.jsonl`
//!
//! Evaluates the expressions of `tests/jsonata/cases.json` in process and prints a line for each:
//! its result, or the code of its error. `tests/jsonata/compare.mjs` compares them with JSONata
//! 2.0.6, the version that AWS documents.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Deserialize;
use serde_json::{Value, json};
use stepwright_runtime::test_state::{TestStateRequest, test_state};

#[derive(Deserialize)]
struct Cases {
    input: Value,
    expressions: Vec<String>,
    /// The reasons of known differences.
    known: BTreeMap<String, String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let cases: Cases = serde_json::from_str(include_str!("../../jsonata/cases.json"))?;
    let known = cases.known.iter().map(|(text, why)| (text, Some(why)));
    let all = cases.expressions.iter().map(|text| (text, None));
    for (expression, why) in all.chain(known) {
        let state = json!({
            "Type": "Pass", "QueryLanguage": "JSONata", "End": true,
            "Output": {"value": format!("{{% {expression} %}}")}
        });
        let request = TestStateRequest::new(state).input(cases.input.clone());
        let given = match test_state(&request).await {
            Err(refused) => json!({"error": code(refused.message())}),
            Ok(response) => match (response.output_json(), response.cause) {
                (Some(output), _) => json!({"value": output["value"]}),
                (None, Some(cause)) => json!({"error": code(&cause)}),
                (None, None) => return Err(format!("`{expression}` returns nothing").into()),
            },
        };
        println!(
            "{}",
            json!({"expression": expression, "input": cases.input, "given": given, "known": why})
        );
    }
    Ok(())
}

/// `T0410`, or another code of AWS.
fn code(cause: &str) -> &str {
    if cause.ends_with("returned nothing (undefined).") {
        return "undefined";
    }
    if cause.ends_with("returned an unsupported result type.") {
        return "function";
    }
    let marks = [
        "threw an error during evaluation. ",
        "INVALID_JSONATA_EXPRESSION: ",
    ];
    let said = marks.iter().find_map(|mark| cause.split(mark).nth(1));
    said.and_then(|said| said.split(':').next())
        .unwrap_or(cause)
}
