//! Expressions at the edges of their types (orders of texts, names of JavaScript's prototype, empty
//! ranges, bounds) have the same results in workflows and in Rust, including panics.
//!
//! `EXPRESSION_EDGES=FOLDER cargo test -p stepwright-tests --test expression_edges` also writes the
//! definitions and the inputs for `tests/random_expressions/compare.mjs`, which evaluates them with
//! npm's `jsonata`.

#[path = "../random_expressions/equal.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod equal;
mod inputs;
#[path = "../random_expressions/panics.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod panics;
#[path = "../random_expressions/run.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod run;

use inputs::Input;
use panics::keep_panics;
use run::{Row, Verdict, verdict};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use stepwright::builder::{Expression, FlowBuilder};
use stepwright::{expr, functions};

fn json<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("JSON")
}

/// A workflow of one state that computes the expression.
fn definition(value: Expression<Input, Value>) -> Result<String, String> {
    let flow = FlowBuilder::<Input, Value>::new("Row");
    let compute = flow.declare("Compute");
    flow.start_at(&compute);
    flow.pass(&compute, value).end();
    let built = flow.build().map_err(|faults| format!("{faults:?}"))?;
    Ok(built.definition().to_json())
}

/// The closure and the tree are created from the same tokens, so that they cannot differ.
macro_rules! rows {
    (|$i:ident| $([$($value:tt)+])*) => {
        vec![$(Row {
            number: 0,
            source: stringify!($($value)+),
            rules: "",
            rust: |$i: Input| json($($value)+),
            workflow: || definition(expr!(|$i: Input| $($value)+).untyped()),
        },)*]
    };
}

#[allow(
    unused_variables,
    clippy::all,
    clippy::pedantic,
    reason = "as users may write it"
)]
fn rows() -> Vec<Row> {
    rows! { |i|
        // The order of texts.
        [i.table.keys().collect::<Vec<_>>()]
        [i.table.keys().next()]
        [i.table.keys().last()]
        [i.table.keys().count()]
        [i.table.keys().rev().map(|key| format!("{key}!")).collect::<Vec<_>>()]
        [i.table.clone().into_keys().collect::<Vec<_>>().join("|")]
        [i.table.values().collect::<Vec<_>>()]
        [i.table.iter().collect::<Vec<_>>()]
        [i.table.iter().map(|(key, n)| format!("{key}{n}")).collect::<Vec<_>>()]
        [i.table.iter().next().map(|(key, _)| key.clone())]
        [i.table.iter().find(|(_, n)| **n > 1).map(|(key, _)| key.clone())]
        [i.table.iter().fold("".to_string(), |all, (key, _)| format!("{all}{key}"))]
        [i.table.iter().max_by_key(|(_, n)| **n % 3)]
        [i.letters.keys().collect::<Vec<_>>()]
        [i.letters.iter().map(|(key, n)| format!("{key}{n}")).collect::<Vec<_>>()]
        [i.letters.values().collect::<Vec<_>>()]
        [i.set.iter().collect::<Vec<_>>()]
        [i.set.iter().next()]
        [i.set.iter().last()]
        [i.set.iter().enumerate().map(|(at, text)| format!("{at}{text}")).collect::<Vec<_>>()]
        [i.set.len()]
        [i.chars.iter().collect::<Vec<_>>()]
        [i.texts.iter().cloned().collect::<BTreeSet<String>>()]
        [i.texts.iter().cloned().collect::<BTreeSet<_>>().iter().map(|text| text.clone()).collect::<Vec<String>>()]
        [i.texts.iter().cloned().collect::<BTreeSet<String>>().into_iter().next()]
        [i.texts.iter().cloned().collect::<BTreeSet<String>>().len()]
        [i.texts.iter().map(|text| text.clone()).zip(i.list.iter().cloned()).collect::<BTreeMap<String, i64>>().keys().next().cloned()]
        [i.lists.iter().map(|list| i.table.keys().count() + list.len()).collect::<Vec<_>>()]
        [i.lists[i.table.keys().count() - i.table.keys().count()].len()]
        [i.lists[i.table.keys().position(|key| key != "a").unwrap_or(0)].len()]
        [i.lists.get(i.table.keys().position(|key| key != "a").unwrap_or(0)).map(|list| list.len())]
        [i.lists.get(i.set.iter().skip(1).map(|text| text.chars().count()).next().unwrap_or(0))]
        [functions::sorted(i.texts)]
        [i.numbered.keys().collect::<Vec<_>>()]
        [i.numbered.values().collect::<Vec<_>>()]
        // Names of JavaScript's prototype.
        [i.table.get(&i.text)]
        [i.table.get("toString")]
        [i.table.get("constructor").is_some()]
        [i.table.get("__proto__").copied().unwrap_or(-1)]
        [i.table.get("a").copied().unwrap_or(-1)]
        [i.table.get(i.text.as_str()).map(|n| n + 1)]
        [i.table.get(&format!("{}{}", i.text, "")).is_none()]
        [i.table.contains_key(&i.text)]
        [i.table.contains_key("toString")]
        [i.table.contains_key("a")]
        [i.table[&i.text]]
        [i.table["valueOf"]]
        [i.table["a"]]
        [i.texts.iter().filter(|text| i.table.contains_key(*text)).count()]
        [i.texts.iter().map(|text| i.table.get(text).copied().unwrap_or(0)).sum::<i32>()]
        [i.value["toString"].clone()]
        [i.value[&i.text].clone()]
        [i.value["name"]["toString"].clone()]
        [i.value["name"]["valueOf"].is_null()]
        [i.numbered.get(&i.number).cloned()]
        [i.numbered.contains_key(&i.number)]
        // The suggestions in messages about unsupported methods.
        [if i.size >= 2 { Some(i.size - 2) } else { None }]
        [if i.size > 2 { i.size - 2 } else { 0 }]
        [if i.low == 0 { None } else { Some(i.number / i.low) }]
        [i.text.split(" ").filter(|part| !part.is_empty()).map(String::from).collect::<Vec<_>>()]
        // Bounds and steps.
        [i.number.clamp(i.low, i.high)]
        [i.number.clamp(1, i.high)]
        [i.number.clamp(-5, 5)]
        [(i.number + i.low).clamp(i.low - 1, i.high + 1)]
        [i.x.clamp(0.25, i.y)]
        [functions::range(1, 4, i.number)]
        [functions::range(i.low, i.high, 2)]
        [functions::range(i.low, i.high, i.number - 5).len()]
        [functions::chunks(i.list, i.size)]
        [functions::chunks(i.list, i.size + 1)]
        [functions::chunks(i.lists, i.size).len()]
        [i.list.iter().map(|n| functions::range(0, *n, n % 2).len()).collect::<Vec<_>>()]
    }
}

