//! Patterns and events with the results of event-ruler, the library of EventBridge.
//!
//! `pattern_facts.json` has a case in each line: examples of its documentation with events that
//! nearly match, and random ones. A program that called event-ruler wrote the results. A pattern or
//! an event is a text if the spelling of a number matters.

use std::collections::BTreeMap;

use stepwright_asl::json::Json;
use stepwright_events::pattern::{EventPattern, PatternSet};

const FACTS: &str = include_str!("pattern_facts.json");

struct Fact {
    pattern: String,
    event: Option<Json>,
    result: Json,
}

fn facts() -> Vec<Fact> {
    let facts: Json = FACTS.parse().expect("the file is JSON");
    let facts = facts.as_array().expect("it is a list");
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        value => value.to_string(),
    };
    facts
        .iter()
        .map(|fact| Fact {
            pattern: text(fact.get("pattern").expect("a pattern")),
            event: fact
                .get("event")
                .map(|event| text(event).parse().expect("an event")),
            result: fact.get("result").expect("a result").clone(),
        })
        .collect()
}

/// The result of this package.
fn result(fact: &Fact) -> Json {
    match fact.pattern.parse::<EventPattern>() {
        Err(error) => Json::from(error.message),
        Ok(pattern) => {
            let event = fact.event.as_ref().expect("a pattern without error");
            Json::from(pattern.matches(event))
        }
    }
}

#[test]
fn all_results_are_those_of_event_ruler() {
    let facts = facts();
    let different: Vec<String> = facts
        .iter()
        .filter_map(|fact| {
            let found = result(fact);
            let Fact {
                pattern, result, ..
            } = fact;
            (found != *result).then(|| format!("{pattern}: {found} instead of {result}"))
        })
        .collect();
    assert_eq!(different, Vec::<String>::new());
    assert!(facts.len() > 400, "{} facts", facts.len());
}

#[test]
fn each_operator_has_facts_that_match_and_others() {
    let operators = [
        "prefix",
        "suffix",
        "equals-ignore-case",
        "wildcard",
        "anything-but",
        "numeric",
        "exists",
        "cidr",
        "exactly",
        "$or",
    ];
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for fact in facts() {
        let Some(matches) = fact.result.as_bool() else {
            continue;
        };
        for operator in operators {
            if fact.pattern.contains(&format!("\"{operator}\"")) {
                *counts.entry((operator, matches)).or_default() += 1;
            }
        }
    }
    for operator in operators {
        for matches in [true, false] {
            let count = counts.get(&(operator, matches)).copied();
            assert!(count.unwrap_or(0) >= 4, "{operator} {matches}: {count:?}");
        }
    }
}

#[test]
fn a_set_finds_each_of_its_patterns() {
    let facts = facts();
    let patterns: Vec<EventPattern> = facts
        .iter()
        .filter_map(|fact| fact.pattern.parse().ok())
        .collect();
    let set = PatternSet::new(&patterns);
    for event in facts.iter().filter_map(|fact| fact.event.as_ref()) {
        let alone = patterns.iter().enumerate();
        let alone = alone.filter(|(_, pattern)| pattern.matches(event));
        let alone: Vec<usize> = alone.map(|(index, _)| index).collect();
        assert_eq!(set.matches(event), alone, "{event}");
    }
}

