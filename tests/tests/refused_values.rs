//! A value that JSONata cannot compute like Rust is a fault that suggests another form; it never
//! becomes a different value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use stepwright::functions;
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Sparse {
    id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    n: u32,
    x: f64,
    text: String,
    other: String,
    list: Vec<u32>,
    texts: Vec<String>,
    sparse: Sparse,
    sparses: Vec<Sparse>,
    maybe: Option<Option<u32>>,
    value: Value,
    pairs: Vec<(String, u32)>,
    keys: BTreeMap<bool, u32>,
    addresses: BTreeMap<std::net::Ipv4Addr, u32>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, Payload)]
enum Kind {
    Plain,
    Gift,
}

impl Kind {
    fn as_str(&self) -> &'static str {
        match self {
            Kind::Plain => "a plain order",
            Kind::Gift => "a gift",
        }
    }
}

#[test]
fn a_custom_as_str_differs_from_the_json() {
    assert_eq!(
        [Kind::Plain, Kind::Gift].map(|kind| kind.as_str().len()),
        [13, 6]
    );
}

/// One workflow for each expression, with a part of its fault.
macro_rules! refused {
    ($test:ident [$($option:tt)*] |$i:ident| $($workflow:ident($ty:ty) [$($value:tt)+] $part:literal)*) => {
        refused! { @each [$($option)*] $i $($workflow($ty) [$($value)+])* }

        #[test]
        fn $test() {
            $(match $workflow::build() {
                Ok(built) => panic!("{} is accepted: {}", stringify!($($value)+), built.to_json()),
                Err(faults) => {
                    let messages: Vec<String> = faults.iter().map(ToString::to_string).collect();
                    assert!(messages.iter().any(|fault| fault.contains($part)), "{messages:#?}");
                    assert!(faults.iter().all(|fault| fault.location.source.is_some()), "{messages:#?}");
                }
            })*
        }
    };
    (@each [$($option:tt)*] $i:ident $workflow:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                $($option)*
                pass Only { end { $($value)+ }; }
            }
        }
        refused! { @each [$($option)*] $i $($rest)* }
    };
    (@each [$($option:tt)*] $i:ident) => {};
}

refused! {
    values_that_jsonata_computes_differently_are_refused [] |i|
    ArrayOfChars(bool) [i.text.contains(['a', 'b'])] "takes one text"
    SplitAtChars(Vec<String>) [i.text.split([',', ';']).map(String::from).collect()] "takes one text"
    ReplaceChars(String) [i.text.replace(['a', 'b'], "")] "takes one text"
    TextsInOrder(bool) [i.text < i.other] "functions::is_before"
    LargestText(Option<String>) [i.texts.iter().max_by_key(|text| text.to_string()).cloned()] "functions::is_before"
    LargestFlag(Option<u32>) [i.list.iter().max_by_key(|n| **n > 2).copied()] "JSONata orders numbers and texts"
    Skipping(bool) [i.sparse == Sparse { id: 1, note: None }] "may be absent"
    SkippingInside(bool) [i.sparses.contains(&i.sparse)] "may be absent"
    SkippingOnce(usize) [functions::unique(i.sparses).len()] "may be absent"
    Twice(bool) [i.maybe.is_some()] "`.flatten()` it first"
    TwiceAsAList(usize) [i.maybe.iter().count()] "`.flatten()` it first"
    TwiceConsumed(Vec<u32>) [Some(i.maybe).into_iter().map(|_| 1).collect()] "`.flatten()` it first"
    TwiceInAList(usize) [vec![i.maybe].iter().flatten().count()] "`.flatten()` it first"
    TwiceInAClosure(usize) [i.list.iter().filter_map(|_| i.maybe).count()] "`.flatten()` it first"
    Part(bool) [i.value.get("name").is_some()] "write `value[..]`"
    KeysInOrder(Vec<u32>) [i.addresses.values().copied().collect()] "this would order"
    Bounds(u32) [i.n.clamp(5, 1)] "its bounds are in the wrong order"
    NegativeBounds(f64) [i.x.clamp(-1.0, -2.5)] "its bounds are in the wrong order"
    NoStep(Vec<i64>) [functions::range(1, 4, 0)] "the step of a range is not 0"
    NoChunk(usize) [functions::chunks(i.list, 0).len()] "the size of a chunk is at least 1"
    LeastNumber(i64) [-i64::MIN] "beyond 2^53"
    LeastLiteral(i64) [i64::from(i.n) + -9_223_372_036_854_775_808] "beyond 2^53"
    Keys(Vec<bool>) [i.keys.keys().copied().collect()] "do it in a task"
}

refused! {
    values_that_jsonpath_computes_differently_are_refused [query_language JSONPath;] |i|
    SetOfAList(BTreeSet<u32>) [i.list.iter().copied().collect::<BTreeSet<u32>>()] "JSONPath cannot make"
    CountOfASet(usize) [i.list.iter().copied().collect::<BTreeSet<u32>>().len()] "JSONPath cannot make"
    MapOfAList(BTreeMap<String, u32>) [i.pairs.iter().cloned().collect::<BTreeMap<String, u32>>()] "JSONPath cannot make"
    TextOfAList(String) [i.texts.iter().cloned().collect::<String>()] "JSONPath cannot make"
    TextOfAValue(Option<String>) [i.value.as_str().map(String::from)] "query_language JSONata;"
    PartOfAValue(Value) [i.value[0].clone()] "query_language JSONata;"
    LongNumber(String) [functions::to_json(&i.x)] "15 digits"
    Padded(String) [format!("{:02}", i.n)] "query_language JSONata;"
    Rounded(f64) [i.x.round()] "query_language JSONata;"
    LeastNumberOff(i64) [i64::from(i.n) - i64::MIN] "query_language JSONata;"
}
