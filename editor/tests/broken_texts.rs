//! Texts that are being written.

use stepwright_editor::{Document, NodePart};

const MACHINE: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Succeed"}
  }
}"#;

fn messages(document: &Document) -> Vec<(&str, &str)> {
    let faults = document.faults().iter();
    faults
        .map(|fault| (&document.text()[fault.range.clone()], &*fault.message))
        .collect()
}

#[test]
fn a_missing_value_is_a_node_at_the_cursor() {
    let text = MACHINE.replace("\"Next\": \"B\"", "\"Next\": ");
    let document = Document::open("a.asl.json", &text, 1);
    assert_eq!(messages(&document), [("}", "expected a JSON value")]);
    let definition = &document.definitions()[0];
    let cursor = text.find("\"Next\": ").expect("the key") + 8;
    let node = definition.node_at(cursor).expect("a node");
    assert_eq!(
        (&*node.pointer, node.part),
        ("/States/A/Next", NodePart::Value)
    );
    let state = definition.range("/States/B").expect("the other state");
    assert_eq!(&text[state], r#"{"Type": "Succeed"}"#);
}

#[test]
fn comments_are_faults_in_json_only() {
    let text = MACHINE.replace("\"States\"", "// by card\n  \"States\"");
    let json = Document::open("a.asl.json", &text, 1);
    let message = "AWS accepts no comments; use the field `Comment` instead";
    assert_eq!(messages(&json), [("/", message)]);
    let with_comments = Document::open("a.asl.jsonc", &text, 1);
    assert_eq!(messages(&with_comments), []);
    for document in [json, with_comments] {
        let state = document.definitions()[0]
            .range("/States/B")
            .expect("the state");
        assert_eq!(&text[state], r#"{"Type": "Succeed"}"#);
    }
    let json5 = "{StartAt: 'A', States: {A: {Type: 'Wait', Seconds: 0x10, End: true,},},}";
    let document = Document::open("a.json5", json5, 1);
    assert_eq!(messages(&document), []);
    let key = document.definitions()[0]
        .key_range("/States/A/Type")
        .expect("the key");
    assert_eq!(&json5[key], "Type");
}

#[test]
fn a_broken_string_in_a_template_has_its_fault_in_the_file() {
    let text = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"A\", \"States\": {\n          \"A\": {\"Type\": }, \"B\": {\"Type\": \"Pass\"}}}\n";
    let document = Document::open("template.yaml", text, 1);
    assert_eq!(messages(&document), [("}", "expected a JSON value")]);
    let fault = &document.faults()[0];
    assert!(text[..fault.range.start].ends_with("\"Type\": "));
    let state = document.definitions()[0]
        .range("/States/B")
        .expect("the state");
    assert_eq!(&text[state], r#"{"Type": "Pass"}"#);
}

/// Lines of YAML that are being written.
#[test]
fn a_broken_line_of_yaml_leaves_the_other_states() {
    let text = |line: &str| {
        format!("StartAt: A\nStates:\n  A:\n    Type: Pass\n{line}\n  B:\n    Type: Succeed\n")
    };
    let cases = [
        ("    Next:", "/States/A/Next"),
        ("    Ne", "/States/A/Ne"),
        ("    Next: 'B", "/States/A/Next"),
        ("\t\t\t\tNext: B", "/States/A/Next"),
    ];
    for (line, pointer) in cases {
        let text = text(line);
        let document = Document::open("a.asl.yaml", &text, 1);
        assert_eq!(
            document.faults().is_empty(),
            line.ends_with("Next:"),
            "{line}"
        );
        let definition = &document.definitions()[0];
        assert!(!definition.is_stale());
        let state = definition.key_range("/States/B").expect("the state");
        assert_eq!(&text[state], "B");
        let cursor = text.find(line).expect("the line") + line.len();
        let node = definition.node_at(cursor).expect("a node");
        assert_eq!(node.pointer, pointer, "{line}");
    }
    // A line without a key is ignored.
    for line in ["    -", "    *", "    @x", "    Next: [", "    \"Ne"] {
        let text = text(line);
        let document = Document::open("a.asl.yaml", &text, 1);
        let states = document.definitions()[0].json().pointer("/States");
        let states = states
            .and_then(|states| states.as_object())
            .expect("states");
        assert_eq!(states.len(), 2, "{line}: {states:?}");
    }
}

#[test]
fn a_text_that_cannot_be_read_keeps_the_last_definitions() {
    let text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n  B:\n    Type: Succeed\n";
    let document = Document::open("a.asl.yaml", text, 1);
    // The number of repairs is limited.
    let broken = format!("{}{text}", "%\n".repeat(40));
    let stale = document
        .with_text(&broken, 2)
        .with_text(&format!(" {broken}"), 3);
    let definition = &stale.definitions()[0];
    assert!(definition.is_stale() && !stale.faults().is_empty());
    let key = definition.key_range("/States/B").expect("the state");
    assert_eq!(&stale.text()[key.clone()], "B");
    let node = definition.node_at(key.start + 1).expect("a node");
    assert_eq!(node.pointer, "/States/B");
    let short = stale.with_text(&"%\n".repeat(30), 4);
    for pointer in ["", "/StartAt", "/States/A/Next", "/States/B/Type"] {
        let range = short.definitions()[0].range(pointer).expect("the node");
        assert!(short.text().get(range).is_some(), "{pointer}");
    }
    let read = short.with_text(text, 5);
    assert!(!read.definitions()[0].is_stale() && read.faults().is_empty());
}
