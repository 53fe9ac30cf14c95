//! A fix removes its diagnostic and changes nothing else.

mod choices;
mod model;

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::Value;
use stepwright_asl::edit::Edit;
use stepwright_asl::fix::{Fix, Fixed, Fixer, Safety};
use stepwright_asl::json::{Document, Json};
use stepwright_asl::validate::{CustomRule, MachineType, MachineView, Validator};
use stepwright_asl::{Diagnostic, Diagnostics, Severity};

use crate::edit::sample::write;
use crate::yaml::emit::emit;
use model::apply_all;

fn fixer(machine_type: MachineType) -> Fixer {
    Fixer::new(Validator::new(machine_type))
}

fn standard() -> Fixer {
    fixer(MachineType::Standard)
}

/// The definition of a case with one state `A`, whose members are given, and a state `Done`.
fn one_state(members: &str) -> String {
    format!(
        r#"{{"StartAt": "A", "States": {{"A": {{{members}}}, "Done": {{"Type": "Succeed"}}}}}}"#
    )
}

/// The diagnostic's rule, the safety of its fix, and the part of the text that it changes.
type Case = (&'static str, Safety, &'static str, &'static str);

const STATES: &[Case] = &[
    (
        "SW020",
        Safety::Safe,
        r#""Type": "Pass", "Next": "Doen""#,
        r#""Type": "Pass", "Next": "Done""#,
    ),
    (
        "SW110",
        Safety::Safe,
        r#""Type": "Pass", "InputPath": "$.a ", "Next": "Done""#,
        r#""Type": "Pass", "InputPath": "$.a", "Next": "Done""#,
    ),
    (
        "SW110",
        Safety::Safe,
        r#""Type": "Pass", "Parameters": {"a": [{"b.$": "$$.Execution.Id \t"}]}, "Next": "Done""#,
        r#""Type": "Pass", "Parameters": {"a": [{"b.$": "$$.Execution.Id"}]}, "Next": "Done""#,
    ),
    (
        "SW014",
        Safety::Safe,
        r#""Type": "Pass", "Coment": "x", "Next": "Done""#,
        r#""Type": "Pass", "Comment": "x", "Next": "Done""#,
    ),
    (
        "SW015",
        Safety::Safe,
        r#""Type": "pass", "Next": "Done""#,
        r#""Type": "Pass", "Next": "Done""#,
    ),
    (
        "SW015",
        Safety::Safe,
        r#""type": "Pass", "Next": "Done""#,
        r#""Type": "Pass", "Next": "Done""#,
    ),
    (
        "SW027",
        Safety::Unsafe,
        r#""Type": "Pass", "Next": "Done", "End": true"#,
        r#""Type": "Pass", "Next": "Done""#,
    ),
    (
        "SW029",
        Safety::Safe,
        r#""Type": "Pass", "End": false, "Next": "Done""#,
        r#""Type": "Pass", "Next": "Done""#,
    ),
    (
        "SW116",
        Safety::Unsafe,
        r#""Type": "Pass", "Parameters": {"id": "$.id"}, "Next": "Done""#,
        r#""Type": "Pass", "Parameters": {"id.$": "$.id"}, "Next": "Done""#,
    ),
    (
        "SW048",
        Safety::Unsafe,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}}, "Next": "Done""#,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 3600, "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}}, "Next": "Done""#,
    ),
    (
        "SW041",
        Safety::Safe,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMesage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "Next": "Done""#,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "Next": "Done""#,
    ),
    (
        "SW049",
        Safety::Unsafe,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUlr.$": "$.q", "MessageBody": "m"}, "Next": "Done""#,
        r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl.$": "$.q", "MessageBody": "m"}, "Next": "Done""#,
    ),
    (
        "SW051",
        Safety::Safe,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["Mine", "States.ALL"]}], "Next": "Done""#,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["States.ALL"]}], "Next": "Done""#,
    ),
    (
        "SW052",
        Safety::Safe,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Mine"], "MaxAttempts": 1}], "Next": "Done""#,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["Mine"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"]}], "Next": "Done""#,
    ),
    (
        "SW053",
        Safety::Unsafe,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["States.TaskFaild"]}], "Next": "Done""#,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "Next": "Done""#,
    ),
    (
        "SW125",
        Safety::Safe,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input }", "Next": "Done""#,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input %}", "Next": "Done""#,
    ),
    (
        "SW125",
        Safety::Unsafe,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": " {% $states.input %}", "Next": "Done""#,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input %}", "Next": "Done""#,
    ),
];

