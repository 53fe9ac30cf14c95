//! Random patterns and events: the results are those of a second, naive matcher.

use std::cell::Cell;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_events::pattern::{EventPattern, PatternSet};

use super::naive::{IgnoredRule, NaiveMatcher};

/// Names that join to the same paths, and names of operators. An empty name is not among them:
/// event-ruler joins it in one way in patterns and in another one in events.
const NAMES: &[&str] = &["a", "b", "c", "a.b", "b.c", ".", "a-", "prefix", "é"];
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
    "e\u{301}",
    "E\u{301}",
    "ß",
    "ss",
    "SS",
    "aß",
    "ASS",
    "Ⱥ",
    "ⱥ",
    "İ",
    "i",
    "\u{212a}",
    "k",
    "1",
    "1.0",
    "3.0e2",
    "true",
    "null",
    "10.0.0.1",
    "010.0.0.1",
    "10.0.1.1",
    "10.0.0",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:a00:1",
    "::ffff:10.0.0.1",
    "2001:db8::f",
    "2001:DB8:0::F",
    "a:b",
];
/// Several spellings of the same addresses.
const ADDRESSES: &[&str] = &[
    "10.0.0.1",
    "010.0.0.1",
    "::ffff:a00:1",
    "::1",
    "0:0:0:0:0:0:0:1",
];
/// Numbers that a float has exactly, so that operators allow them.
const FLOATS: &[&str] = &[
    "0", "-0.0", "1", "-1", "1.0", "5", "5.5", "300", "3e2", "3.0E+2", "-0.25", "0.1", "1e-1",
    "1e22",
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "1.0",
    "5",
    "5.5",
    "300.00",
    "3e2",
    "-0.25",
    "0.1",
    "1e400",
    "10e399",
    "12345678901234567890",
    "12345678901234567891",
    "9007199254740992",
    "9007199254740993",
    "0.1000000000000000000001",
];
const WILDCARDS: &[&str] = &[
    "*", "a*", "*b", "a*b", "*a*b", "a\\*b", "a\\\\*", "*a*", "A*", "*ß", "",
];
const BLOCKS: &[&str] = &[
    "10.0.0.0/24",
    "10.0.0.0/8",
    "10.0.0.1/31",
    "0.0.0.0/0",
    "::/0",
    "::1/127",
    "2001:db8::/32",
];

fn text() -> impl Strategy<Value = Json> {
    select(TEXTS).prop_map(Json::from)
}

fn number() -> impl Strategy<Value = Json> {
    select(NUMBERS).prop_map(|text| text.parse().expect("a number"))
}

fn float() -> impl Strategy<Value = Json> {
    select(FLOATS).prop_map(|text| text.parse().expect("a number"))
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
    let one = (select(&["=", "<", "<=", ">", ">="][..]), float())
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
    let lists = prop_oneof![vec(text(), 1..3), vec(float(), 1..3)];
    prop_oneof![
        4 => scalar(),
        4 => text_operator().prop_map(|(name, argument)| operator(name, argument)),
        1 => text().prop_map(|text| json!({"exactly": text})),
        1 => any_case("prefix"),
        1 => any_case("suffix"),
        2 => numeric(),
        1 => select(BLOCKS).prop_map(|block| json!({"cidr": block})),
        2 => any::<bool>().prop_map(|exists| json!({"exists": exists})),
        1 => prop_oneof![text(), float()].prop_map(|one| json!({"anything-but": one})),
        1 => lists.prop_map(|list| json!({"anything-but": list})),
        1 => text_operator().prop_map(|(name, one)| json!({"anything-but": operator(name, one)})),
    ]
}

fn object(members: std::collections::BTreeMap<&'static str, Json>) -> Json {
    let mut object = json!({});
    for (name, value) in members {
        object.insert(name, value).expect("an object");
    }
    object
}

fn pattern() -> impl Strategy<Value = Json> {
    let tests = vec(test(), 1..3).prop_map(Json::from).boxed();
    let fields = btree_map(select(NAMES), tests.clone(), 1..4).prop_map(object);
    fields.prop_recursive(3, 12, 3, move |inner| {
        let member = prop_oneof![2 => tests.clone(), 1 => inner.clone()];
        let fields = btree_map(select(NAMES), member, 1..3).prop_map(object);
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
            2 => btree_map(select(NAMES), inner.clone(), 0..4).prop_map(object),
            2 => vec(inner, 0..4).prop_map(Json::from),
        ]
    })
}

