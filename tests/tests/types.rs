//! The lowering gets the types of values from rustc: the first value of a variable does not
//! determine the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use stepwright::prelude::*;
use stepwright::{Workflow, expr, functions};
use stepwright_runtime::Engine;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Hit {
    hit_id: String,
    rank_of: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    hits: Vec<Hit>,
    n: u32,
    m: u32,
    good: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Options {
    page_size: u32,
    sort_by: Option<String>,
}

/// A constant that contains a list, but only in its serialized form.
#[derive(Serialize)]
struct Rates {
    list: [u32; 2],
}

const RATES: Rates = Rates { list: [3, 4] };

const FIRST: Unit = Unit { unit_name: 5 };

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Unit {
    unit_name: u32,
}

async fn run<W: Workflow>(input: W::Input) -> Value
where
    W::Output: Serialize,
{
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let run = engine.start::<W>(input).await.expect("it starts");
    match run.await {
        Ok(output) => serde_json::to_value(output).expect("it is JSON"),
        Err(failed) => panic!("{failed:?}"),
    }
}

fn input() -> Input {
    let hit = |hit_id: &str, rank_of| Hit {
        hit_id: hit_id.to_owned(),
        rank_of,
    };
    Input {
        hits: vec![hit("a", 1), hit("b", 2)],
        n: 1,
        m: 4,
        good: true,
    }
}

workflow! {
    /// Variables whose first value does not determine their type.
    workflow Vague(input: Input) -> Vec<String> {
        pass Begin {
            let best: Option<Hit> = None;
            let all = vec![];
            let made = Hit { hit_id: "made".to_string(), rank_of: 9 };
            let chosen = if input.good { None } else { Some(Hit { hit_id: "made up".to_string(), rank_of: 0 }) };
            next Found;
        }
        pass Found {
            let best = input.hits.iter().find(|hit| hit.rank_of == 2).cloned();
            let all = input.hits;
            let chosen = input.hits.iter().find(|hit| hit.rank_of == 1).cloned();
            next Done;
        }
        succeed Done {
            vec![
                best.map(|hit| hit.hit_id).unwrap_or("-".to_string()),
                all[0].hit_id,
                made.hit_id,
                chosen.map(|hit| hit.hit_id).unwrap_or("-".to_string()),
            ]
        }
    }
}

#[tokio::test]
async fn variables_typed_by_later_values_use_serialized_field_names() {
    assert_eq!(run::<Vague>(input()).await, json!(["b", "a", "made", "a"]));
}

workflow! {
    /// Conversions to declared types.
    workflow Converts(input: Input) -> (f64, f64, u32, u32) {
        pass Convert {
            let a: f64 = input.n.into();
            let b: f64 = input.m.into();
            let ratio = input.n as f64 / f64::from(input.m);
            let rank = input.n + FIRST.unit_name;
            let rate = RATES.list.iter().sum::<u32>();
            next Done;
        }
        succeed Done { (a / b, ratio, rank, rate) }
    }
}

#[tokio::test]
async fn a_converted_number_has_its_target_type() {
    assert_eq!(run::<Converts>(input()).await, json!([0.25, 0.25, 6, 7]));
}

workflow! {
    /// A loop and a map whose variables get their types from later assignments.
    workflow Circles(input: Input) -> Vec<String> {
        pass Begin { let left = input.hits; let seen = vec![]; let last: Option<Hit> = None; next More; }
        choice More {
            when left.is_empty() => Done;
            otherwise => Take;
        }
        pass Take {
            let last = left.first().cloned();
            let seen = seen.iter().cloned().chain(left.iter().take(1).map(|hit| hit.hit_id)).collect::<Vec<String>>();
            let left = left.iter().skip(1).cloned().collect::<Vec<Hit>>();
            next More;
        }
        pass Done {
            let named = format!("{} {}", seen.join("+"), last.map(|hit| hit.hit_id).unwrap_or("-".to_string()));
            next Each;
        }
        map Each {
            let names = for hit in input.hits {
                pass Start { let best = None; next Look; }
                pass Look { let best = Some(hit); next Out; }
                pass Out { end best.map(|other| other.hit_id).unwrap_or("-".to_string()); }
            };
            next Last;
        }
        pass Last { end names.iter().cloned().chain(vec![named]).collect(); }
    }
}

#[tokio::test]
async fn variables_in_loops_and_bodies_use_serialized_field_names() {
    assert_eq!(run::<Circles>(input()).await, json!(["a", "b", "a+b b"]));
}

workflow! {
    /// Default values, and values parsed from text.
    workflow Defaults(input: Input) -> (u32, u32, String, Options) {
        pass Begin {
            let options: Options = Default::default();
            let none: Option<Options> = None;
            let text = functions::to_json(&input.hits);
            next Read;
        }
        pass Read {
            let more = none.unwrap_or_default();
            let hits: Vec<Hit> = functions::parse_json(&text);
            next Done;
        }
        succeed Done {
            (options.page_size, more.page_size, hits[1].hit_id, Options { page_size: 3, ..Default::default() })
        }
    }
}

#[tokio::test]
async fn default_values_are_those_of_the_type() {
    assert_eq!(
        run::<Defaults>(input()).await,
        json!([0, 0, "b", { "pageSize": 3, "sortBy": null }])
    );
}

workflow! {
    /// Variables with names that Rust, JSONata or the expansion of `workflow!` also uses.
    workflow Names(input: Input) -> Vec<String> {
        pass Begin { let known = None; let witness = vec![]; let copy = None; let item = vec![]; next Go; }
        pass Go {
            let known = input.hits.iter().find(|known| known.rank_of == 1).cloned();
            let witness = input.hits;
            let copy = input.hits.first().cloned();
            let item = input.hits.iter().map(|item| item.hit_id).collect::<Vec<String>>();
            next Done;
        }
        succeed Done {
            vec![
                known.map(|known| known.hit_id).unwrap_or("-".to_string()),
                witness[1].hit_id,
                copy.map(|copy| copy.hit_id).unwrap_or("-".to_string()),
                item.join(","),
            ]
        }
    }
}

#[tokio::test]
async fn variables_may_have_names_of_functions() {
    assert_eq!(run::<Names>(input()).await, json!(["a", "b", "a", "a,b"]));
}

#[test]
fn collect_has_the_shape_of_its_target_type() {
    let set = expr!(|list: Vec<u32>| list.iter().copied().collect::<BTreeSet<u32>>());
    let map = expr!(|list: Vec<(String, u32)>| list.iter().cloned().collect::<HashMap<_, _>>());
    let text = expr!(|list: Vec<String>| list.iter().cloned().collect::<String>());
    for tree in [format!("{set:?}"), format!("{map:?}"), format!("{text:?}")] {
        let (typed, rest) = tree.split_once("Typed(").expect("its type is known");
        assert!(
            !typed.contains("collect") && rest.contains("\"collect\""),
            "{tree}"
        );
    }
}

#[test]
fn a_local_variable_in_an_expression_is_not_moved() {
    let name = "x".to_owned();
    let expression = expr!(|text: String| text == name);
    let _ = (expression, name);
}
