//! Documents and the definitions in them.

use stepwright_editor::{Document, NodePart};

#[test]
fn a_definition_that_is_a_string_has_its_positions_in_the_file() {
    let text = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"A\", \"States\": {\n          \"A\": {\"Type\": \"Succeed\"}}}\n";
    let document = Document::open("template.yaml", text, 1);
    let [definition] = document.definitions() else {
        panic!("there is one definition: {:?}", document.definitions());
    };
    assert_eq!(definition.name(), Some("Orders"));
    let key = definition.key_range("/States/A").expect("the state");
    assert_eq!(&text[key.clone()], "\"A\"");
    let node = definition.node_at(key.start + 1).expect("a node");
    assert_eq!((&*node.pointer, node.part), ("/States/A", NodePart::Key));
}

#[test]
fn other_files_have_no_definitions_and_no_faults() {
    for (name, text) in [
        ("package.json", "{\"name\": \"orders\"}"),
        ("broken.json", "{\"name\": "),
        ("values.yaml", "a: [1"),
    ] {
        let document = Document::open(name, text, 1);
        assert!(
            document.definitions().is_empty() && document.faults().is_empty(),
            "{name}"
        );
    }
}
