//! A workflow fails exactly if the same Rust panics: iterators that stop early, values that nothing
//! reads.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::functions;
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Pair {
    left: i32,
    right: i32,
    #[serde(skip)]
    hidden: i32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    a: i32,
    b: i32,
    yes: bool,
    x: f64,
    list: Vec<i32>,
    lists: Vec<Vec<i32>>,
    flags: Vec<bool>,
    /// Written only if it is `false`.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    open: bool,
    options: Vec<Option<i32>>,
    texts: Vec<String>,
    option: Option<i32>,
    other: Option<i32>,
    pair: Pair,
}

fn yes() -> bool {
    true
}

/// Divisors with and without 0, lists with 0 before, after and without the item that ends the search.
fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    let lists: [&[i32]; 8] = [
        &[],
        &[0],
        &[1],
        &[1, 0],
        &[0, 1],
        &[9, 2, 0],
        &[9, 0, 2],
        &[5, 6, 7],
    ];
    for (index, list) in lists.into_iter().enumerate() {
        for b in [0, 3] {
            inputs.push(Input {
                a: 7,
                b,
                yes: index % 2 == 0,
                x: f64::from(b) / 2.0,
                list: list.to_vec(),
                lists: list.iter().map(|n| vec![*n; index % 3]).collect(),
                flags: list.iter().map(|n| *n > 0).collect(),
                open: index % 3 == 0,
                options: list.iter().map(|n| (*n != 1).then_some(*n)).collect(),
                texts: list
                    .iter()
                    .map(|n| {
                        if *n == 0 {
                            "none".into()
                        } else {
                            n.to_string()
                        }
                    })
                    .collect(),
                option: list.first().copied(),
                other: (index % 2 == 1).then_some(b),
                pair: Pair {
                    left: b,
                    right: 2,
                    hidden: 0,
                },
            });
        }
    }
    inputs
}

/// Declares a workflow for each expression, and the same expression as a Rust function; the test compares their results.
macro_rules! alike {
    ($test:ident |$i:ident| $($workflow:ident, $rust:ident($ty:ty) [$($value:tt)+])*) => {
        alike! { @each $i $($workflow, $rust($ty) [$($value)+])* }

        #[tokio::test]
        async fn $test() {
            let mut wrong = Vec::new();
            $(
                let one = tokio::spawn(agree::<$workflow>($rust, inputs()));
                if let Err(failed) = one.await {
                    let failed = failed.into_panic();
                    let why = failed.downcast_ref::<String>().cloned().unwrap_or_default();
                    wrong.push(format!("{}\n{why}", stringify!($($value)+)));
                }
            )*
            assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        }
    };
    (@each $i:ident $workflow:ident, $rust:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                allow unused_variables;
                pass Only { end { $($value)+ }; }
            }
        }

        #[allow(unused, clippy::all, clippy::pedantic, unconditional_panic, reason = "as users may write it")]
        fn $rust($i: Input) -> $ty { $($value)+ }

        alike! { @each $i $($rest)* }
    };
    (@each $i:ident) => {};
}

/// Declares a workflow for each expression; the test looks for a part of the message that refuses it.
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
                allow unused_variables;
                pass Only { end { $($value)+ }; }
            }
        }
        refused! { @each [$($option)*] $i $($rest)* }
    };
    (@each [$($option:tt)*] $i:ident) => {};
}

