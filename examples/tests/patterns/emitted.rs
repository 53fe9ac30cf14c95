//! The ASL of each pattern equals its reviewed snapshot, and both validators report nothing about
//! it.

use stepwright_asl::validate::validate_text;
use stepwright_examples::patterns::definitions;

#[test]
fn each_definition_equals_its_reviewed_snapshot() {
    for definition in definitions() {
        insta::assert_snapshot!(definition.name(), definition.to_json_pretty());
    }
}

/// `.ci/projects/check` also checks the snapshots with asl-validator (npm).
#[test]
fn the_validator_reports_no_diagnostics() {
    for definition in definitions() {
        let findings = validate_text(&definition.to_json_pretty(), definition.machine_type());
        assert!(findings.is_empty(), "{}:\n{findings}", definition.name());
    }
}
