//! The comparison and `Clone` of a user's type cannot be proven at compile time, so samples are
//! compared when the definition is built: derived code agrees with the JSON, and a type with its
//! own code is rejected by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use stepwright::functions;
use stepwright::prelude::*;

macro_rules! types {
    ($($(#[$meta:meta])* struct $name:ident($($field:ty),*);)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
        struct $name($($field),*);
    )*};
}

types! {
    #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    struct Sku(String);
    #[derive(Clone, PartialEq, PartialOrd)]
    struct Price(f64);
    #[derive(Clone)]
    struct AnyCase(String);
    #[derive(Clone)]
    struct Always(u32);
    #[derive(Clone)]
    struct Nearly(f64);
    #[derive(Clone, PartialEq, Eq)]
    struct Backwards(u32);
    #[derive(Clone, PartialEq)]
    struct Falling(f64);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct ByLength(String);
    struct Emptied(String);
    #[derive(Clone)]
    struct Twin(u32);
    struct NoClone(u32);
    #[derive(Clone)]
    struct Owner(u32);
    #[derive(Clone)]
    struct SameTwin(u32);
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct ById {
    id: u32,
    name: String,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Holder {
    text: String,
    held: Vec<ById>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "kind")]
enum Status {
    Open,
    Paid { amount: u32, by: Sku },
    Lost { why: Vec<Sku> },
}

impl PartialEq for AnyCase {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl PartialEq for Always {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl PartialEq for Nearly {
    fn eq(&self, other: &Self) -> bool {
        (self.0 - other.0).abs() < 0.000_1
    }
}
impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl PartialOrd for Backwards {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialOrd for Falling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        other.0.partial_cmp(&self.0)
    }
}
impl Ord for Backwards {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}
impl PartialOrd for ByLength {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ByLength {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len())
    }
}
impl Twin {
    #[allow(clippy::should_implement_trait)]
    fn clone(&self) -> Twin {
        Twin(self.0 + 1)
    }
}
impl NoClone {
    #[allow(clippy::should_implement_trait)]
    fn clone(&self) -> NoClone {
        NoClone(7)
    }
}
impl Owner {
    fn to_owned(&self) -> Owner {
        Owner(7)
    }
}
impl SameTwin {
    #[allow(clippy::should_implement_trait)]
    fn clone(&self) -> SameTwin {
        SameTwin(self.0)
    }
}
impl Clone for Emptied {
    fn clone(&self) -> Self {
        Emptied(String::new())
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    sku: Sku,
    other: Sku,
    skus: Vec<Sku>,
    price: Price,
    limit: Price,
    status: Status,
    before: Status,
    any_case: AnyCase,
    any_cases: Vec<AnyCase>,
    always: Always,
    nearly: Nearly,
    by_id: ById,
    held: Holder,
    backwards: Backwards,
    all_backwards: Vec<Backwards>,
    all_falling: Vec<Falling>,
    prices: Vec<Price>,
    lengths: BTreeMap<ByLength, u32>,
    set: BTreeSet<ByLength>,
    emptied: Emptied,
    all_emptied: Vec<Emptied>,
    twin: Twin,
    twins: Vec<Twin>,
    no_clone: NoClone,
    owner: Owner,
    same_twin: SameTwin,
    stock: HashMap<Sku, u32>,
}

macro_rules! expressions {
    ($test:ident |$i:ident| $check:ident $($workflow:ident($ty:ty) [$($value:tt)+] $part:literal)*) => {
        expressions! { @each $i $($workflow($ty) [$($value)+])* }

        #[test]
        fn $test() {
            $($check(stringify!($($value)+), $workflow::build().map(|built| built.to_json().to_string()).map_err(|faults| faults.to_string()), $part);)*
        }
    };
    (@each $i:ident $workflow:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                pass Only { end { $($value)+ }; }
            }
        }
        expressions! { @each $i $($rest)* }
    };
    (@each $i:ident) => {};
}

fn refused(expression: &str, built: Result<String, String>, part: &str) {
    match built {
        Ok(json) => panic!("{expression} is accepted: {json}"),
        Err(faults) => assert!(faults.contains(part), "{expression}: {faults}"),
    }
}

fn accepted(expression: &str, built: Result<String, String>, _: &str) {
    if let Err(faults) = built {
        panic!("{expression}: {faults}");
    }
}

expressions! { derived_traits_are_accepted |i| accepted
    D1(bool) [i.sku == i.other] ""
    D2(bool) [i.price < i.limit] ""
    D3(bool) [i.status == i.before] ""
    D4(bool) [i.status != Status::Open] ""
    D5(bool) [i.skus.contains(&i.sku)] ""
    D6(Vec<Sku>) [i.skus.iter().cloned().collect()] ""
    D7(Status) [i.status.clone()] ""
    D8(Vec<Sku>) [functions::unique(i.skus)] ""
    D9(bool) [Some(i.sku) == i.skus.first().cloned()] ""
    D10(Option<u32>) [i.stock.get(&i.sku).copied()] ""
    D11(SameTwin) [i.same_twin.clone()] ""
    D12(Sku) [i.sku.to_owned()] ""
    D14(Vec<Price>) [functions::sorted(i.prices)] ""
    D13(Vec<Twin>) [i.twins.clone()] ""
}

expressions! { custom_comparisons_are_refused_by_name |i| refused
    E1(bool) [i.any_case == i.any_case] "`AnyCase` has its own `PartialEq`"
    E2(bool) [i.always != i.always] "`Always` has its own `PartialEq`"
    E3(bool) [i.nearly == i.nearly] "`Nearly` has its own `PartialEq`"
    E4(bool) [i.by_id == i.by_id] "`ById` has its own `PartialEq`"
    E5(bool) [i.held == i.held] "`Holder` has its own `PartialEq`"
    E6(bool) [Some(i.any_case) == i.any_cases.first().cloned()] "`Option<AnyCase>` has its own `PartialEq`"
    E7(bool) [i.any_cases.contains(&i.any_case)] "`AnyCase` has its own `PartialEq`"
    E8(bool) [i.any_cases.iter().any(|one| *one == i.any_case)] "`AnyCase` has its own `PartialEq`"
}

expressions! { custom_orderings_are_refused_by_name |i| refused
    O1(bool) [i.backwards < i.backwards] "`Backwards` has its own `PartialOrd`"
    O2(Option<Backwards>) [i.all_backwards.iter().max().cloned()] "`Option<Backwards>` has its own `Ord`"
    O3(Option<Backwards>) [i.all_backwards.iter().max_by_key(|one| (*one).clone()).cloned()] "`Backwards` has its own `Ord`"
    O4(Vec<Backwards>) [functions::sorted(i.all_backwards)] "`Vec<Backwards>` has its own `PartialOrd`"
    O8(Vec<Falling>) [functions::sorted(i.all_falling)] "`Vec<Falling>` has its own `PartialOrd`"
    O5(Vec<u32>) [i.lengths.values().copied().collect()] "`ByLength` has its own `Ord`"
    O6(Vec<ByLength>) [i.set.iter().cloned().collect()] "`ByLength` has its own `Ord`"
    O7(bool) [i.lengths.contains_key(&ByLength("a".to_string()))] "`ByLength` has its own `Ord`"
}

expressions! { custom_clones_are_refused_by_name |i| refused
    C1(Emptied) [i.emptied.clone()] "`Emptied` has its own `Clone`"
    C2(Vec<Emptied>) [i.all_emptied.iter().cloned().collect()] "`Emptied` has its own `Clone`"
    C3(Vec<Emptied>) [i.all_emptied.to_vec()] "`Vec<Emptied>` has its own `Clone`"
    C4(Option<Emptied>) [i.all_emptied.first().cloned()] "`Option<Emptied>` has its own `Clone`"
    C5(Twin) [i.twin.clone()] "`Twin` has its own `clone`"
    C6(NoClone) [i.no_clone.clone()] "`NoClone` has its own `clone`"
    C7(Owner) [i.owner.to_owned()] "`Owner` has its own `to_owned`"
    C8(Vec<Twin>) [i.twins.iter().map(|twin| twin.clone()).collect()] "`Twin` has its own `clone`"
}

/// User types with names of the standard library, which are distinct from it.
mod names {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
    pub(crate) enum Value {
        Text(String),
        Number { n: u32 },
        Nothing,
    }

    #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Payload)]
    pub(crate) struct Option {
        pub(crate) value: u32,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub(crate) struct Input {
        pub(crate) value: Value,
        pub(crate) option: Option,
    }
}

mod uses_of_the_names {
    use super::names::{Input, Option, Value};
    use stepwright::prelude::*;

    workflow! {
        pub(crate) workflow OwnNames(i: Input) -> u32 {
            pass Only {
                end match i.value {
                    Value::Text(_) => i.option.value,
                    Value::Number { n } => n,
                    Value::Nothing => Option::default().value,
                };
            }
        }
    }
}

#[test]
fn types_with_the_names_of_standard_types_are_accepted() {
    let built = uses_of_the_names::OwnNames::build().map_err(|faults| faults.to_string());
    assert!(built.is_ok(), "{built:?}");
}
