//! Options, sets and maps as the items that a list is extended, chained or zipped with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Lists {
    list: Vec<i64>,
    opt: Option<i64>,
    set: BTreeSet<i64>,
    map: BTreeMap<String, i64>,
    pairs: Vec<(String, i64)>,
    sets: Vec<BTreeSet<i64>>,
    opts: Vec<Option<i64>>,
    nest: Vec<Vec<i64>>,
}

fn replies() -> Replies {
    Replies::new()
}

/// The JSON of a set may contain an item twice.
fn inputs() -> Vec<Value> {
    vec![
        json!({
            "list": [3, 1], "opt": null, "set": [3, 1, 3], "map": { "b": 1, "a": 2 }, "pairs": [["z", 3]],
            "sets": [[2, 1, 1], []], "opts": [null, 4], "nest": [[1], [2, 3]],
        }),
        json!({
            "list": [5], "opt": 7, "set": [], "map": {}, "pairs": [], "sets": [[5]], "opts": [null], "nest": [[]],
        }),
        json!({
            "list": [], "opt": 7, "set": [2], "map": { "k": 9 }, "pairs": [["z", 3], ["y", 1]], "sets": [], "opts": [],
            "nest": [[3]],
        }),
    ]
}

#[workflow]
async fn extended(i: Lists) -> Vec<i64> {
    let mut l = i.list.clone();
    l.extend(i.opt);
    l.extend(&i.set);
    l.extend(i.set.clone());
    l
}

#[workflow]
async fn chained_references(i: Lists) -> Vec<i64> {
    i.list
        .iter()
        .chain(&i.opt)
        .chain(i.opt.as_ref())
        .chain(&i.set)
        .copied()
        .collect()
}

#[workflow]
async fn zipped_with_an_option(i: Lists) -> Vec<(i64, i64)> {
    i.list.clone().into_iter().zip(i.opt).collect()
}

#[workflow]
async fn zipped_with_a_set(i: Lists) -> Vec<(i64, i64)> {
    i.list.clone().into_iter().zip(i.set.clone()).collect()
}

#[workflow]
async fn chained_with_a_map(i: Lists) -> Vec<(String, i64)> {
    i.pairs.clone().into_iter().chain(i.map.clone()).collect()
}

#[workflow]
async fn chained_options(i: Lists) -> Vec<i64> {
    i.opt
        .into_iter()
        .chain(i.list.clone())
        .chain(Some(3))
        .chain(None)
        .collect()
}

#[workflow]
async fn flattened_sets(i: Lists) -> Vec<i64> {
    i.sets.clone().into_iter().flatten().collect()
}

#[workflow]
async fn mapped_sets(i: Lists) -> Vec<i64> {
    i.list
        .iter()
        .flat_map(|n| i.set.iter().map(move |m| n * m))
        .collect()
}

#[workflow]
async fn flat_mapped_sets(i: Lists) -> Vec<i64> {
    i.list.iter().flat_map(|_| i.set.clone()).collect()
}

#[workflow]
async fn filter_mapped(i: Lists) -> Vec<i64> {
    i.list
        .iter()
        .filter_map(|n| i.opt.map(|o| o + n))
        .chain(i.opts.clone().into_iter().flatten())
        .chain(i.nest.clone().into_iter().flatten())
        .collect()
}

#[workflow]
async fn zipped_twice(i: Lists) -> Vec<((i64, i64), i64)> {
    i.set
        .iter()
        .copied()
        .zip(i.list.clone())
        .zip(i.opt)
        .collect()
}

#[workflow]
async fn counted(i: Lists) -> usize {
    i.list.iter().chain(i.opt.iter()).count() + i.set.iter().chain(&i.set).count()
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_agrees(function_row!($function(Lists) as $workflow), replies(), &inputs()).await;
        }
    )*};
}
agree! {
    extended(extended_items) as Extended;
    chained_references(chained_references_items) as ChainedReferences;
    zipped_with_an_option(zipped_with_an_option_items) as ZippedWithAnOption;
    zipped_with_a_set(zipped_with_a_set_items) as ZippedWithASet;
    chained_with_a_map(chained_with_a_map_items) as ChainedWithAMap;
    chained_options(chained_options_items) as ChainedOptions;
    flattened_sets(flattened_sets_items) as FlattenedSets;
    mapped_sets(mapped_sets_items) as MappedSets;
    flat_mapped_sets(flat_mapped_sets_items) as FlatMappedSets;
    filter_mapped(filter_mapped_items) as FilterMapped;
    zipped_twice(zipped_twice_items) as ZippedTwice;
    counted(counted_items) as Counted;
}