#[test]
fn each_fix_has_the_expected_safety() {
    for (rule, safety, before, after) in STATES {
        let (before, after) = (one_state(before), one_state(after));
        let diagnostics = Validator::new(MachineType::Standard).check_text(&before);
        let fix = diagnostics
            .iter()
            .find(|diagnostic| diagnostic.code.unwrap_or_default() == *rule);
        let fix = fix.and_then(|diagnostic| diagnostic.fix.as_ref());
        let fix = fix.unwrap_or_else(|| panic!("{rule} has no fix in {before}:\n{diagnostics}"));
        assert_eq!(fix.safety, *safety, "{before}");
        let safe = standard().fix_json(&before).expect("is JSON");
        assert_eq!(safe.text == before, *safety == Safety::Unsafe, "{before}");
        let fixed = standard().with_unsafe().fix_json(&before).expect("is JSON");
        assert_eq!(fixed.text, after);
    }
}

#[test]
fn ambiguous_diagnostics_have_no_safe_fix() {
    for (rule, state) in [
        // Two states are equally similar.
        (
            "SW020",
            r#""Type": "Pass", "Next": "Step", "Comment": "stop""#,
        ),
        ("SW020", r#""Type": "Pass", "Next": "Step3""#),
    ] {
        let text = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{{state}}}, "Stepp": {{"Type": "Pass", "Next": "Stop"}},
            "Stop": {{"Type": "Succeed"}}, "Step1": {{"Type": "Pass", "Next": "Stepp"}}}}}}"#
        );
        let fixed = standard().fix_json(&text).expect("is JSON");
        assert_eq!(fixed.text, text);
        assert!(
            fixed
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.code.unwrap_or_default() == rule)
        );
    }
    // An unreachable state, a key that is taken, and a list with two catch-alls.
    for state in [
        r#""Type": "Pass", "Coment": "x", "Comment": "y", "Next": "Done""#,
        r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["States.ALL"]}], "Next": "Done""#,
    ] {
        let text = one_state(state);
        let fixed = standard().with_unsafe().fix_json(&text).expect("is JSON");
        assert_eq!((fixed.text, fixed.refused.len()), (text, 0));
    }
}

#[test]
fn a_fix_that_would_change_another_value_is_refused() {
    let text = "StartAt: A\nStates:\n  A: &pass {Type: Pass, Coment: x, Next: B}\n  B: *pass\n";
    let fixed = standard().fix_yaml(text).expect("is YAML");
    assert_eq!(fixed.text, text);
    assert!(fixed.applied.is_empty());
    let reasons: Vec<&str> = fixed.refused.iter().map(|one| &*one.reason).collect();
    assert!(
        reasons.iter().any(|reason| reason.contains("/States/B")),
        "{reasons:?}"
    );
    // The refused fix does not hinder the others.
    let text = text.replace("StartAt: A", "StratAt: A");
    let fixed = standard().fix_yaml(&text).expect("is YAML");
    assert_eq!(fixed.text, text.replace("StratAt", "StartAt"));
}

/// A rule whose fix has these edits.
struct Edits(Vec<Edit>);

impl CustomRule for Edits {
    fn id(&self) -> &'static str {
        "ACME001"
    }

    fn check_machine(&self, machine: &MachineView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if machine.json().get("Comment").is_none() {
            return;
        }
        let mut fix = Fix::new(Safety::Safe, "edit it", self.0[0].clone());
        fix.edits = self.0.clone();
        diagnostics.push(Diagnostic::new(self.id(), Severity::Warning, "edit it").with_fix(fix));
    }
}

