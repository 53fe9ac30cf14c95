//! Hover, signatures and inlay hints at marked places.

use std::fmt::Write;

use stepwright_editor::Document;

const MACHINE: &str = r#"{
  "QueryLanguage": "JSONata",
  "Start①At": "Pay",
  "States": {
    "P②ay": {
      "Type": "T③ask",
      "Comment": "Saves the order.",
      "Resource": "arn:aws:states:::dynamo④db:putItem",
      "Arguments": {"TableName": "Orders", "Item": {}},
      "Assign": {"total": 1, "name": "{% $states.result.name %}", "list": []},
      "Retry": [{"ErrorEq⑤uals": ["States.Time⑥out", "Card.Refus⑦ed"], "BackoffRate": 2}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
      "Next": "Check"
    },
    "Check": {
      "Type": "Choice",
      "Choices": [{"Condition": "{% $su⑧m($to⑨tal) > $stat⑩es.input.limit %}", "Next": "Done"}],
      "Default": "Wait"
    },
    "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Done"},
    "Done": {"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"a.$": "States.For⑪mat('{}', $⑫$.State.Name)"}, "End": true}
  }
}
"#;

const MARKS: &str = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫";

fn document() -> (Document, Vec<usize>) {
    let mut text = String::new();
    let mut offsets = vec![0; MARKS.chars().count()];
    for c in MACHINE.chars() {
        match MARKS.chars().position(|mark| mark == c) {
            Some(index) => offsets[index] = text.len(),
            None => text.push(c),
        }
    }
    (Document::open("a.asl.json", &text, 1), offsets)
}

#[test]
fn hover_explains_what_is_there() {
    let (document, offsets) = document();
    let mut out = String::new();
    for (mark, offset) in MARKS.chars().zip(offsets) {
        let hover = document.hover(offset);
        let hover = hover.unwrap_or_else(|| panic!("no explanation at {mark}"));
        let text = &document.text()[hover.range];
        writeln!(out, "=== {text}\n{}", hover.text).expect("a text");
    }
    insta::assert_snapshot!(out);
}

/// The explanation at the marker `¦`.
fn hover(marked: &str) -> String {
    let offset = marked.find('¦').expect("a marker");
    let document = Document::open("a.asl.json", &marked.replace('¦', ""), 1);
    let hover = document.hover(offset);
    hover.map_or_else(String::new, |hover| hover.text)
}

#[test]
fn hover_shows_the_shape_of_values() {
    let machine = |output: &str| {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "Get", "States": {{
              "Get": {{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {{"TableName": "t"}},
                "Assign": {{"order": {{"id": 1, "item": "{{% $states.result.Item %}}"}}, "n": "{{% $order.id %}}"}}, "Next": "Show"}},
              "Show": {{"Type": "Pass", "Output": "{{% {output} %}}", "End": true}}}}}}"#
        )
    };
    let mut out = String::new();
    for output in [
        "$ord¦er",
        "$order.it¦em",
        "$order.id¦",
        "$states.in¦put",
        "$states.input.Consumed¦Capacity",
        "$states.context.Execution.St¦artTime",
        "$unkno¦wn",
        "$n¦",
        "($sum := 1; $s¦um)",
        "$order.unkno¦wn",
    ] {
        writeln!(out, "=== {output}\n{}", hover(&machine(output))).expect("a text");
    }
    for (text, marked) in [
        ("\"TableName\"", "\"Table¦Name\""),
        ("\"order\"", "\"or¦der\""),
    ] {
        let marked = machine("1").replacen(text, marked, 1);
        writeln!(out, "=== {text}\n{}", hover(&marked)).expect("a text");
    }
    insta::assert_snapshot!(out);
}

#[test]
fn signatures_know_the_active_parameter() {
    let text = |inside: &str| {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{"A": {{"Type": "Pass", "Output": "{{% {inside} %}}", "End": true}}}}}}"#
        )
    };
    let active = |inside: &str| {
        let marked = text(inside);
        let offset = marked.find('¦').expect("a marker");
        let document = Document::open("a.asl.json", &marked.replace('¦', ""), 1);
        document
            .signature(offset)
            .map(|one| (one.label.clone(), one.active))
    };
    let replace = "$replace(text, pattern, replacement, limit?)".to_owned();
    assert_eq!(active("$replace(¦)"), Some((replace.clone(), 0)));
    assert_eq!(
        active("$replace('a,(b', 'x', ¦"),
        Some((replace.clone(), 2))
    );
    assert_eq!(
        active("$replace($f([1, 2]), ¦)"),
        Some((replace.clone(), 1))
    );
    assert_eq!(active("$replace([1, ¦2])"), Some((replace, 0)));
    assert_eq!(active("1 + (2 * ¦3)"), None);
    assert_eq!(
        active("'é' & $length(¦)"),
        Some(("$length(text)".to_owned(), 0))
    );
}

#[test]
fn written_values_have_a_type_and_far_targets_a_note() {
    let (document, _) = document();
    let hints = document.inlay_hints(0..document.text().len());
    let shown: Vec<String> = hints
        .iter()
        .map(|hint| {
            let line = document.text()[..hint.offset]
                .lines()
                .last()
                .unwrap_or_default();
            format!("{}«{}»", line.trim_start(), hint.text)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "\"Assign\": {\"total\"«: number»",
            "\"Assign\": {\"total\": 1, \"name\": \"{% $states.result.name %}\", \"list\"«: array»",
        ]
    );
    let far = document.text().replace(
        "    \"Wait\": {\"Type\": \"Wait\"",
        &format!("{}    \"Wait\": {{\"Type\": \"Wait\"", "\n".repeat(40)),
    );
    let far = Document::open("a.asl.json", &far, 1);
    let last = far.inlay_hints(0..far.text().len()).pop().expect("a note");
    assert_eq!(last.text, " (Wait, 42 lines away)");
}

#[test]
fn rules_that_combine_others_have_their_condition_as_a_note() {
    let rule = |limit: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [
  {{"And": [{{"Variable": "$.a", "IsPresent": true}}, {{"Or": [
    {{"Variable": "$.total", "NumericGreaterThan": {limit}}}, {{"Not": {{"Variable": "$.vip", "BooleanEquals": true}}}}]}}], "Next": "B"}},
  {{"Variable": "$.a", "IsNull": true, "Next": "B"}}]}}, "B": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let notes = |text: &str| {
        let hints = Document::open("a.asl.json", text, 1).inlay_hints(0..text.len());
        hints
            .into_iter()
            .map(|hint| {
                format!(
                    "{}«{}»",
                    &text[..hint.offset]
                        .lines()
                        .last()
                        .unwrap_or_default()
                        .trim(),
                    hint.text
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        notes(&rule("100")),
        ["{\"And\"« ($.a is present and ($.total > 100 or not ($.vip = true)))»"]
    );
    assert_eq!(notes(&rule(&"1".repeat(60))), [""; 0]);
}

#[test]
fn every_offset_has_answers_in_the_text() {
    let (document, _) = document();
    for (offset, _) in document.text().char_indices() {
        if let Some(hover) = document.hover(offset) {
            assert!(document.text().get(hover.range.clone()).is_some());
            assert!(hover.range.start <= offset && offset <= hover.range.end);
        }
        if let Some(signature) = document.signature(offset) {
            assert!(
                signature
                    .parameters
                    .iter()
                    .all(|one| signature.label.get(one.clone()).is_some())
            );
        }
    }
}