/// An event of random fields; few patterns match it.
fn event() -> BoxedStrategy<Json> {
    btree_map(select(NAMES), value(), 0..5)
        .prop_map(object)
        .boxed()
}

/// The members of an object that often matches a pattern.
fn similar_members(pattern: &Json) -> BoxedStrategy<Vec<(String, Json)>> {
    let members = pattern.as_object().into_iter().flatten();
    let members = members.map(|(name, tests)| match tests {
        Json::Array(alternatives) if name == "$or" => select(alternatives.to_vec())
            .prop_flat_map(|alternative| similar_members(&alternative))
            .boxed(),
        tests => {
            let value = match tests {
                Json::Array(tests) => passing_value(tests),
                inner => similar_object(inner),
            };
            let name = name.clone();
            let list = vec(prop_oneof![2 => value.clone(), 1 => scalar()], 0..3);
            let value = prop_oneof![
                5 => value.clone(),
                2 => list.prop_map(Json::from),
                1 => vec(vec(value, 0..3).prop_map(Json::from), 0..3).prop_map(Json::from),
            ];
            let member = value.prop_map(move |value| vec![(name.clone(), value)]);
            prop_oneof![9 => member, 1 => Just(Vec::new())].boxed()
        }
    });
    let members: Vec<_> = members.collect();
    members.prop_map(|members| members.concat()).boxed()
}

fn similar_object(pattern: &Json) -> BoxedStrategy<Json> {
    let members = similar_members(pattern);
    members
        .prop_map(|members| {
            let mut object = json!({});
            for (name, value) in members {
                object.insert(&name, value).expect("an object");
            }
            object
        })
        .boxed()
}

/// A value that passes one of the tests, if that is simple.
fn passing_value(tests: &[Json]) -> BoxedStrategy<Json> {
    select(tests.to_vec())
        .prop_flat_map(|test| {
            let Some((operator, argument)) = test.as_object().and_then(|test| test.get_index(0))
            else {
                let other = match &test {
                    Json::Number(_) => number().boxed(),
                    Json::String(text) if text.contains(['.', ':']) => {
                        select(ADDRESSES).prop_map(Json::from).boxed()
                    }
                    _ => text().boxed(),
                };
                return prop_oneof![4 => Just(test), 1 => other].boxed();
            };
            let inner = argument.get("equals-ignore-case").unwrap_or(argument);
            match (operator.as_str(), inner) {
                ("prefix", Json::String(text)) => Just(json!(text.to_uppercase() + "b")).boxed(),
                ("suffix", Json::String(text)) => Just(json!("b".to_owned() + text)).boxed(),
                ("wildcard", Json::String(text)) => {
                    Just(json!(text.replace("\\", "").replace('*', "a"))).boxed()
                }
                ("equals-ignore-case", Json::String(text)) => {
                    Just(json!(text.to_lowercase())).boxed()
                }
                ("numeric", _) => float().boxed(),
                _ => scalar().boxed(),
            }
        })
        .boxed()
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
    let inner = btree_map(names(), tests(), 1..3).prop_map(object);
    let outer = (btree_map(names(), tests(), 0..3), inner).prop_map(|(fields, inner)| {
        let mut fields = object(fields);
        fields.insert("d", inner).expect("an object");
        json!({"a": fields})
    });
    let flat = btree_map(names(), tests(), 2..3).prop_map(|fields| json!({"a": object(fields)}));
    prop_oneof![1 => flat, 2 => outer]
}