#[test]
fn a_fix_with_several_edits_is_atomic() {
    let text =
        r#"{"Comment": "x", "StartAt": "A", "States": {"A": {"Type": "Succeed", "End": true}}}"#;
    let fix = |edits| {
        let validator = Validator::new(MachineType::Standard).with_rule(Edits(edits));
        let fixer = Fixer::new(validator.expect("a new id"));
        fixer.fix_json(text).expect("is JSON")
    };
    let fixed = fix(vec![
        Edit::remove("/Comment"),
        Edit::insert("/Version", "1.0"),
    ]);
    let expected = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Version": "1.0"}"#;
    assert_eq!((&*fixed.text, fixed.applied.len()), (expected, 2));
    // Edits of the same text, an impossible edit, and edits after which the diagnostic is still
    // there. The other fix is made.
    let expected = text.replace(", \"End\": true", "");
    for (edits, reason) in [
        (
            vec![Edit::remove("/States"), Edit::remove("/States/A")],
            "another edit",
        ),
        (
            vec![Edit::remove("/Comment"), Edit::remove("/Nowhere")],
            "there is no value",
        ),
        (
            vec![Edit::insert("/Version", "1.0")],
            "the diagnostic remains",
        ),
    ] {
        let fixed = fix(edits);
        assert_eq!((&fixed.text, fixed.applied.len()), (&expected, 1));
        let reasons: Vec<&str> = fixed.refused.iter().map(|one| &*one.reason).collect();
        assert!(
            reasons.len() == 1 && reasons[0].contains(reason),
            "{reasons:?}"
        );
    }
}

#[test]
fn hundreds_of_fixes_are_made_together() {
    let states: Vec<String> = (0..200)
        .map(|at| {
            format!(
                "    \"Number{at}\": {{\"Type\": \"Pass\", \"Coment\": \"{at}\", \"Next\": \"Numbre{}\"}}",
                (at + 1) % 200
            )
        })
        .collect();
    let text = format!(
        "{{\n  \"StartAt\": \"Number0\",\n  \"States\": {{\n{}\n  }}\n}}\n",
        states.join(",\n")
    );
    let fixed = standard().fix_json(&text).expect("is JSON");
    assert_eq!(fixed.applied.len(), 400);
    assert!(!fixed.text.contains("Coment") && !fixed.text.contains("Numbre"));
}

#[test]
fn fixes_preserve_comments_line_endings_and_byte_order_marks() {
    let text = "\u{feff}# orders\r\nStartAt: Chrage # first\r\nStates:\r\n  Charge:\r\n    Type: Task # by card\r\n    # the function\r\n    Resource: ${Charge}\r\n    Retry:\r\n      - ErrorEquals: [States.ALL] # all\r\n        MaxAttempts: 1 # once\r\n      # mine\r\n      - ErrorEquals: [Mine]\r\n        MaxAttempts: 2 # twice\r\n    Next: Doen # last\r\n  Done: {Type: Succeed}\r\n";
    let fixed = standard().fix_yaml(text).expect("is YAML");
    let expected = text
        .replace("Chrage", "Charge")
        .replace("Doen", "Done")
        .replace("      - ErrorEquals: [States.ALL] # all\r\n        MaxAttempts: 1 # once\r\n", "")
        .replace("# twice\r\n", "# twice\r\n      - ErrorEquals: [States.ALL] # all\r\n        MaxAttempts: 1 # once\r\n");
    assert_eq!(fixed.text, expected);
    let text = "\u{feff}{\r\n\t\"StartAt\" : \"A\",\r\n\t\"States\": {\"A\": {\"Type\":\"Succeed\", \"End\": true}}\r\n}\r\n";
    let fixed = standard().fix_json(text).expect("is JSON");
    assert_eq!(fixed.text, text.replace(", \"End\": true", ""));
}