alike! {
    searches_stop_where_rust_stops |i|
    Any, any(bool) [i.list.iter().any(|n| 10 / n > 3)]
    AnyOfMade, any_of_made(bool) [[1, 0].iter().any(|n| 10 / n > 3)]
    All, all(bool) [i.list.iter().all(|n| 10 / n > 3)]
    Find, find(Option<i32>) [i.list.iter().find(|n| 10 / **n > 3).copied()]
    FindList, find_list(Option<Vec<i32>>) [i.lists.iter().find(|list| list[0] > 3).cloned()]
    FindOption, find_option(Option<i32>) [i.options.iter().find(|n| n.unwrap() < 5).copied().flatten()]
    Position, position(Option<usize>) [i.list.iter().position(|n| 10 / n > 3)]
    Remainder, remainder(bool) [i.list.iter().any(|n| 10 % *n == 1)]
    Index, index(bool) [i.list.iter().any(|n| i.list[1] > *n)]
    Unwrapped, unwrapped(bool) [i.options.iter().all(|n| n.unwrap() > 1)]
    Expected, expected(bool) [i.options.iter().any(|n| n.expect("a number") > 5)]
    Parsed, parsed(bool) [i.texts.iter().any(|text| functions::number(text) > 5.0)]
    Nested, nested(bool) [i.lists.iter().any(|list| list.iter().any(|n| 10 / n > 3))]
    Lists, lists(bool) [i.lists.iter().all(|list| list[0] > 1)]
    Enumerated, enumerated(bool) [i.list.iter().enumerate().any(|(at, n)| at > 0 && 10 / n > 3)]
    Filtered, filtered(bool) [i.list.iter().filter(|n| **n != 9).any(|n| 10 / n > 3)]
    Collected, collected(Option<i32>) [i.list.iter().map(|n| 10 / n).collect::<Vec<_>>().first().copied()]
    Counted, counted(usize) [i.list.iter().map(|n| 10 / n).count()]
    Summed, summed(i32) [i.list.iter().map(|n| 10 / n).sum::<i32>()]
    Last, last(Option<i32>) [i.list.iter().map(|n| 10 / n).last()]
    Guarded, guarded(Option<i32>) [i.list.iter().map(|n| if *n == 0 { 0 } else { 10 / n }).next()]
    GuardedFind, guarded_find(Option<i32>) [i.list.iter().filter(|n| **n != 0 && 10 / **n > 1).next().copied()]
    Largest, largest(Option<i32>) [i.list.iter().max_by_key(|n| 10 / **n).copied()]
    Least, least(Option<i32>) [i.list.iter().min_by_key(|n| 10 / **n).copied()]
}

alike! {
    unread_values_are_computed |i|
    InOneBranch, in_one_branch(i32) [{ let q = i.a / i.b; if i.yes { q } else { 0 } }]
    Unread, unread(i32) [{ let q = i.a / i.b; i.a }]
    Ignored, ignored(i32) [{ let _ = i.list[1]; i.a }]
    IgnoredQuotient, ignored_quotient(i32) [{ let _ = i.a / i.b; i.a }]
    IgnoredPart, ignored_part(i32) [{ let (first, _) = (i.a, i.a / i.b); first }]
    PartOfPair, part_of_pair(i32) [(i.a, 10 / i.b).0]
    OtherPart, other_part(i32) [(i.list[1], i.a).1]
    PartOfPart, part_of_part(i32) [((i.a, 10 / i.b), i.a).0.0]
    ItemOfArray, item_of_array(i32) [[i.a, 10 / i.b][0]]
    FieldOfRecord, field_of_record(i32) [Pair { left: i.a, right: 10 / i.b, hidden: 0 }.left]
    Alternative, alternative(i32) [i.option.unwrap_or(10 / i.b)]
    AlternativeItem, alternative_item(i32) [i.option.unwrap_or(i.list[1])]
    AlternativeNumber, alternative_number(f64) [i.other.map(f64::from).unwrap_or(functions::number(&i.texts[0]))]
    Or, or(Option<i32>) [i.option.or(Some(10 / i.b))]
    ThenSome, then_some(Option<i32>) [i.yes.then_some(10 / i.b)]
    Then, then(Option<i32>) [i.yes.then(|| 10 / i.b)]
    MapOr, map_or(i32) [i.option.map_or(10 / i.b, |n| n + 1)]
    ShortAnd, short_and(bool) [i.yes && 10 / i.b > 1]
    ShortOr, short_or(bool) [i.yes || 10 / i.b > 1]
    MatchIgnored, match_ignored(i32) [match 10 / i.b { _ => 1 }]
    MatchPair, match_pair(i32) [match (i.yes, 10 / i.b) { (true, _) => 1, _ => 2 }]
    MatchIndexed, match_indexed(i32) [match i.list[1] { _ => 1 }]
    InClosure, in_closure(Vec<i32>) [i.list.iter().map(|n| { let q = 10 / n; 1 }).collect()]
    Unwrap, unwrap(i32) [{ let there = i.option.unwrap(); 1 }]
    IsSome, is_some(bool) [Some(10 / i.b).is_some()]
    NotNone, not_none(bool) [Some(10 / i.b) == None]
    ParsedUnread, parsed_unread(i32) [{ let q = functions::number(&i.texts[0]); i.a }]
    FloatUnread, float_unread(i32) [{ let q = i.x / (i.x - i.x) + 1.0; let r = 1.0 / i.x; i.a }]
    FloatPart, float_part(i32) [(i.a, 1.0 / i.x).0]
    Inner, inner(i32) [{ let q = { let r = 10 / i.b; 5 }; if i.yes { q } else { 1 } }]
    FromBase, from_base(Pair) [Pair { left: 1, right: 2, ..Pair { left: 10 / i.b, right: 1, hidden: 0 } }]
    FromBasePart, from_base_part(Pair) [Pair { left: 1, ..Pair { left: 10 / i.b, right: 1, hidden: 0 } }]
}

