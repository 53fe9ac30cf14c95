//! Forms of Rust expressions that a workflow can evaluate, run on the engine: blocks, patterns,
//! casts, functions as closures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    total: f64,
    items: Vec<Item>,
    size: Size,
    note: Option<String>,
    limit: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    sku: String,
    price: f64,
    count: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
enum Size {
    Small,
    Boxed { side: u32 },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Point(u32, u32);

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Payload)]
struct Settings {
    depth: u32,
    names: Vec<String>,
    label: String,
}

fn order() -> Value {
    json!({
        "total": 12.345,
        "items": [
            {"sku": "a", "price": 2.5, "count": 2},
            {"sku": "b", "price": 3.5, "count": 4},
        ],
        "size": {"Boxed": {"side": 4}},
        "note": "fast",
        "limit": 3,
    })
}

async fn run<W: Workflow>(input: Value) -> Value {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let input = serde_json::from_value(input).expect("the input is of its type");
    let run = engine.start::<W>(input).await.expect("it starts");
    let output = run.await.expect("it succeeds");
    serde_json::to_value(output).expect("the output is JSON")
}

workflow! {
    workflow Blocks(order: Order) -> (f64, Vec<f64>, u32) {
        pass Only {
            let sum = { let net = order.total * 2.0; let tax = net * 0.5; net + tax };
            let each = order.items.iter().map(|item| {
                let (price, count) = (item.price, f64::from(item.count));
                let whole = price * count;
                whole + whole
            }).collect::<Vec<f64>>();
            let inner = { let a = 1u32; let b = { let a = a + 10; a + a }; a + b };
            end (sum, each, inner);
        }
    }

    workflow Conditions(order: Order) -> (String, u32, bool, bool, String) {
        pass Only {
            let text = if let Some(note) = order.note && note != "slow" && let Some(limit) = order.limit && limit > 2 {
                format!("{note} {limit}")
            } else {
                "none".to_string()
            };
            let side = if let Size::Small = order.size { 0 } else if let Size::Boxed { side } = order.size { side } else { 1 };
            let large = matches!(order.size, Size::Boxed { side } if side > 3);
            let small = matches!(order.limit, None | Some(0..=2));
            let grade = match order.limit {
                Some(0) => "none".to_string(),
                Some(few @ 1..5) => format!("few {few}"),
                Some(_) => "many".to_string(),
                None => "open".to_string(),
            };
            end (text, side, large, small, grade);
        }
    }

    workflow Arms(order: Order) -> String {
        choice Decide {
            match order.limit {
                Some(1..=2) => Low,
                Some(n @ 3..=9) => Middle,
                _ => High,
            }
        }
        succeed Low { "low".to_string() }
        succeed Middle { format!("middle {n}") }
        succeed High { "high".to_string() }
    }

    workflow ArmsOfPaths(order: Order) -> String {
        query_language JSONPath;
        choice Decide {
            match order.limit {
                Some(1..=2) => Low,
                Some(3..9) => Middle,
                _ => High,
            }
        }
        pass Low { end "low".to_string(); }
        pass Middle { end "middle".to_string(); }
        pass High { end "high".to_string(); }
    }

    workflow Numbers(order: Order) -> (f64, i64, u32, i64, i64, usize, u32) {
        pass Only {
            let average = order.total / order.items.len() as f64;
            let cents = (order.total * 100.0).round() as i64;
            let none = (0.0 - order.total).floor() as u32;
            let count = order.items.iter().filter(|item| item.count > 2).count() as i64;
            let least = i32::MIN as i64;
            let index = order.items[1].count as usize;
            let most = if (order.items[0].count + 1) as usize < order.items.len() { 0 } else { u16::MAX as u32 };
            end (average, cents, none, count, least, index, most);
        }
    }

    workflow Compared(order: Order) -> bool {
        pass Begin { let level = 0u32; next Decide; }
        choice Decide {
            when (level + 1) as usize < order.items.len() => { let level = level + 1; next Decide; }
            otherwise => Done;
        }
        succeed Done { level as usize == order.items.len() - 1 }
    }

    workflow Functions(order: Order) -> (Vec<String>, Vec<Option<u32>>, Vec<usize>, String, Vec<u32>) {
        pass Only {
            let texts = order.items.iter().map(|item| item.sku.as_str()).map(String::from).collect::<Vec<String>>();
            let options = order.items.iter().map(|item| item.count).map(Some).collect::<Vec<Option<u32>>>();
            let lengths = vec![vec![1u32], vec![2, 3]].iter().map(Vec::len).collect::<Vec<usize>>();
            let note = order.note.unwrap_or_else(String::new);
            let points = vec![Point(1, 2), Point(3, 4)];
            let sums = points.iter().map(|Point(x, y)| x + y).collect::<Vec<u32>>();
            end (texts, options, lengths, note, sums);
        }
    }

    workflow Defaults(order: Order) -> (Settings, Settings, Settings, u32) {
        pass Only {
            let named = Settings { depth: 3, ..Default::default() };
            let whole = Settings::default();
            let typed: Settings = Default::default();
            let number = u32::default();
            end (named, whole, typed, number);
        }
    }
}

#[tokio::test]
async fn blocks_with_lets_are_evaluated() {
    let (net, tax) = (12.345 * 2.0, 12.345 * 2.0 * 0.5);
    assert_eq!(
        run::<Blocks>(order()).await,
        json!([net + tax, [10.0, 28.0], 23])
    );
}

