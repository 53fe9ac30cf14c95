//! Operations on definitions in templates leave what the template computes as it is written.

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright_editor::{Document, Operation, TextEdit};

/// The forms in which a template refers to something, in YAML and in JSON. The first of each pair
/// is how it is written.
const WRITTEN: &[(&str, &str)] = &[
    ("!Ref Table", r#"{"Ref": "Table"}"#),
    ("!GetAtt Table.Arn", r#"{"Fn::GetAtt": ["Table", "Arn"]}"#),
    ("!Sub \"${Table}-x\"", r#"{"Fn::Sub": "${Table}-x"}"#),
    (
        "!Join ['', [a, !Ref Table]]",
        r#"{"Fn::Join": ["", ["a", {"Ref": "Table"}]]}"#,
    ),
    ("{Ref: Table}", r#"{"Ref": "Table"}"#),
    (
        "{'Fn::GetAtt': [Table, Arn]}",
        r#"{"Fn::GetAtt": ["Table", "Arn"]}"#,
    ),
];

/// A template in YAML or JSON with three states. The first two use the reference.
fn template(reference: usize, is_yaml: bool) -> Document {
    let (yaml, json) = WRITTEN[reference];
    let text = if is_yaml {
        format!(
            "Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Put
        States:
          # writes
          Put:
            Type: Task # a task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters:
              TableName: {yaml} # the table
              Item: {{id: {{\"S.$\": $.id}}}}
            Next: Send
          Send:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage
            Parameters: {{QueueUrl: x, MessageBody: {yaml}}}
            Next: Done
          Done: {{Type: Succeed}}
"
        )
    } else {
        format!(
            r#"{{"Resources": {{"Flow": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {{
  "StartAt": "Put",
  "States": {{
    "Put": {{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {{"TableName": {json}, "Item": {{"id": {{"S.$": "$.id"}}}}}}, "Next": "Send"}},
    "Send": {{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {{"QueueUrl": "x", "MessageBody": {json}}}, "Next": "Done"}},
    "Done": {{"Type": "Succeed"}}
  }}}}}}}}}}}}"#
        )
    };
    let name = if is_yaml {
        "template.yaml"
    } else {
        "template.json"
    };
    Document::open(name, &text, 1)
}

fn written(reference: usize, is_yaml: bool) -> &'static str {
    let (yaml, json) = WRITTEN[reference];
    if is_yaml { yaml } else { json }
}

/// A state as a form shows it, with one other member.
fn changed_state(document: &Document, name: &str, member: usize) -> Value {
    let state = document.definitions()[0]
        .json()
        .pointer(&format!("/States/{name}"));
    let text = state.expect("it is there").to_string();
    let mut state: Value = serde_json::from_str(&text).expect("it is JSON");
    match member {
        0 => state["Comment"] = json!("new"),
        1 => state["Parameters"]["More"] = json!([1, 2]),
        2 => state["Resource"] = json!("arn:aws:states:::lambda:invoke"),
        3 => state["Retry"] = json!([{"ErrorEquals": ["States.ALL"]}]),
        _ => {
            let old = state.as_object().cloned().unwrap_or_default();
            state = Value::Object(old.into_iter().rev().collect());
        }
    }
    state
}

fn operations(document: &Document, name: &str) -> Vec<(Value, usize)> {
    let state = format!("/States/{name}");
    let mut all: Vec<(Value, usize)> = (0..5)
        .map(|member| {
            let value = changed_state(document, name, member);
            (
                json!({"operation": "setField", "field": state, "value": value}),
                2,
            )
        })
        .collect();
    // The second number counts the references after the operation.
    all.extend([
        (json!({"operation": "duplicateState", "state": state, "name": "Copy"}), 3),
        (json!({"operation": "wrapStates", "states": [state], "name": "W", "wrapper": "Map"}), 2),
        (json!({"operation": "wrapStates", "states": [state], "name": "W", "wrapper": "Parallel"}), 2),
        (json!({"operation": "renameState", "state": state, "name": "Renamed"}), 2),
        (json!({"operation": "rerouteState", "state": state, "transition": "/States/Send/Next"}), 2),
        (json!({"operation": "moveState", "state": state}), 2),
        (json!({"operation": "addCatcher", "state": state, "errors": ["States.ALL"], "target": "Done"}), 2),
        (json!({"operation": "convertState", "state": state}), 2),
        (json!({"operation": "format"}), 2),
    ]);
    all
}

