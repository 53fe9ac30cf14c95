//! Examples of the rules, as texts. Only the documentation page refers to them.

use crate::model::MachineType;

/// A definition that breaks a rule, and the same definition after its correction.
pub(super) struct RuleExample {
    pub(super) id: &'static str,
    pub(super) machine_type: MachineType,
    pub(super) broken: &'static str,
    pub(super) fixed: &'static str,
}

/// Returns the example of the rule with this id.
pub(super) fn rule_example(id: &str) -> Option<&'static RuleExample> {
    EXAMPLES.iter().find(|example| example.id == id)
}

/// Includes the files of rules: `SW020.json` and `SW020.fixed.json`. A file for an Express machine
/// is called `SW046.express.json`.
macro_rules! examples {
    (Standard: $($standard:literal)*; Express: $($express:literal)*;) => {
        &[
            $( examples!($standard, Standard, ""), )*
            $( examples!($express, Express, ".express"), )*
        ]
    };
    ($id:literal, $machine_type:ident, $suffix:literal) => {
        RuleExample {
            id: $id,
            machine_type: MachineType::$machine_type,
            broken: include_str!(concat!("../../rules/", $id, $suffix, ".json")),
            fixed: include_str!(concat!("../../rules/", $id, $suffix, ".fixed.json")),
        }
    };
}

/// The examples. `SW003` has none, because it would have more than a million characters, nor has
/// `SW032`, whose definition has 33 nested Maps.
static EXAMPLES: &[RuleExample] = examples! {
    Standard:
        "SW001" "SW002" "SW004" "SW005"
        "SW010" "SW011" "SW012" "SW013" "SW014" "SW015" "SW016" "SW017"
        "SW020" "SW021" "SW022" "SW023" "SW024" "SW025" "SW026" "SW027" "SW028" "SW029"
        "SW030" "SW031"
        "SW040" "SW041" "SW042" "SW043" "SW044" "SW045" "SW047" "SW048" "SW049"
        "SW050" "SW051" "SW052" "SW053" "SW054" "SW055" "SW056" "SW057" "SW058" "SW059"
        "SW060" "SW061"
        "SW070" "SW071" "SW072" "SW073" "SW074" "SW075"
        "SW080" "SW081" "SW082"
        "SW090" "SW091"
        "SW100" "SW101" "SW102" "SW103" "SW104" "SW105" "SW106" "SW107" "SW109"
        "SW110" "SW111" "SW112" "SW113" "SW114" "SW115" "SW116" "SW117" "SW118" "SW119"
        "SW120" "SW121" "SW122" "SW123" "SW124" "SW125" "SW126" "SW127" "SW128" "SW129"
        "SW130" "SW131" "SW132" "SW133" "SW134"
        "SW140" "SW141" "SW142" "SW143" "SW144" "SW145";
    Express: "SW046" "SW108";
};
