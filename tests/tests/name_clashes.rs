//! No name of a user clashes with a generated name of the lowering, or with a function of JSONata.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Hit {
    hit_id: String,
    rank_of: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    items: Vec<Hit>,
    n: u32,
    xs: Vec<u32>,
    ys: Vec<u32>,
    text: String,
    maybe: Option<u32>,
}

fn orders() -> Vec<Order> {
    let hit = |hit_id: &str, rank_of| Hit {
        hit_id: hit_id.to_owned(),
        rank_of,
    };
    let full = Order {
        items: vec![hit("a", 7), hit("b", 2)],
        n: 2,
        xs: vec![3, 9, 4],
        ys: vec![10, 20],
        text: "some text".to_owned(),
        maybe: Some(5),
    };
    let single = Order {
        items: vec![hit("a", 1)],
        n: 1,
        xs: vec![1],
        ys: vec![1],
        ..full.clone()
    };
    let empty = Order {
        items: Vec::new(),
        n: 0,
        xs: Vec::new(),
        ys: Vec::new(),
        text: String::new(),
        maybe: None,
    };
    vec![full, single, empty]
}

same! {
    MatchBeside, match_beside(order: Order) -> (u32, u32, u32) {
        begin { let v1 = None; let v = None; let m = vec![]; let max = 0; }
        then { let v1 = order.maybe; let v = order.maybe; let m = order.xs.clone(); let max = order.n; }
        end {
            (
                match m.iter().max() { Some(m) => *m + v1.unwrap_or(0) + v.unwrap_or(1), None => max },
                match v1 { Some(max) => match v { Some(v1) => v1 * 100 + max, None => max }, None => 1 },
                if let Some(v) = m.iter().max() && let Some(m) = v1 { *v * 1000 + m + max } else { max },
            )
        }
    }

    ContainsBeside, contains_beside(order: Order) -> (bool, bool, bool, bool) {
        begin { let item = Hit { hit_id: "-".to_string(), rank_of: 9 }; let items = vec![]; let list = vec![]; }
        then {
            let item = Hit { hit_id: "z".to_string(), rank_of: order.n };
            let items = order.items.clone();
            let list = vec![("a".to_string(), order.n)];
        }
        end {
            (
                order.items.contains(&item),
                items.contains(&Hit { hit_id: "a".to_string(), rank_of: 7 }),
                list.contains(&("a".to_string(), item.rank_of)),
                items.iter().any(|other| list.contains(&(other.hit_id.clone(), item.rank_of + 1))),
            )
        }
    }

    PlacesBeside, places_beside(order: Order) -> (Vec<u32>, Vec<u32>, Vec<(usize, u32)>, Option<usize>) {
        begin { let at = 0; let item = 0; let a = 0; let b = 0; let this = vec![]; let f = 0; }
        then { let at = order.xs.len(); let item = 4; let a = order.ys.len(); let b = 1; let this = order.xs.clone(); let f = order.n; }
        end {
            (
                this.iter().take(at - a.min(at)).chain(order.ys.iter().take(at)).copied().collect(),
                this.iter().skip(b).map(|item| item + f).collect(),
                this.iter().enumerate().skip(b).map(|(at, this)| (at + a, this + item)).collect(),
                this.iter().position(|at| *at == item),
            )
        }
    }

    ClosuresBeside, closures_beside(order: Order) -> (Vec<u32>, Vec<Vec<u32>>, u32, Vec<u32>) {
        begin { let x = None; let ys = vec![]; let y = 0; let acc = 0; let key = vec![]; }
        then { let x = order.maybe; let ys = order.ys.clone(); let y = order.n; let acc = 3; let key = order.xs.clone(); }
        end {
            (
                match x { Some(y) => ys.iter().map(|x| x + y).collect(), None => vec![y] },
                key.iter().map(|x| ys.iter().map(|y| x * 100 + y + acc).collect()).collect(),
                key.iter().fold(acc, |sum, acc| sum + acc + y),
                key.iter().filter(|key| ys.iter().any(|x| *x > **key + y)).copied().collect(),
            )
        }
    }

    FunctionsHidden, functions_hidden(order: Order) -> (u32, usize, usize, String, Vec<u32>, Vec<u32>, u32, u32) {
        begin {
            let sum = 0; let count = vec![]; let length = 0; let string = "".to_string(); let map = vec![]; let filter = 0;
            let append = 0; let exists = None; let sort = vec![]; let distinct = 0; let min = 0; let max = 0;
        }
        then {
            let sum = order.n; let count = order.xs.clone(); let length = order.n as usize; let string = order.text.clone();
            let map = order.ys.clone(); let filter = order.n; let append = 1; let exists = order.maybe;
            let sort = order.xs.clone(); let distinct = 1; let min = 3; let max = 4;
        }
        end {
            (
                count.iter().sum::<u32>() + sum,
                count.len() + length,
                string.chars().count() + length,
                format!("{sum} {length} {} {}", string, exists.map(|map| map.to_string()).unwrap_or(string.to_uppercase())),
                map.iter().filter(|map| **map > filter).map(|filter| filter + append).collect(),
                sort.iter().chain(map.iter()).map(|sort| sort + distinct).collect(),
                exists.unwrap_or(sum).min(max).max(min) + u32::from(exists.is_some_and(|exists| exists > max)),
                min.max(max).min(sum) + map.iter().max().copied().unwrap_or(max) + sort.iter().min().copied().unwrap_or(min),
            )
        }
    }

    FunctionsHiddenToo, functions_hidden_too(order: Order) -> (Vec<u32>, Vec<String>, Vec<(u32, u32)>, Vec<Vec<u32>>, String, u32, bool) {
        begin {
            let join = 0; let zip = vec![]; let reverse = vec![]; let partition = 0; let lookup = 0; let error = 0; let keys = vec![];
            let reduce = 0; let not = false; let split = "".to_string(); let lowercase = "".to_string(); let uppercase = "".to_string(); let r#type = 0; let merge = 0;
        }
        then {
            let join = order.n; let zip = order.xs.clone(); let reverse = order.ys.clone(); let partition = 2; let lookup = order.n;
            let error = 1; let keys = order.xs.clone(); let reduce = 2; let not = order.n > 1; let split = order.text.clone();
            let lowercase = "x".to_string(); let uppercase = order.text.clone(); let r#type = 3; let merge = order.n;
        }
        end {
            (
                reverse.iter().rev().map(|reverse| reverse + join).collect(),
                split.split(" ").map(|split| split.to_uppercase() + &lowercase).collect(),
                zip.iter().zip(reverse.iter()).map(|(zip, reverse)| (zip + lookup, *reverse)).collect(),
                stepwright::functions::chunks(keys.clone(), 2).into_iter().map(|keys| keys.iter().map(|key| key + partition).collect()).collect(),
                vec![lowercase.clone(), uppercase.to_lowercase()].join("-") + &format!("{type}{merge}"),
                (keys.iter().product::<u32>() + reduce) % (error + 4),
                !not && !keys.is_empty(),
            )
        }
    }
}

