//! Each rule has a definition in `rules/` with a diagnostic of this rule only, and a corrected one
//! without diagnostics. The page of the rules shows both.

use std::collections::BTreeMap;
use std::path::Path;

use stepwright_asl::fix::Fixer;
use stepwright_asl::validate::{MachineType, RULES, Validator, explain};

/// The files of one rule. `SW046.express.json` and `SW046.express.fixed.json` are for an Express
/// machine.
#[derive(Default)]
struct Fixture {
    broken: String,
    fixed: String,
    is_express: bool,
}

impl Fixture {
    fn machine_type(&self) -> MachineType {
        if self.is_express {
            MachineType::Express
        } else {
            MachineType::Standard
        }
    }

    fn validator(&self) -> Validator {
        let validator = Validator::new(self.machine_type());
        // SW005 needs the names that the project knows.
        if self.broken.contains("${ChargeFunctonArn}") {
            validator.with_known_placeholders(["ChargeFunctionArn"])
        } else {
            validator
        }
    }
}

fn fixtures() -> BTreeMap<String, Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut fixtures: BTreeMap<String, Fixture> = BTreeMap::new();
    for entry in folder.read_dir().expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (id, rest) = name.split_once('.').expect("the file has an extension");
        let fixture = fixtures.entry(id.to_owned()).or_default();
        fixture.is_express = rest.starts_with("express");
        if rest.ends_with("fixed.json") {
            fixture.fixed = text;
        } else {
            fixture.broken = text;
        }
    }
    fixtures
}

/// Rules that need AWS's tables, which only the feature `integrations` provides.
const WITH_TABLES: &[&str] = &["SW049", "SW143", "SW145"];

/// Rules that need AWS's API models, which only the feature `models` provides.
const WITH_MODELS: &[&str] = &["SW061", "SW144"];

/// Whether the features that a rule needs are off.
fn is_off(id: &str) -> bool {
    !cfg!(feature = "integrations") && WITH_TABLES.contains(&id)
        || !cfg!(feature = "models") && WITH_MODELS.contains(&id)
}

#[test]
fn each_fixture_is_reported_only_by_its_own_rule() {
    let fixtures = fixtures();
    for rule in RULES {
        if rule.id == "SW003" || is_off(rule.id) {
            continue;
        }
        let fixture = fixtures
            .get(rule.id)
            .unwrap_or_else(|| panic!("{} has no fixture", rule.id));
        let (text, validator) = (&fixture.broken, fixture.validator());
        let diagnostics = validator.check_text(text);
        let [diagnostic] = diagnostics.iter().as_slice() else {
            panic!("{}: one diagnostic was expected:\n{diagnostics}", rule.id);
        };
        assert_eq!(
            (diagnostic.code.unwrap_or_default(), diagnostic.severity),
            (rule.id, rule.severity),
            "{diagnostic}"
        );
        assert_eq!(diagnostic.aws_code, rule.code, "{diagnostic}");
        assert!(
            diagnostic.location.line >= 1 && diagnostic.location.column >= 1,
            "{diagnostic}"
        );

        let without = validator
            .without(rule.id)
            .expect("the rule is known")
            .check_text(text);
        assert!(without.is_empty(), "{} without itself:\n{without}", rule.id);
    }
    for id in fixtures.keys() {
        assert!(RULES.iter().any(|rule| rule.id == id), "{id} is no rule");
    }
}

#[test]
fn a_corrected_definition_has_no_diagnostics() {
    for (id, fixture) in fixtures() {
        assert!(
            !fixture.fixed.is_empty(),
            "{id} has no corrected definition"
        );
        let diagnostics = fixture.validator().check_text(&fixture.fixed);
        assert!(diagnostics.is_empty(), "{id}, corrected:\n{diagnostics}");
    }
}

