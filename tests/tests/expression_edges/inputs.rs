//! Inputs at which Rust, JSONata and JavaScript tend to differ.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stepwright::Payload;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub(super) struct Input {
    pub(super) text: String,
    pub(super) texts: Vec<String>,
    pub(super) table: BTreeMap<String, i32>,
    pub(super) letters: BTreeMap<char, i32>,
    pub(super) set: BTreeSet<String>,
    pub(super) chars: BTreeSet<char>,
    pub(super) numbered: BTreeMap<i64, String>,
    pub(super) value: Value,
    pub(super) number: i64,
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) size: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) list: Vec<i64>,
    pub(super) lists: Vec<Vec<i64>>,
}

/// Texts on both sides of the surrogates, and U+D7FF, which the sort key inserts before some of
/// them.
const TEXTS: [&str; 16] = [
    "",
    "a",
    "b",
    "Z",
    "10",
    "9",
    "\u{d7ff}",
    "\u{d7ff}\u{d7ff}",
    "\u{d7ff}\u{e000}",
    "\u{d7ff}\u{10000}",
    "\u{e000}",
    "\u{e000}a",
    "\u{ffff}",
    "\u{10000}",
    "a\u{1f680}",
    "a\u{ff61}",
];

/// Properties of every JavaScript object.
const NAMES: [&str; 4] = ["toString", "constructor", "__proto__", "valueOf"];

pub(super) fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    for (index, count) in [0, 1, 2, 3, 16].into_iter().enumerate() {
        let texts: Vec<String> = TEXTS
            .iter()
            .rev()
            .cycle()
            .skip(index * 5)
            .take(count)
            .map(ToString::to_string)
            .collect();
        for (at, text) in ["a", "\u{10000}", "", "nothing"]
            .into_iter()
            .chain(NAMES)
            .enumerate()
        {
            let mut table: BTreeMap<String, i32> = texts.iter().cloned().zip(1..).collect();
            if at % 2 == 1 {
                table.extend(NAMES.iter().map(ToString::to_string).zip(20..));
            }
            let chars: BTreeSet<char> = texts
                .iter()
                .filter_map(|text| text.chars().last())
                .collect();
            let edges = [0.5, -0.5, 2.5, 1e15, -3.75, 0.1, 12.125, 7.0];
            inputs.push(Input {
                text: text.to_owned(),
                letters: chars.iter().copied().zip(1..).collect(),
                chars,
                set: texts.iter().cloned().collect(),
                numbered: [(-10, "a"), (9, "b"), (10, "c")]
                    .into_iter()
                    .take(count)
                    .map(|(key, text)| (key, text.to_owned()))
                    .collect(),
                value: [
                    json!(table),
                    json!({ "name": { "toString": 1 } }),
                    json!([table]),
                    json!("text"),
                    Value::Null,
                    json!(3),
                    json!(-0.5),
                    json!({}),
                ][at]
                    .clone(),
                number: [0, 1, -1, 5, 9, -10, 10, 100][at],
                low: [0, 3, 3, 5, -1, 0, 7, 2][at],
                high: [0, 1, 5, 5, -2, 10, 6, 3][at],
                size: at % 4,
                x: edges[at],
                y: edges[(at + index) % 8],
                list: (0..count as i64).collect(),
                lists: texts
                    .iter()
                    .map(|text| (0..text.len() as i64).collect())
                    .collect(),
                table,
                texts: texts.clone(),
            });
        }
    }
    inputs
}

/// Texts for `number` and `millis`, numbers for `timestamp`.
pub(super) fn of_functions() -> Vec<Input> {
    let texts = [
        "12.5",
        "-5",
        "007",
        "1E5",
        "1e+5",
        "-2.5e-1",
        "1e-400",
        "0x10",
        "0X1f",
        "0o17",
        "0b101",
        ".5",
        "5.",
        "+5",
        "-.5",
        "5.e3",
        "",
        "-",
        " 5",
        "1_000",
        "1e400",
        "inf",
        "NaN",
        "-0x10",
        "0x",
        "0b2",
        "2024-01-01",
        "2024-01",
        "2024",
        "2024-05-01T00:00:00.5Z",
        "2024-01-01T00:00:00.123999999999Z",
        "1969-12-31T23:59:59.9999Z",
        "1969-12-31T23:59:59.9991Z",
        "2024-01-01T00:00:00+01:00",
        "2024-01-01T00:00:00+0100",
        "2024-01-01T00:00:00-23:59",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "2024-01-01t00:00:00Z",
        "2024-01-01T00:00:00z",
        "2024-01-01T23:59:60Z",
        "2024-01-01T00:00Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01 00:00:00Z",
        "+2024-01-01",
    ];
    let moments = [
        0,
        1,
        -1,
        -62_167_219_200_000,
        253_402_300_799_999,
        951_782_400_123,
    ];
    let inputs = texts.iter().zip(moments.into_iter().cycle());
    inputs
        .map(|(text, number)| Input {
            text: (*text).to_owned(),
            number,
            ..inputs_of_one()
        })
        .collect()
}

fn inputs_of_one() -> Input {
    inputs().swap_remove(0)
}
