//! Each choice of a diagnostic removes it, adds no error and changes nothing else.

use std::sync::OnceLock;

use proptest::prelude::*;
use stepwright_asl::Diagnostics;
use stepwright_asl::edit::Editor;
use stepwright_asl::json::{Dialect, Json};
use stepwright_asl::validate::{MachineType, Validator};

use super::{load, model::apply_all};
use crate::edit::sample::write;
use crate::yaml::emit::emit;

/// The errors without their positions, which change with the position of an item.
fn errors(diagnostics: &Diagnostics) -> Vec<(&str, &str)> {
    let errors = diagnostics.errors();
    errors
        .map(|error| (error.code.unwrap_or_default(), &*error.message))
        .collect()
}

/// Checks each fix of each diagnostic of a text. Returns their number.
fn check(
    machine_type: MachineType,
    text: &str,
    open: fn(&str) -> Editor,
    problems: &mut Vec<String>,
) -> usize {
    let validator = Validator::new(machine_type).with_known_placeholders(["ChargeFunctionArn"]);
    let editor = open(text);
    let before = validator.check(editor.document());
    let mut fixes = 0;
    for diagnostic in &before {
        for fix in diagnostic.fixes() {
            fixes += 1;
            let code = diagnostic.code.unwrap_or_default();
            let mut edited = editor.clone();
            if let Err(error) = edited.apply(&fix.edits) {
                // A comment belongs to the item before or after it, so the items are not moved.
                if error
                    .to_string()
                    .ends_with("there is a comment between the items")
                {
                    continue;
                }
                problems.push(format!("{code} {}: {error}\n{text}", fix.title));
                continue;
            }
            // The model of an edit works on the value, so nothing else has changed.
            let mut expected = editor.document().json().clone();
            apply_all(&mut expected, &fix.edits);
            assert_eq!(edited.document().json(), &expected, "{code} {}", fix.title);

            let after = validator.check(edited.document());
            let is_same = after.iter().any(|other| {
                (other.code, &other.location.pointer, &other.message)
                    == (
                        diagnostic.code,
                        &diagnostic.location.pointer,
                        &diagnostic.message,
                    )
            });
            let known = errors(&before);
            let mut new = errors(&after);
            new.retain(|error| !known.contains(error));
            // The next round of the fixer fixes the consequences of an automatic fix.
            let is_automatic = diagnostic.fix.as_ref() == Some(fix);
            if is_same || !is_automatic && !new.is_empty() {
                problems.push(format!(
                    "{code} `{}` is there: {is_same}, new: {new:?}\n{text}\n{}",
                    fix.title,
                    edited.text()
                ));
            }
        }
    }
    fixes
}

/// All definitions whose diagnostics have a fix.
fn definitions() -> &'static [(MachineType, Json)] {
    static ALL: OnceLock<Vec<(MachineType, Json)>> = OnceLock::new();
    ALL.get_or_init(|| load(|diagnostic| diagnostic.fixes().next().is_some()))
}

#[test]
fn each_choice_removes_its_diagnostic_and_adds_no_error() {
    let mut fixes = 0;
    let mut problems = Vec::new();
    for (machine_type, json) in definitions() {
        let machine_type = *machine_type;
        let json_text = |text: &str| Editor::parse(text).expect("is JSON");
        let yaml_text = |text: &str| Editor::parse_yaml(text).expect("is YAML");
        fixes += check(machine_type, &json.to_string(), json_text, &mut problems);
        fixes += check(machine_type, &json.to_pretty(), json_text, &mut problems);
        fixes += check(machine_type, &emit(json, 0), yaml_text, &mut problems);
        let pretty = json.to_pretty();
        let commented = pretty
            .lines()
            .map(|line| format!("{line} // ] \"x\": {{\n"));
        let commented: String = commented.collect();
        let commented_text = |text: &str| Editor::parse_recovering(text, Dialect::Comments);
        fixes += check(machine_type, &commented, commented_text, &mut problems);
    }
    assert!(
        problems.is_empty(),
        "{} of {fixes} fixes:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert!(fixes > 1_000, "{fixes}");
}

proptest! {
    #[test]
    fn choices_of_definitions_with_any_formatting(
        which in any::<prop::sample::Index>(),
        style in any::<u64>(),
        crlf in any::<bool>(),
    ) {
        let all = definitions();
        let (machine_type, json) = &all[which.index(all.len())];
        let mut problems = Vec::new();
        let json_text = |text: &str| Editor::parse(text).expect("is JSON");
        let text = write(json, style);
        // Another spelling of a number may be another number.
        if json_text(&text).document().json() == json {
            check(*machine_type, &text, json_text, &mut problems);
        }
        let text = emit(json, style);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let yaml_text = |text: &str| Editor::parse_yaml(text).expect("is YAML");
        check(*machine_type, &text, yaml_text, &mut problems);
        prop_assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}
