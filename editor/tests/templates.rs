//! The positions of definitions in each kind of file.

use stepwright_asl::json::{Json, escape};
use stepwright_editor::{Definition, Document};

/// Pointers to a value and everything in it.
fn pointers(json: &Json) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut open = vec![(String::new(), json)];
    while let Some((pointer, json)) = open.pop() {
        let children: Vec<(String, &Json)> = match json {
            Json::Object(members) => members
                .iter()
                .map(|(key, value)| (format!("{pointer}/{}", escape(key)), value))
                .collect(),
            Json::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| (format!("{pointer}/{at}"), item))
                .collect(),
            _ => Vec::new(),
        };
        found.extend(children.iter().map(|(pointer, _)| pointer.clone()));
        open.extend(children);
    }
    found
}

/// `node_at` is the inverse of `range`, `key_range` and `definition_at`.
fn check(document: &Document, definition: &Definition) {
    let text = document.text();
    for pointer in pointers(definition.json()) {
        let range = definition.range(&pointer).expect("each node has a range");
        assert!(text.get(range.clone()).is_some(), "{pointer}");
        // An empty text has no offsets.
        let is_computed = range.is_empty();
        let node = definition.node_at(range.start);
        let node = node.unwrap_or_else(|| panic!("{pointer} has no node at {range:?}"));
        assert!(
            is_computed || node.pointer.starts_with(&pointer),
            "{pointer} at {range:?}: {}",
            node.pointer
        );
        if let Some(key) = definition.key_range(&pointer) {
            assert!(text.get(key.clone()).is_some(), "{pointer}");
            let node = definition.node_at(key.start);
            let node =
                node.unwrap_or_else(|| panic!("{pointer} has no node at {key:?} in\n{text}"));
            assert_eq!(node.pointer, pointer, "{key:?} in\n{text}");
            let found = document.definition_at(key.start).expect("a definition");
            assert_eq!(found.name(), definition.name());
        }
    }
}

/// A machine in a block of YAML at this indentation.
fn block(indentation: usize) -> String {
    let json = MACHINE.parse::<Json>().expect("it is JSON").to_pretty();
    let lines = json
        .lines()
        .map(|line| format!("{}{line}\n", " ".repeat(indentation)));
    lines.collect()
}

const MACHINE: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;

/// A file of Terraform with a definition.
fn tf(definition: &str) -> String {
    format!(
        "# Orders.\nresource \"aws_sfn_state_machine\" \"orders\" {{\n  definition = {definition}\n}}\n"
    )
}

#[test]
fn each_kind_of_file_has_the_positions_of_its_definitions() {
    let resource =
        "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n";
    let quoted = Json::from(MACHINE).to_string();
    let with = |properties: String| {
        format!("{resource}{properties}\n  Other:\n    Type: AWS::SNS::Topic\n")
    };
    let files = [
        ("a.asl.json", MACHINE.to_owned()),
        ("a.asl.yaml", MACHINE.parse::<Json>().expect("it is JSON").to_yaml()),
        ("template.yaml", with(format!("      DefinitionString: |\n{}", block(8)))),
        ("template.yaml", with(format!("      DefinitionString: !Sub |\n{}", block(8)))),
        ("template.yaml", with(format!("      DefinitionString: >-\n{}", block(10)))),
        ("template.yaml", with(format!("      DefinitionString: {quoted}"))),
        ("template.yaml", with(format!("      DefinitionString: '{MACHINE}'"))),
        ("template.yaml", with(format!("      DefinitionString:\n        Fn::Sub: |\n{}", block(10)))),
        ("template.yaml", with(format!("      DefinitionString:\n        Fn::Sub:\n          - |\n{}          - X: 1", block(12)))),
        ("template.yaml", with(format!("      DefinitionString: !Join\n        - ''\n        - - {}\n          - {}", Json::from(&MACHINE[..40]), Json::from(&MACHINE[40..])))),
        ("template.yaml", with(format!("      Definition:\n{}", block(8)))),
        ("template.yaml", with(format!("      DefinitionString:\n        Fn::ToJsonString:\n{}", block(10)))),
        ("template.yaml", with("      Definition:\n        StartAt: A\n        States:\n          A:\n            Type: Wait\n            Seconds: !Ref Seconds\n            Next: B\n          B: {Type: Succeed}".to_owned())),
        ("cdk.out/Orders.template.json", format!(
            r#"{{"Resources": {{"OrdersA1": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"DefinitionString": {{"Fn::Join": ["", [{}, {{"Ref": "AWS::Region"}}, {}]]}}}}}}}}}}"#,
            Json::from(&MACHINE[..49]), Json::from(&MACHINE[49..]))),
        ("template.json", format!(r#"{{"Resources": {{"A": {{"Type": "AWS::Serverless::StateMachine", "Properties": {{"Definition": {MACHINE}}}}}}}}}"#)),
        ("serverless.yml", format!("service: orders\nprovider:\n  name: aws\nstepFunctions:\n  stateMachines:\n    orders:\n      definition:\n{}", block(8))),
        ("main.tf", tf("jsonencode({\n    StartAt = \"A\"\n    \"States\" : { A = { Type = \"Wait\", Seconds = var.seconds, Next = \"B\" },\n      \"B\" = { Type = \"Succeed\" } }\n  })")),
        ("main.tf", tf(&format!("<<-EOF\n{}  EOF", block(4)))),
        ("main.tf", tf(&format!("<<EOF\n{}EOF", block(0)))),
        ("main.tf", tf(&quoted)),
        ("main.tf", tf(&format!("jsonencode(yamldecode(<<EOF\n{}\nEOF\n  ))", MACHINE.parse::<Json>().expect("it is JSON").to_yaml()))),
        ("described.json", format!(r#"{{"stateMachineArn": "arn:aws:states:x", "name": "orders", "definition": {quoted}, "roleArn": "r"}}"#)),
    ];
    for (name, text) in files {
        let document = Document::open(name, &text, 1);
        assert_eq!(document.faults(), [], "{name}\n{text}");
        let [definition] = document.definitions() else {
            panic!("{name} has one definition\n{text}");
        };
        let states = definition
            .json()
            .pointer("/States")
            .and_then(Json::as_object);
        assert_eq!(states.map(|states| states.len()), Some(2), "{name}\n{text}");
        check(&document, definition);
        let next = definition.range("/States/A/Next").expect("the transition");
        assert_eq!(
            text[next].trim_matches(['"', '\\', '\'']),
            "B",
            "{name}\n{text}"
        );
    }
}
