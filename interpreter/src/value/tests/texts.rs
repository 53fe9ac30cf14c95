//! Random texts that are JSON or nearly JSON. The parser of values, the parser of definitions and
//! `serde_json` accept the same ones and read the same values.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value as Json;
use stepwright_asl::json::{Json as AslJson, MAX_DEPTH as ASL_DEPTH};

use super::model::unsigned_zeros;
use super::*;

/// The depth up to which `serde_json` reads.
const SERDE_DEPTH: usize = 127;

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_map(str::to_owned)
}

/// A piece of a string: valid, except for the pieces of `broken`.
fn string_piece() -> impl Strategy<Value = String> {
    let valid = &[
        "a",
        "é",
        "😀",
        "\u{7f}",
        "\u{2028}",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b",
        "\\u0000",
        "\\u00E9",
        "\\ud83d\\ude00",
        "\\uFFFF",
    ];
    let broken = &[
        "\\ud83d",
        "\\ude00",
        "\\ude00\\ud83d",
        "\\ud83d\\n",
        "\\ud83d\\u0041",
        "\\ud83d\\ud83d",
        "\\u12",
        "\\u12g4",
        "\\u+123",
        "\\ué12",
        "\\'",
        "\\x41",
        "\\U0041",
        "\\é",
        "\n",
        "\u{0}",
        "\u{1f}",
        "\\",
    ];
    prop_oneof![
        30 => one_of(valid),
        1 => one_of(broken),
        10 => "[ -~é😀]{0,9}".prop_map(|text| text.replace(['\\', '"'], "_")),
    ]
}

fn string() -> impl Strategy<Value = String> {
    vec(string_piece(), 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    let sign = prop_oneof![9 => "-?", 1 => "[+-]{0,2}"];
    let whole = prop_oneof![
        20 => "0|[1-9][0-9]{0,24}",
        1 => "[1-9][0-9]{300,330}",
        1 => "0[0-9]{1,3}|",
    ];
    let fraction = prop_oneof![10 => "|\\.[0-9]{1,20}", 1 => "\\.[0-9]{0,2}\\.?"];
    let exponent = prop_oneof![10 => "|[eE][+-]?[0-9]{1,3}", 1 => "[eE][+-]{0,2}[0-9]{0,20}"];
    (sign, whole, fraction, exponent)
        .prop_map(|(sign, whole, fraction, exponent)| sign + &whole + &fraction + &exponent)
}

fn word() -> impl Strategy<Value = String> {
    let valid = &["null", "true", "false"];
    let broken = &[
        "nul", "True", "falsey", "NaN", "Infinity", "nulltrue", "'a'", "${a}", "a", "",
    ];
    prop_oneof![
        20 => one_of(valid),
        1 => one_of(broken),
    ]
}

fn blanks() -> impl Strategy<Value = String> {
    prop_oneof![
        50 => "[ \t\r\n]{0,2}",
        1 => one_of(&["\u{b}", "\u{a0}", "\u{feff}", "//a\n", "/**/"]),
    ]
}

/// A list of members or items in brackets, at times with a comma too much.
fn brackets(open: char, list: &[String], close: char, extra_comma: bool) -> String {
    let comma = if extra_comma { "," } else { "" };
    format!("{open}{}{comma}{close}", list.join(","))
}

fn value_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => string(), 3 => number(), 1 => word()].prop_recursive(5, 40, 6, |inner| {
        let item = (blanks(), inner.clone(), blanks())
            .prop_map(|(before, value, after)| before + &value + &after)
            .boxed();
        let key = prop_oneof![4 => "\"[a-c]\"", 2 => string(), 1 => word()];
        let member = (blanks(), key, blanks(), item.clone())
            .prop_map(|(before, key, after, item)| format!("{before}{key}{after}:{item}"));
        let extra_comma = proptest::bool::weighted(0.02);
        prop_oneof![
            (vec(item, 0..6), extra_comma)
                .prop_map(|(items, comma)| brackets('[', &items, ']', comma)),
            (vec(member, 0..6), extra_comma)
                .prop_map(|(members, comma)| brackets('{', &members, '}', comma)),
        ]
    })
}

/// A change of a text at a character: removes it, or inserts a text.
fn mutation() -> impl Strategy<Value = (Index, Option<&'static str>)> {
    let inserted = &[
        "\"", "\\", "{", "}", "[", "]", ":", ",", "0", "-", ".", "e", "\\u", "\u{0}", "\n", "é",
        "\u{feff}", " ",
    ];
    (any::<Index>(), proptest::option::of(select(&inserted[..])))
}

fn text() -> impl Strategy<Value = String> {
    let depth = prop_oneof![
        9 => Just(0),
        1 => select(&[SERDE_DEPTH, ASL_DEPTH, MAX_DEPTH as usize][..])
            .prop_flat_map(|depth| depth - 6..depth + 2),
    ];
    let mutations = prop_oneof![3 => vec(mutation(), 0..1), 1 => vec(mutation(), 1..4)];
    (
        value_text(),
        mutations,
        depth,
        proptest::bool::weighted(0.05),
    )
        .prop_map(|(mut text, mutations, depth, has_mark)| {
            for (index, inserted) in mutations {
                let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                let at = *index.get(&[offsets, vec![text.len()]].concat());
                match inserted {
                    Some(inserted) => text.insert_str(at, inserted),
                    None if at < text.len() => drop(text.remove(at)),
                    None => {}
                }
            }
            let mark = if has_mark { "\u{feff}" } else { "" };
            format!("{mark}{}{text}{}", "[".repeat(depth), "]".repeat(depth))
        })
}

/// The numbers in a text, and what only looks like one.
fn numbers(text: &str) -> impl Iterator<Item = f64> {
    text.split(|char: char| !char.is_ascii_digit() && !"+-.eE".contains(char))
        .filter_map(|number| number.parse().ok())
}

proptest! {
    #[test]
    fn all_parsers_accept_the_same_texts_and_read_the_same_values(text in text()) {
        let value = Value::from_text(&text);
        let definition: Result<AslJson, _> = text.parse();
        let serde = serde_json::from_str::<Json>(&text);
        let depth = |depth: usize| format!("nest deeper than {depth} levels");
        // Only a file may begin with a byte order mark.
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            prop_assert!(value.is_err() && serde.is_err());
            prop_assert_eq!(definition.ok(), rest.parse::<AslJson>().ok());
            return Ok(());
        }
        let has_infinity = numbers(&text).any(f64::is_infinite);
        match (&value, &definition) {
            (Ok(value), Ok(definition)) => {
                prop_assert_eq!(value.to_text(), Value::from(definition).to_text());
            }
            (Err(_), Err(_)) => {}
            // A definition retains the digits of a number that no float has.
            (Err(error), Ok(_)) => prop_assert!(
                error.message == "number out of range" && has_infinity, "{}", error
            ),
            (Ok(_), Err(error)) => {
                prop_assert!(error.message.contains(&depth(ASL_DEPTH)), "{}", error);
            }
        }
        match (&value, serde) {
            (Ok(value), Ok(serde)) => prop_assert_eq!(
                unsigned_zeros(value.to_json()),
                unsigned_zeros(serde)
            ),
            (Err(_), Err(_)) => {}
            (Ok(_), Err(error)) => {
                let message = error.to_string();
                let is_deep = message.contains("recursion limit");
                let is_out_of_range = message.contains("number out of range") && has_infinity;
                prop_assert!(is_deep || is_out_of_range, "{}", message);
            }
            (Err(error), Ok(_)) => prop_assert!(false, "{}", error),
        }
    }
}
