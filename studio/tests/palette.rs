//! Each item of the palette makes a definition that is valid, or lacks only the states inside it.

use serde_json::json;
use stepwright_asl::validate::Severity;
use stepwright_studio::search_palette;

use super::{act, session, text};

const JSONATA: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Pass", "End": true}
  }
}
"#;
const JSON_PATH: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}}"#;
const YAML: &str =
    "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n  B:\n    Type: Pass\n    End: true\n";

#[test]
fn flow_states_and_patterns_and_common_calls_can_be_inserted_everywhere() {
    let items = search_palette("");
    assert!(items.iter().any(|item| item.group == "Patterns"));
    let workspace = [
        "machine:refund=${RefundStateMachineArn}",
        "function:Charge=${ChargeArn}",
    ];
    let ids = items.iter().map(|item| &*item.id).chain(workspace);
    let ids: Vec<&str> = ids.collect();
    for (name, first) in [
        ("a.asl.json", JSONATA),
        ("a.asl.json", JSON_PATH),
        ("a.asl.yaml", YAML),
    ] {
        for id in &ids {
            // A state without a successor leaves the next states without a transition.
            let is_end = ["flow:Succeed", "flow:Fail"].contains(id);
            for transition in ["/StartAt", "/States/A/Next", "/States/B/End"] {
                let mut session = session(name, first);
                let insert =
                    json!({"do": "insert", "definition": 0, "transition": transition, "item": id});
                let selected = act(&mut session, &insert.to_string())
                    .unwrap_or_else(|error| panic!("{id}: {error}"));
                let json = session.document().definitions()[0].json();
                assert!(json.pointer(&selected[0]).is_some(), "{id}: {selected:?}");
                let problems = session.diagnostics().iter().filter(|problem| {
                    let is_empty_body = problem.pointer.contains("Branches")
                        || problem.pointer.contains("ItemProcessor");
                    problem.severity == Severity::Error
                        && !is_empty_body
                        && !(is_end && problem.message.contains("reach"))
                });
                let problems: Vec<_> = problems
                    .map(|problem| (problem.code, &problem.message))
                    .collect();
                assert!(
                    is_end || problems.is_empty(),
                    "{id} at {transition} of {first}: {problems:?}\n{}",
                    text(&session)
                );
            }
        }
    }
}

#[test]
fn a_pattern_is_a_complete_definition() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/palette/patterns");
    let files = std::fs::read_dir(folder).expect("the folder exists");
    let mut count = 0;
    for file in files {
        let path = file.expect("the file exists").path();
        let text = std::fs::read_to_string(&path).expect("it is a text");
        let name = path.to_string_lossy();
        let problems = session(&name, &text).diagnostics().len();
        assert_eq!(problems, 0, "{name}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn the_first_state_makes_a_definition_of_an_empty_file() {
    for (name, first) in [
        ("new.asl.json", ""),
        ("new.asl.yaml", ""),
        ("new.asl.json", "{}"),
        ("new.asl.json", r#"{"StartAt": "Gone", "States": {}}"#),
    ] {
        let mut session = session(name, first);
        let insert =
            r#"{"do": "insert", "definition": 0, "transition": "/StartAt", "item": "flow:Pass"}"#;
        let selected = act(&mut session, insert).expect("a file can be empty");
        assert_eq!(selected, ["/States/Pass"], "{name} {first:?}");
        assert!(
            session.diagnostics().is_empty(),
            "{:?}\n{}",
            session.diagnostics(),
            text(&session)
        );
        act(&mut session, r#"{"do": "undo"}"#).expect("it is one step");
        assert_eq!(text(&session), first);
    }
}

#[test]
fn a_state_inside_an_empty_branch_completes_it() {
    let mut session = session("a.asl.json", JSONATA);
    let insert = |transition: &str, item: &str| {
        json!({"do": "insert", "definition": 0, "transition": transition, "item": item}).to_string()
    };
    act(&mut session, &insert("/States/A/Next", "flow:Map")).expect("the transition exists");
    let start = "/States/Map/ItemProcessor/StartAt";
    act(&mut session, &insert(start, "flow:Pass")).expect("the body is empty");
    assert!(
        session.diagnostics().is_empty(),
        "{:?}\n{}",
        session.diagnostics(),
        text(&session)
    );
}

#[test]
fn a_search_finds_the_actions_of_all_services() {
    let first = |question: &str| search_palette(question).first().map(|item| item.id.clone());
    assert_eq!(
        first("dynamodb put").as_deref(),
        Some("call:arn:aws:states:::dynamodb:putItem")
    );
    assert_eq!(
        first("sqs sendmessage").as_deref(),
        Some("call:arn:aws:states:::sqs:sendMessage")
    );
    assert!(
        first("ec2 startinstances").is_some_and(|id| id.ends_with("aws-sdk:ec2:startInstances"))
    );
    assert_eq!(first("saga").as_deref(), Some("pattern:saga"));
    assert_eq!(first("no such thing anywhere"), None);
}
