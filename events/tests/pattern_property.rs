//! Random patterns and events: the results are those of a second, naive matcher.

use std::cell::Cell;

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_events::pattern::{EventPattern, PatternSet};

use super::naive;

/// Names that join to the same paths, and names of operators. An empty name is not among them:
/// event-ruler joins it in one way in patterns and in another one in events.
const NAMES: &[&str] = &["a", "b", "c", "a.b", ".", "prefix", "é"];
const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "aab",
    "ba",
    "a*b",
    "a\\b",
    "é",
    "É",
    "ß",
    "ss",
    "Ⱥ",
    "ⱥ",
    "1",
    "true",
    "10.0.0.1",
    "10.0.1.1",
    "::1",
    "0:0:0:0:0:0:0:1",
    "2001:db8::f",
];
const NUMBERS: &[&str] = &["0", "1", "-1", "1.0", "5", "5.5", "300", "3e2", "-0.25"];
const WILDCARDS: &[&str] = &["*", "a*", "*b", "a*b", "*a*b", "a\\*b", "*a*", "A*"];
const BLOCKS: &[&str] = &[
    "10.0.0.0/24",
    "10.0.0.0/8",
    "10.0.0.1/32",
    "::1/128",
    "2001:db8::/32",
];

fn text() -> impl Strategy<Value = Json> {
    select(TEXTS).prop_map(Json::from)
}

fn number() -> impl Strategy<Value = Json> {
    select(NUMBERS).prop_map(|text| text.parse().expect("a number"))
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        4 => text(),
        3 => number(),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
    ]
}

fn operator(name: &str, argument: Json) -> Json {
    let mut test = json!({});
    test.insert(name, argument).expect("an object");
    test
}

/// An operator of texts with its argument.
fn text_operator() -> impl Strategy<Value = (&'static str, Json)> {
    // An empty prefix or suffix inside of `anything-but` is an error.
    let part = || select(&TEXTS[1..]).prop_map(Json::from);
    prop_oneof![
        part().prop_map(|text| ("prefix", text)),
        part().prop_map(|text| ("suffix", text)),
        text().prop_map(|text| ("equals-ignore-case", text)),
        select(WILDCARDS).prop_map(|text| ("wildcard", Json::from(text))),
    ]
}

fn numeric() -> impl Strategy<Value = Json> {
    let one = (select(&["=", "<", "<=", ">", ">="][..]), number())
        .prop_map(|(operator, bound)| json!({"numeric": [operator, bound]}));
    let range = (-3_i64..4, 1_i64..5, any::<bool>(), any::<bool>()).prop_map(
        |(low, width, has_low, has_high)| {
            let low_operator = if has_low { ">=" } else { ">" };
            let high_operator = if has_high { "<=" } else { "<" };
            json!({"numeric": [low_operator, low, high_operator, low + width]})
        },
    );
    prop_oneof![one, range]
}

fn test() -> impl Strategy<Value = Json> {
    let any_case = |name: &'static str| {
        text().prop_map(move |text| operator(name, json!({"equals-ignore-case": text})))
    };
    let lists = prop_oneof![vec(text(), 1..3), vec(number(), 1..3)];
    prop_oneof![
        4 => scalar(),
        4 => text_operator().prop_map(|(name, argument)| operator(name, argument)),
        1 => any_case("prefix"),
        1 => any_case("suffix"),
        2 => numeric(),
        1 => select(BLOCKS).prop_map(|block| json!({"cidr": block})),
        2 => any::<bool>().prop_map(|exists| json!({"exists": exists})),
        1 => prop_oneof![text(), number()].prop_map(|one| json!({"anything-but": one})),
        1 => lists.prop_map(|list| json!({"anything-but": list})),
        1 => text_operator().prop_map(|(name, one)| json!({"anything-but": operator(name, one)})),
    ]
}

fn object(members: std::collections::HashMap<&'static str, Json>) -> Json {
    let mut object = json!({});
    for (name, value) in members {
        object.insert(name, value).expect("an object");
    }
    object
}

fn pattern() -> impl Strategy<Value = Json> {
    let tests = vec(test(), 1..3).prop_map(Json::from).boxed();
    let fields = hash_map(select(NAMES), tests.clone(), 1..4).prop_map(object);
    fields.prop_recursive(3, 12, 3, move |inner| {
        let member = prop_oneof![2 => tests.clone(), 1 => inner.clone()];
        let fields = hash_map(select(NAMES), member, 1..3).prop_map(object);
        let either = (fields.clone(), vec(inner, 2..3)).prop_map(|(mut fields, either)| {
            fields.insert("$or", either).expect("an object");
            fields
        });
        prop_oneof![2 => fields, 1 => either]
    })
}