fn after(document: &Document, operation: &Value) -> Option<Document> {
    let operation: Operation = serde_json::from_value(operation.clone()).expect("an operation");
    let edits = document.edits(0, &operation).ok()?;
    let text = TextEdit::apply(document.text(), &edits);
    Some(document.with_text(&text, document.revision() + 1))
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

proptest! {
    #[test]
    fn every_reference_survives_every_operation(
        reference in 0..WRITTEN.len(),
        is_yaml in any::<bool>(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..4),
    ) {
        let mut document = template(reference, is_yaml);
        let own = without_blanks(written(reference, is_yaml));
        let count = |document: &Document| without_blanks(document.text()).matches(&own).count();
        let mut expected = 2;
        for (chosen, is_first) in steps {
            let name = if is_first { "Put" } else { "Send" };
            if document.definitions()[0].json().pointer(&format!("/States/{name}/Parameters")).is_none() {
                continue;
            }
            let all = operations(&document, name);
            let (operation, count_after) = &all[chosen.index(all.len())];
            let Some(next) = after(&document, operation) else { continue };
            expected += count_after - 2;
            prop_assert_eq!(count(&next), expected, "{} of\n{}\n{}", operation, document.text(), next.text());
            prop_assert!(next.definitions().len() == 1 && !next.definitions()[0].is_stale());
            document = next;
        }
    }

    #[test]
    fn an_extracted_state_has_placeholders_and_its_substitutions(
        reference in 0..WRITTEN.len(),
        is_yaml in any::<bool>(),
        is_first in any::<bool>(),
    ) {
        let document = template(reference, is_yaml);
        let name = if is_first { "Put" } else { "Send" };
        let operation = Operation::ExtractStates {
            states: vec![format!("/States/{name}")],
            name: "Run".to_owned(),
            state_machine: "${Inner}".to_owned(),
        };
        let extraction = document.extraction(0, &operation).expect("it is possible");
        let text = &extraction.definition;
        for written in ["!", "Ref", "Fn::"] {
            prop_assert!(!text.contains(written), "{}", text);
        }
        prop_assert!(!extraction.substitutions.is_empty(), "{}", text);
        for (name, value) in &extraction.substitutions {
            prop_assert!(text.contains(&format!("${{{name}}}")), "{name} of {text}");
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{}", name);
            prop_assert!(value.contains("Table"), "{}", value);
        }
        let inner = Document::open(if is_yaml { "a.asl.yaml" } else { "a.asl.json" }, text, 1);
        prop_assert!(inner.definitions()[0].json().pointer(&format!("/States/{name}/Type")).is_some(), "{}", text);
    }
}

#[test]
fn a_form_writes_only_the_members_that_differ() {
    let document = template(0, true);
    let value = changed_state(&document, "Put", 1);
    let operation = json!({"operation": "setField", "field": "/States/Put", "value": value});
    let text = after(&document, &operation)
        .expect("it is possible")
        .text()
        .to_owned();
    let expected = document.text().replace(
        "Item: {id: {\"S.$\": $.id}}\n",
        "Item: {id: {\"S.$\": $.id}}\n              More:\n                - 1\n                - 2\n",
    );
    assert_eq!(text, expected);
}

#[test]
fn a_removed_item_of_a_list_is_the_only_change() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [
  {"Variable": "$.a", "IsPresent": true, "Next": "B"}, // one
  {"Variable": "$.b", "IsPresent": true, "Next": "B"}, // two
  {"Variable": "$.c", "IsPresent": true, "Next": "B"}  // three
]}, "B": {"Type": "Succeed"}}}"#;
    let document = Document::open("a.asl.jsonc", text, 1);
    let rules = [0, 2].map(|index| {
        let rule = document.definitions()[0]
            .json()
            .pointer(&format!("/States/A/Choices/{index}"));
        serde_json::from_str::<Value>(&rule.expect("it is there").to_string()).expect("it is JSON")
    });
    let operation = json!({"operation": "setField", "field": "/States/A/Choices", "value": rules});
    let new = after(&document, &operation).expect("it is possible");
    // A comment behind the item remains, as for every removed value.
    let removed = "  {\"Variable\": \"$.b\", \"IsPresent\": true, \"Next\": \"B\"}, // two\n";
    assert_eq!(new.text(), text.replace(removed, "  // two\n"));
}

