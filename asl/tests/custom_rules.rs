//! User-defined rules in addition to the built-in ones, and the ids of rules.

use proptest::prelude::*;
use serde_json::json;
use stepwright_asl::StateMachine;
use stepwright_asl::json::Document;
use stepwright_asl::model::{QueryLanguage, StateKind};
use stepwright_asl::validate::{
    CustomRule, Diagnostic, Diagnostics, MachineType, MachineView, RULES, RuleIdError, Severity,
    StateView, Validator,
};

/// Requires a `Comment` in each state and in the machine.
struct Commented;

impl CustomRule for Commented {
    fn id(&self) -> &'static str {
        "ACME001"
    }

    fn check_machine(&self, machine: &MachineView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if machine.json().get("Comment").is_none() {
            diagnostics.push(Diagnostic::new(
                "",
                Severity::Error,
                "the machine has no `Comment`",
            ));
        }
    }

    fn check_state(&self, state: &StateView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if state.get("Comment").is_none() {
            let message = format!("`{}` has no `Comment`", state.name());
            let diagnostic = Diagnostic::new(self.id(), Severity::Warning, message);
            diagnostics.push(diagnostic.at(state.pointer()).with_help("give it one"));
        }
    }
}

/// Reports at each state the properties that a rule can read.
struct Seen;

impl CustomRule for Seen {
    fn id(&self) -> &'static str {
        "ACME002"
    }

    fn check_state(&self, state: &StateView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let resource = state
            .resource()
            .map(|resource| resource.service().to_owned());
        let message = format!(
            "{:?} {:?} {} {resource:?} {}",
            state.kind(),
            state.query_language(),
            state.object().len(),
            state.machine().graph().states()[state.number()].name,
        );
        let diagnostic = Diagnostic::new(self.id(), Severity::Warning, message);
        let position = state.position().expect("there is a text");
        diagnostics.push(diagnostic.at(state.at("Type")).position(position));
    }
}

const TEXT: &str = r#"{
  "StartAt": "Ask",
  "States": {
    "Ask": {"Type": "Parallel", "End": true, "Comment": "asks", "Branches": [
      {"StartAt": "Inner", "States": {
        "Inner": {"Type": "Succeed", "QueryLanguage": "JSONata"}
      }}
    ]}
  }
}"#;

fn validator() -> Validator {
    Validator::new(MachineType::Standard)
}

fn commented() -> Validator {
    validator().with_rule(Commented).expect("the id is free")
}

fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(Diagnostic::to_string).collect()
}

#[test]
fn a_rule_sees_the_machine_and_its_inner_states() {
    assert_eq!(
        lines(&commented().check_text(TEXT)),
        [
            "1:1: ACME001: the machine has no `Comment` at /",
            "6:9: ACME001: `Inner` has no `Comment` at /States/Ask/Branches/0/States/Inner; give it one",
        ]
    );
    let seen = validator().with_rule(Seen).expect("the id is free");
    assert_eq!(
        lines(&seen.check_text(TEXT)),
        [
            format!(
                "4:5: ACME002: {:?} {:?} 4 None Ask at /States/Ask/Type",
                Some(StateKind::Parallel),
                QueryLanguage::JsonPath
            ),
            format!(
                "6:9: ACME002: {:?} {:?} 2 None Inner at /States/Ask/Branches/0/States/Inner/Type",
                Some(StateKind::Succeed),
                QueryLanguage::Jsonata
            ),
        ]
    );
}

#[test]
fn a_custom_rule_id_is_known_after_the_rule_is_added() {
    let error = validator()
        .deny("ACME001")
        .expect_err("it is not there yet");
    assert!(
        error.to_string().contains("there is no rule `ACME001`"),
        "{error}"
    );
    for id in ["ACME001", "acme001"] {
        let denied = commented().deny(id).expect("the rule is there");
        assert_eq!(denied.check_text(TEXT).errors().count(), 2);
        let allowed = commented().allow(id).expect("the rule is there");
        // Errors cannot be suppressed.
        assert_eq!(allowed.check_text(TEXT).len(), 1);
        let without = commented().without(id).expect("the rule is there");
        assert!(without.check_text(TEXT).is_empty());
    }
    let error = commented().allow("ACME01").expect_err("a slip of the pen");
    assert_eq!(
        error.to_string(),
        "there is no rule `ACME01`; did you mean `ACME001`?"
    );
}