fn value() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            2 => hash_map(select(NAMES), inner.clone(), 0..4).prop_map(object),
            2 => vec(inner, 0..4).prop_map(Json::from),
        ]
    })
}

fn event() -> impl Strategy<Value = Json> {
    hash_map(select(NAMES), value(), 0..5).prop_map(object)
}

/// A pattern of few fields inside of arrays.
fn array_pattern() -> impl Strategy<Value = Json> {
    let tests = || {
        let exists = any::<bool>().prop_map(|exists| json!({"exists": exists}));
        vec(
            prop_oneof![3 => (0_i64..2).prop_map(Json::from), 1 => exists],
            1..2,
        )
        .prop_map(Json::from)
    };
    let names = || select(&["b", "c"][..]);
    let inner = hash_map(names(), tests(), 1..3).prop_map(object);
    let outer = (hash_map(names(), tests(), 0..3), inner).prop_map(|(fields, inner)| {
        let mut fields = object(fields);
        fields.insert("d", inner).expect("an object");
        json!({"a": fields})
    });
    let flat = hash_map(names(), tests(), 2..3).prop_map(|fields| json!({"a": object(fields)}));
    prop_oneof![1 => flat, 2 => outer]
}

/// An event with these fields in items of arrays.
fn array_event() -> impl Strategy<Value = Json> {
    let fields = || {
        let value = prop_oneof![3 => (0_i64..2).prop_map(Json::from), 1 => Just(json!([0, 1]))];
        hash_map(select(&["b", "c"][..]), value, 0..3)
    };
    let inner = vec(fields().prop_map(object), 0..3).prop_map(Json::from);
    let item = (fields(), inner).prop_map(|(fields, inner)| {
        let mut item = object(fields);
        item.insert("d", inner).expect("an object");
        item
    });
    let nested = vec(item, 0..4).prop_map(Json::from);
    let nested = prop_oneof![3 => nested.clone(), 1 => vec(nested, 1..3).prop_map(Json::from)];
    nested.prop_map(|items| json!({"a": items}))
}

/// Compares the results of random patterns for random events with those of the naive matcher.
fn compare(
    pattern: impl Strategy<Value = Json>,
    event: impl Strategy<Value = Json>,
    least_matching: f64,
) {
    let counts = Cell::new([0_u32; 3]);
    let config = Config {
        // A case is small.
        cases: Config::default().cases * 16,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let cases = (vec(pattern, 1..6), vec(event, 1..6));
    let outcome = runner.run(&cases, |(patterns, events)| {
        let parsed = patterns.iter().filter_map(|pattern| {
            let parsed = pattern.to_string().parse::<EventPattern>().ok()?;
            Some((pattern, parsed))
        });
        let parsed: Vec<(&Json, EventPattern)> = parsed.collect();
        let set = PatternSet::new(parsed.iter().map(|(_, parsed)| parsed));
        for event in &events {
            let together = set.matches(event);
            for (index, (pattern, parsed)) in parsed.iter().enumerate() {
                let found = parsed.matches(event);
                let in_set = together.contains(&index);
                prop_assert_eq!(in_set, found, "in a set: {} {}", pattern, event);
                let [mut matching, mut other, mut unknown] = counts.get();
                match naive::matches(pattern, event) {
                    Some(expected) => {
                        prop_assert_eq!(found, expected, "{} {}", pattern, event);
                        matching += u32::from(found);
                        other += u32::from(!found);
                    }
                    None => unknown += 1,
                }
                counts.set([matching, other, unknown]);
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // The grammar is not so narrow that one result proves nothing.
    let [matching, other, unknown] = counts.get().map(f64::from);
    let share = matching / (matching + other);
    assert!(
        share > least_matching && share < 0.9 && unknown < matching + other,
        "{matching} match, {other} do not, {unknown} have no expectation"
    );
}

#[test]
fn results_are_those_of_a_naive_matcher() {
    compare(pattern(), event(), 0.04);
}

#[test]
fn fields_in_arrays_match_in_the_items_that_a_naive_matcher_finds() {
    compare(array_pattern(), array_event(), 0.1);
}