alike! {
    each_condition_of_an_if_let_chain_leads_to_the_same_else |i|
    Chain, chain(i32) [
        if let Some(a) = i.option && a > 7 && let Some(b) = i.other && b < 11 { a + b + 11 } else { if let Some(a) = i.option && a > 10 && let Some(b) = i.other && b < 10 { a + b + 10 } else { if let Some(a) = i.option && a > 13 && let Some(b) = i.other && b < 9 { a + b + 9 } else { if let Some(a) = i.option && a > 16 && let Some(b) = i.other && b < 8 { a + b + 8 } else { if let Some(a) = i.option && a > 19 && let Some(b) = i.other && b < 7 { a + b + 7 } else { if let Some(a) = i.option && a > 22 && let Some(b) = i.other && b < 6 { a + b + 6 } else { if let Some(a) = i.option && a > 25 && let Some(b) = i.other && b < 5 { a + b + 5 } else { if let Some(a) = i.option && a > 28 && let Some(b) = i.other && b < 4 { a + b + 4 } else { if let Some(a) = i.option && a > 31 && let Some(b) = i.other && b < 3 { a + b + 3 } else { if let Some(a) = i.option && a > 34 && let Some(b) = i.other && b < 2 { a + b + 2 } else { if let Some(a) = i.option && a > 37 && let Some(b) = i.other && b < 1 { a + b + 1 } else { if let Some(a) = i.option && a > 40 && let Some(b) = i.other && b < 0 { a + b + 0 } else { 0 } } } } } } } } } } } }
    ]
    ElseFails, else_fails(i32) [
        if let Some(a) = i.option && let Some(b) = i.other { a + b } else { 10 / i.b + 10 / i.a + i.list[0] + i.list[1] }
    ]
    ConditionBefore, condition_before(i32) [
        if i.yes && let Some(a) = i.option { a } else { i.list.iter().map(|n| n * i.a + 1).sum::<i32>() + i.a / 2 }
    ]
}

#[test]
fn nested_if_let_chains_emit_asl_of_linear_size() {
    let text = Chain::build().expect("it can be built").to_json();
    assert!(text.len() < 6_000, "{}", text.len());
}

