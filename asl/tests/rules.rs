//! Each rule has a definition in `tests/rules/` with diagnostics of this rule only.

use std::collections::BTreeMap;
use std::path::Path;

use stepwright_asl::validate::{MachineType, RULES, Validator};

/// The fixtures by rule: the text and the type of the machine. `SW046.express.json` is one for an Express machine.
fn fixtures() -> BTreeMap<String, (String, MachineType)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let entries = folder.read_dir().expect("the folder can be read");
    let fixtures = entries.map(|entry| {
        let path = entry.expect("the entry can be read").path();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (id, rest) = name.split_once('.').expect("the file has an extension");
        let machine_type = if rest.starts_with("express") {
            MachineType::Express
        } else {
            MachineType::Standard
        };
        (id.to_owned(), (text, machine_type))
    });
    fixtures.collect()
}

/// Rules that need AWS's tables, which only the feature `integrations` provides.
const WITH_TABLES: &[&str] = &["SW049", "SW143"];

#[test]
fn each_rule_alone_reports_its_fixture() {
    let fixtures = fixtures();
    for rule in RULES {
        let has_tables = cfg!(feature = "integrations");
        if rule.id == "SW003" || !has_tables && WITH_TABLES.contains(&rule.id) {
            continue;
        }
        let (text, machine_type) = fixtures
            .get(rule.id)
            .unwrap_or_else(|| panic!("{} has no fixture", rule.id));
        let diagnostics = Validator::new(*machine_type).check_text(text);
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

        let without = Validator::new(*machine_type)
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
fn messages_read_well() {
    let all: Vec<String> = fixtures()
        .into_iter()
        .filter(|(id, _)| !WITH_TABLES.contains(&id.as_str()))
        .map(|(_, (text, machine_type))| Validator::new(machine_type).check_text(&text).to_string())
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn the_page_about_the_rules_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/rules.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == stepwright_asl::validate::rules_page(),
        "docs/reference/rules.md is out of date; write it with `cargo run -p stepwright-asl --example rules_page > docs/reference/rules.md`"
    );
}
