//! Properties of the recovery of the parser.

use proptest::prelude::*;

use super::{Dialect, Document, Json};

/// The value and the errors of a text.
fn recovered(text: &str) -> (String, Vec<String>) {
    let (document, errors) = Document::parse_recovering(text, Dialect::Json);
    let errors = errors.iter().map(|error| {
        let at = error.offset;
        format!("{at}: {}", error.message)
    });
    (document.json().to_string(), errors.collect())
}

#[test]
fn each_fault_leaves_the_other_members() {
    for (text, value, errors) in [
        // Commas and colons.
        (
            r#"{"a": 1 "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["8: expected `,` or `}` after the member"][..],
        ),
        (
            r#"{"a": 1,, "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["8: unexpected comma; remove it"],
        ),
        (
            r#"[1,, 2 3]"#,
            "[1,2,3]",
            &[
                "3: unexpected `,`; remove it",
                "7: expected `,` or `]` after the item",
            ],
        ),
        (
            r#"{"a" 1, "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["5: expected `:` after the key"],
        ),
        (
            r#"{"a":: 1, "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["5: unexpected `:`; remove it"],
        ),
        // Values.
        (
            r#"{"a": , "b": 2}"#,
            r#"{"a":null,"b":2}"#,
            &["6: expected a JSON value"],
        ),
        (
            r#"{"a": "b": 2}"#,
            r#"{"a":null,"b":2}"#,
            &["6: expected a JSON value"],
        ),
        (
            "{\"a\":\n\"b\": 2}",
            r#"{"a":null,"b":2}"#,
            &["5: expected a JSON value"],
        ),
        (r#"{"a": }"#, r#"{"a":null}"#, &["6: expected a JSON value"]),
        (
            r#"{"a": tru, "b": 2}"#,
            r#"{"a":"tru","b":2}"#,
            &["6: expected a JSON value; put a text in double quotes"],
        ),
        (
            r#"{"a": 30s, "b": 2}"#,
            r#"{"a":"30s","b":2}"#,
            &["6: this is not a number; put a text in double quotes"],
        ),
        (
            r#"{"a": -, "b": 01}"#,
            r#"{"a":null,"b":null}"#,
            &[
                "7: expected a digit",
                "14: a number must not have a leading zero",
            ],
        ),
        (
            r#"{"a": ${X, "b": 2}"#,
            r#"{"a":"${X","b":2}"#,
            &["6: the placeholder is not closed; add `}`"],
        ),
        // Keys.
        (
            "{\"a\": 1,\n\"b\"\n}",
            r#"{"a":1,"b":null}"#,
            &["12: expected `:` after the key"],
        ),
        (
            "{\"a\": 1,\n\"b\n}",
            r#"{"a":1,"b":null}"#,
            &["9: the string is not closed"],
        ),
        (
            "{\n\"b\n\"a\": 1}",
            r#"{"b":null,"a":1}"#,
            &[
                "2: the string is not closed",
                "4: expected `,` or `}` after the member",
            ],
        ),
        (
            r#"{: 1, "b": 2}"#,
            r#"{"b":2}"#,
            &["1: expected a key in double quotes"],
        ),
        (
            r#"{{"a": 1}, "b": 2}"#,
            r#"{"b":2}"#,
            &["1: expected a key in double quotes"],
        ),
        (
            r#"{a": 1, "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["1: expected a key in double quotes"],
        ),
        // Strings.
        (
            "{\"a\": \"x,\n\"b\": 2}",
            r#"{"a":"x","b":2}"#,
            &["6: the string is not closed"],
        ),
        (
            "{\"s\": {\"a\": \"x},\n\"b\": 2}",
            r#"{"s":{"a":"x"},"b":2}"#,
            &["12: the string is not closed"],
        ),
        (
            r#"{"a": "x, "b": 2}"#,
            r#"{"a":"x","b":2}"#,
            &["6: the string is not closed"],
        ),
        (
            r#"{"a: "x", "b": 2}"#,
            r#"{"a":"x","b":2}"#,
            &["1: the string is not closed"],
        ),
        (
            r#"{"a": "\q", "b": 2}"#,
            r#"{"a":"\\q","b":2}"#,
            &["7: JSON does not have this escape"],
        ),
        (
            r#"{"a": "x\"#,
            r#"{"a":"x\\"}"#,
            &[
                "6: the string is not closed",
                "9: the text ends here; expected `}`",
            ],
        ),
        // Brackets.
        (
            r#"{"a": [1, 2, "b": 2}"#,
            r#"{"a":[1,2],"b":2}"#,
            &["13: expected `]` after the last item"],
        ),
        (
            r#"{"a": [1, 2}"#,
            r#"{"a":[1,2]}"#,
            &["11: expected `]` after the last item"],
        ),
        (
            r#"[{"a": 1]"#,
            r#"[{"a":1}]"#,
            &["8: expected `}` after the last member"],
        ),
        (
            r#"{"a": 1]}"#,
            r#"{"a":1}"#,
            &["7: unexpected `]`; remove it"],
        ),
        (
            r#"{"a": 1}, "b": 2}"#,
            r#"{"a":1,"b":2}"#,
            &["7: unexpected `}`; remove it"],
        ),
        (
            r#"{"a": {"b": [1"#,
            r#"{"a":{"b":[1]}}"#,
            &["14: the text ends here; expected `]`"],
        ),
        (
            r#""a": 1}"#,
            r#"{"a":1}"#,
            &["0: expected `{` before the first member"],
        ),
        (r#"x {"a": 1}"#, r#"{"a":1}"#, &["0: expected a JSON value"]),
        ("", "null", &["0: the text is empty; expected a JSON value"]),
        (
            "{}}",
            "{}",
            &["2: expected the end of the text after the JSON value"],
        ),
        // Other dialects.
        (
            "{\"a\": 1, // x\n\"b\": 2}",
            r#"{"a":1,"b":2}"#,
            &["9: AWS accepts no comments; use the field `Comment` instead"],
        ),
        (
            r#"{"a": [1,],}"#,
            r#"{"a":[1]}"#,
            &[
                "8: AWS accepts no comma after the last value; remove it",
                "10: AWS accepts no comma after the last value; remove it",
            ],
        ),
        (
            r#"{a: 'x', "b": 0x1F}"#,
            r#"{"a":"x","b":31}"#,
            &[
                "1: AWS accepts a key only in double quotes",
                "4: AWS accepts a string only in double quotes",
                "14: AWS accepts a number only as JSON has it, such as `16` or `0.5`",
            ],
        ),
        (
            "{\"a\": 1 /* x",
            r#"{"a":1}"#,
            &[
                "8: the comment is not closed; add `*/`",
                "12: the text ends here; expected `}`",
            ],
        ),
    ] {
        let (found, reported) = recovered(text);
        assert_eq!(
            (&*found, reported),
            (value, errors.iter().map(ToString::to_string).collect()),
            "{text}"
        );
    }
}

const MACHINE: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Task",
      "Retry": [
        {
          "ErrorEquals": ["X"]
        }
      ],
      "Next": "B"
    },
    "B": {
      "Type": "Pass",
      "Next": "C"
    },
    "C": {
      "Type": "Succeed"
    }
  },
  "Comment": "end"
}"#;

