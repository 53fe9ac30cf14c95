//! Properties of the recovery of YAML texts.

use proptest::prelude::*;

use crate::json::{Document, Json};

const MACHINE: &str = "\
StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Arguments: {FunctionName: 'f', Payload: [1, 2]}
    Retry:
      - ErrorEquals: [X]
        MaxAttempts: 2
    Next: B
  B:
    Type: Pass
    Comment: |
      first
      second
    Next: C
  C:
    Type: Succeed
";

/// The value of a text with one line in place of `Type: Pass` in the state `B`.
fn with_line(line: &str) -> (Document, Vec<String>) {
    let text = MACHINE.replace("    Type: Pass\n", &format!("{line}\n"));
    let (document, errors) =
        Document::parse_yaml_recovering(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let errors = errors.iter().map(ToString::to_string).collect();
    (document, errors)
}

#[test]
fn a_broken_line_leaves_the_other_states() {
    let whole = Document::parse_yaml(MACHINE).expect("it is YAML");
    for (line, found) in [
        ("    Type:", "null"),
        ("    Ty", "none"),
        ("    Type", "null"),
        ("    Type: \"Pass", "\"Pass\""),
        ("    Type: 'Pass", "\"Pass\""),
        ("    \"Type: Pass", "none"),
        ("    Type: Pass: x", "null"),
        ("    Type: *Pass", "null"),
        ("    Type: @Pass", "null"),
        ("    Type: {% $x %}", "null"),
        ("    Type: [Pass", "null"),
        ("    Type: {Pass: 1", "null"),
        ("    Type: Pass}", "\"Pass}\""),
        ("    -", "none"),
        ("    - Type: Pass", "none"),
        ("\tType: Pass", "none"),
        ("\t\t\t\tType: Pass", "\"Pass\""),
        ("   Type: Pass", "\"Pass\""),
        ("      Type: Pass", "\"Pass\""),
        ("    Type: \"Pa\\qss\"", "null"),
        ("    Type: 'Pass' x", "null"),
        ("    ? [Type]", "none"),
        ("    <<: *Pass", "none"),
        ("    %", "none"),
        ("    !Sub", "none"),
        ("    Type: !If [a, b]", "null"),
    ] {
        let (document, errors) = with_line(line);
        let json = document.json();
        for pointer in ["/StartAt", "/States/A", "/States/C"] {
            assert_eq!(
                json.pointer(pointer),
                whole.json().pointer(pointer),
                "{line}: {errors:?}\n{json}"
            );
        }
        assert!(
            json.pointer("/States/B").is_some(),
            "{line}: {errors:?}\n{json}"
        );
        let kind = json.pointer("/States/B/Type");
        let kind = kind.map_or("none".to_owned(), Json::to_string);
        assert_eq!(kind, found, "{line}: {errors:?}\n{json}");
        let span = document.span("/States/C/Type").expect("the state is there");
        assert_eq!(&document.source()[span], "Succeed", "{line}");
    }
}

/// Each node is inside of the text, and a child of a mapping is after its key.
fn check_positions(document: &Document, json: &Json, pointer: &str) {
    let span = document.span(pointer).expect("each node has a position");
    assert!(
        document.source().get(span).is_some(),
        "{pointer} in\n{}",
        document.source()
    );
    let children: Vec<(String, &Json)> = match json {
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (crate::json::escape(key).into_owned(), value))
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
        if let Some(key) = document.key_span(&pointer) {
            assert!(document.source().get(key).is_some(), "{pointer}");
        }
        check_positions(document, child, &pointer);
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b:", "c: d", "\n", "\n  ", "\n    ", "- ", "\t", "'", "\"", "[", "{", "]", "}", ", ",
        ": ", "|\n", ">", "*x", "&x ", "!Sub ", "# c", "\r\n", "é", "${X}", "%", "---\n", "<<: ",
        "? ",
    ])
}

proptest! {
    #[test]
    fn a_cut_text_keeps_the_states_before_the_cut(cut in 0..MACHINE.len()) {
        let whole = Document::parse_yaml(MACHINE).expect("it is YAML");
        let (document, _) = Document::parse_yaml_recovering(&MACHINE[..cut]).expect("it is repaired");
        for pointer in ["/StartAt", "/States/A", "/States/B", "/States/C"] {
            // The value of a block ends in the next line.
            if whole.span(pointer).expect("the node is there").end < cut {
                prop_assert_eq!(document.json().pointer(pointer), whole.json().pointer(pointer), "{}", &MACHINE[..cut]);
            }
        }
        check_positions(&document, document.json(), "");
    }

    #[test]
    fn no_text_breaks_the_recovery(pieces in prop::collection::vec(piece(), 0..40), at in 0..MACHINE.len()) {
        let pieces = pieces.concat();
        let inserted = [&MACHINE[..at], &pieces, &MACHINE[at..]].concat();
        for text in [pieces, inserted] {
            match Document::parse_yaml_recovering(&text) {
                Ok((document, errors)) => {
                    check_positions(&document, document.json(), "");
                    prop_assert!(errors.iter().all(|error| error.offset <= text.len()));
                    prop_assert!(!errors.is_empty() || Document::parse_yaml(&text).is_ok());
                }
                Err(error) => prop_assert!(error.offset <= text.len()),
            }
        }
    }
}
