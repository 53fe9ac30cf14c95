//! The meaning of the words of a document.

use std::fmt::Write;

use proptest::prelude::*;
use stepwright_editor::Document;

const JSONATA: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "charge", "Payload": "{% $merge([$states.input, {\"é\": \"a\\\\b\", 'n': 1.5 / 2}]) %}"},
      "Assign": {"total": "{% $sum($states.result.items.(price * /a.c/i)) %}"},
      "Catch": [{"ErrorEquals": ["States.Timeout", "Card.Refused"], "Next": "Done"}],
      "Next": "Done"
    },
    "Done": {"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"a.$": "States.Format('{} it\\'s', $$.State.Name)", "b.$": "$total.items[0]['x y']", "c": "$.text"}, "End": true}
  }
}
"#;

const YAML: &str = "QueryLanguage: JSONata
StartAt: A
States:
  A:
    Type: Pass
    Output: |-
      {% $states.input.a
         & 'x' %}
    Next: 'B'
  B:
    Type: Fail
    Error: \"{% $code %}\"
";

fn shown(document: &Document) -> String {
    let mut out = String::new();
    for token in document.tokens() {
        let text = &document.text()[token.range];
        let declared = if token.is_declaration {
            " declared"
        } else {
            ""
        };
        writeln!(out, "{:?}{declared}: {text}", token.kind).expect("a text");
    }
    out
}

#[test]
fn names_and_expressions_have_tokens() {
    insta::assert_snapshot!(shown(&Document::open("a.asl.json", JSONATA, 1)));
}

#[test]
fn texts_of_yaml_have_tokens() {
    insta::assert_snapshot!(shown(&Document::open("a.asl.yaml", YAML, 1)));
}

proptest! {
    /// Tokens of any expression do not overlap.
    #[test]
    fn tokens_are_in_order_and_in_the_text(text in "[$a-c.'\"\\\\ (){}\\[\\]/é%:=&0-9@#\n]{0,40}", path in any::<bool>()) {
        let value = serde_json::Value::from(if path { format!("${text}") } else { format!("{{%{text}%}}") });
        let language = if path { "JSONPath" } else { "JSONata" };
        let file = format!(r#"{{"QueryLanguage": "{language}", "StartAt": "A", "States": {{"A": {{"Type": "Pass", "InputPath": {value}, "Output": {value}, "End": true}}}}}}"#);
        let document = Document::open("a.asl.json", &file, 1);
        let mut end = 0;
        for token in document.tokens() {
            prop_assert!(token.range.start >= end);
            prop_assert!(file.get(token.range.clone()).is_some());
            end = token.range.end;
        }
    }
}
