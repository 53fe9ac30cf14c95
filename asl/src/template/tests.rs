//! Tests of finding and checking definitions in templates, with the right lines and columns.

use super::text::{TemplateText, TemplateValue};
use super::*;
use crate::json::align;
use crate::json::{Document, Json};
use crate::validate::{MachineType, Validator};
use crate::yaml::Format;
use proptest::prelude::*;

/// The diagnostics of the machines in a file: machine, rule, line and pointer, then the text at the
/// position.
fn found(name: &str, text: &str) -> Vec<(String, String)> {
    let file = read(name, text).expect("can be read");
    let validator = Validator::new(MachineType::Standard);
    let found = machines(&file).expect("has machines");
    let all = found.iter().flat_map(|machine| {
        let diagnostics = machine.check(&file, &validator).unwrap_or_default();
        let said = diagnostics
            .into_iter()
            .filter(|one| one.code.is_some())
            .map(|one| {
                let rest = text[one.location.offset..]
                    .lines()
                    .next()
                    .unwrap_or_default();
                (
                    format!(
                        "{} {} {} {}",
                        machine.name,
                        one.code.unwrap_or_default(),
                        one.location.line,
                        one.location.pointer
                    ),
                    rest.trim_end().to_owned(),
                )
            });
        said.collect::<Vec<_>>()
    });
    all.collect()
}

fn expect(name: &str, text: &str, expected: &[(&str, &str)]) {
    let found = found(name, text);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_yaml_definition_is_checked_inside_its_template() {
    let text = r#"
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Role: {Type: AWS::IAM::Role}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        TimeoutSeconds: !Ref Timeout
        States:
          A:
            Type: Task
            Resource: !GetAtt Fn.Arn
            Next: !If [Prod, B, C]
          B:
            Type: Task
            Resource: !Sub "arn:${AWS::Partition}:states:::sqs:sendMessage"
            Parameters: {QueueUrl: !ImportValue Queue, MessageBody: !Join ["", [a, b]]}
            Next: Dnoe
          Done: !If [Prod, {Type: Sucseed}, {Type: Succeed}]
"#;
    expect(
        "t.yaml",
        text,
        &[
            ("Orders SW020 20 /States/B/Next", "Dnoe"),
            (
                "Orders SW015 21 /States/Done/Type",
                "Sucseed}, {Type: Succeed}]",
            ),
        ],
    );
}

#[test]
fn a_json_definition_is_checked_inside_its_template() {
    let text = r#"{"Resources": {"Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
  "StateMachineType": "EXPRESS",
  "DefinitionString": {"Fn::ToJsonString": {"StartAt": "A", "States": {
    "A": {"Type": "Task", "Resource": {"Fn::GetAtt": ["Fn", "Arn"]}, "Next": "B"},
    "B": {"Type": "Task", "Resource": {"Fn::Sub": ["arn:${P}:states:::sqs:sendMessage.waitForTaskToken", {"P": "aws"}]}, "End": true}
  }}}}}}}"#;
    // An Express machine cannot wait for a token.
    expect(
        "t.json",
        text,
        &[(
            "Orders SW046 5 /States/B/Resource",
            r#"{"Fn::Sub": ["arn:${P}:states:::sqs:sendMessage.waitForTaskToken", {"P": "aws"}]}, "End": true}"#,
        )],
    );
}

#[test]
fn a_definition_string_has_locations_in_the_template() {
    let block = |tag: &str| {
        format!(
            "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: {tag}\n        {{\n          \"StartAt\": \"A\",\n          \"States\": {{\n            \"A\": {{\"Type\": \"Pass\", \"Next\": \"B\"}}\n          }}\n        }}\n"
        )
    };
    for tag in [
        "|",
        "!Sub |",
        "!Sub |-",
        "!Sub >",
        "|  # the definition",
        "&d |",
    ] {
        expect(
            "t.yaml",
            &block(tag),
            &[("M SW020 9 /States/A/Next", "\"B\"}")],
        );
    }
    let quoted = |written: &str| {
        format!(
            "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: {written}\n"
        )
    };
    let json = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "É"}}}"#;
    let single = quoted(&format!("!Sub '{json}'"));
    expect(
        "t.yaml",
        &single,
        &[("M SW020 5 /States/A/Next", "\"É\"}}}'")],
    );
    let double = quoted(&serde_json::to_string(json).expect("is text"));
    expect(
        "t.yaml",
        &double,
        &[("M SW020 5 /States/A/Next", "\\\"É\\\"}}}\"")],
    );
    let list = quoted(&format!("!Sub\n        - '{json}'\n        - {{X: 1}}"));
    expect(
        "t.yaml",
        &list,
        &[("M SW020 6 /States/A/Next", "\"É\"}}}'")],
    );
    let long = quoted(&format!(
        "\n        Fn::Sub:\n          - '{json}'\n          - {{X: 1}}"
    ));
    expect(
        "t.yaml",
        &long,
        &[("M SW020 7 /States/A/Next", "\"É\"}}}'")],
    );
    let long = quoted(&format!("\n        Fn::Sub: |\n          {json}"));
    expect("t.yaml", &long, &[("M SW020 7 /States/A/Next", "\"É\"}}}")]);
    // CloudFormation documents that the string is JSON.
    let yaml = quoted("|\n        StartAt: A\n        States:\n          A: {Type: Pass, Next: B}");
    expect("t.yaml", &yaml, &[("M SW001 6 ", "StartAt: A")]);
}

