//! Parts of texts: `chars()` with `skip`, `take`, `rev`, `next` and `nth` returns the characters
//! that Rust returns.

// Forms that people write, also those that clippy writes otherwise.
#![allow(clippy::chars_next_cmp)]

use crate::same::agree_on_json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Text {
    text: String,
    from: usize,
    count: usize,
    maybe: Option<String>,
    list: Vec<String>,
}

/// Texts with characters beyond U+FFFF, combining characters and line ends, and numbers up to the
/// largest of JSON.
fn inputs() -> Vec<Value> {
    let texts = [
        "",
        "a",
        "order-2026",
        "😀a😀b",
        "👨‍👩‍👧‍👦",
        "e\u{301}n\u{303}",
        "\n\t \r\n",
        "日本語",
        "$x & 'y'",
    ];
    let numbers = [0_u64, 1, 2, 3, 7, 100, 9_007_199_254_740_991];
    let mut inputs = Vec::new();
    for text in texts {
        for from in numbers {
            for count in numbers {
                let maybe = if from % 2 == 0 {
                    json!(text)
                } else {
                    Value::Null
                };
                inputs.push(json!({
                    "text": text, "from": from, "count": count, "maybe": maybe, "list": [text, "xyz😀", ""],
                }));
            }
        }
    }
    inputs
}

type Parts = (String, String, String, String, String, usize, usize);

fn parts(i: Text) -> Parts {
    (
        i.text
            .chars()
            .skip(i.from)
            .take(i.count)
            .collect::<String>(),
        i.text.chars().take(i.count).collect(),
        i.text.chars().skip(i.from).collect(),
        i.text
            .chars()
            .take(i.count)
            .skip(i.from)
            .take(2)
            .collect::<String>(),
        i.text
            .chars()
            .rev()
            .skip(1)
            .take(i.count)
            .collect::<String>(),
        i.text.chars().skip(i.from).count(),
        i.text.trim().chars().take(3).count(),
    )
}

workflow! {
    workflow TakesParts(i: Text) -> Parts {
        succeed Done {
            (
                i.text.chars().skip(i.from).take(i.count).collect::<String>(),
                i.text.chars().take(i.count).collect(),
                i.text.chars().skip(i.from).collect(),
                i.text.chars().take(i.count).skip(i.from).take(2).collect::<String>(),
                i.text.chars().rev().skip(1).take(i.count).collect::<String>(),
                i.text.chars().skip(i.from).count(),
                i.text.trim().chars().take(3).count(),
            )
        }
    }
}

#[tokio::test]
async fn parts_of_a_text_have_the_characters_of_rust() {
    agree_on_json::<TakesParts>(parts, inputs()).await;
}

type Letters = (
    Option<char>,
    Option<char>,
    Option<char>,
    String,
    bool,
    Option<String>,
    Vec<String>,
    String,
);

fn letters(i: Text) -> Letters {
    (
        i.text.chars().next(),
        i.text.chars().nth(i.from),
        i.text.chars().last(),
        i.text.chars().rev().collect(),
        i.text.chars().next() == Some('😀'),
        i.maybe.map(|text| text.chars().take(2).collect::<String>()),
        i.list
            .iter()
            .map(|text| text.chars().skip(1).collect::<String>())
            .collect(),
        format!("{}..", i.text.chars().take(4).collect::<String>()),
    )
}

workflow! {
    workflow TakesLetters(i: Text) -> Letters {
        succeed Done {
            (
                i.text.chars().next(),
                i.text.chars().nth(i.from),
                i.text.chars().last(),
                i.text.chars().rev().collect(),
                i.text.chars().next() == Some('😀'),
                i.maybe.map(|text| text.chars().take(2).collect::<String>()),
                i.list.iter().map(|text| text.chars().skip(1).collect::<String>()).collect(),
                format!("{}..", i.text.chars().take(4).collect::<String>()),
            )
        }
    }
}

#[tokio::test]
async fn single_characters_are_those_of_rust() {
    agree_on_json::<TakesLetters>(letters, inputs()).await;
}

workflow! {
    workflow RefusesCharacters(i: Text) -> bool {
        succeed Done { i.text.chars().any(|letter| letter == 'x') }
    }
}

#[test]
fn another_method_of_characters_is_refused_with_those_that_work() {
    let faults = RefusesCharacters::build()
        .expect_err("it is refused")
        .to_string();
    assert!(
        faults.contains("`any` of `.chars()`") && faults.contains("`collect::<String>()`"),
        "{faults}"
    );
}