#[test]
fn states_on_one_line_move_with_their_references() {
    let head = "\
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: First
        States:
          First: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: Put}], Default: Done}
";
    let put = "Put: {Type: Task, Resource: !Ref Function, ";
    let text =
        format!("{head}          {put}Next: Done}} # puts\n          Done: {{Type: Succeed}}\n");
    let document = Document::open("template.yaml", &text, 1);
    for (operation, moved) in [
        (
            json!({"operation": "wrapStates", "states": ["/States/Put"], "name": "W", "wrapper": "Parallel"}),
            format!(
                "          W:
            Type: Parallel
            Branches:
              - StartAt: Put
                States:
                  {put}End: true}} # puts
            OutputPath: $[0]
            Next: Done
"
            ),
        ),
        (
            json!({"operation": "wrapStates", "states": ["/States/Put"], "name": "W", "wrapper": "Map"}),
            format!(
                "          W:
            Type: Map
            ItemProcessor:
              ProcessorConfig:
                Mode: INLINE
              StartAt: Put
              States:
                {put}End: true}} # puts
            Next: Done
"
            ),
        ),
    ] {
        let new = after(&document, &operation).expect("it is possible");
        assert!(new.text().contains(&moved), "{}", new.text());
    }
    let operation = Operation::ExtractStates {
        states: vec!["/States/Put".to_owned()],
        name: "Run".to_owned(),
        state_machine: "${Inner}".to_owned(),
    };
    let extraction = document.extraction(0, &operation).expect("it is possible");
    assert_eq!(
        extraction.definition,
        "StartAt: Put\nStates:\n  Put: {Type: Task, Resource: '${Function}', End: true} # puts\n"
    );
    assert_eq!(extraction.substitutions["Function"], "!Ref Function");
}

#[test]
fn two_values_of_an_extracted_state_have_two_names() {
    let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Put
        States:
          Put:
            Type: Pass
            Result:
              - !GetAtt A.Bc
              - !GetAtt AB.c
              - !Sub 'x-${AB.c}'
            Next: Done
          Done:
            Type: Succeed
";
    let document = Document::open("template.yaml", text, 1);
    let operation = Operation::ExtractStates {
        states: vec!["/States/Put".to_owned()],
        name: "Run".to_owned(),
        state_machine: "${Inner}".to_owned(),
    };
    let extraction = document.extraction(0, &operation).expect("it is possible");
    let found = extraction.substitutions.into_iter().collect::<Vec<_>>();
    let expected = [("ABc", "!GetAtt A.Bc"), ("ABc2", "!GetAtt AB.c")];
    assert_eq!(
        found,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let inner = Document::open("a.asl.yaml", &extraction.definition, 1);
    let result = inner.definitions()[0].json().pointer("/States/Put/Result");
    assert_eq!(
        result.map(ToString::to_string).as_deref(),
        Some(r#"["${ABc}","${ABc2}","x-${ABc2}"]"#)
    );
}