/// All one-fault definitions, and the fixtures of the rules, if they have a fix.
fn definitions() -> &'static [(MachineType, Json)] {
    static ALL: OnceLock<Vec<(MachineType, Json)>> = OnceLock::new();
    ALL.get_or_init(|| load(|diagnostic| diagnostic.fix.is_some()))
}

/// The definitions of the tests that have such a diagnostic.
fn load(has: fn(&Diagnostic) -> bool) -> Vec<(MachineType, Json)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let entries = folder.read_dir().expect("the folder can be read");
    let files = entries.map(|entry| {
        let path = entry.expect("the entry can be read").path();
        let is_express = path.to_string_lossy().contains(".express.");
        let text = std::fs::read_to_string(path).expect("the file can be read");
        (is_express, text)
    });
    let rows = include_str!("definitions/refused.jsonl")
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("each line is JSON");
            (row["type"] == "EXPRESS", row["definition"].to_string())
        });
    let of_cases = STATES
        .iter()
        .map(|(_, _, text, _)| (false, one_state(text)));
    let all = files
        .chain(rows)
        .chain(of_cases)
        .filter_map(|(is_express, text)| {
            let machine_type = if is_express {
                MachineType::Express
            } else {
                MachineType::Standard
            };
            let document = Document::parse(&text).ok()?;
            // The editor does not choose between duplicate keys.
            document
                .duplicates()
                .is_empty()
                .then(|| (machine_type, document.into_json()))
        });
    let mut all: Vec<(MachineType, Json)> = all.collect();
    all.retain(|(machine_type, json)| {
        let diagnostics = Validator::new(*machine_type).check_text(&json.to_string());
        diagnostics.iter().any(has)
    });
    all
}

/// Without the `Comment`s of the machine and its states.
fn without_comments(mut json: Json) -> String {
    fn remove(json: &mut Json) {
        if let Some(object) = json.as_object_mut() {
            if object.contains_key("Type") || object.contains_key("StartAt") {
                object.shift_remove("Comment");
            }
            object.values_mut().for_each(remove);
        }
        if let Some(items) = json.as_array_mut() {
            items.iter_mut().for_each(remove);
        }
    }
    remove(&mut json);
    json.to_string()
}

#[test]
fn each_warning_can_be_allowed_in_a_comment() {
    let is_warning = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Warning;
    let definitions = load(is_warning);
    assert!(definitions.len() > 20, "{}", definitions.len());
    for (machine_type, json) in definitions {
        let fixer = fixer(machine_type).suppressing();
        let check = |text: &str, fixed: Fixed, fix: &dyn Fn(&str) -> Fixed| {
            assert!(fixed.refused.is_empty(), "{:?}\n{text}", fixed.refused);
            let mut left = fixed.diagnostics.iter();
            assert!(
                !left.any(is_warning),
                "{}\n{text}\n---\n{}",
                fixed.diagnostics,
                fixed.text
            );
            let after = Document::parse_yaml(&fixed.text).expect("is YAML or JSON");
            assert_eq!(
                without_comments(after.into_json()),
                without_comments(json.clone())
            );
            let again = fix(&fixed.text);
            assert_eq!((again.text, again.applied.len()), (fixed.text, 0));
        };
        let text = json.to_string();
        check(&text, fix_json(&fixer, &text), &|text| {
            fix_json(&fixer, text)
        });
        let text = emit(&json, 0);
        check(&text, fix_yaml(&fixer, &text), &|text| {
            fix_yaml(&fixer, text)
        });
    }
}

/// The errors, without their positions. Pointers may change with the position of an item.
fn errors(diagnostics: &Diagnostics) -> Vec<(&str, &str)> {
    let errors = diagnostics.errors();
    errors
        .map(|diagnostic| (diagnostic.code.unwrap_or_default(), &*diagnostic.message))
        .collect()
}

