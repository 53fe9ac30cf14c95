//! The rows: each is written once, and is both Rust code and a workflow expression.

use super::inputs::{Input, Item, Size};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use stepwright::builder::Expression;
use stepwright::{expr, functions};

/// One row of the table.
pub(super) struct Row {
    pub(super) group: &'static str,
    /// The expression as it is written.
    pub(super) rust: &'static str,
    pub(super) tree: Tree,
    pub(super) rust_value: fn(Input) -> Value,
}

/// The expression for a workflow.
pub(super) enum Tree {
    Value(Expression<Input, Value>),
    /// A condition, which a choice can use, too.
    Condition(Expression<Input, bool>),
}

fn json<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("JSON")
}

/// The closure and the tree are created from the same tokens, so that they cannot differ.
macro_rules! rows {
    (|$i:ident| $($group:literal { values { $([$($value:tt)+])* } conditions { $([$($condition:tt)+])* } })*) => {
        vec![$(
            $(Row {
                group: $group,
                rust: stringify!($($value)+),
                tree: Tree::Value(expr!(|$i: Input| $($value)+).untyped()),
                rust_value: |$i: Input| json($($value)+),
            },)*
            $(Row {
                group: $group,
                rust: stringify!($($condition)+),
                tree: Tree::Condition(expr!(|$i: Input| $($condition)+)),
                rust_value: |$i: Input| json($($condition)+),
            },)*
        )*]
    };
}

/// A constant of the user.
const LIMIT: i32 = 10;

