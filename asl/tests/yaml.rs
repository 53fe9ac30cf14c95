//! Definitions in YAML equal the same definitions in JSON.

pub(crate) mod emit;

use emit::emit;
use proptest::prelude::*;
use stepwright_asl::StateMachine;
use stepwright_asl::json::{Document, Json, escape};
use stepwright_asl::validate::{MachineType, validate};

/// Checks that the value and the number of positions are equal.
fn same(json: &Json, yaml: &str) -> Document {
    let document =
        Document::parse_yaml(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}\n{json}"));
    assert_eq!(document.json(), json, "{yaml}");
    assert_eq!(document.json().to_string(), json.to_string(), "{yaml}");
    assert!(document.duplicates().is_empty(), "{yaml}");
    places(&document, "", json);
    document
}

/// Checks that the text at the position of a scalar is that scalar.
fn places(document: &Document, pointer: &str, json: &Json) {
    let span = document.span(pointer).expect("every node has a span");
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(document, &format!("{pointer}/{index}"), item);
            }
        }
        Json::Object(members) => {
            for (key, member) in members {
                places(document, &format!("{pointer}/{}", escape(key)), member);
            }
        }
        scalar => {
            // The line break after a `|` block scalar is not part of it.
            let written = format!("{}\n", &document.source()[span]);
            let again = Document::parse_yaml(&written).expect("is YAML");
            assert_eq!(again.json(), scalar, "{pointer}: {written}");
        }
    }
}

#[test]
fn diagnostics_have_positions_in_yaml() {
    let text = include_str!("yaml/faulty.asl.yaml");
    let document = Document::parse_yaml(text).expect("is YAML");
    let diagnostics = validate(&document, MachineType::Standard);
    let shown: Vec<String> = diagnostics
        .errors()
        .map(|diagnostic| {
            let line = document
                .line(diagnostic.location.line)
                .expect("the line is there");
            format!(
                "{line}\n{}^ {diagnostic}",
                " ".repeat(diagnostic.location.column - 1)
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn large_texts_are_read_fast() {
    let states: Vec<String> = (0..8000)
        .map(|i| {
            format!(
                "  S{i}:\n    Type: Task\n    Resource: arn:aws:states:::lambda:invoke\n    Parameters:\n      FunctionName: f\n      Payload.$: $.a\n    Next: S{}\n",
                i + 1
            )
        })
        .collect();
    let text = format!(
        "StartAt: S0\nStates:\n{}  S8000: {{Type: Succeed}}\n",
        states.concat()
    );
    assert!(text.len() > 1_000_000);
    let start = std::time::Instant::now();
    let document = Document::parse_yaml(&text).expect("is YAML");
    // A debug build takes half a second; superlinear algorithms would take minutes.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let states = document.json().get("States").and_then(Json::as_object);
    assert_eq!(states.map(|states| states.len()), Some(8001));
}

fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "",
        " ",
        "~",
        "null",
        "yes",
        "On",
        "1_000",
        "010",
        "0x1F",
        "1.",
        ".5",
        "1e3",
        ".inf",
        "2026-01-31",
        "12:30",
        "- a",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!Ref x",
        "{% $a %}",
        "{",
        "]",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "---",
        "...",
        "? x",
        "a\nb",
        "a\n",
        "\n",
        "a\tb",
        "\u{85}",
        "\u{feff}",
        "\u{7f}",
        "é",
        "😀",
        "${X}",
        "$.a",
        "<<",
        "=",
        "a:",
        ":a",
        "\\",
        "a\\nb",
        "trailing ",
        "x: ",
    ]);
    let text = prop_oneof![
        any::<String>(),
        "[ -~\\n]{0,30}",
        word.prop_map(str::to_owned),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        number.prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_the_same_in_yaml(json in any_json(), style in any::<u64>()) {
        same(&json, &emit(&json, style));
    }

    #[test]
    fn a_printed_value_is_the_same_when_it_is_read(json in any_json()) {
        same(&json, &json.to_yaml());
    }

    /// Words that YAML 1.1 reads as something other than text, and indicators in any position.
    #[test]
    fn a_printed_text_is_the_same_when_it_is_read(
        words in proptest::collection::vec("yes|No|on|null|~|true|0x1F|1_0|12:30|2026-01-31|<<|[-:#&*!|>%@`\"' ,{}\\[\\]?=.$/a-z]{0,3}|\\PC|\u{85}|\u{2028}|\u{feff}", 0..4),
    ) {
        let text = Json::from(words.concat().as_str());
        same(&text, &text.to_yaml());
        let member = Json::Object([(words.concat(), text.clone()), ("b".to_owned(), text)].into_iter().collect());
        let item = Json::Array(vec![member.clone(), Json::Array(vec![member])]);
        same(&item, &item.to_yaml());
    }
}

mod recordings {
    //! Tests with data outside of the repository.

    use super::*;
    use crate::recordings::files::realworld;

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn realworld_definitions_are_the_same_in_yaml() {
        let mut read = 0;
        for (path, text) in realworld() {
            let Ok(document) = Document::parse(&text) else {
                continue;
            };
            read += 1;
            let diagnostics = validate(&document, MachineType::Standard);
            for style in [0, 1, 0x5555_5555_5555_5555, u64::MAX] {
                let yaml = emit(document.json(), style);
                let again = same(document.json(), &yaml);
                let messages = |diagnostics: &stepwright_asl::Diagnostics| {
                    let mut messages: Vec<_> = diagnostics
                        .iter()
                        .map(|diagnostic| {
                            (
                                diagnostic.code.unwrap_or_default(),
                                diagnostic.location.pointer.clone(),
                                diagnostic.message.clone(),
                            )
                        })
                        .collect();
                    messages.sort();
                    messages
                };
                // Duplicate keys of the original have positions that only the original contains.
                if document.duplicates().is_empty() {
                    let found = validate(&again, MachineType::Standard);
                    assert_eq!(
                        messages(&found),
                        messages(&diagnostics),
                        "{}",
                        path.display()
                    );
                }
                let machine = StateMachine::from_yaml(&yaml).expect("is a machine");
                let written: Json = machine.to_json().parse().expect("is JSON");
                assert_eq!(&written, document.json(), "{}", path.display());
            }
        }
        assert!(read > 40, "{read}");
    }
}