refused! {
    searches_that_cannot_stop_early_are_refused [] |i|
    MapNext(Option<i32>) [i.list.iter().map(|n| 10 / n).next()] "collect::<Vec<_>>()"
    MapNth(Option<i32>) [i.list.iter().map(|n| 10 / n).nth(1)] "collect::<Vec<_>>()"
    MapAny(bool) [i.list.iter().map(|n| 10 / n).any(|n| n > 3)] "collect::<Vec<_>>()"
    MapFind(Option<i32>) [i.list.iter().map(|n| 10 / n).find(|n| *n > 3)] "collect::<Vec<_>>()"
    MapTake(Vec<i32>) [i.list.iter().map(|n| 10 / n).take(1).collect()] "collect::<Vec<_>>()"
    MapLen(usize) [i.list.iter().map(|n| 10 / n).len()] "collect::<Vec<_>>()"
    MapZip(Vec<(i32, i32)>) [i.list.iter().map(|n| 10 / n).zip(i.options.iter().flatten().copied()).collect()] "collect::<Vec<_>>()"
    ZipMap(Vec<(i32, i32)>) [i.options.iter().flatten().copied().zip(i.list.iter().map(|n| 10 / n)).collect()] "collect::<Vec<_>>()"
    MapRevNext(Option<i32>) [i.list.iter().map(|n| 10 / n).rev().next()] "collect::<Vec<_>>()"
    FilterNext(Option<i32>) [i.list.iter().filter(|n| 10 / **n > 3).next().copied()] "collect::<Vec<_>>()"
    FilterMapNext(Option<i32>) [i.list.iter().filter_map(|n| Some(10 / n)).next()] "collect::<Vec<_>>()"
    FlatMapNext(Option<i32>) [i.list.iter().flat_map(|n| vec![10 / n]).next()] "collect::<Vec<_>>()"
    ChainNext(Option<i32>) [i.list.iter().copied().chain(i.list.iter().map(|n| 10 / n)).next()] "collect::<Vec<_>>()"
    SkipNext(Option<i32>) [i.list.iter().map(|n| 10 / n).skip(1).next()] "collect::<Vec<_>>()"
    EnumerateNext(Option<(usize, i32)>) [i.list.iter().map(|n| 10 / n).enumerate().next()] "collect::<Vec<_>>()"
    Named(Option<i32>) [{ let all = i.list.iter().map(|n| 10 / n); all.take(1).next() }] "collect::<Vec<_>>()"
    NotWritten(Pair) [Pair { left: 1, right: 1, hidden: 10 / i.b }] "serde skips the field `hidden`"
}

/// A `let` of a state, under a name that nothing reads.
macro_rules! states {
    (|$i:ident| $($workflow:ident, $rust:ident { $($lets:tt)* } { $($value:tt)+ })*) => {
        states! { @each $i $($workflow, $rust { $($lets)* } { $($value)+ })* }
    };
    (@each $i:ident $workflow:ident, $rust:ident { $($lets:tt)* } { $($value:tt)+ } $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> i32 {
                allow unused_variables;
                pass Only { $($lets)* end { $($value)+ }; }
            }
        }

        #[allow(unused, clippy::all, clippy::pedantic, reason = "as users may write it")]
        fn $rust($i: Input) -> i32 { $($lets)* $($value)+ }

        states! { @each $i $($rest)* }
    };
    (@each $i:ident) => {};
}

states! {
    |i|
    StateUnread, state_unread { let q = i.a / i.b; } { i.a }
    StateIgnored, state_ignored { let _ = i.list[1]; } { i.a }
    StateInOneBranch, state_in_one_branch { let q = i.a / i.b; } { if i.yes { q } else { 0 } }
    StatePart, state_part { let (first, second) = (i.a, i.a / i.b); } { first }
    StateLater, state_later { let q = i.a / i.b; let r = q + 1; } { if i.yes { r } else { 1 } }
}

#[tokio::test]
async fn unread_lets_of_a_state_are_computed() {
    agree::<StateUnread>(state_unread, inputs()).await;
    agree::<StateIgnored>(state_ignored, inputs()).await;
    agree::<StateInOneBranch>(state_in_one_branch, inputs()).await;
    agree::<StatePart>(state_part, inputs()).await;
    agree::<StateLater>(state_later, inputs()).await;
}

refused! {
    jsonpath_refuses_unread_values_that_it_would_drop [query_language JSONPath;] |i|
    PathIgnored(i32) [{ let _ = functions::parse_json::<Value>(&i.texts[0]); i.a }] "use JSONata in this state"
    PathPart(i32) [(i.a, i.list[1]).0] "query_language JSONata;"
}

/// Declares a choice by `match` between the states `One` and `Two`, and the same `match` as a Rust function.
macro_rules! choices {
    ($test:ident |$i:ident| $($workflow:ident, $rust:ident $choice:tt)*) => {
        choices! { @each $i $($workflow, $rust $choice)* }

        #[tokio::test]
        async fn $test() {
            $(agree::<$workflow>($rust, inputs()).await;)*
        }
    };
    (@each $i:ident $workflow:ident, $rust:ident { $($choice:tt)+ } $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> i32 {
                allow unused_variables;
                choice Pick { $($choice)+ }
                pass One { end 1; }
                pass Two { end 2; }
            }
        }

        #[allow(unused, clippy::all, clippy::pedantic, non_upper_case_globals, reason = "as users may write it")]
        fn $rust($i: Input) -> i32 {
            const One: i32 = 1;
            const Two: i32 = 2;
            $($choice)+
        }

        choices! { @each $i $($rest)* }
    };
    (@each $i:ident) => {};
}