#[tokio::test]
async fn match_bindings_capture_no_variable() {
    agree::<MatchBeside>(match_beside, orders()).await;
}

#[tokio::test]
async fn variables_in_contains_do_not_clash_with_generated_names() {
    agree::<ContainsBeside>(contains_beside, orders()).await;
}

#[tokio::test]
async fn variables_do_not_clash_with_generated_list_positions() {
    agree::<PlacesBeside>(places_beside, orders()).await;
}

#[tokio::test]
async fn closure_parameters_capture_no_variable_and_no_pattern() {
    agree::<ClosuresBeside>(closures_beside, orders()).await;
}

#[tokio::test]
async fn variables_hide_no_jsonata_functions() {
    agree::<FunctionsHidden>(functions_hidden, orders()).await;
    agree::<FunctionsHiddenToo>(functions_hidden_too, orders()).await;
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Keywords {
    r#type: String,
    r#match: u32,
    #[serde(rename = "and")]
    r#in: Vec<u32>,
    #[serde(rename = "e-mail $x")]
    r#fn: Option<u32>,
}

/// A constant in lower case, as in generated code.
#[allow(non_upper_case_globals)]
const most: u32 = 40;

#[allow(non_upper_case_globals)]
const r#static: &str = "a constant";

same! {
    OfKeywords, of_keywords(r#struct: Keywords) -> (Keywords, Keywords, Vec<u32>, String, bool) {
        begin { let r#type = "".to_string(); let r#loop = vec![]; let r#fn = None; }
        then { let r#type = r#struct.r#type.clone(); let r#loop = r#struct.r#in.clone(); let r#fn = r#struct.r#fn; }
        end {
            (
                Keywords { r#type: r#type.to_uppercase(), r#match: most, r#in: r#loop.clone(), r#fn },
                Keywords { r#type: r#type.clone(), ..r#struct.clone() },
                r#loop.iter().map(|r#type| r#type + r#struct.r#match + most).collect(),
                format!("{type} {} {}", r#static, r#fn.map(|r#fn| r#fn + most).unwrap_or(r#struct.r#match)),
                matches!(r#struct.clone(), Keywords { r#match, .. } if r#match > most),
            )
        }
    }
}

#[tokio::test]
async fn fields_may_have_names_of_keywords() {
    let full = Keywords {
        r#type: "kind".to_owned(),
        r#match: 50,
        r#in: vec![1, 2],
        r#fn: Some(3),
    };
    agree::<OfKeywords>(of_keywords, [full, Keywords::default()]).await;
}