// Expressions in the style of a user.
#[allow(unused_variables, clippy::all)]
pub(super) fn rows() -> Vec<Row> {
    rows! { |i|
        "Literals and names" {
            values {
                [1] [-2.5] [true] ["it's \"quoted\" {% ${x} \\ ü"] [i.text] [i.item.price] [LIMIT] [i.pair.1] [i.list[0]] [i.lists[0][1]]
                [i32::MAX] [u32::MAX]
            }
            conditions { [i.yes] }
        }
        "Arithmetic" {
            values {
                [i.a + i.b] [i.a - i.b] [i.a * i.b] [i.a / i.b] [i.a % i.b] [-i.a] [i.large + 1] [i.large / 7] [i.large % 1000]
                [i.x + i.y] [i.x - i.y] [i.x * i.y] [i.x / i.y] [-i.x] [(i.a + i.b) * (i.a - i.b)] [i.a - (i.b - i.a)] [i.a + 1]
                [i.a - 1] [100 / (i.b * 2 + 1)] [i.x % 2.0]
                [i.a % -3] [i.a / 4] [(i.a, 10 / i.b).0] [{ let _ = i.a / i.b; i.a }]
            }
            conditions {}
        }
        "Comparison and logic" {
            values { [if i.a > i.b { i.a } else { i.b }] [if i.yes && !i.no { "yes" } else if i.no { "no" } else { "both" }] }
            conditions {
                [i.a == i.b] [i.a != i.b] [i.a < i.b] [i.a <= i.b] [i.a > i.b] [i.a >= i.b] [i.large > 0] [i.x < i.y] [i.text == i.other_text]
                [i.text != "a"] [i.ascii < "m".to_string()] [i.yes && i.no] [i.yes || i.no] [!i.yes] [!(i.a > 3 && i.yes) || i.no] [i.a == 1] [i.x > 0.5]
                [i.pair == i.pair] [i.list == i.more] [i.pair.0 > 0 && i.text == "a"] [i.yes == i.no] [1.0 / 0.0 > 1.0]
                [i.wide == 1_700_000_000_123_456]
            }
        }
        "Structs, tuples and lists" {
            values {
                [Item { name: i.text, price: i.x, quantity: i.a, tags: i.texts, note: None }]
                [Item { name: i.text, note: Some(i.other_text), ..i.item }]
                [(i.a, i.text)] [[i.a, i.b]] [vec![i.text, i.other_text]] [Size::Small] [Size::Boxed { side: i.a }] [Size::Named(i.text)]
                [vec![i.list, i.more]] [(i.list, i.pair)] [Some(i.a)] [Vec::<i32>::new()] [i.items[0].name.clone()] [i.item]
                [Item::default()] [Item { quantity: i.a, ..Default::default() }] [if i.yes { Some(i.item) } else { None }] [vec![i.item][0].tags.len()] [i.items[0].tags.len()] [i.lists[1].len()] [i.lists[i.list.len()][0]] [i.pairs[i.list.len()].1] [i.lists[i.list.len()].last()] [[i.a, i.b][1]]
            }
            conditions {}
        }
        "match and if let" {
            values {
                [match i.size { Size::Small => 0, Size::Boxed { side } if side > 3 => side, Size::Boxed { .. } => 3, Size::Named(_) => -1 }]
                [match i.a { 0 => "none", 1 | 2 => "few", _ => "many" }]
                [if let Some(n) = i.option { n + 1 } else { 0 }]
                [match (i.yes, i.no) { (true, true) => 1, (false, _) => 2, _ => 3 }]
                [match i.text.as_str() { "a" => 1, _ => 2 }]
                [match i.a { 0 => "none", 1..=5 => "few", n if n < 0 => "less", _ => "many" }]
                [match i.option { Some(few @ 0..3) => few, Some(n) => n * 2, None => -1 }]
                [if let Some(n) = i.option && n > 0 && let Size::Boxed { side } = i.size { n + side } else { 0 }]
                [{ let sum = i.a + i.b; let twice = sum * 2; twice - sum + i.a }] [{ let (n, text) = i.pair; format!("{text}{n}") }]
            }
            conditions {
                [matches!(i.size, Size::Boxed { side } if side > 3)] [matches!(i.option, None | Some(1..=5))] [matches!(i.a, 0 | 3..)]
            }
        }
        "Options" {
            values {
                [i.option] [i.option.unwrap_or(7)] [i.option.unwrap_or_default()] [i.maybe.unwrap_or_default()] [i.option.unwrap()] [i.option.map(|n| n * 2)]
                [i.option.or(Some(3))] [i.item.note.unwrap_or("nothing".to_string())] [i.option.and_then(|n| if n > 0 { Some(n) } else { None })]
                [i.option.map_or(0, |n| n + 1)] [i.maybe.clone().unwrap_or_else(|| "x".to_string())] [i.option.filter(|n| *n > 0)] [i.option.unwrap_or(i.a) + 1]
                [i.option.expect("a number")] [i.option.or_else(|| Some(i.a))] [i.option.iter().collect::<Vec<_>>()] [Some(i.option).flatten()]
                [if i.yes { Some(i.a) } else { None }] [i.yes.then_some(i.a)] [i.yes.then(|| i.a + 1)] [i.list.iter().find(|n| 10 / **n > 3)] [i.options.first().copied().flatten()] [i.maybe.filter(|text| !text.is_empty())]
                [i.maybe.as_deref().unwrap_or("none").to_uppercase()] [(if i.yes { Some(i.text) } else { None }).filter(|text| !text.is_empty()).is_some()]
            }
            conditions { [i.option.is_some()] [i.maybe.is_none()] [i.option.is_some_and(|n| n > 1)] [i.option == None] [i.maybe != None] [i.option == Some(1)] [i.option.is_none_or(|n| n > 1)] }
        }
        "Texts" {
            values {
                [format!("{} and {}", i.a, i.text)] [format!("{}%", i.count)] [i.text.clone() + &i.other_text] [i.text.to_uppercase()] [i.text.to_lowercase()] [i.text.trim()]
                [i.text.chars().count()] [i.text.split(", ").collect::<Vec<_>>()] [i.text.split(&i.part).collect::<Vec<_>>()] [i.a.to_string()] [i.yes.to_string()] [i.large.to_string()]
                [i.text.replace("a", "b")] [i.texts.join(", ")] [i.text.trim_start()] [i.text.trim_end()]
                [format!("{}", i.x)] [format!("{}", -i.x)]
                [format!("{:02}", i.a)] [format!("{:>8}|{:<8}|{:^8}", i.text, i.part, i.a)] [format!("{:+}", i.a)] [format!("{:*>6}", i.a)] [format!("{:.3}", i.x)] [format!("{:9.3}", i.x)] [format!("{:.1}", 0.35)]
                [format!("order {}", i.wide)] [i.wide.to_string()] [format!("{}", i.value)] [i.texts.iter().cloned().collect::<String>()] [i.text.strip_prefix(&i.part).map(|rest| rest.to_string())] [i.text.strip_suffix("b").unwrap_or("none").to_string()] [i.text.split_once(&i.part).map(|pair| pair.1.to_string())] [i.texts.concat()] [i.text.contains('a')] [i.text.split(',').collect::<Vec<_>>()]
            }
            conditions { [i.text.is_empty()] [i.text.contains("a")] [i.text.contains(&i.part)] [i.text.starts_with(&i.part)] [i.text.ends_with(&i.part)] [i.text.starts_with("ab")] }
        }
        "Lists" {
            values {
                [i.list.len()] [i.list.iter().map(|n| n * 2).collect::<Vec<_>>()] [i.list.iter().filter(|n| **n > 0).collect::<Vec<_>>()] [i.list.iter().filter(|n| **n > 0).map(|n| n + 1).collect::<Vec<_>>()]
                [i.list.iter().sum::<i32>()] [i.items.iter().map(|item| item.price).sum::<f64>()] [i.list.iter().min()] [i.list.iter().max()] [i.list.first()] [i.list.last()] [i.list.get(1)]
                [i.list.iter().rev().collect::<Vec<_>>()] [i.list.iter().find(|n| **n > 2)] [i.items.iter().find(|item| item.quantity > 0).map(|item| item.name.clone())] [i.items.iter().map(|item| &item.name).collect::<Vec<_>>()]
                [i.items.iter().map(|item| &item.tags).collect::<Vec<_>>()] [i.lists.iter().map(|list| list.len()).collect::<Vec<_>>()] [i.lists.iter().filter(|list| !list.is_empty()).collect::<Vec<_>>()]
                [i.lists.iter().map(|list| list.iter().map(|n| n + 1).collect::<Vec<_>>()).collect::<Vec<_>>()] [i.lists.iter().rev().collect::<Vec<_>>()] [i.lists.first()] [i.lists.last()]
                [i.list.iter().zip(i.more.iter()).collect::<Vec<_>>()] [i.list.iter().zip(i.texts.iter()).map(|(n, text)| format!("{n}{text}")).collect::<Vec<_>>()]
                [i.list.iter().filter(|n| **n == 1).count()] [i.items.iter().map(|item| item.note.clone()).collect::<Vec<_>>()] [i.lists.iter().flatten().collect::<Vec<_>>()]
                [i.list.iter().skip(1).collect::<Vec<_>>()] [i.list.iter().take(2).collect::<Vec<_>>()] [i.list.iter().enumerate().map(|(at, n)| format!("{at}: {n}")).collect::<Vec<_>>()]
                [i.list.iter().chain(i.more.iter()).collect::<Vec<_>>()] [i.list.iter().fold(0, |sum, n| sum + n)] [i.list.iter().product::<i32>()]
                [functions::sorted(i.list)] [functions::sorted(i.texts)] [functions::unique(i.list)] [functions::unique(i.texts)] [functions::chunks(i.list, 2)] [functions::chunks(i.texts, 3)] [functions::chunks(i.list, i.count as usize % 3)] [functions::range(1, 9, 2)] [functions::range(0, i.a as i64 % 50, 1)]
                [functions::unique(i.lists)]
                [i.list.iter().next()] [i.list.iter().nth(2)] [i.list.iter().position(|n| *n < 1)] [i.list.iter().filter_map(|n| if *n > 0 { Some(n * 2) } else { None }).collect::<Vec<_>>()] [i.items.iter().filter_map(|item| item.note.clone()).collect::<Vec<_>>()]
                [i.items.iter().flat_map(|item| item.tags.clone()).collect::<Vec<_>>()] [i.lists.iter().flat_map(|list| list.iter().map(|n| n + 1).collect::<Vec<_>>()).collect::<Vec<_>>()] [i.options.iter().flatten().collect::<Vec<_>>()] [i.options.iter().filter_map(|n| *n).collect::<Vec<_>>()]
                [i.lists.iter().enumerate().collect::<Vec<_>>()] [i.pairs.iter().enumerate().collect::<Vec<_>>()] [i.lists.iter().zip(i.lists.iter()).collect::<Vec<_>>()] [i.pairs.iter().zip(i.list.iter()).collect::<Vec<_>>()] [functions::chunks(i.lists, 2)] [functions::chunks(i.pairs, 2)]
                [i.items.iter().filter(|item| item.quantity > 0).collect::<Vec<_>>()[0].name.clone()] [i.items.iter().skip(1).collect::<Vec<_>>()[0].tags.len()] [functions::unique(i.lists)[0].len()] [functions::chunks(i.items, 2)[0][0].name.clone()] [i.items.iter().zip(i.list.iter()).collect::<Vec<_>>()[0].0.name.clone()]
                [i.items.iter().max_by_key(|item| item.quantity)] [i.items.iter().min_by_key(|item| item.quantity)] [i.lists.iter().max_by_key(|list| list.len())] [i.lists.iter().min_by_key(|list| list.iter().sum::<i32>())] [i.pairs.iter().max_by_key(|(_, n)| *n % 3)]
                [i.pairs.iter().map(|(name, n)| format!("{name}{n}")).collect::<Vec<_>>()] [i.lists.iter().map(|list| i.list[list.len()]).collect::<Vec<_>>()] [i.texts.iter().map(String::from).collect::<Vec<_>>()] [i.list.iter().copied().map(Some).collect::<Vec<_>>()]
                [i.list.iter().copied().collect::<BTreeSet<i32>>()] [i.list.iter().copied().collect::<BTreeSet<i32>>().len()] [i.texts.iter().cloned().collect::<BTreeSet<String>>()] [i.texts.iter().cloned().collect::<BTreeSet<String>>().len()] [i.pairs.iter().cloned().collect::<BTreeMap<String, i32>>()] [i.pairs.iter().cloned().collect::<BTreeMap<String, i32>>().len()]
                [i.set.iter().map(|n| n + 1).collect::<Vec<_>>()] [i.set.iter().next()] [i.set.len()]
            }
            conditions {
                [i.list.is_empty()] [i.list.contains(&1)] [i.texts.contains(&i.text)] [i.list.iter().any(|n| *n > 2)] [i.list.iter().any(|n| 10 / n > 3)] [i.list.iter().all(|n| i.a % n > 0)] [i.list.iter().all(|n| *n > 0)] [i.lists.contains(&i.list)] [i.items.iter().any(|item| item.tags.contains(&i.text))] [i.lists.iter().any(|list| list.is_empty())] [i.lists.iter().all(|list| list.len() > 1)]
                [i.set.contains(&i.a)] [i.pairs.contains(&(i.text, i.a))]
            }
        }
        "Maps" {
            values {
                [i.table.len()] [i.table.get("a")] [i.table.get("toString")] [i.table.keys().collect::<Vec<_>>()] [i.table.values().collect::<Vec<_>>()] [i.table.get(&i.text)]
                [i.table["a"]] [i.table[&i.text]] [i.table.iter().map(|(key, n)| format!("{key}{n}")).collect::<Vec<_>>()] [i.table.iter().filter(|(_, n)| **n > 0).count()] [i.table.values().sum::<i32>()] [i.table.iter().max_by_key(|(_, n)| **n)]
            }
            conditions { [i.table.is_empty()] [i.table.contains_key(&i.text)] }
        }
        "Values of serde_json" {
            values {
                [i.value] [i.value["name"].clone()] [i.value["name"]["n"].clone()] [i.value["name"]["n"][0].clone()] [i.value[0].clone()] [i.value[0]["name"].clone()] [i.value[1].clone()] [i.value.as_str()] [i.value.as_str().unwrap_or("x")] [i.value["name"].as_str().unwrap_or("x")]
                [i.value.as_i64()] [functions::parse_json::<Value>("3.0").as_i64()] [i.value.as_f64().unwrap_or(0.5)] [i.value.as_bool().unwrap_or(true)] [i.value.as_array().map(|list| list.len())]
            }
            conditions { [i.value.is_null()] [i.value.is_string()] [i.value.is_number()] [i.value.is_boolean()] [i.value.is_array()] [i.value.is_object()] [i.value["name"].is_null()] [i.value["none"].is_null()] }
        }
        "Numbers" {
            values {
                [i.a.abs()] [i.x.abs()] [i.x.floor()] [i.x.ceil()] [i.x.round()] [i.x.abs().sqrt()] [i.a.min(i.b)] [i.a.max(i.b)] [i.x.max(i.y)] [(i.a % 10).pow(2)] [i.x.powi(2)] [i.x.trunc()] [i.a.signum()] [i.x.clamp(0.0, 1.0)] [i.a.clamp(i.b, 100)]
                [0.49999999999999994_f64.round()] [(i.x * 100.0).round() as i64] [i.x.floor() as i32] [1e30_f64.trunc() as i64] [if i.list.is_empty() { 0.0 } else { i.list.iter().sum::<i32>() as f64 / i.list.len() as f64 }] [u32::from(i.yes)]
            }
            conditions {}
        }
        "Conversions" {
            values {
                [i.a as i64] [i.count as u64] [i.a as f64 / 2.0] [i64::from(i.a)] [f64::from(i.a) / 4.0] [functions::number("12.5")] [functions::number(&i.text)] [functions::to_json(&i.pair)] [functions::to_json(&i.text)] [functions::to_json(&i.list)] [functions::to_json(&i.option)]
                [functions::parse_json::<Item>(&functions::to_json(&i.item))] [functions::parse_json::<Vec<i32>>(&functions::to_json(&i.list)).len()]
                [i.list.len() as i64] [i.count as usize] [u64::from(i.count)] [functions::to_json(&i.x)] [functions::to_json(&i.item)] [functions::to_json(&i.options)] [functions::to_json(&i.wide)]
            }
            conditions {}
        }
        "Times" {
            values { [functions::millis(&i.end) - functions::millis(&i.start)] [functions::timestamp(i.moment)] [functions::timestamp(functions::millis(&i.start) + 3_600_000)] [functions::millis("2024-05-01")] [functions::timestamp(253_402_300_800_000)] [functions::millis("2024-02-30T00:00:00Z")] }
            conditions { [functions::millis(&i.start) < functions::millis(&i.end)] [functions::is_before(&i.start, &i.end)] }
        }
        "Hashes and encodings" {
            values { [functions::sha256(&i.text)] [functions::base64_encode(&i.ascii)] [functions::base64_decode(&functions::base64_encode(&i.ascii))] [functions::uuid().chars().count()] }
            conditions {}
        }
    }
}
