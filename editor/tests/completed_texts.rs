//! A document with a completion can be read.

use std::collections::HashSet;

use stepwright_editor::{Completion, Document, TextEdit};

/// The text with a completion, as a client applies it.
fn applied(text: &str, completion: &Completion) -> String {
    let start = completion.range.start;
    let line = &text[text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
    let indentation = &line[..line.len() - line.trim_start_matches(' ').len()];
    let inserted = if completion.is_snippet {
        filled_in(&completion.text)
    } else {
        completion.text.clone()
    };
    let inserted = inserted.replace('\n', &format!("\n{indentation}"));
    let mut edits = completion.further.clone();
    edits.push(TextEdit::replace(completion.range.clone(), inserted));
    edits.sort_by_key(|edit| edit.range.start);
    TextEdit::apply(text, &edits)
}

/// A snippet with a value in each tab stop that has no text: a number where a value is missing.
fn filled_in(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find(['\\', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            let first = escaped.chars().next().expect("an escaped character");
            out.push(first);
            rest = &escaped[first.len_utf8()..];
        } else if let Some(stop) = rest.strip_prefix("${") {
            let (_, text) = stop.split_once(':').expect("a text");
            let (text, after) = text.split_once('}').expect("an end");
            out.push_str(text);
            rest = after;
        } else {
            let needs_value = out.ends_with(' ');
            out.push_str(if needs_value { "1" } else { "" });
            rest = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    out.push_str(rest);
    out
}

const MACHINE: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Pick",
  "States": {
    "Pick": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.x = 'é\n' %}", "Next": "Get"}], "Default": "Old"},
    "Get": {
      "Type": "Task",
      "Resource": "arn:aws:states:::dynamodb:getItem",
      "Arguments": {"TableName": "t", "Key": {"id": "{% $states.input.`a b` %}"}},
      "Assign": {"item": "{% $states.result.Item %}"},
      "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
      "Next": "All"
    },
    "All": {"Type": "Parallel", "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Pass", "Output": "{% $item.x %}", "End": true}}}], "End": true},
    "New": {"Type": "Task", "Resource": "arn:aws:states:::sqs:x", "End": true},
    "Old": {"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"a.$": "States.Format('{}', $.x)", "b.$": "$$.Execution.Id"}, "End": true}
  }
}
"#;

const YAML: &str = "QueryLanguage: JSONata
StartAt: Get
States:
  Get:
    Type: Task
    Resource: arn:aws:states:::dynamodb:getItem
    Arguments:
      TableName: t
      Key:
        id: \"{% $states.input.id %}\"
    Retry:
      - ErrorEquals: [States.ALL]
        MaxAttempts: 2
    Next: Done
  New:
    Type: Task
    Resource: arn:aws:states:::sqs:x
    End: true
  Done:
    Type: Pass
    Output: >-
      {% $sum([1, 2]) &
      $states.input.x %}
    End: true
";

const FLOW: &str = "StartAt: A
States: {A: {Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {QueueUrl: u}, Next: B}, B: {Type: Succeed}}
";

/// A template with the definition as a block of YAML, and one with the definition in YAML.
fn yaml_templates() -> [String; 2] {
    let head = "Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
";
    let indented = |text: &str, by: &str| -> String {
        text.lines().map(|line| format!("{by}{line}\n")).collect()
    };
    let block = indented(MACHINE, "        ");
    let tree = indented(YAML, "        ");
    [
        format!("{head}      DefinitionString: !Sub |\n{block}"),
        format!("{head}      Definition:\n{tree}      Name: x\n"),
    ]
}

fn template() -> String {
    let mut text =
        "{\"Resources\": {\"M\": {\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {\"DefinitionString\": "
            .to_owned();
    let escaped = MACHINE.replace('\\', "\\\\").replace('"', "\\\"");
    text.push_str(&format!("\"{}\"", escaped.replace('\n', "\\n")));
    text.push_str("}}}}");
    text
}

#[test]
fn a_document_with_a_completion_can_be_read() {
    let template = template();
    let [block, tree] = yaml_templates();
    for (name, text) in [
        ("a.asl.json", MACHINE),
        ("a.asl.yaml", YAML),
        ("flow.asl.yaml", FLOW),
        ("template.json", &template),
        ("block.yaml", &block),
        ("tree.yaml", &tree),
    ] {
        let document = Document::open(name, text, 1);
        assert!(document.faults().is_empty(), "{:?}", document.faults());
        assert_eq!(document.definitions().len(), 1, "{name}");
        let mut count = 0;
        let mut seen = HashSet::new();
        for (offset, _) in text.char_indices() {
            let all = document.completion(offset);
            // The first and the last of a long list have the forms of all.
            let few = all.iter().take(2).chain(all.last());
            for completion in few {
                // An editor drops a completion whose filter does not match the typed text.
                let typed = text.get(completion.range.start..offset).unwrap_or_default();
                let is_quote = |c: &char| matches!(c, '"' | '\\');
                let quote: String = typed.chars().take_while(is_quote).collect();
                assert!(
                    completion.filter.starts_with(&quote),
                    "{name}: {completion:#?}"
                );
                let range = completion.range.clone();
                if !seen.insert((range.start, range.end, completion.text.clone())) {
                    continue;
                }
                count += 1;
                let new = applied(text, completion);
                let read = Document::open(name, &new, 2);
                let faults = read.faults();
                assert!(
                    faults.is_empty() && read.definitions().len() == 1,
                    "{name} at {offset}: `{}` after `{}`\n{completion:#?}\n{faults:?}",
                    completion.label,
                    &text[..offset].lines().last().unwrap_or_default()
                );
            }
        }
        assert!(count > 50, "{name}: {count}");
    }
}