#[test]
fn a_fix_makes_the_corrected_definition() {
    let mut fixed = Vec::new();
    for (id, fixture) in fixtures() {
        let validator = fixture.validator();
        let diagnostics = validator.check_text(&fixture.broken);
        if diagnostics
            .iter()
            .all(|diagnostic| diagnostic.fix.is_none())
        {
            continue;
        }
        let fixer = Fixer::new(validator).with_unsafe();
        let result = fixer.fix_json(&fixture.broken).expect("is JSON");
        assert_eq!(result.text, fixture.fixed, "{id}");
        fixed.push(id);
    }
    assert!(fixed.len() >= 16, "few rules have a fix: {fixed:?}");
}

/// The rules without a fix, with the reason.
const WITHOUT_FIX: &[(&str, &str)] = &[
    (
        "SW001",
        "an edit names a value by its pointer: a broken text has none, and two members with one key have the same",
    ),
    (
        "SW003",
        "only the author knows which part of the machine can become a separate machine",
    ),
    (
        "SW032",
        "only the author knows which part of the machine can become a separate machine",
    ),
    (
        "SW124",
        "only the author knows the missing operand; missing brackets and quotes are added",
    ),
    (
        "SW133",
        "only the author knows whether the old or the new value of the variable is meant",
    ),
];

#[test]
fn each_rule_has_a_fix_or_a_reason_against_one() {
    let fixtures = fixtures();
    let mut with_fix = 0;
    for rule in RULES {
        if is_off(rule.id) {
            continue;
        }
        let diagnostics = fixtures
            .get(rule.id)
            .map(|fixture| fixture.validator().check_text(&fixture.broken));
        let mut diagnostics = diagnostics.iter().flatten();
        let has_fix = diagnostics.any(|diagnostic| diagnostic.fixes().next().is_some());
        let reason = WITHOUT_FIX.iter().find(|(id, _)| *id == rule.id);
        assert_eq!(has_fix, reason.is_none(), "{}: {reason:?}", rule.id);
        with_fix += usize::from(has_fix);
    }
    // Some rules need features.
    assert!(
        with_fix + 10 >= RULES.len(),
        "{with_fix} of {}",
        RULES.len()
    );
}

#[test]
fn the_explanation_of_a_rule_contains_its_definitions() {
    let fixtures = fixtures();
    for rule in RULES {
        let section = explain(rule.id).expect("the rule is known");
        // Their definitions are too long for the page.
        if ["SW003", "SW032"].contains(&rule.id) {
            assert!(!section.contains("```json"), "{section}");
            continue;
        }
        let fixture = &fixtures[rule.id];
        for text in [&fixture.broken, &fixture.fixed] {
            let block = format!("```json\n{}\n```\n", text.trim_end());
            assert!(section.contains(&block), "{section}");
        }
        assert_eq!(
            section.contains("in an Express machine:"),
            fixture.is_express,
            "{section}"
        );
    }
}

#[test]
fn a_definition_beyond_a_mebibyte_is_too_long() {
    let comment = "ä".repeat(1_048_576);
    let text = format!(
        r#"{{"Comment": "{comment}", "StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}"#
    );
    let diagnostics = Validator::new(MachineType::Standard).check_text(&text);
    assert_eq!(
        diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.unwrap_or_default())
            .collect::<Vec<_>>(),
        ["SW003"]
    );
}

#[test]
fn messages_of_all_rules() {
    let all: Vec<String> = fixtures()
        .into_iter()
        .filter(|(id, _)| {
            !WITH_TABLES.contains(&id.as_str()) && !WITH_MODELS.contains(&id.as_str())
        })
        .map(|(_, fixture)| {
            let validator = fixture.validator();
            validator.check_text(&fixture.broken).to_string()
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

/// The page lists the fixes of all rules, some of which need features.
#[cfg(all(feature = "integrations", feature = "models"))]
#[test]
fn the_rules_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/rules.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == stepwright_asl::validate::rules_page(),
        "docs/reference/rules.md is out of date; write it with `cargo run -p stepwright-asl --all-features --example rules_page > docs/reference/rules.md`"
    );
}