/// A bracket that is missing or superfluous changes its own object only.
#[test]
fn indentation_decides_where_a_bracket_is_missing() {
    let whole: Json = MACHINE.parse().expect("it is JSON");
    let brackets = MACHINE.match_indices(['}', ']']).map(|(at, _)| at);
    for at in brackets {
        let mut missing = MACHINE.to_owned();
        missing.remove(at);
        let mut twice = MACHINE.to_owned();
        twice.insert(at, MACHINE.as_bytes()[at].into());
        for text in [missing, twice] {
            let (document, errors) = Document::parse_recovering(&text, Dialect::Json);
            assert_eq!(document.json(), &whole, "{text}\n{errors:?}");
            assert_eq!(errors.len(), 1, "{text}\n{errors:?}");
        }
    }
}

/// Each node is inside of its parent and after its predecessor.
fn check_positions(document: &Document, json: &Json, pointer: &str) {
    let span = document.span(pointer).expect("each node has a position");
    assert!(span.start <= span.end && span.end <= document.source().len());
    assert!(document.source().get(span.clone()).is_some());
    let children: Vec<(String, &Json)> = match json {
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (super::escape(key).into_owned(), value))
            .collect(),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (segment, child) in children {
        let pointer = format!("{pointer}/{segment}");
        let inner = document.span(&pointer).expect("each node has a position");
        assert!(
            span.start <= inner.start && inner.end <= span.end,
            "{pointer} in\n{}",
            document.source()
        );
        if let Some(key) = document.key_span(&pointer) {
            assert!(
                key.end <= inner.start,
                "{pointer} in\n{}",
                document.source()
            );
        }
        check_positions(document, child, &pointer);
    }
}

/// Pieces of broken texts.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"a\"",
        "\"b\"",
        "\"",
        "'",
        "'c'",
        "d",
        "1",
        "0x",
        "-",
        "true",
        "${",
        "${X}",
        "}",
        "//",
        "/*",
        "*/",
        "\n",
        "\n  ",
        "\r\n",
        " ",
        "\t",
        "\\",
        "\\u12",
        "é",
        "\u{a0}",
        "\u{feff}",
        "\"Type\": ",
        "\"x\": {",
        "]}",
        "\u{1}",
    ])
}

proptest! {
    /// A cut text keeps all members before the cut.
    #[test]
    fn a_cut_text_keeps_the_members_before_the_cut(cut in 0..MACHINE.len()) {
        let whole = Document::parse(MACHINE).expect("it is JSON");
        let (document, errors) = Document::parse_recovering(&MACHINE[..cut], Dialect::Json);
        prop_assert!(!errors.is_empty());
        for pointer in ["/StartAt", "/States/A/Type", "/States/A/Retry", "/States/A/Next", "/States/B", "/States/C/Type"] {
            let span = whole.span(pointer).expect("the node is there");
            if span.end < cut {
                prop_assert_eq!(document.json().pointer(pointer), whole.json().pointer(pointer));
                prop_assert_eq!(document.span(pointer), Some(span));
            }
        }
        check_positions(&document, document.json(), "");
    }

    #[test]
    fn no_text_breaks_the_recovery(pieces in prop::collection::vec(piece(), 0..40), dialect in 0..3) {
        let text = pieces.concat();
        let dialect = [Dialect::Json, Dialect::Comments, Dialect::Json5][dialect as usize];
        let (document, errors) = Document::parse_recovering(&text, dialect);
        check_positions(&document, document.json(), "");
        prop_assert!(errors.iter().all(|error| error.offset <= text.len()));
        // A text without errors is valid in its dialect, and the other way round.
        match Document::parse_dialect(&text, dialect) {
            Ok(strict) => {
                prop_assert!(errors.is_empty(), "{:?}: {:?}", text, errors);
                prop_assert_eq!(strict.json(), document.json());
            }
            Err(error) => prop_assert!(!errors.is_empty(), "{:?}: {}", text, error),
        }
        if dialect == Dialect::Json && let Ok(strict) = Document::parse_with_placeholders(&text) {
            prop_assert_eq!(strict.json(), document.json());
        }
    }
}