/// Whether an event of one field matches a pattern of one test.
fn is_match(test: &str, value: &str) -> bool {
    let pattern = format!(r#"{{"a": [{test}]}}"#);
    let pattern: EventPattern = pattern.parse().expect("a pattern");
    let event: Json = format!(r#"{{"a": {value}}}"#).parse().expect("an event");
    pattern.matches(&event)
}

/// event-ruler compares the hexadecimal digits of addresses from the left, whatever their family:
/// its `1.2.3.4` also matches `102:304::5`, and the block of all addresses also matches numbers.
/// EventBridge documents IP addresses only.
#[test]
fn addresses_match_only_addresses_of_their_family() {
    for (test, value) in [
        (r#"{"cidr": "0.0.0.0/0"}"#, r#""10.0.0.1""#),
        (r#"{"cidr": "::/0"}"#, r#""::1""#),
        (r#""1.2.3.4""#, r#""1.2.3.4""#),
    ] {
        assert!(is_match(test, value), "{test} {value}");
    }
    for (test, value) in [
        (r#"{"cidr": "0.0.0.0/0"}"#, r#""::1""#),
        (r#"{"cidr": "0.0.0.0/0"}"#, "5"),
        (r#"{"cidr": "10.0.0.0/8"}"#, r#""a00::1""#),
        (r#"{"cidr": "::/0"}"#, r#""10.0.0.1""#),
        (r#"{"cidr": "a00::/16"}"#, r#""10.0.0.1""#),
        (r#""1.2.3.4""#, r#""102:304::5""#),
    ] {
        assert!(!is_match(test, value), "{test} {value}");
    }
}

/// event-ruler ignores the case of UTF-16 units instead of characters: its `equals-ignore-case`
/// with an emoji matches no event with this emoji, but one with two question marks.
#[test]
fn characters_of_two_utf_16_units_match_in_any_case() {
    for test in [
        r#"{"equals-ignore-case": "😀"}"#,
        r#"{"prefix": {"equals-ignore-case": "😀"}}"#,
        r#"{"suffix": {"equals-ignore-case": "😀"}}"#,
    ] {
        assert!(is_match(test, r#""😀""#), "{test}");
        assert!(!is_match(test, r#""??""#), "{test}");
    }
    let but = r#"{"anything-but": {"equals-ignore-case": "𐐨"}}"#;
    assert!(!is_match(but, r#""𐐀""#) && is_match(but, r#""x""#));
}

/// event-ruler 2 finds no value outside of an array if an item of this array is chosen and other
/// items have the same path. Only names with dots lead to this; event-ruler 1 matches.
#[test]
fn a_value_outside_of_an_array_matches_next_to_its_items() {
    let pattern = r#"{"a": {"a": [1]}, "a.b": ["y"]}"#;
    let pattern: EventPattern = pattern.parse().expect("a pattern");
    let event = r#"{"a": [{"a": 1}, {"b": "z"}], "a.b": "y"}"#;
    assert!(pattern.matches(&event.parse().expect("an event")));
}

/// event-ruler splits paths at dots without the empty names at their end: its patterns match no
/// field with an empty name inside of an object.
#[test]
fn an_empty_name_in_an_object_matches_itself() {
    let pattern: EventPattern = r#"{"a": {"": [1]}}"#.parse().expect("a pattern");
    let event = r#"{"a": {"": 1}}"#.parse().expect("an event");
    assert!(pattern.matches(&event));
}

/// A search over all choices of items would not end.
#[test]
fn large_events_and_patterns_end() {
    let item = r#"{"b": 1, "c": 2, "d": 3, "e": 4, "f": 5}"#;
    let items = vec![item; 20_000].join(",");
    let event: Json = format!(r#"{{"a": [{items}], "g": [{items}], "h": [{items}]}}"#)
        .parse()
        .expect("an event");
    let fields = r#"{"b": [1], "c": [2], "d": [3], "e": [4], "f": [0]}"#;
    let pattern = format!(r#"{{"a": {fields}, "g": {fields}, "h": {fields}}}"#);
    let pattern: EventPattern = pattern.parse().expect("a pattern");
    assert!(!pattern.matches(&event));

    let stars = "*a".repeat(200);
    let pattern = format!(r#"{{"a": [{{"wildcard": "{stars}*b"}}]}}"#);
    let pattern: EventPattern = pattern.parse().expect("a pattern");
    let event: Json = format!(r#"{{"a": "{}"}}"#, "a".repeat(200_000))
        .parse()
        .expect("an event");
    assert!(!pattern.matches(&event));
}

#[test]
fn more_than_a_thousand_combinations_are_refused() {
    let or = |names: std::ops::Range<u32>| {
        let alternatives = names.map(|name| format!(r#"{{"f{name}": [1]}}"#));
        let alternatives = alternatives.collect::<Vec<_>>().join(",");
        format!(r#""$or": [{alternatives}]"#)
    };
    let nested = |[one, two, three]: [u32; 3]| {
        let [one, two, three] = [one, two, three].map(|count| or(0..count));
        format!(r#"{{{one}, "x": {{{two}, "y": {{{three}}}}}}}"#)
    };
    assert!(nested([10, 10, 10]).parse::<EventPattern>().is_ok());
    let error = nested([7, 11, 13])
        .parse::<EventPattern>()
        .expect_err("1,001");
    assert!(error.message.contains("1000"), "{error}");
}

#[test]
fn a_pattern_has_at_most_4_096_characters() {
    let pattern = |length: usize| format!(r#"{{"a": ["{}"]}}"#, "é".repeat(length - 11));
    assert!(pattern(4_096).parse::<EventPattern>().is_ok());
    let error = pattern(4_097)
        .parse::<EventPattern>()
        .expect_err("one more");
    assert!(error.message.contains("4097"), "{error}");
}

/// With names such as `a` and `a-`, the fields of several arrays are tested in turns.
#[test]
fn exponentially_many_choices_end() {
    let names = ["a", "a-", "a--", "a---", "a----"];
    let items = vec![r#"[1, {"x": 2}]"#; 30].join(",");
    let arrays = names.map(|name| format!(r#""{name}": [{items}]"#));
    let event: Json = format!("{{{}}}", arrays.join(","))
        .parse()
        .expect("an event");
    let fields = names.map(|name| {
        let last = if name == "a" { 3 } else { 2 };
        format!(r#""{name}": [1], "{name}.x": [{last}]"#)
    });
    let pattern = format!("{{{}}}", fields.join(","));
    let pattern: EventPattern = pattern.parse().expect("a pattern");
    assert!(!pattern.matches(&event));
}