/// Checks the properties of all fixes of a definition in this text.
fn check(machine_type: MachineType, text: &str, fix: impl Fn(&Fixer, &str) -> Fixed) {
    let validator = Validator::new(machine_type);
    let document = Document::parse_yaml(text).expect("is YAML or JSON");
    let before = validator.check(&document);
    for fixer in [fixer(machine_type), fixer(machine_type).with_unsafe()] {
        let fixed = fix(&fixer, text);
        let after = Document::parse_yaml(&fixed.text)
            .unwrap_or_else(|error| panic!("{error}\n{text}\n---\n{}", fixed.text));
        assert!(fixed.refused.is_empty(), "{:?}\n{text}", fixed.refused);
        let known = errors(&before);
        let new: Vec<_> = errors(&fixed.diagnostics)
            .into_iter()
            .filter(|error| !known.contains(error))
            .collect();
        assert!(new.is_empty(), "{new:?}\n{text}\n---\n{}", fixed.text);
        assert_eq!(validator.check(&after), fixed.diagnostics);
        if let [applied] = fixed.applied.as_slice() {
            let mut expected = document.json().clone();
            apply_all(&mut expected, &applied.fix.edits);
            assert_eq!(expected.to_string(), after.json().to_string(), "{text}");
        }
        for applied in &fixed.applied {
            let is_same = |diagnostic: &&Diagnostic| {
                diagnostic.code.unwrap_or_default() == applied.diagnostic.code.unwrap_or_default()
                    && diagnostic.location.pointer == applied.diagnostic.location.pointer
                    && diagnostic.message == applied.diagnostic.message
            };
            assert!(
                !fixed
                    .diagnostics
                    .iter()
                    .any(|diagnostic| is_same(&diagnostic)),
                "{text}"
            );
        }
        let again = fix(&fixer, &fixed.text);
        assert_eq!((again.text, again.applied.len()), (fixed.text, 0));
    }
}

fn fix_json(fixer: &Fixer, text: &str) -> Fixed {
    fixer.fix_json(text).expect("is JSON")
}

fn fix_yaml(fixer: &Fixer, text: &str) -> Fixed {
    fixer.fix_yaml(text).expect("is YAML")
}

#[test]
fn each_definition_with_one_fault_is_fixed() {
    let all = definitions();
    assert!(all.len() > 60, "{}", all.len());
    for (machine_type, json) in all {
        check(*machine_type, &json.to_string(), fix_json);
        check(*machine_type, &json.to_pretty(), fix_json);
        check(*machine_type, &emit(json, 0), fix_yaml);
    }
}

/// A template in which the definition is a string, in each form that can be edited.
fn templates(machine_type: MachineType, definition: &str) -> Vec<String> {
    let kind = match machine_type {
        MachineType::Standard => "STANDARD",
        MachineType::Express => "EXPRESS",
    };
    let block = |tag: &str| {
        let lines = definition.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("        {line}\n"),
        });
        format!(
            "Resources:\n  Orders: # one\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      StateMachineType: {kind}\n      DefinitionString: {tag}|\n{}      RoleArn: r\n",
            lines.collect::<String>()
        )
    };
    let properties =
        serde_json::json!({"StateMachineType": kind, "DefinitionString": {"Fn::Sub": definition}});
    let template = serde_json::json!({"Resources": {"Orders": {
        "Type": "AWS::StepFunctions::StateMachine", "Properties": properties,
    }}});
    let mut all = vec![
        block(""),
        block("!Sub "),
        template.to_string(),
        format!("{template:#}"),
    ];
    if !definition.contains('\n') {
        all.push(format!(
            "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {{StateMachineType: {kind}, DefinitionString: '{}'}}\n",
            definition.replace('\'', "''")
        ));
    }
    all
}

