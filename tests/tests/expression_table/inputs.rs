//! What the rows are computed for.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stepwright::Payload;

/// A value of every kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    /// Small whole numbers.
    pub(super) a: i32,
    pub(super) b: i32,
    /// Whole numbers up to 2^52.
    pub(super) large: i64,
    pub(super) count: u32,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) yes: bool,
    pub(super) no: bool,
    pub(super) text: String,
    pub(super) other_text: String,
    pub(super) part: String,
    pub(super) ascii: String,
    pub(super) list: Vec<i32>,
    pub(super) more: Vec<i32>,
    pub(super) texts: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) lists: Vec<Vec<i32>>,
    pub(super) option: Option<i32>,
    pub(super) maybe: Option<String>,
    pub(super) table: BTreeMap<String, i32>,
    pub(super) pair: (i32, String),
    pub(super) item: Item,
    pub(super) size: Size,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) moment: i64,
    pub(super) options: Vec<Option<i32>>,
    pub(super) pairs: Vec<(String, i32)>,
    pub(super) set: BTreeSet<i32>,
    pub(super) wide: u64,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub(super) struct Item {
    pub(super) name: String,
    #[serde(rename = "unit-price")]
    pub(super) price: f64,
    pub(super) quantity: i32,
    pub(super) tags: Vec<String>,
    pub(super) note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub(super) enum Size {
    Small,
    Boxed { side: i32 },
    Named(String),
}

fn small() -> impl Strategy<Value = i32> {
    prop_oneof![Just(0), Just(1), Just(-1), -20i32..20, -40_000i32..40_000]
}

fn large() -> impl Strategy<Value = i64> {
    let edge = 1i64 << 52;
    prop_oneof![Just(0), Just(edge), Just(-edge), -edge..edge, -100i64..100]
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(0.5),
        Just(-0.5),
        Just(1.5),
        Just(-2.5),
        (-8000i32..8000).prop_map(|eighths| f64::from(eighths) / 8.0),
        -1e6..1e6f64
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(" ".to_owned()),
        "[a-c, ]{0,6}",
        "[aäöß中🚀e\u{301} \\t]{0,5}",
        "[ -~]{0,12}",
        Just("  two  blanks ".to_owned()),
    ]
}

fn option<T: std::fmt::Debug + Clone + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop_oneof![Just(None), of.prop_map(Some)]
}

/// 0, 1 and many.
fn list<T: std::fmt::Debug + Clone + 'static, S: Strategy<Value = T> + 'static>(
    of: fn() -> S,
) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(of(), 1),
        prop::collection::vec(of(), 2..6),
    ]
}

fn item() -> impl Strategy<Value = Item> {
    (text(), float(), small(), list(text), option(text())).prop_map(
        |(name, price, quantity, tags, note)| Item {
            name,
            price,
            quantity,
            tags,
            note,
        },
    )
}

fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        Just(Size::Small),
        small().prop_map(|side| Size::Boxed { side }),
        text().prop_map(Size::Named),
    ]
}

/// Whole numbers that are exact in JSON, many with 16 digits.
fn wide() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1_700_000_000_123_456), 0u64..1 << 53]
}

/// JSON of every kind.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        small().prop_map(Value::from),
        Just(json!(2.5)),
        text().prop_map(Value::from),
        list(small).prop_map(Value::from),
        text().prop_map(|name| json!({ "name": name })),
        (text(), list(small)).prop_map(|(name, n)| json!([{ "name": name }, n])),
        list(small).prop_map(|n| json!({ "name": { "n": n }, "none": null })),
    ]
}

/// Times of the years 1970 to 2100.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(951_782_400_000), 0i64..4_102_444_800_000]
}

fn input() -> impl Strategy<Value = Input> {
    let numbers = (
        small(),
        small(),
        large(),
        0u32..50_000,
        float(),
        float(),
        any::<bool>(),
        any::<bool>(),
    );
    let texts = (text(), text(), "[a, ]{1,2}", "[ -~]{0,12}");
    let lists = (
        list(small),
        list(small),
        list(text),
        list(item),
        list(|| list(small)),
    );
    let rest = (
        option(small()),
        option(text()),
        prop::collection::btree_map(prop_oneof![Just("a".to_owned()), text()], small(), 0..4),
        (small(), text()),
        item(),
        size(),
        (moment(), moment()),
        (
            list(|| option(small())),
            list(|| (text(), small())),
            prop::collection::btree_set(small(), 0..5),
            wide(),
            value(),
        ),
    );
    (numbers, texts, lists, rest).prop_map(|(numbers, texts, lists, rest)| {
        let (a, b, large, count, x, y, yes, no) = numbers;
        let (text, other_text, part, ascii) = texts;
        let (list, more, texts, items, lists) = lists;
        let (option, maybe, table, pair, item, size, (start, end), more_kinds) = rest;
        let (options, pairs, set, wide, value) = more_kinds;
        Input {
            a,
            b,
            large,
            count,
            x,
            y,
            yes,
            no,
            text,
            other_text,
            part,
            ascii,
            list,
            more,
            texts,
            items,
            lists,
            option,
            maybe,
            table,
            pair,
            item,
            size,
            start: stepwright::functions::timestamp(start),
            end: stepwright::functions::timestamp(end),
            moment: start,
            options,
            pairs,
            set,
            wide,
            value,
        }
    })
}

/// The inputs of all rows, the same ones in every run.
pub(super) fn inputs() -> Vec<Input> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..60)
        .map(|_| {
            let tree = input().new_tree(&mut runner);
            tree.expect("an input").current()
        })
        .collect()
}
