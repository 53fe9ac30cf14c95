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

/// Equal in Rust where JSON has other digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Sized {
    size: f32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Flat {
    flat_text: String,
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
    small: f32,
    smalls: Vec<f32>,
    sized: Sized,
    #[serde(flatten)]
    flat: Option<Flat>,
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
    SmallEqual(bool) [i.small == 0.1] "make the field an `f64`"
    SmallLess(bool) [i.small < 0.1] "make the field an `f64`"
    SmallContained(bool) [i.smalls.contains(&i.small)] "make the field an `f64`"
    SmallOnce(usize) [functions::unique(i.smalls).len()] "make the field an `f64`"
    SmallSorted(Vec<f32>) [functions::sorted(i.smalls)] "make the field an `f64`"
    SmallLarger(f32) [i.small.max(0.5)] "make the field an `f64`"
    SmallFloor(f32) [i.small.floor()] "make the field an `f64`"
    SmallPlaces(String) [format!("{:.1}", i.small)] "make the field an `f64`"
    SmallInside(bool) [i.sized == Sized { size: 0.5 }] "make the field an `f64`"
    SmallMatched(bool) [matches!(i.small, 0.5)] "make the field an `f64`"
    SmallRange(bool) [matches!(i.small, 0.5..=1.0)] "make the field an `f64`"
    FlatOption(bool) [i.flat.is_some()] "an `Option` that is flattened"
    FlatOptionMatched(String) [match i.flat { Some(flat) => flat.flat_text, None => "none".to_string() }] "an `Option` that is flattened"
    WideValue(String) [format!("{:8}", i.value)] "no width, alignment or precision"
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
    FlatOptionHere(Option<Flat>) [i.flat] "an `Option` that is flattened"
    Padded(String) [format!("{:02}", i.n)] "query_language JSONata;"
    Rounded(f64) [i.x.round()] "query_language JSONata;"
    LeastNumberOff(i64) [i64::from(i.n) - i64::MIN] "query_language JSONata;"
}

workflow! {
    workflow SmallChoice(i: Input) {
        query_language JSONPath;
        choice Only {
            when i.small > 0.5 => Done;
            otherwise => Done;
        }
        succeed Done;
    }
}

workflow! {
    workflow LazyVariable(i: Input) -> usize {
        pass Keep {
            let quotients = i.list.iter().map(|n| 10 / n);
            next Done;
        }
        succeed Done { if i.n > 3 { quotients.count() } else { 0 } }
    }
}

/// Rust runs the closure only if `n` is more than 3.
#[test]
fn an_iterator_whose_closure_can_fail_is_not_kept_in_a_variable() {
    let faults = LazyVariable::build().unwrap_err().to_string();
    assert!(
        faults.contains("write `.collect::<Vec<_>>()` after `map(..)`"),
        "{faults}"
    );
}

#[test]
fn a_jsonpath_choice_refuses_an_f32() {
    let faults = SmallChoice::build().unwrap_err().to_string();
    assert!(faults.contains("make the field an `f64`"), "{faults}");
}