#[test]
fn a_joined_string_has_locations_in_its_parts() {
    let text = r#"{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": {"Fn::Join": ["", [
  "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Task\",\"Resource\":\"",
  {"Fn::GetAtt": ["Fn", "Arn"]},
  "\",\"TimeoutSeconds\":0,\"Next\":\"B\"},\"B\":{\"Type\":\"Task\",\"Resource\":\"arn:",
  {"Ref": "AWS::Partition"},
  ":states:::sqs:sendMesage\",\"End\":true}}}"
]]}}}}}"#;
    expect(
        "t.json",
        text,
        &[(
            "M SW043 4 /States/A/TimeoutSeconds",
            r#"0,\"Next\":\"B\"},\"B\":{\"Type\":\"Task\",\"Resource\":\"arn:","#,
        )],
    );
}

#[test]
fn an_invalid_definition_string_is_a_diagnostic() {
    let text = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"A\",\n         \"States\" {}}\n";
    expect("t.yaml", text, &[("M SW001 7 ", "{}}")]);
}

#[test]
fn described_machines_have_a_type_and_locations() {
    let text = "{\n  \"name\": \"M\", \"roleArn\": \"r\", \"type\": \"EXPRESS\",\n  \"definition\": \"{\\n\\\"StartAt\\\": \\\"A\\\", \\\"States\\\": {\\\"A\\\": {\\\"Type\\\": \\\"Pass\\\", \\\"Next\\\": \\\"B\\\"}}}\"\n}";
    expect("-", text, &[("M SW020 3 /States/A/Next", "\\\"B\\\"}}}\"")]);
    let file = read("-", text).expect("is JSON");
    let found = machines(&file).expect("is described");
    assert_eq!(found[0].machine_type, MachineType::Express);
}

