//! A value of a workflow equals that of the same Rust: lists in lists, options, JSON, long numbers,
//! orders, texts.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stepwright::functions;
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Item {
    item_name: String,
    tags: Vec<String>,
    price_each: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Sparse {
    id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    lists: Vec<Vec<u32>>,
    pairs: Vec<(String, u32)>,
    items: Vec<Item>,
    options: Vec<Option<u32>>,
    table: BTreeMap<String, u32>,
    value: Value,
    yes: bool,
    n: u32,
    text: String,
    x: f64,
}

/// Inputs with many items, with one item and with none.
fn inputs() -> Vec<Input> {
    let item = |name: &str, tags: &[&str], price_each| Item {
        item_name: name.to_owned(),
        tags: tags.iter().map(ToString::to_string).collect(),
        price_each,
    };
    let full = Input {
        lists: vec![vec![1, 2], vec![], vec![3]],
        pairs: vec![
            ("b".to_owned(), 2),
            ("a".to_owned(), 2),
            ("b".to_owned(), 1),
        ],
        items: vec![
            item("nut", &["x", "y"], 0.1),
            item("bolt", &[], 1e21),
            item("nut", &["z"], 2.5),
        ],
        options: vec![None, Some(3), None, Some(1)],
        table: [("z", 1), ("A", 2), ("a", 3)]
            .map(|(key, n)| (key.to_owned(), n))
            .into(),
        value: json!({"name": "full", "deep": {"list": [1, [2, {"k": null}]]}, "n": 5}),
        yes: true,
        n: 3,
        text: " \u{85}some text\u{feff} ".to_owned(),
        x: 0.499_999_999_999_999_94,
    };
    let single = Input {
        lists: vec![vec![7, 8]],
        pairs: vec![("only".to_owned(), 1)],
        items: vec![item("one", &["t"], 0.5)],
        options: vec![None],
        table: [("k".to_owned(), 9)].into(),
        value: json!([{"name": "in a list"}]),
        yes: false,
        n: 1,
        text: "\u{feff}".to_owned(),
        x: -2.5,
    };
    let empty = Input {
        lists: Vec::new(),
        pairs: Vec::new(),
        items: Vec::new(),
        options: Vec::new(),
        table: BTreeMap::new(),
        value: Value::Null,
        yes: true,
        n: 0,
        text: String::new(),
        x: 1e-7,
    };
    let text = Input {
        value: json!("a \"text\""),
        ..single.clone()
    };
    let number = Input {
        value: json!(7),
        x: 123.5,
        ..full.clone()
    };
    vec![full, single, empty, text, number]
}

same! {
    ListsInLists, lists_in_lists(i: Input) -> (Vec<(usize, Vec<u32>)>, Vec<(usize, (String, u32))>, Vec<(Vec<u32>, Vec<u32>)>, Vec<Vec<Vec<u32>>>, Vec<Vec<(String, u32)>>) {
        begin { let at = vec![]; let item = vec![]; let v1 = vec![]; }
        then { let at = i.lists.clone(); let item = i.pairs.clone(); let v1 = at.iter().cloned().enumerate().collect::<Vec<(usize, Vec<u32>)>>(); }
        end {
            (
                v1.clone(),
                item.iter().cloned().enumerate().collect(),
                at.iter().cloned().zip(at.iter().cloned().rev()).collect(),
                functions::chunks(at.clone(), 2),
                functions::chunks(item.clone(), 2),
            )
        }
    }

    MadeAndIndexed, made_and_indexed(i: Input) -> (Vec<String>, Vec<usize>, u32) {
        begin { let item = vec![]; let at = 0usize; let x = vec![]; let first = None; }
        then {
            let item = i.items.clone();
            let at = i.table.len() - i.table.len();
            let x = i.items.iter().filter(|x| x.item_name != "bolt").cloned().collect::<Vec<Item>>();
            let first = i.items.iter().cloned().next();
        }
        end {
            (
                vec![
                    i.items.iter().filter(|item| item.price_each < 1.0).collect::<Vec<_>>()[0].item_name.clone(),
                    item.iter().skip(0).collect::<Vec<_>>()[0].item_name.clone(),
                    functions::unique(item.clone())[0].item_name.clone(),
                    functions::chunks(item.clone(), 2)[0][0].item_name.clone(),
                    item.iter().zip(x.iter()).collect::<Vec<_>>()[0].1.item_name.clone(),
                    vec![item[at].clone(), x[0].clone()][1].item_name.clone(),
                    first.map(|item| item.item_name).unwrap_or("-".to_string()),
                ],
                vec![
                    x.iter().filter(|x| !x.tags.is_empty()).collect::<Vec<_>>()[0].tags.len(),
                    functions::unique(x.clone())[0].tags.len(),
                    item.iter().enumerate().collect::<Vec<_>>()[0].1.tags.len(),
                ],
                *i.table.values().collect::<Vec<_>>()[0],
            )
        }
    }

    MadeMaps, made_maps(i: Input) -> (Vec<(String, u32)>, Vec<(String, u32)>, BTreeMap<String, u32>) {
        begin { let one = vec![]; }
        then { let one = vec![(i.text.clone(), i.n)]; }
        end {
            (
                one.iter().cloned().collect::<BTreeMap<String, u32>>().into_iter().collect::<Vec<_>>(),
                i.pairs.iter().cloned().collect::<BTreeMap<String, u32>>().into_iter().collect::<Vec<_>>(),
                one.iter().cloned().collect::<BTreeMap<String, u32>>().into_iter().collect::<Vec<_>>().into_iter().collect::<BTreeMap<String, u32>>(),
            )
        }
    }

    Json, json_values(i: Input) -> (Value, Value, Value, String, String, String, bool, bool, Option<usize>) {
        begin { let value = i.value; let name = i.value; let v = i.value; }
        then { let value = i.value.clone(); let name = i.value["name"].clone(); let v = i.value["deep"]["list"][1][1].clone(); }
        end {
            (
                name.clone(),
                v.clone(),
                value[0]["name"].clone(),
                value.as_str().unwrap_or("x").to_string(),
                name.as_str().unwrap_or("none").to_uppercase(),
                format!("{}/{}/{}", value, name, i.text),
                value["nothing"].is_null() && v["k"].is_null(),
                value.is_object() || value.is_array(),
                value.as_array().map(|value| value.len()),
            )
        }
    }

    Options, options(i: Input) -> (Option<String>, bool, bool, Vec<u32>, Vec<u32>, Option<u32>, Option<u32>) {
        begin { let made = None; let item = None; let v = Some(1); let x = vec![]; }
        then {
            let made = if i.yes { Some(i.text.clone()) } else { None };
            let item = if i.n > 1 { None } else { Some(i.n) };
            let v = i.options.iter().cloned().flatten().next();
            let x = i.options.clone();
        }
        end {
            (
                made.clone().filter(|t| !t.is_empty()),
                made.is_some_and(|v| v.is_empty()),
                Some(i.text.clone()).is_some_and(|item| item.is_empty()),
                x.iter().flatten().cloned().collect(),
                item.iter().chain(v.iter()).cloned().collect(),
                item.and_then(|p| if p > 0 { Some(p + 1) } else { None }),
                v.filter(|v| *v > 2).or_else(|| item),
            )
        }
    }

    Orders, orders(i: Input) -> (Vec<String>, Vec<u32>, BTreeSet<u32>, usize, BTreeMap<String, u32>, Vec<String>, String, Vec<u32>) {
        begin { let sort = BTreeSet::default(); let keys = Default::default(); let set = Default::default(); }
        then {
            let sort = i.pairs.iter().map(|(key, _)| key.clone()).collect::<BTreeSet<String>>();
            let keys = i.pairs.iter().cloned().collect::<BTreeMap<String, u32>>();
            let set = i.lists.iter().flatten().map(|n| 5 - n % 5).collect::<BTreeSet<u32>>();
        }
        end {
            (
                i.table.keys().cloned().collect(),
                i.table.values().cloned().collect(),
                set.clone(),
                sort.len() + keys.len(),
                keys.clone(),
                sort.iter().map(|key| key.to_uppercase()).collect(),
                i.table.iter().map(|(key, n)| format!("{key}={n};")).collect::<String>(),
                set.iter().copied().chain(i.pairs.iter().map(|(_, n)| *n).collect::<BTreeSet<u32>>().iter().copied()).collect(),
            )
        }
    }

    Skipped, skipped(i: Input) -> (Sparse, Sparse, Vec<Sparse>, String) {
        begin { let none = None; let note = None; }
        then {
            let none: Option<String> = None;
            let note = if i.yes { Some(i.text.clone()) } else { None };
        }
        end {
            (
                Sparse { id: i.n, note: none.clone() },
                Sparse { id: i.n, note: note.clone() },
                i.lists.iter().map(|list| Sparse { id: list.len() as u32, note: note.clone().filter(|_| list.len() > 1) }).collect(),
                functions::to_json(&Sparse { id: 1, note: note.clone() }),
            )
        }
    }

    Digits, digits(i: Input) -> (String, String, String, f64, f64, String, i64) {
        begin { let order = 0; let x = 0.5; let string = vec![]; }
        then { let order = 1_700_000_000_123_456_u64; let x = i.x; let string = i.items.clone(); }
        end {
            (
                format!("order {}", order + i.n as u64),
                (order - i.n as u64).to_string() + "!",
                functions::to_json(&string),
                x.round(),
                0.49999999999999994_f64.round(),
                functions::to_json(&x),
                (x * 100.0).round() as i64,
            )
        }
    }

    Texts, texts(i: Input) -> (String, String, String, bool, bool, String, u32) {
        begin { let trim = "a".to_string(); let replace = "b".to_string(); let text = "".to_string(); }
        then { let trim = i.text.trim().to_string(); let replace = i.text.trim_start().to_string(); let text = i.text.trim_end().to_string(); }
        end {
            (
                trim.clone(),
                replace.clone(),
                text.clone(),
                functions::is_before(&trim, "t"),
                trim.as_str() < "m",
                format!("[{:>8}|{:<8}|{:02}|{:.2}|{:>8}]", i.n, trim.clone(), i.n, i.x, i.yes),
                u32::from(i.yes) + u32::from(!i.yes) * 10,
            )
        }
    }

    Methods, methods(i: Input) -> (Vec<u32>, Vec<u32>, Option<usize>, Option<Vec<u32>>, Option<(String, u32)>, Option<(String, u32)>, Option<(String, u32)>, u32, i32) {
        begin { let left = vec![]; let right = 0; let item = vec![]; }
        then { let left = i.lists.clone(); let right = i.n; let item = i.pairs.clone(); }
        end {
            (
                item.iter().filter_map(|(item, left)| if item != "a" { Some(left + right) } else { None }).collect(),
                left.iter().flat_map(|item| item.iter().map(|left| left + right).collect::<Vec<_>>()).collect(),
                left.iter().position(|left| left.len() as u32 + 1 > right),
                left.iter().cloned().nth(2),
                item.iter().cloned().max_by_key(|(_, left)| *left % (right + 2)),
                item.iter().cloned().min_by_key(|(_, item)| *item),
                item.iter().cloned().next(),
                i.table.iter().map(|(key, item)| if key == "A" { *item * right } else { *item }).sum::<u32>(),
                i32::MAX - i.options.len() as i32 % 2,
            )
        }
    }
}

/// Expressions that fail where Rust panics: one workflow for each.
macro_rules! stops {
    (|$i:ident, $at:ident, $item:ident| $($workflow:ident, $rust:ident($ty:ty) [$($value:tt)+])*) => {
        stops! { @each $i $at $item $($workflow, $rust($ty) [$($value)+])* }

        #[tokio::test]
        async fn expressions_that_panic_in_rust_fail_the_state() {
            $(agree::<$workflow>($rust, inputs()).await;)*
        }
    };
    (@each $i:ident $at:ident $item:ident $workflow:ident, $rust:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        same! {
            $workflow, $rust($i: Input) -> $ty {
                begin { let $at = vec![]; let $item = 0; }
                then {
                    let $at = $i.lists.iter().map(|$at| $at.len()).collect::<Vec<usize>>();
                    let $item = $i.pairs.len();
                }
                end { $($value)+ }
            }
        }
        stops! { @each $i $at $item $($rest)* }
    };
    (@each $i:ident $at:ident $item:ident) => {};
}

stops! {
    |i, at, item|
    Equal, equal(bool) [i.lists[item][0] == 3 || at.is_empty()]
    Format, format_past(String) [format!("<{}>", i.pairs[at.len()].0)]
    Length, length_past(usize) [i.lists[item].len()]
    Inside, inside(Vec<u32>) [at.iter().map(|at| i.pairs[*at].1).collect()]
    Key, key(u32) [i.table["nope"] + i.n]
    Maybe, maybe(bool) [Some(i.table["z"]).is_some()]
    Unwrapped, unwrapped(u32) [i.options.iter().cloned().next().unwrap().expect("a number")]
    Rest, rest(usize) [at.len() % item]
    Branch, branch(u32) [if i.lists[2][0] > 2 { 1 } else { 2 }]
}

#[tokio::test]
async fn lists_of_lists_and_tuples_are_not_flattened() {
    agree::<ListsInLists>(lists_in_lists, inputs()).await;
}

#[tokio::test]
async fn items_of_computed_lists_have_their_fields() {
    agree::<MadeAndIndexed>(made_and_indexed, inputs()).await;
}

#[tokio::test]
async fn json_values_are_read_as_by_serde_json() {
    agree::<Json>(json_values, inputs()).await;
}

#[tokio::test]
async fn computed_options_behave_as_in_rust() {
    agree::<Options>(options, inputs()).await;
}

#[tokio::test]
async fn sets_and_maps_are_sorted_without_duplicates() {
    agree::<Orders>(orders, inputs()).await;
}

#[tokio::test]
async fn fields_skipped_by_serde_are_omitted() {
    agree::<Skipped>(skipped, inputs()).await;
}

#[tokio::test]
async fn numbers_keep_all_their_digits() {
    agree::<Digits>(digits, inputs()).await;
}

#[tokio::test]
async fn strings_are_trimmed_compared_and_formatted_as_in_rust() {
    agree::<Texts>(texts, inputs()).await;
}

#[tokio::test]
async fn methods_of_lists_and_maps_have_the_results_of_rust() {
    agree::<Methods>(methods, inputs()).await;
}

#[tokio::test]
async fn a_map_of_one_pair_converts_to_a_list_of_one_pair() {
    agree::<MadeMaps>(made_maps, inputs()).await;
}
