//! Symbols, declarations, references, folding, selections and links.

use std::fmt::Write;

use stepwright_editor::{Document, LinkTarget, Symbol};

const ORDER: &str = r#"{
  "Comment": "See https://example.com/orders.",
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Both"}],
      "Default": "Done"
    },
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}},
        {"StartAt": "Say \"hi\"", "States": {"Say \"hi\"": {"Type": "Pass", "End": true}}}
      ],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"#;

/// The document with the definition as a file, as an object in a template, and as a string in one.
fn forms() -> [Document; 3] {
    let indented = |spaces: &str| ORDER.replace('\n', &format!("\n{spaces}"));
    let object = format!(
        "{{\"Resources\": {{\"Orders\": {{\"Type\": \"AWS::Serverless::StateMachine\", \"Properties\": {{\"Definition\": {}}}}}}}}}",
        ORDER.trim_end()
    );
    let block = format!(
        "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {}\n",
        indented("        ").trim_end()
    );
    [
        Document::open("order.asl.json", ORDER, 1),
        Document::open("template.json", &object, 1),
        Document::open("template.yaml", &block, 1),
    ]
}

#[test]
fn symbols_are_the_tree_of_states() {
    fn write(text: &str, symbols: &[Symbol], depth: usize, out: &mut String) {
        for symbol in symbols {
            let detail = symbol.detail.as_deref().unwrap_or("-");
            let name = &text[symbol.selection.clone()];
            writeln!(out, "{:depth$}{} ({detail}) {name}", "", symbol.name).expect("a text");
            write(text, &symbol.children, depth + 2, out);
        }
    }
    let mut out = String::new();
    for document in forms() {
        write(document.text(), &document.symbols(), 0, &mut out);
    }
    insta::assert_snapshot!(out);
}

#[test]
fn each_name_leads_to_its_state_and_back() {
    for document in forms() {
        let text = document.text();
        // The `Done` of the branch is a different state.
        let inner = text
            .find("Done\", \"States")
            .expect("the start of the branch");
        let found = document.declaration(inner).expect("the inner state");
        assert_eq!(&text[found.selection.clone()], "Done");
        assert!(found.selection.start > inner && found.selection.start < inner + 40);
        assert_eq!(document.references(inner).len(), 2);

        let outer = text.find("Done\"\n").expect("the default");
        let all = document.references(outer);
        let names: Vec<&str> = all.iter().map(|one| &text[one.range.clone()]).collect();
        assert_eq!(names, ["Done"; 4], "{}", document.name());
        for reference in &all {
            assert_eq!(document.references(reference.range.start), all);
            assert_eq!(document.references(reference.range.end), all);
        }
        let declared: Vec<bool> = all.iter().map(|one| one.is_declaration).collect();
        assert_eq!(declared, [false, false, false, true]);
    }
}

#[test]
fn a_name_with_quotes_is_found() {
    let document = Document::open("order.asl.json", ORDER, 1);
    let at = ORDER.find("Say").expect("the start");
    let found = document.declaration(at).expect("the state");
    assert_eq!(&ORDER[found.selection], r#"Say \"hi\""#);
}

#[test]
fn nothing_is_declared_outside_of_names() {
    let document = Document::open("order.asl.json", ORDER, 1);
    for part in ["\"Type\"", "States.ALL", "$.a", "example.com"] {
        let at = ORDER.find(part).expect("the part") + 2;
        assert_eq!(document.declaration(at), None, "{part}");
        assert_eq!(document.references(at), [], "{part}");
    }
}

#[test]
fn objects_over_several_lines_fold() {
    let document = Document::open("order.asl.json", ORDER, 1);
    let folded = document.folding_ranges();
    let first_lines: Vec<&str> = folded
        .iter()
        .map(|range| {
            ORDER[..range.start]
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
        })
        .collect();
    assert_eq!(
        first_lines,
        [
            "",
            "\"States\":",
            "\"Check\":",
            "\"Both\":",
            "\"Branches\":"
        ]
    );
}

#[test]
fn selections_grow_from_the_name_to_the_text() {
    let document = Document::open("order.asl.json", ORDER, 1);
    let at = ORDER.rfind("Succeed").expect("the last type") + 2;
    let selected: Vec<&str> = document
        .selection_ranges(at)
        .into_iter()
        .map(|range| &ORDER[range])
        .collect();
    assert_eq!(
        selected[..5],
        [
            "Succeed",
            "\"Succeed\"",
            "\"Type\": \"Succeed\"",
            "{\"Type\": \"Succeed\"}",
            "\"Done\": {\"Type\": \"Succeed\"}",
        ]
    );
    assert_eq!(selected.last(), Some(&ORDER));
}

#[test]
fn links_lead_to_files_and_pages() {
    let document = Document::open("order.asl.json", ORDER, 1);
    let links = document.links();
    assert_eq!(links.len(), 1);
    assert_eq!(&ORDER[links[0].range.clone()], "https://example.com/orders");

    let template = "Resources:\n  Orders:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: flows/order.asl.json\n";
    let links = Document::open("template.yaml", template, 1).links();
    assert_eq!(
        links[0].target,
        LinkTarget::File("flows/order.asl.json".to_owned())
    );
}

const VARIABLES: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Assign": {"total": 1, "other": "{% $total %}"}, "Next": "B"},
    "B": {
      "Type": "Parallel",
      "Branches": [
        {"StartAt": "C", "States": {"C": {"Type": "Pass", "Output": "{% $exists($total) ? ($total2 := $total; $total2) : function($total) { $total } %}", "End": true}}},
        {"StartAt": "D", "States": {"D": {"Type": "Pass", "Assign": {"own": 1}, "Next": "E"}, "E": {"Type": "Pass", "Output": "{% $own %}", "End": true}}},
        {"StartAt": "F", "States": {"F": {"Type": "Pass", "QueryLanguage": "JSONPath", "Assign": {"own.$": "States.Format('{} $total', $total.x)"}, "OutputPath": "$own", "End": true}}}
      ],
      "Next": "G"
    },
    "G": {"Type": "Pass", "Output": {"a": ["{% $total.items[$total > 1] %}"]}, "End": true}
  }
}
"#;

#[test]
fn variables_have_scopes_and_local_bindings_are_others() {
    let document = Document::open("a.asl.json", VARIABLES, 1);
    let places = |at: &str| -> Vec<String> {
        let offset = VARIABLES.find(at).expect("the place") + 1;
        let references = document.references(offset).into_iter();
        references
            .map(|one| {
                let before = &VARIABLES[..one.range.start];
                let line = before.lines().count();
                let declared = if one.is_declaration { " declared" } else { "" };
                format!("{line}: {}{declared}", &VARIABLES[one.range.clone()])
            })
            .collect()
    };
    let total = [
        "5: total declared",
        "5: total",
        "9: total",
        "9: total",
        "11: total",
        "15: total",
        "15: total",
    ];
    assert_eq!(places("\"total\""), total);
    assert_eq!(places("$total.x"), total);
    assert_eq!(places("$total > 1"), total);
    assert_eq!(places("\"own\": 1"), ["10: own declared", "10: own"]);
    assert_eq!(places("$own\""), ["11: own declared", "11: own"]);
    for local in ["$total2", "$total) {", "$total }", " $total'"] {
        assert_eq!(places(local), [""; 0], "{local}");
    }
}