#[test]
fn a_definition_string_in_a_template_is_fixed_like_a_file() {
    let mut made = 0;
    for (machine_type, json) in definitions() {
        let (fixes, suppressions) = (
            fixer(*machine_type).with_unsafe(),
            fixer(*machine_type).suppressing(),
        );
        for (text, fixer) in [
            (json.to_string(), &fixes),
            (json.to_pretty(), &fixes),
            (json.to_pretty(), &suppressions),
        ] {
            let text = text.trim_end();
            let fixed = fix_yaml(fixer, text);
            let wanted = templates(*machine_type, &fixed.text);
            for (template, wanted) in templates(*machine_type, text).iter().zip(wanted) {
                let found = fixer.fix_template(template).expect("is a template");
                assert!(found.refused.is_empty(), "{:?}\n{template}", found.refused);
                assert_eq!(found.text, wanted, "{template}");
                assert_eq!(found.applied.len(), fixed.applied.len());
                let messages = |all: &Diagnostics| -> Vec<String> {
                    all.iter().map(|one| one.message.clone()).collect()
                };
                assert_eq!(messages(&found.diagnostics), messages(&fixed.diagnostics));
                made += found.applied.len();
            }
        }
    }
    assert!(made > 500, "{made}");
}

#[test]
fn a_string_with_several_parts_is_not_edited() {
    let join = r#"{"Resources": {"Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": {"Fn::Join": ["", [
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"", {"Fn::GetAtt": ["Charge", "Arn"]}, "\", \"Next\": \"Doen\"}, \"Done\": {\"Type\": \"Succeed\"}}}"
    ]]}}}}}"#;
    let folded = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: >\n        {\"StartAt\": \"A\",\n        \"States\": {\"A\": {\"Type\": \"Succeed\", \"End\": true}}}\n";
    for template in [join, folded] {
        let fixed = standard().fix_template(template).expect("is a template");
        assert_eq!((&*fixed.text, fixed.applied.len()), (template, 0));
        assert_eq!(fixed.refused.len(), 1, "{:?}", fixed.refused);
        assert_eq!(fixed.diagnostics.len(), 1, "{}", fixed.diagnostics);
    }
}

/// A machine of two states with these names and several faults.
fn faulty(first: &str, last: &str) -> Json {
    let text = serde_json::json!({
        "StartAt": first,
        "Comennt": "x",
        "States": {
            first: {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMesage.waitForTaskToken",
                "Parameters": {"QueueUrl": "$.queue", "MessageBody": {"t.$": "$$.Task.Token", first: "$.a"}},
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": last}, {"ErrorEquals": [first, "State.Timeout"], "Next": last}],
                "Next": last, "End": true},
            last: {"Type": "Succeed", "End": true},
            format!("{first}{last}"): {"Type": "Pass", "Next": last},
        },
    });
    text.to_string().parse().expect("is JSON")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    #[test]
    fn definitions_with_any_formatting_are_fixed(which in any::<prop::sample::Index>(), style in any::<u64>(), crlf in any::<bool>()) {
        let all = definitions();
        let (machine_type, json) = &all[which.index(all.len())];
        check(*machine_type, &write(json, style), fix_json);
        let text = emit(json, style);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        check(*machine_type, &text, fix_yaml);
    }

    #[test]
    fn states_with_unusual_names_are_fixed(
        first in prop::sample::select(vec!["a/b", "~1", "~", "\"q\"", "it's", "größe", "a.b.$", "- x: y", "#c", "{", "a, b", "yes", "😀"]),
        last in prop::sample::select(vec!["", "/", "~0", "\\", "é", "x.$", ": ", "null", "[]", "'"]),
        style in any::<u64>(),
    ) {
        let json = faulty(first, last);
        let text = write(&json, style);
        let fixed = standard().with_unsafe().fix_json(&text).expect("is JSON");
        prop_assert!(fixed.refused.is_empty(), "{:?}", fixed.refused);
        let again = standard().with_unsafe().fix_json(&fixed.text).expect("is JSON");
        prop_assert_eq!(&again.text, &fixed.text);
        let text = emit(&json, style);
        let of_yaml = standard().with_unsafe().fix_yaml(&text).expect("is YAML");
        prop_assert!(of_yaml.refused.is_empty(), "{:?}\n{}", of_yaml.refused, text);
        let after = Document::parse_yaml(&of_yaml.text).expect("is YAML");
        let of_json = Document::parse(&fixed.text).expect("is JSON");
        prop_assert_eq!(after.json().to_string(), of_json.json().to_string());
    }
}
