//! States as text: copied, and pasted into other bodies and files.

use serde_json::{Value as Json, json};
use stepwright_asl::MachineType;
use stepwright_asl::validate::{Severity, Validator};
use stepwright_studio::{EditorStudio, EditorText, PageRequest, Session, StudioFile};

use super::{ORDERS, act, session, text};

/// Copies states of a text, or returns the reason of a refusal.
fn copied(of: &str, states: &[&str]) -> Result<String, String> {
    let studio = EditorStudio::new();
    let file = StudioFile {
        path: "a.asl.jsonc".into(),
        name: "a.asl.jsonc".to_owned(),
        validator: Validator::new(MachineType::Standard),
    };
    let number = studio.open(file, EditorText::new(of, 1), true);
    let request = PageRequest::new("copy").body(json!({"states": states}).to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let response = runtime.block_on(studio.ask(number, request));
    match response.status {
        200 => Ok(response.body),
        _ => Err(response.body),
    }
}

fn paste(into: &mut Session, transition: &str, text: &str) -> Result<Vec<String>, String> {
    let paste = json!({"do": "paste", "definition": 0, "transition": transition, "text": text});
    act(into, &paste.to_string())
}

fn definition(of: &Session) -> Json {
    let json = of.document().definitions()[0].json().to_string();
    serde_json::from_str(&json).expect("it is JSON")
}

#[test]
fn copied_states_are_a_definition_with_their_handlers() {
    let states = [
        "/States/Both",
        "/States/Charge",
        "/States/Both/Branches/0/States/Pack",
    ];
    let copy = copied(ORDERS, &states).expect("they are in one body");
    let copy: Json = serde_json::from_str(&copy).expect("it is JSON");
    assert_eq!(copy["QueryLanguage"], "JSONata");
    assert_eq!(copy["StartAt"], "Charge");
    let names: Vec<&String> = copy["States"].as_object().expect("states").keys().collect();
    assert_eq!(names, ["Charge", "Both"]);
    assert_eq!(copy["States"]["Charge"]["Catch"][0]["Next"], "Reject");
    assert_eq!(copy["States"]["Charge"]["Next"], "Both");
    assert_eq!(copy["States"]["Both"]["End"], true);
    assert!(copy["States"]["Both"].get("Next").is_none());
}

#[test]
fn states_of_several_bodies_or_none_are_not_copied() {
    let several = ["/States/Done", "/States/Both/Branches/0/States/Pack"];
    let reason = copied(ORDERS, &several).unwrap_err();
    assert!(reason.contains("select states of one body"), "{reason}");
    let reason = copied(ORDERS, &[]).unwrap_err();
    assert!(reason.contains("select the states first"), "{reason}");
    let reason = copied(ORDERS, &["/States/Gone"]).unwrap_err();
    assert!(reason.contains("has been removed"), "{reason}");
}

#[test]
fn pasted_states_get_free_names_and_lead_to_the_target() {
    let copy = copied(ORDERS, &["/States/Charge", "/States/Both"]).expect("one body");
    let mut session = session("a.asl.jsonc", ORDERS);
    let selected = paste(&mut session, "/States/Both/Next", &copy).expect("a transition");
    assert_eq!(selected, ["/States/Charge 2", "/States/Both 2"]);
    let states = &definition(&session)["States"];
    assert_eq!(states["Both"]["Next"], "Charge 2");
    assert_eq!(states["Charge 2"]["Next"], "Both 2");
    assert_eq!(states["Charge 2"]["Catch"][0]["Next"], "Reject");
    assert_eq!(states["Both 2"]["Next"], "Done");
    assert!(states["Both 2"]["Branches"][0]["States"]["Pack 2"].is_object());
    let mut problems = session.diagnostics().iter();
    assert!(problems.all(|one| one.severity == Severity::Warning));
    act(&mut session, r#"{"do": "undo"}"#).expect("it is one step");
    assert_eq!(text(&session), ORDERS);
}

#[test]
fn states_are_pasted_into_a_branch_and_into_an_empty_file() {
    let copy = copied(ORDERS, &["/States/Both"]).expect("one body");
    let mut own = session("a.asl.jsonc", ORDERS);
    let end = "/States/Both/Branches/1/States/Mail/End";
    let selected = paste(&mut own, end, &copy).expect("a transition");
    assert_eq!(selected, ["/States/Both/Branches/1/States/Both 2"]);
    for name in ["new.asl.json", "new.asl.yaml"] {
        let mut new = session(name, "");
        let selected = paste(&mut new, "/StartAt", &copy).expect("the file is empty");
        assert_eq!(selected, ["/States/Both"]);
        assert!(new.diagnostics().is_empty(), "{:?}", new.diagnostics());
        assert_eq!(definition(&new)["QueryLanguage"], "JSONata");
    }
}

#[test]
fn names_of_pasted_states_do_not_collide_with_each_other() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A 2"}, "A 2": {"Type": "Pass", "End": true}}}"#;
    let target = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let mut session = session("a.asl.json", target);
    let selected = paste(&mut session, "/States/A/End", text).expect("a transition");
    assert_eq!(selected.len(), 2);
    assert!(
        session.diagnostics().is_empty(),
        "{:?}",
        session.diagnostics()
    );
    assert_eq!(
        definition(&session)["States"]
            .as_object()
            .map(serde_json::Map::len),
        Some(3)
    );
}

#[test]
fn the_query_language_of_pasted_states_remains_or_they_are_refused() {
    let copy = copied(ORDERS, &["/States/Both"]).expect("one body");
    let paths = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let mut into_paths = session("a.asl.json", paths);
    paste(&mut into_paths, "/States/A/End", &copy).expect("a transition");
    let both = &definition(&into_paths)["States"]["Both"];
    assert_eq!(both["QueryLanguage"], "JSONata");
    assert_eq!(
        both["Branches"][0]["States"]["Pack"]["QueryLanguage"],
        "JSONata"
    );
    let mut into_jsonata = session("a.asl.jsonc", ORDERS);
    let reason = paste(&mut into_jsonata, "/StartAt", paths).unwrap_err();
    assert!(reason.contains("convert them first"), "{reason}");
    assert_eq!(text(&into_jsonata), ORDERS);
}

#[test]
fn texts_of_other_programs_are_states_or_refused() {
    let first = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let pasted = |clipboard: &str| {
        let mut session = session("a.asl.json", first);
        paste(&mut session, "/States/A/End", clipboard)
    };
    let wait = r#"{"Type": "Wait", "Seconds": 1, "Next": "Elsewhere"}"#;
    assert_eq!(pasted(wait), Ok(vec!["/States/Wait".to_owned()]));
    let named = format!(r#"{{"One": {wait}, "Two": {{"Type": "Succeed"}}}} // a note"#);
    let both = vec!["/States/One".to_owned(), "/States/Two".to_owned()];
    assert_eq!(pasted(&named), Ok(both.clone()));
    let yaml = "One:\n  Type: Wait\n  Seconds: 1\n  Next: Two\nTwo:\n  Type: Succeed\n";
    assert_eq!(pasted(yaml), Ok(both));
    for text in [
        "",
        "hello",
        "{",
        "[]",
        "{}",
        r#"{"a": 1}"#,
        "\u{0}",
        r#"{"StartAt": "X", "States": {}}"#,
    ] {
        let reason = pasted(text).expect_err(text);
        assert!(
            reason.contains("no states") || reason.contains("no state `X`"),
            "{text}: {reason}"
        );
    }
}

#[test]
fn members_of_a_file_and_templates_are_pasted() {
    let first = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let pasted = |clipboard: &str| {
        let mut session = session("a.asl.json", first);
        paste(&mut session, "/States/A/End", clipboard)?;
        let states = definition(&session)["States"].clone();
        let names: Vec<String> = states
            .as_object()
            .expect("states")
            .keys()
            .cloned()
            .collect();
        Ok::<_, String>((states["A"]["Next"].clone(), names))
    };
    let one = r#""One": {"Type": "Wait", "Seconds": 1, "Next": "Two"}"#;
    let two = r#""Two": {"Type": "Pass", "End": true}"#;
    let machine = format!(r#"{{"StartAt": "One", "States": {{{one}, {two}}}}}"#);
    let resource = |properties: &str| {
        format!(r#"{{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{{properties}}}}}"#)
    };
    let quoted = Json::from(machine.as_str());
    for text in [
        format!("{one}, {two}"),
        format!("  {one},\n  {two},\n"),
        format!(r#"{{"States": {{{one}, {two}}}}}"#),
        format!(r#"{{"States": {{{two}, {one}}}}}"#),
        format!(r#""States": {{{one}, {two}}},"#),
        "States:\n  One:\n    Type: Wait\n    Seconds: 1\n    Next: Two\n  Two:\n    Type: Pass\n    End: true\n"
            .to_owned(),
        format!(
            r#"{{"Resources": {{"M": {}}}}}"#,
            resource(&format!(r#""Definition": {machine}"#))
        ),
        format!(
            r#"{{"Resources": {{"M": {}}}}}"#,
            resource(&format!(r#""DefinitionString": {quoted}"#))
        ),
    ] {
        let (next, mut names) = pasted(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        names.sort();
        assert_eq!(names, ["A", "One", "Two"], "{text}");
        assert_eq!(next, "One", "{text}");
    }
    let (_, names) = pasted(&format!("{one},")).expect("a member with its comma");
    assert_eq!(names, ["A", "One"]);
    let definition = resource(&format!(r#""Definition": {machine}"#));
    let several = format!(r#"{{"Resources": {{"M": {definition}, "N": {definition}}}}}"#);
    let reason = pasted(&several).expect_err("it is ambiguous");
    assert_eq!(
        reason,
        "the clipboard has 2 state machines: `M`, `N`; copy the definition of one of them"
    );
    for broken in [
        r#""One": {"Type": "Pass""#,
        r#""One": {"Type": "Pass"} "Two""#,
        r#""One": 1"#,
    ] {
        let reason = pasted(broken).expect_err(broken);
        assert!(
            reason.contains("a template with one state machine"),
            "{reason}"
        );
    }
}