/// An event with these fields in items of arrays.
fn array_event() -> impl Strategy<Value = Json> {
    let fields = || {
        let value = prop_oneof![3 => (0_i64..2).prop_map(Json::from), 1 => Just(json!([0, 1]))];
        btree_map(select(&["b", "c"][..]), value, 1..3)
    };
    let inner = vec(fields().prop_map(object), 0..4).prop_map(Json::from);
    let item = (fields(), inner).prop_map(|(fields, inner)| {
        let mut item = object(fields);
        item.insert("d", inner).expect("an object");
        item
    });
    let nested = vec(item, 1..6).prop_map(Json::from);
    let nested = prop_oneof![3 => nested.clone(), 1 => vec(nested, 1..3).prop_map(Json::from)];
    nested.prop_map(|items| json!({"a": items}))
}

/// A pattern and an event that it often matches.
fn pair() -> impl Strategy<Value = (Json, Json)> {
    let similar = pattern().prop_flat_map(|pattern| {
        let event = prop_oneof![9 => similar_object(&pattern), 1 => event()];
        (Just(pattern), event)
    });
    let addresses = (select(ADDRESSES), select(ADDRESSES))
        .prop_map(|(pattern, event)| (json!({"a": [pattern]}), json!({"a": event})));
    prop_oneof![15 => similar, 1 => addresses]
}

/// A runner of random cases.
fn runner() -> TestRunner {
    TestRunner::new(Config {
        // A case is small.
        cases: Config::default().cases * 16,
        failure_persistence: None,
        ..Config::default()
    })
}

/// Compares the results of random patterns for random events with those of a naive matcher.
///
/// # Errors
///
/// The smallest case with different results.
fn compare(
    mut runner: TestRunner,
    naive: NaiveMatcher,
    pairs: impl Strategy<Value = (Json, Json)>,
) -> Result<(), String> {
    let counts = Cell::new([0_u32; 2]);
    let outcome = runner.run(&vec(pairs, 1..4), |pairs| {
        let parsed = pairs.iter().filter_map(|(pattern, event)| {
            let parsed = pattern.to_string().parse::<EventPattern>().ok()?;
            Some((pattern, event, parsed))
        });
        let parsed: Vec<(&Json, &Json, EventPattern)> = parsed.collect();
        let set = PatternSet::new(parsed.iter().map(|(.., parsed)| parsed));
        for (own, (_, event, _)) in parsed.iter().enumerate() {
            let together = set.matches(event);
            for (index, (pattern, _, parsed)) in parsed.iter().enumerate() {
                let found = parsed.matches(event);
                let in_set = together.contains(&index);
                prop_assert_eq!(in_set, found, "in a set: {} {}", pattern, event);
                let expected = naive.matches(pattern, event);
                prop_assert_eq!(found, expected, "{} {}", pattern, event);
                if index == own {
                    let [matching, other] = counts.get();
                    counts.set([matching + u32::from(found), other + u32::from(!found)]);
                }
            }
        }
        Ok(())
    });
    outcome.map_err(|error| error.to_string())?;
    // The grammar is not so narrow that one result proves nothing.
    let [matching, other] = counts.get().map(f64::from);
    let share = matching / (matching + other);
    assert!(
        (0.2..0.8).contains(&share),
        "{matching} match, {other} do not"
    );
    Ok(())
}

const CORRECT: NaiveMatcher = NaiveMatcher { ignored: None };

#[test]
fn results_are_those_of_a_naive_matcher() {
    compare(runner(), CORRECT, pair()).expect("equal results");
}

#[test]
fn fields_in_arrays_match_in_the_items_that_a_naive_matcher_finds() {
    compare(runner(), CORRECT, (array_pattern(), array_event())).expect("equal results");
}

/// The random cases are rich enough to find a matcher that ignores a rule.
#[test]
fn a_wrong_matcher_is_found() {
    for ignored in [
        IgnoredRule::SameItem,
        IgnoredRule::AbsenceInItems,
        IgnoredRule::AllAlternatives,
        IgnoredRule::ExactNumbers,
        IgnoredRule::Addresses,
        IgnoredRule::AnyCase,
    ] {
        let config = Config {
            cases: 8_192,
            failure_persistence: None,
            max_shrink_iters: 0,
            ..Config::default()
        };
        let runner =
            TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let naive = NaiveMatcher {
            ignored: Some(ignored),
        };
        let pairs = prop_oneof![pair(), (array_pattern(), array_event())];
        compare(runner, naive, pairs).expect_err(&format!("{ignored:?}"));
    }
}