#[tokio::test]
async fn conditions_accept_patterns() {
    assert_eq!(
        run::<Conditions>(order()).await,
        json!(["fast 3", 4, true, false, "few 3"])
    );
    let mut other = order();
    other["note"] = json!("slow");
    other["size"] = json!("Small");
    other["limit"] = json!(2);
    assert_eq!(
        run::<Conditions>(other.clone()).await,
        json!(["none", 0, false, true, "few 2"])
    );
    other["limit"] = Value::Null;
    assert_eq!(
        run::<Conditions>(other).await,
        json!(["none", 0, false, true, "open"])
    );
}

#[tokio::test]
async fn a_choice_matches_ranges() {
    for (limit, jsonata, jsonpath) in [
        (json!(1), "low", "low"),
        (json!(3), "middle 3", "middle"),
        (json!(9), "middle 9", "high"),
        (json!(10), "high", "high"),
        (Value::Null, "high", "high"),
    ] {
        let mut order = order();
        order["limit"] = limit;
        assert_eq!(run::<Arms>(order.clone()).await, json!(jsonata));
        assert_eq!(run::<ArmsOfPaths>(order).await, json!(jsonpath));
    }
}

#[tokio::test]
async fn lossless_number_conversions_are_evaluated() {
    assert_eq!(
        run::<Numbers>(order()).await,
        json!([6.1725, 1235, 0, 1, -2_147_483_648_i64, 4, 65_535])
    );
    assert_eq!(run::<Compared>(order()).await, json!(true));
}

#[tokio::test]
async fn functions_can_replace_closures() {
    assert_eq!(
        run::<Functions>(order()).await,
        json!([["a", "b"], [2, 4], [1, 2], "fast", [3, 7]])
    );
}

#[tokio::test]
async fn default_values_are_those_of_the_type() {
    let empty = json!({"depth": 0, "names": [], "label": ""});
    assert_eq!(
        run::<Defaults>(order()).await,
        json!([{"depth": 3, "names": [], "label": ""}, empty, empty, 0])
    );
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Id(String);

workflow! {
    workflow AtOneOfSeveral(order: Order) -> (u32, bool, u32) {
        choice Decide {
            match order.limit {
                Some(n @ (3 | 5)) => One,
                _ => Other,
            }
        }
        pass One {
            let same = if let Some(n @ (3 | 5)) = order.limit { n } else { 0 };
            end (n, matches!(order.limit, Some(_n @ (3 | 5))), same);
        }
        pass Other { end (0, matches!(order.limit, Some(_n @ (3 | 5))), match order.limit { Some(n @ (3 | 5)) => n, _ => 0 }); }
    }

    workflow Silent(order: Order) -> (f64, u32) {
        pass Read {
            let _half = order.total / 2.0;
            let (_side, count): (u32, u32) = (7, 2);
            let sum = _half + order.total;
            let sides = _side * count;
            next Choose;
        }
        choice Choose {
            when sides > 3 => { let _more = sides + 1; let sides = _more + 1; next Done; }
            otherwise => Done;
        }
        pass Done { let _all = (sum, sides); end _all; }
    }

    workflow OfANewtype(order: Order) -> (String, String) {
        query_language JSONPath;
        pass Only {
            let id: Id = intrinsic!("States.Format('{}-{}', $.note, $.limit)");
            let parts: (String, u32) = intrinsic!("States.Array($.note, $.limit)");
            end (id.0, parts.0);
        }
    }
}

#[tokio::test]
async fn a_binding_applies_to_each_alternative_pattern() {
    for (limit, expected) in [
        (3, json!([3, true, 3])),
        (5, json!([5, true, 5])),
        (4, json!([0, false, 0])),
    ] {
        let mut order = order();
        order["limit"] = json!(limit);
        assert_eq!(run::<AtOneOfSeveral>(order).await, expected);
    }
}

#[tokio::test]
async fn a_variable_with_an_underscore_is_readable_in_its_state() {
    let mut order = order();
    order["total"] = json!(12.5);
    assert_eq!(run::<Silent>(order).await, json!([18.75, 16]));
    let definition = Silent::definition().to_json();
    assert!(
        !definition.contains("_half") && !definition.contains("_more"),
        "{definition}"
    );
}

#[tokio::test]
async fn a_newtype_is_represented_by_its_inner_value() {
    assert_eq!(run::<OfANewtype>(order()).await, json!(["fast-3", "fast"]));
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Flexible {
    id: u32,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, u32>,
}

workflow! {
    workflow FlatGet(one: Flexible) -> bool { succeed Done { one.rest.get("id").is_some() } }
    workflow FlatLen(one: Flexible) -> usize { succeed Done { one.rest.len() } }
    workflow FlatIndex(one: Flexible) -> u32 { succeed Done { one.rest["id"] } }
    workflow FlatWhole(one: Flexible) -> std::collections::BTreeMap<String, u32> { succeed Done { one.rest } }
    workflow FlatKey(one: Flexible) -> bool { succeed Done { one.rest.contains_key("id") } }
    workflow FlatKeys(one: Flexible) -> Vec<String> { succeed Done { one.rest.keys().cloned().collect() } }
}

#[test]
fn reading_a_flattened_map_is_refused() {
    let builds = [
        FlatGet::build(),
        FlatLen::build(),
        FlatIndex::build(),
        FlatWhole::build(),
        FlatKey::build(),
        FlatKeys::build(),
    ];
    for build in builds {
        match build {
            Ok(definition) => panic!("{}", definition.to_json()),
            Err(faults) => assert!(faults.to_string().contains("flattened"), "{faults}"),
        }
    }
}