#[test]
fn a_duplicate_rule_id_is_refused() {
    struct Twice(&'static str);
    impl CustomRule for Twice {
        fn id(&self) -> &'static str {
            self.0
        }
    }
    for id in ["SW020", "sw020", "ACME001", "Acme001"] {
        let error = commented().with_rule(Twice(id)).expect_err("it is taken");
        assert!(matches!(error, RuleIdError::Taken { .. }), "{error}");
    }
    assert!(commented().with_rule(Twice("ACME003")).is_ok());
}

#[test]
fn denied_warnings_are_errors_unless_they_are_allowed() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    let all = validator().deny_warnings();
    assert!(all.check_text(text).has_errors());
    let allowed = all.clone().allow("SW029").expect("there is such a rule");
    assert!(allowed.check_text(text).is_empty());
    let both = allowed.deny("SW029").expect("there is such a rule");
    assert!(both.check_text(text).has_errors());
}

#[test]
fn unknown_ids_are_refused_with_a_suggestion() {
    for (id, meant) in [
        ("SW999", "such as SW022"),
        ("SW142x", "`SW142`"),
        ("S020", "`SW020`"),
        ("", "such as SW022"),
        ("überall", "such as SW022"),
    ] {
        for error in [
            validator().deny(id).expect_err(id),
            validator().allow(id).expect_err(id),
            validator().without(id).expect_err(id),
        ] {
            let said = error.to_string();
            assert!(
                said.contains(&format!("`{id}`")) && said.contains(meant),
                "{said}"
            );
        }
    }
}

#[test]
fn diagnostics_serialise_in_the_shape_of_aws() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Dnoe"}, "Done": {"Type": "Succeed"}}}"#;
    let diagnostics = validator().check_text(text);
    let json = serde_json::to_value(&diagnostics).expect("diagnostics are JSON");
    let expected = json!([{
        "severity": "ERROR", "code": "MISSING_TRANSITION_TARGET", "message": "Missing 'Next' target: Dnoe",
        "location": "/States/A/Next", "rule": "SW020", "name": "missing-transition-target", "pointer": "/States/A/Next", "line": 1, "column": 59,
        "offset": 58, "suggestion": "did you mean `Done`?", "related": [], "fix": {"title": "replace `Dnoe` with `Done`", "safety": "safe",
        "edits": [{"op": "replace", "pointer": "/States/A/Next", "value": "Done"}]}, "choices": [
            {"title": "add a state `Dnoe`", "safety": "unsafe", "edits": [{"op": "insert", "pointer": "/States/Dnoe",
            "value": {"Type": "Pass", "Next": "Done"}, "position": "last"}]}]}]);
    assert_eq!(json, expected);
    let text = r#"{"StartAt": "A", "StartAt": "B", "States": {}}"#;
    let diagnostics = validator().check_text(text);
    let json = serde_json::to_value(&diagnostics).expect("diagnostics are JSON");
    assert_eq!(
        json[0]["related"],
        json!([{"message": "the first occurrence", "pointer": "/StartAt", "line": 1, "column": 2, "offset": 1}])
    );
}

/// A rule whose diagnostics have arbitrary pointers.
struct Anywhere(String);

impl CustomRule for Anywhere {
    fn id(&self) -> &'static str {
        "ACME004"
    }

    fn check_machine(&self, _: &MachineView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.push(Diagnostic::new(self.id(), Severity::Warning, "here").at(&self.0));
    }
}

