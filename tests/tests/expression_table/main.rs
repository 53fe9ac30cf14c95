//! Every row of the expression table produces equal JSON as Rust and as its JSONata and JSONPath,
//! for many inputs; and `docs/reference/expressions.md` shows these rows.
//!
//! `EXPRESSIONS=overwrite cargo test -p stepwright-tests --test expression_table` regenerates the
//! page's tables.

#[path = "../../src/random/draw.rs"]
mod draw;
#[path = "../random_expressions/equal.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod equal;
mod inputs;
mod page;
mod rows;
#[path = "../random_expressions/values.rs"]
mod values;

use equal::equal;
use inputs::Input;
use rows::{Row, Tree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use stepwright::asl::model::QueryLanguage;
use stepwright::builder::{BuiltWorkflow, FlowBuilder};
use stepwright::expr;
use stepwright_runtime::{Engine, StartOptions};

/// A workflow with one state that computes the row; the error contains its faults.
fn built(row: &Row, language: QueryLanguage) -> Result<BuiltWorkflow<Input, Value>, String> {
    let flow = FlowBuilder::<Input, Value>::new("Row").query_language(language);
    let compute = flow.declare("Compute");
    flow.start_at(&compute);
    match &row.tree {
        Tree::Value(tree) => flow.pass(&compute, tree.clone()).end(),
        Tree::Condition(condition) if language == QueryLanguage::JsonPath => {
            let (yes, no) = (flow.declare("Yes"), flow.declare("No"));
            flow.choice(&compute)
                .when(condition.clone(), &yes)
                .otherwise(&no);
            flow.pass(&yes, expr!(|_: Input| true).untyped()).end();
            flow.pass(&no, expr!(|_: Input| false).untyped()).end();
        }
        Tree::Condition(condition) => flow.pass(&compute, condition.clone().untyped()).end(),
    }
    flow.build().map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        faults.join("; ")
    })
}

/// The result of a row for an input, as emitted.
async fn emitted(
    engine: &Engine,
    built: &BuiltWorkflow<Input, Value>,
    input: &Input,
) -> Result<Value, String> {
    let run = engine.start_built(built, input.clone(), StartOptions::new());
    let run = run.await.map_err(|error| error.to_string())?;
    run.await.map_err(|failed| format!("{failed:?}"))
}

#[test]
fn every_row_produces_equal_json_in_all_languages() {
    let inputs = inputs::inputs();
    // Panics of Rust are expected here.
    std::panic::set_hook(Box::new(|_| {}));
    let expected: Vec<Vec<Option<Value>>> = rows::rows()
        .iter()
        .map(|row| {
            let value = |input: &Input| {
                catch_unwind(AssertUnwindSafe(|| (row.rust_value)(input.clone()))).ok()
            };
            inputs.iter().map(value).collect()
        })
        .collect();
    let _ = std::panic::take_hook();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut compared = 0;
    for (row, expected) in rows::rows().iter().zip(&expected) {
        for language in [QueryLanguage::Jsonata, QueryLanguage::JsonPath] {
            let key = format!("{} ({language:?})", row.rust);
            let built = match built(row, language) {
                Ok(built) => built,
                Err(_) if language == QueryLanguage::JsonPath => continue,
                Err(faults) => {
                    wrong.insert(key, faults);
                    continue;
                }
            };
            let mut valued = 0;
            runtime.block_on(async {
                let engine = Engine::builder()
                    .register_built(&built)
                    .virtual_time()
                    .build();
                let engine = engine.expect("the row can be run");
                for (input, expected) in inputs.iter().zip(expected) {
                    let given = emitted(&engine, &built, input).await;
                    let same = match (expected, &given) {
                        (Some(expected), Ok(given)) => {
                            valued += 1;
                            equal(expected, given)
                        }
                        (None, Err(_)) => true,
                        (Some(_), Err(_)) => false,
                        // If Rust panics, the workflow must fail, too.
                        (None, Ok(_)) => false,
                    };
                    compared += 1;
                    if !same {
                        wrong.entry(key.clone()).or_insert_with(|| {
                            format!(
                                "Rust gives {}, and {} gives {given:?}, for {input:?}",
                                expected
                                    .as_ref()
                                    .map_or("a panic".to_owned(), ToString::to_string),
                                text(&built)
                            )
                        });
                    }
                }
            });
            if valued == 0 {
                wrong.entry(key).or_insert("no input gives a value".into());
            }
        }
    }
    println!("{compared} values compared");
    for (rust, language, why) in page::DIFFERENCES {
        let found = wrong.remove(&format!("{rust} ({language:?})"));
        assert!(found.is_some(), "{rust} no longer differs: {why}");
    }
    let wrong: Vec<String> = wrong
        .iter()
        .map(|(row, what)| format!("{row}: {what}"))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// The state that computes a row, as ASL.
fn state(built: &BuiltWorkflow<Input, Value>) -> Value {
    let machine: Value = serde_json::from_str(&built.definition().to_json()).expect("JSON");
    machine["States"]["Compute"].clone()
}

/// The emitted expression of a row, without its delimiters.
fn text(built: &BuiltWorkflow<Input, Value>) -> String {
    let state = state(built);
    for field in [
        "Output",
        "Parameters",
        "InputPath",
        "OutputPath",
        "Choices",
        "Result",
    ] {
        match &state[field] {
            Value::Null => {}
            Value::String(text) => {
                let inner = text
                    .strip_prefix("{% ")
                    .and_then(|text| text.strip_suffix(" %}"));
                return inner.unwrap_or(text).replace("$states.input.", "$");
            }
            Value::Array(rules) if field == "Choices" => {
                let mut rule = rules[0].clone();
                rule.as_object_mut().map(|rule| rule.remove("Next"));
                return rule.to_string();
            }
            Value::Object(one) if one.len() == 1 && one.contains_key("value.$") => {
                return one["value.$"].as_str().unwrap_or_default().to_owned();
            }
            other => return other.to_string().replace("$states.input.", "$"),
        }
    }
    state.to_string()
}