/// The functions of a text or of a number, for many values.
fn functions() -> Vec<Row> {
    rows! { |i|
        [functions::number(&i.text)]
        [functions::millis(&i.text)]
        [functions::timestamp(i.number)]
    }
}

/// Runs expressions as Rust and as workflows.
async fn agree(name: &str, rows: Vec<Row>, inputs: &[Input]) {
    keep_panics();
    let folder = std::env::var_os("EXPRESSION_EDGES").map(std::path::PathBuf::from);
    let file = folder.map(|folder| folder.join(format!("{name}.jsonl")));
    let mut file = file.map(|path| std::fs::File::create(path).expect("the file"));
    let mut wrong = Vec::new();
    for (number, row) in rows.into_iter().enumerate() {
        let row = &Row { number, ..row };
        let write = |line: Value| {
            if let Some(file) = &mut file {
                writeln!(file, "{line}").expect("the file is written");
            }
        };
        match verdict(row, inputs, write).await {
            Verdict::Differs(how) => wrong.push(format!("{}\n  {how}", row.source)),
            Verdict::Refused(faults) => wrong.push(format!("{} is refused: {faults}", row.source)),
            Verdict::Agrees(compared, beyond) if compared <= beyond => {
                wrong.push(format!("{} is not compared", row.source));
            }
            Verdict::Agrees(..) => {}
        }
    }
    let _ = std::panic::take_hook();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[tokio::test]
async fn expressions_have_the_results_of_rust() {
    agree("expressions", rows(), &inputs::inputs()).await;
}

#[tokio::test]
async fn functions_have_the_results_of_rust() {
    agree("functions", functions(), &inputs::of_functions()).await;
}