#[test]
fn a_diagnostic_has_the_position_of_its_key_or_value() {
    for (pointer, line, column) in [
        ("/States/Ask", 4, 5),
        ("/States/Ask/Type", 4, 21),
        ("/States/Ask/Branches", 4, 65),
        ("/States/Ask/Branches/0", 5, 7),
        // The nearest existing ancestor.
        ("/States/Ask/Branches/1/States", 4, 65),
        ("/States/Nowhere", 3, 3),
        ("nowhere", 1, 1),
    ] {
        let validator = validator().with_rule(Anywhere(pointer.to_owned()));
        let diagnostics = validator.expect("the id is free").check_text(TEXT);
        let places: Vec<_> = diagnostics
            .iter()
            .map(|one| (one.location.line, one.location.column))
            .collect();
        assert_eq!(places, [(line, column)], "{pointer}");
    }
}

#[test]
fn a_machine_without_source_text_is_checked() {
    let machine = StateMachine::from_json(TEXT).expect("the text is a machine");
    let diagnostics = commented().check(&machine);
    let places: Vec<_> = diagnostics
        .iter()
        .map(|one| (&*one.location.pointer, one.location.line))
        .collect();
    assert_eq!(
        places,
        [("", 1), ("/States/Ask/Branches/0/States/Inner", 1)]
    );
}

#[test]
fn rules_with_aws_codes_have_the_severity_of_aws() {
    // AWS's own warnings have separate codes.
    let warnings = ["NO_DOLLAR", "NO_PATH", "PASS_RESULT_IS_STATIC"];
    for rule in RULES {
        let given = match rule.severity {
            Severity::Error => true,
            Severity::Warning => rule.code.is_none_or(|code| warnings.contains(&code)),
        };
        assert!(given, "{} is a warning that AWS does not give", rule.id);
    }
}

proptest! {
    #[test]
    fn any_pointer_has_an_offset_in_the_text(pointer in "(/(States|Ask|Branches|0|[a~0-9é]{0,3})){0,6}|\\PC{0,12}") {
        let validator = validator().with_rule(Anywhere(pointer.clone())).expect("the id is free");
        for diagnostic in &validator.check_text(TEXT) {
            prop_assert_eq!(&diagnostic.location.pointer, &pointer);
            prop_assert!(TEXT.get(diagnostic.location.offset..).is_some());
        }
        let document = Document::parse(TEXT).expect("is JSON");
        prop_assert_eq!(validator.check(&document).len(), 1);
    }
}

#[test]
fn a_comment_allows_warnings_in_its_own_scope() {
    let inner = r#"{"Type": "Pass", "End": false, "Next": "J""#;
    let text = |machine: &str, outer: &str, own: &str| {
        format!(
            r#"{{"Comment": "{machine}", "StartAt": "P", "States": {{
            "P": {{"Type": "Parallel", "Comment": "{outer}", "Next": "Q", "Branches": [{{"StartAt": "I", "States": {{
                "I": {inner}, "Comment": "{own}"}}, "J": {{"Type": "Succeed"}}}}}}]}},
            "Q": {{"Type": "Pass", "End": false, "Next": "R"}}, "R": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let found = |text: &str| -> Vec<String> {
        let diagnostics = validator()
            .deny_warnings()
            .deny("SW029")
            .expect("is known")
            .check_text(text);
        diagnostics
            .iter()
            .map(|one| format!("{} {}", one.code.unwrap_or_default(), one.location.pointer))
            .collect()
    };
    let (inside, behind) = (
        "SW029 /States/P/Branches/0/States/I/End",
        "SW029 /States/Q/End",
    );
    let allow = "stepwright: allow sw029";
    assert_eq!(found(&text("", "", "")), [inside, behind]);
    assert_eq!(found(&text("", "", allow)), [behind]);
    assert_eq!(found(&text("", allow, "")), [behind]);
    assert!(found(&text(allow, "", "")).is_empty());
    assert_eq!(found(&text("stepwright: allow SW030", "", allow)), [behind]);
    assert_eq!(
        found(&text("stepwright: allow SW0299", "", allow)),
        ["SW004 /Comment", behind]
    );
    // The ids of user-defined rules are known, and errors cannot be suppressed.
    let commented = commented().check_text(r#"{"StartAt": "A", "Comment": "stepwright: allow ACME001, SW020", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#);
    assert_eq!(
        commented
            .iter()
            .map(|one| one.code.unwrap_or_default())
            .collect::<Vec<_>>(),
        ["SW020"]
    );
}
