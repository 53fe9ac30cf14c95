//! Diagnostics with ranges in the file, and the text edits of their fixes.

use stepwright_asl::edit::Edit;
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_editor::{Document, EditorDiagnostic, TextEdit};

fn diagnostics(document: &Document) -> Vec<EditorDiagnostic> {
    document.diagnostics(&Validator::new(MachineType::Standard))
}

/// A machine with a misspelt field.
const DEFINITION: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Wait",
      "Secnods": 5,
      "End": true,
      "Next": "Dnoe"
    },
    "Done": {"Type": "Succeed", "Comment": "it's \"done\""}
  }
}"#;

/// The same definition in each notation that a file may have.
fn files() -> Vec<(&'static str, String)> {
    let indented = |by: usize| {
        let lines = DEFINITION.lines();
        let lines = lines.map(|line| format!("{}{line}\n", " ".repeat(by)));
        lines.collect::<String>()
    };
    let template = |property: &str| {
        format!(
            "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      {property}\n      RoleArn: role # last\n"
        )
    };
    let block = template(&format!("DefinitionString: !Sub |\n{}", indented(8)));
    let one_line = DEFINITION.replace("\n", "");
    let quoted = serde_json::to_string(DEFINITION).expect("a string");
    let single = one_line.replace('\'', "''");
    let broken = DEFINITION.replace(r#""StartAt": "A","#, r#""StartAt": ,"#);
    vec![
        ("order.asl.json", DEFINITION.to_owned()),
        ("order.asl.jsonc", with_comments()),
        ("order.asl.json5", json5()),
        ("order.asl.json", broken),
        ("order.asl.json", DEFINITION.replace('\n', "\r\n")),
        ("order.asl.yaml", yaml()),
        (
            "template.yaml",
            template(&format!("Definition:\n{}", indented(8))),
        ),
        ("template.yaml", block.replace('\n', "\r\n")),
        ("template.yaml", block),
        (
            "template.yaml",
            template(&format!("DefinitionString: {quoted}")),
        ),
        (
            "template.yaml",
            template(&format!("DefinitionString: '{single}'")),
        ),
        (
            "template.json",
            format!(
                r#"{{"Resources": {{"Orders": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"DefinitionString": {quoted}}}}}}}}}"#
            ),
        ),
    ]
}

fn with_comments() -> String {
    let lines = DEFINITION.lines();
    let lines = lines.map(|line| format!("{line} // {{, \"x\": /*\n"));
    let text = lines.collect::<String>();
    text.replace("\"Next\"", "/* to */ \"Next\"")
}

fn json5() -> String {
    let text = DEFINITION.replace("\"Wait\",", "'Wait', // one");
    let keys = [
        "StartAt", "States", "Type", "Secnods", "End", "Next", "A", "Done",
    ];
    keys.iter().fold(text, |text, key| {
        text.replace(&format!("\"{key}\":"), &format!("{key}:"))
    })
}

fn yaml() -> String {
    "StartAt: A\nStates:\n  A: # first\n    Type: Wait\n    Secnods: 5\n    End: true\n    Next: Dnoe\n  Done:\n    Type: Succeed\n".to_owned()
}

#[test]
fn a_diagnostic_marks_the_key_or_the_value_in_each_notation() {
    for (name, text) in files() {
        let document = Document::open(name, &text, 1);
        let diagnostics = diagnostics(&document);
        let marked: Vec<(&str, &str)> = diagnostics
            .iter()
            .map(|one| (one.code.unwrap_or_default(), &text[one.range.clone()]))
            .map(|(code, marked)| (code, marked.trim_matches(['"', '\\'])))
            .collect();
        for expected in [("SW014", "Secnods"), ("SW020", "Dnoe")] {
            assert!(
                marked.contains(&expected),
                "{expected:?} of {marked:?} in\n{text}"
            );
        }
    }
}

#[test]
fn the_edits_of_each_fix_change_the_file_so_that_the_diagnostic_is_gone() {
    let mut fixes = 0;
    for (name, text) in files() {
        let document = Document::open(name, &text, 1);
        for diagnostic in diagnostics(&document) {
            for fix in &diagnostic.fixes {
                let index = diagnostic.definition.expect("it is of a definition");
                let edits = document
                    .fix_edits(index, fix)
                    .unwrap_or_else(|error| panic!("{}: {error} in\n{text}", fix.title));
                let fixed = document.with_text(&TextEdit::apply(&text, &edits), 2);
                // A fix may supply a missing value.
                assert!(
                    fixed.faults().len() <= document.faults().len(),
                    "{}",
                    fixed.text()
                );
                let is_there = self::diagnostics(&fixed).iter().any(|one| {
                    (one.code, &one.pointer, &one.message)
                        == (diagnostic.code, &diagnostic.pointer, &diagnostic.message)
                });
                assert!(!is_there, "{} of {text}\n{}", fix.title, fixed.text());
                fixes += 1;
            }
        }
    }
    assert!(fixes >= 3 * files().len(), "{fixes} fixes");
}

#[test]
fn a_string_in_several_parts_is_edited_in_its_parts() {
    let parts = r#"{"Resources": {"Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": {"Fn::Join": ["", [
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Sec", "onds\": 5, \"Next\": \"Dnoe\"}, \"Done\": {\"Type\": \"Succeed\"}}}"]]}}}}}"#;
    let document = Document::open("template.json", parts, 1);
    let fix = &diagnostics(&document)[0].fixes[0];
    let edits = document.fix_edits(0, fix).expect("the name is in one part");
    assert_eq!(
        TextEdit::apply(parts, &edits),
        parts.replace("Dnoe", "Done")
    );
}

#[test]
fn a_string_that_cannot_be_written_has_no_edits() {
    // YAML reads an empty line in single quotes as a line end, and a line end as a space.
    let text = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: '{\n\n        \"StartAt\": \"A\",\n\n        \"States\": {\"A\": {\"Type\": \"Succeed\"}}}'\n";
    let document = Document::open("template.yaml", text, 1);
    let comment = [Edit::insert("/Comment", "Orders")];
    let refused = document.text_edits(0, &comment).expect_err("a line end");
    assert_eq!(
        refused.to_string(),
        "`/Comment` cannot be edited at line 5, column 26: the definition is a string that is folded or has several parts; write it as an object in `Definition`"
    );
    let unknown = document.text_edits(1, &[]).expect_err("one definition");
    assert_eq!(
        unknown.to_string(),
        "the new value cannot be written: the document has no definition 1"
    );
}

#[test]
fn a_fault_of_the_syntax_is_a_diagnostic() {
    let text = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": ]}}}";
    let document = Document::open("order.asl.json", text, 1);
    let diagnostics = diagnostics(&document);
    let fault = &diagnostics[0];
    assert_eq!(
        (fault.code, &text[fault.range.clone()]),
        (Some("SW001"), "]")
    );
}