choices! {
    the_value_of_a_choice_is_computed_before_its_first_arm |i|
    GuardFirst, guard_first { match i.list[1] { _ if i.yes => One, _ => Two } }
    BindingFirst, binding_first { match 10 / i.b { n if i.yes => One, _ => Two } }
    OnlyGuards, only_guards { match i.list[1] { _ if i.yes => One, _ if i.a > 0 => Two, _ => One } }
    PartTested, part_tested { match (i.yes, 10 / i.b) { (true, _) => One, _ => Two } }
    OtherPartTested, other_part_tested { match (i.list[1], i.yes) { (_, true) => One, (n, _) if n > 3 => One, _ => Two } }
    PartOfPartTested, part_of_part_tested { match ((i.yes, i.list[1]), i.a) { ((true, _), 7) => One, _ => Two } }
    SomeTested, some_tested { match Some(10 / i.b) { Some(_) if i.yes => One, _ => Two } }
    RecordTested, record_tested { match (Pair { left: i.list[1], right: i.a, hidden: 0 }) { Pair { right: 7, .. } => One, _ => Two } }
    FromBlock, from_block { match ({ let q = 10 / i.b; (i.yes, q) }) { (true, _) => One, _ => Two } }
    FromIf, from_if { match (if i.yes { (1, i.list[1]) } else { (2, 10 / i.b) }) { (1, _) => One, _ => Two } }
    FromMatch, from_match { match (match i.option { Some(n) => (i.a, 10 / n), None => (i.b, 10 / i.b) }) { (7, _) => One, _ => Two } }
    FromClosure, from_closure { match i.option.map(|n| (i.a, 10 / n)) { Some((7, _)) => One, _ => Two } }
    ItemOfTuples, item_of_tuples { match [(i.yes, 10 / i.b), (i.yes, i.list[1])][0] { (true, _) => One, _ => Two } }
    UnwrapFirst, unwrap_first { match i.option.unwrap() { _ if i.yes => One, _ => Two } }
    Tested, tested { match i.list[1] { 0 => One, n if n > 3 => One, _ => Two } }
    GuardMissing, guard_missing { match i.yes { true if i.flags[0] => One, _ => Two } }
    OnlyGuardMissing, only_guard_missing { match i.a { _ if i.flags[1] => One, _ => Two } }
    GuardOmitted, guard_omitted { match i.yes { true if i.open => One, _ => Two } }
    OnlyGuardOmitted, only_guard_omitted { match i.a { _ if i.open => One, _ => Two } }
    GuardFails, guard_fails { match i.list[0] { n if 10 / n > 3 => One, _ => Two } }
}

/// Declares a choice that JSONPath can express only with other meaning.
macro_rules! refused_choices {
    ($test:ident |$i:ident| $($workflow:ident { $($choice:tt)+ } $part:literal)*) => {
        $(workflow! {
            workflow $workflow($i: Input) -> i32 {
                query_language JSONPath;
                allow unused_variables;
                choice Pick { $($choice)+ }
                pass One { end 1; }
                pass Two { end 2; }
            }
        })*

        #[test]
        fn $test() {
            $({
                let problems = $workflow::build().expect_err(stringify!($($choice)+));
                let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert!(texts.iter().any(|text| text.contains($part)), "{texts:#?}");
                assert!(problems.iter().all(|problem| problem.location.source.is_some()), "{texts:#?}");
            })*
        }
    };
}

refused_choices! {
    jsonpath_refuses_choices_that_compute_no_value |i|
    PathGuardFirst { match i.list[1] { _ if i.yes => One, _ => Two } } "put an arm first that tests it"
    PathBindingFirst { match i.list[1] { n if i.yes => One, _ => Two } } "put an arm first that tests it"
}