#[test]
fn definitions_outside_the_template_are_reported() {
    let kinds = |properties: &str| {
        let text = format!(
            "Resources: {{M: {{Type: AWS::Serverless::StateMachine, Properties: {properties}}}}}"
        );
        let file = read("t.yaml", &text).expect("is YAML");
        let found = machines(&file).expect("is a template");
        match &found[0].definition {
            EmbeddedDefinition::File { path } => format!("file {path}"),
            EmbeddedDefinition::Asset { path } => format!("asset {path}"),
            EmbeddedDefinition::Elsewhere { reason } => reason.clone(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(kinds("{DefinitionUri: a/b.asl.json}"), "file a/b.asl.json");
    assert!(kinds("{DefinitionUri: s3://b/k}").contains("S3"));
    assert_eq!(
        kinds("{DefinitionUri: {Bucket: b, Key: k.json}}"),
        "asset asset.k.json"
    );
    assert!(kinds("{DefinitionUri: {Bucket: b, Key: ../k.json}}").contains("S3"));
    assert!(kinds("{DefinitionUri: !Sub '${Folder}/a.json'}").contains("computed"));
    assert!(kinds("{DefinitionString: !Ref Definition}").contains("is not a string"));
    assert!(kinds("{}").contains("no definition"));
}

#[test]
fn a_plain_definition_is_not_a_template() {
    for text in [
        r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
        r#"{"name": "package", "definition": "x"}"#,
        r#"{"StartAt": "A", "Resources": {}}"#,
        "[]",
        "1",
    ] {
        let file = read("-", text).expect("is JSON");
        assert!(machines(&file).is_none(), "{text}");
    }
    let empty = read("t.yaml", "Resources: {A: {Type: AWS::SNS::Topic}, B: 1}").expect("is YAML");
    assert!(machines(&empty).expect("is a template").is_empty());
}

#[test]
fn files_next_to_definitions_are_named() {
    let schema = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}"#;
    let schemas = format!(r#"{{"input": {schema}, "output": {schema}, "tasks": {{}}}}"#);
    let placeholders = r#"{"Table": {"standsFor": "DynamoDB table name", "states": ["List"]}}"#;
    let sources = r#"{"a.asl.json": {"List": "src/lib.rs:7:9"}}"#;
    let mocks = r#"{"StateMachines": {"A": {"TestCases": {}}}, "MockedResponses": {}}"#;
    for (name, text, expected) in [
        ("a.schema.json", schema, Some(OtherFile::JsonSchema)),
        (
            "a.schemas.json",
            schemas.as_str(),
            Some(OtherFile::JsonSchema),
        ),
        ("a.json", placeholders, Some(OtherFile::Substitutions)),
        ("a.substitutions.json", "{}", Some(OtherFile::Substitutions)),
        ("a.json", sources, Some(OtherFile::Sources)),
        ("stepwright.sources.json", "{}", Some(OtherFile::Sources)),
        (
            "a.json",
            r#"{"Version": "2012-10-17", "Statement": []}"#,
            Some(OtherFile::Policy),
        ),
        (
            "a.yaml",
            "Version: '2012-10-17'\nStatement: []",
            Some(OtherFile::Policy),
        ),
        ("MockConfigFile.json", mocks, Some(OtherFile::MockFile)),
        (
            "a.json",
            r#"{"events": [{"id": 1, "type": "ExecutionStarted"}]}"#,
            Some(OtherFile::History),
        ),
        ("a.json", "{}", None),
        ("a.json", "[]", None),
        ("package.json", r#"{"name": "orders"}"#, None),
        ("a.json", r#"{"Version": "1.0", "Statement": []}"#, None),
        // The name of a definition counts more than its content.
        ("a.asl.json", placeholders, None),
    ] {
        let file = read(name, text).expect("can be read");
        assert_eq!(OtherFile::of(name, &file), expected, "{name}: {text}");
    }
}

#[test]
fn settings_with_words_of_definitions_are_no_definitions() {
    for text in [
        r#"{"States": {"AL": {"name": "Alabama"}}}"#,
        r#"{"States": 1, "startedAt": 2}"#,
        r#"{"fields": {"status": {"Type": "Choice"}}}"#,
        r#"{"StateMachines": {}, "MockedResponses": {}}"#,
    ] {
        let file = read("a.json", text).expect("is JSON");
        assert!(!is_definition("a.json", Some(&file), text), "{text}");
    }
    assert!(!is_definition("a.yaml", None, "- [United States"));
}

/// Definitions with all fields of all states.
fn accepted() -> Vec<String> {
    let rows = include_str!("../../tests/definitions/accepted.jsonl").lines();
    let definitions = rows.map(|row| {
        let row: Json = row.parse().expect("is JSON");
        let definition = row.get("definition").expect("each row has a definition");
        definition
            .as_str()
            .map_or_else(|| definition.to_string(), str::to_owned)
    });
    definitions.collect()
}

/// A definition with one mistake.
fn damaged(definition: &str, kind: usize, at: usize) -> Option<String> {
    let json: Json = definition.parse().ok()?;
    let members = json.as_object()?;
    let mut names: Vec<&str> = members.keys().map(|key| key.as_str()).collect();
    let name = *names.get(at % names.len().max(1))?;
    let misspelled: String = match kind {
        0 => name.chars().skip(1).collect(),
        1 => name.to_lowercase(),
        _ => format!("{name}s"),
    };
    if kind < 4 {
        names.retain(|one| kind != 3 || *one != name);
        let pairs = names.iter().map(|one| {
            let key = if *one == name {
                misspelled.as_str()
            } else {
                one
            };
            (key.into(), members.get(*one).cloned().unwrap_or_default())
        });
        return Some(Json::Object(pairs.collect()).to_string());
    }
    if kind == 4 {
        let pairs = members.iter().map(|(key, value)| {
            (
                key.clone(),
                if key.as_str() == name {
                    Json::Array(vec![value.clone()])
                } else {
                    value.clone()
                },
            )
        });
        return Some(Json::Object(pairs.collect()).to_string());
    }
    // A cut text contains one state at least.
    let text = json.to_string();
    let states = text.find("\"States\"")?;
    let most = text.len() - states;
    let mut end = states + most - at % (most / 3).max(1) - 1;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(text[..end].to_owned())
}

#[test]
fn short_forms_become_long_forms_with_positions() {
    let text = "
A: !Sub '${B}'
B: !GetAtt
  - C
  - !Ref D
C: !If [E, !Base64 yes, {F: !Ref AWS::NoValue}]
D: !Not
  - !Condition E
E: &anchor !Split [',', 'a,b']
F: *anchor
G: !!str 1
H: !Ref 1
";
    let document = read_for_evaluation("t.yaml", text).expect("is YAML");
    let long: Json = r#"{
        "A": {"Fn::Sub": "${B}"},
        "B": {"Fn::GetAtt": ["C", {"Ref": "D"}]},
        "C": {"Fn::If": ["E", {"Fn::Base64": "yes"}, {"F": {"Ref": "AWS::NoValue"}}]},
        "D": {"Fn::Not": [{"Condition": "E"}]},
        "E": {"Fn::Split": [",", "a,b"]},
        "F": {"Fn::Split": [",", "a,b"]},
        "G": "1",
        "H": {"Ref": "1"}
    }"#
    .parse()
    .expect("is JSON");
    assert_eq!(document.json(), &long);
    for (pointer, line, column) in [
        ("/A", 2, 4),
        ("/A/Fn::Sub", 2, 4),
        ("/B/Fn::GetAtt/1/Ref", 5, 5),
        ("/C/Fn::If/1", 6, 12),
        ("/C/Fn::If/2/F", 6, 29),
        ("/E/Fn::Split/1", 9, 25),
    ] {
        let position = document.position(pointer).expect("is there");
        assert_eq!(
            (position.line, position.column),
            (line, column),
            "{pointer}"
        );
    }
    // A long form is one level more, which counts.
    let depth = crate::json::MAX_DEPTH;
    let nested = |tags: usize| format!("a: {}x", "!Join [".repeat(tags)) + &"]".repeat(tags);
    assert!(read_for_evaluation("t.yaml", &nested(depth / 2 - 1)).is_ok());
    assert!(read_for_evaluation("t.yaml", &nested(depth - 10)).is_err());
}

/// Checks that each byte of the text, except whitespace, is at its offset in the file.
fn is_aligned(source: &str, document: &Document, pointer: &str) {
    let place = TemplateValue::at(document, pointer).expect("is there");
    let TemplateText { text, offsets, .. } = TemplateText::of(place).expect("is a text");
    assert_eq!(text.len(), offsets.len());
    let start = document.span(pointer).expect("has a span").start;
    assert!(align(source, start, &text).is_some(), "{source}");
    let mut last = 0;
    for (at, char) in text
        .char_indices()
        .filter(|(_, char)| !char.is_whitespace())
    {
        let offset = offsets[at] as usize;
        assert!(offset >= last, "{source}");
        last = offset;
        let written = &source[offset..];
        assert!(
            written.starts_with(char) || written.starts_with('\\'),
            "{source}: {char}"
        );
    }
}

proptest! {
    #[test]
    fn offsets_in_json_strings_map_to_the_source(text in "\\PC{0,30}|[\"\\\\\n\t/{}a é😀\u{1}\u{7f}]{0,20}") {
        let source = format!("{{\"a\": {}}}", serde_json::to_string(&text).expect("is text"));
        is_aligned(&source, &Document::parse(&source).expect("is JSON"), "/a");
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let source = format!("{{\"a\": \"{escaped}\"}}");
        is_aligned(&source, &Document::parse(&source).expect("is JSON"), "/a");
    }

    #[test]
    fn offsets_in_yaml_strings_map_to_the_source(
        lines in prop::collection::vec("[a-z{}\":,'#é -]{0,12}", 1..6), mark in "(!Sub |!Sub  |&a )?[|>][+-]?", single in "[a-z '\"{}:é]{1,20}",
    ) {
        let body: String = lines.iter().map(|line| format!("\n    {}x", line.trim_start())).collect();
        let source = format!("a: {mark}{body}\nb: '{}'\n", single.replace('\'', "''"));
        let document = read("t.yaml", &source).expect("is YAML");
        is_aligned(&source, &document, "/a");
        is_aligned(&source, &document, "/b");
    }

    #[test]
    fn a_damaged_definition_is_never_another_file(row in 0usize..10_000, kind in 0usize..6, at in 0usize..10_000) {
        let all = accepted();
        if let Some(text) = damaged(&all[row % all.len()], kind, at) {
            let document = read("orders.json", &text).ok();
            prop_assert!(is_definition("orders.json", document.as_ref(), &text), "{text}");
            let other = document.and_then(|document| OtherFile::of("orders.json", &document));
            prop_assert_eq!(other, None, "{}", text);
        }
    }

    #[test]
    fn malformed_templates_do_not_panic(
        tag in "(!(Sub|Join|If|GetAtt|Ref|FindInMap|Select|Nothing) )?",
        value in "(\\[|\\]|[{}]|a|, |: |!If |!Join |\\$\\{A\\}|\"| |States|StartAt){0,12}",
        key in "Definition(String|Uri)?",
    ) {
        let text = format!("Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      {key}: {tag}{value}\n");
        if let Ok(file) = read("t.yaml", &text) {
            let validator = Validator::new(MachineType::Standard);
            for machine in machines(&file).unwrap_or_default() {
                for diagnostic in machine.check(&file, &validator).iter().flatten() {
                    prop_assert!(text.get(diagnostic.location.offset..).is_some(), "{}", diagnostic);
                }
            }
        }
    }

    #[test]
    fn a_definition_has_the_same_diagnostics_in_a_template(next in "[A-C]", seconds in 0i64..3, unknown in "[a-z]{1,5}") {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Wait", "Seconds": {seconds}, "{unknown}": 1, "Next": "{next}"}}, "B": {{"Type": "Succeed"}}}}}}"#
        );
        let json: Json = definition.parse().expect("is JSON");
        let alone = Validator::new(MachineType::Standard)
            .check(&Format::Json.parse(&definition).expect("is JSON"));
        let wrap = |value: String| format!(
            r#"{{"Resources": {{"M": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {value}}}}}}}"#
        );
        for text in [
            wrap(format!(r#"{{"Definition": {json}}}"#)),
            wrap(format!(r#"{{"DefinitionString": {}}}"#, serde_json::to_string(&definition).expect("is text"))),
        ] {
            let file = read("t.json", &text).expect("is JSON");
            let machine = &machines(&file).expect("is a template")[0];
            let found = machine.check(&file, &Validator::new(MachineType::Standard)).expect("is there");
            let messages = |diagnostics: &crate::Diagnostics| -> Vec<String> {
                diagnostics.iter().map(|one| format!("{} {} {}", one.code.unwrap_or_default(), one.location.pointer, one.message)).collect()
            };
            prop_assert_eq!(messages(&found), messages(&alone));
        }
    }

    /// The diagnostics do not depend on the syntax of the template, and are at the key.
    #[test]
    fn substitutions_are_checked_in_every_form_of_a_template(
        wanted in prop::collection::btree_set("(Charge|Ship)(Card)?(Arn|ARN|Url)", 1..5),
        given in prop::collection::btree_set("(Charge|Ship)(Card)?(Arn|ARN|Url)", 1..5),
    ) {
        let mut states = serde_json::Map::new();
        for (index, name) in wanted.iter().enumerate() {
            let state = serde_json::json!({"Type": "Task", "Resource": format!("${{{name}}}"), "End": true});
            states.insert(format!("S{index}"), state);
        }
        let definition = serde_json::json!({"StartAt": "S0", "States": states});
        let keys: serde_json::Map<_, _> = given.iter().map(|name| (name.clone(), serde_json::json!({"Ref": "X"}))).collect();
        let template = |properties: serde_json::Value| serde_json::json!({
            "Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
        });
        let part = template(serde_json::json!({"Definition": definition, "DefinitionSubstitutions": keys}));
        let string = template(serde_json::json!({"DefinitionString": definition.to_string(), "DefinitionSubstitutions": keys}));
        let lines: String = given.iter().map(|name| format!("        {name}: !Ref X\n")).collect();
        let yaml = format!(
            "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition: {definition}\n      DefinitionSubstitutions:\n{lines}"
        );
        let mut said: Option<Vec<String>> = None;
        for (name, text) in [("t.json", part.to_string()), ("t.json", format!("{string:#}")), ("t.yaml", yaml)] {
            let file = read(name, &text).expect("is a template");
            let found = super::supplies(&file).expect("is a template");
            let used: Vec<&str> = found[0].uses.iter().map(|one| one.name.as_str()).collect();
            prop_assert_eq!(&used, &wanted.iter().map(String::as_str).collect::<Vec<_>>());
            let diagnostics = found[0].check(&found[0].uses);
            for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.code.unwrap_or_default() != "missing") {
                let written = text[diagnostic.location.offset..].trim_start_matches('"');
                prop_assert!(given.iter().any(|key| written.starts_with(key.as_str())), "{}", diagnostic);
            }
            let mut told: Vec<String> = diagnostics.iter().map(|diagnostic| format!("{} {}", diagnostic.code.unwrap_or_default(), diagnostic.message)).collect();
            told.sort();
            prop_assert_eq!(told.is_empty(), wanted == given);
            prop_assert_eq!(said.get_or_insert(told.clone()), &told);
        }
    }
}
