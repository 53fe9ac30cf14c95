//! Map and Parallel states.

use crate::diagnostic::Severity;
use crate::limits::{PERCENTAGE, SettingType, settings};
use crate::model::QueryLanguage;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::task::whole_number;

pub(super) const BRANCHES: Rule = Rule {
    id: "SW100",
    name: "missing-branches",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Parallel has no `Branches`, or an empty list of them.",
    doc: "A Parallel needs at least one branch.",
    source: source::PARALLEL,
    check: branches,
};

fn branches(definition: &Definition<'_>, report: &mut Report<'_>) {
    for parallel in definition.parts_of("Parallel") {
        if !parallel.has("Branches") {
            let message = "These fields are required: [Branches]";
            report.add(&parallel.pointer, message).at_key();
        }
        if parallel.items("Branches").is_some_and(<[_]>::is_empty) {
            report.add(parallel.at("Branches"), "Value cannot be empty");
        }
    }
}

pub(super) const PROCESSOR: Rule = Rule {
    id: "SW101",
    name: "not-one-processor",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Map has neither or both of `ItemProcessor` and `Iterator`.",
    doc: "`Iterator` is the old name of `ItemProcessor`; a Map has one of them.",
    source: source::MAP,
    check: processor,
};

fn processor(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts_of("Map") {
        let message = match (map.has("ItemProcessor"), map.has("Iterator")) {
            (false, false) => "These fields are required: [ItemProcessor]",
            (true, true) => {
                "a Map has either `ItemProcessor` or `Iterator`, which is its old name, not both"
            }
            _ => continue,
        };
        report.add(&map.pointer, message).at_key();
    }
}

/// Pairs of fields of which an object may have only one.
const PAIRS: &[(&str, &str)] = &[
    ("ItemSelector", "Parameters"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    (
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
    ),
    ("MaxItems", "MaxItemsPath"),
    ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
    ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
];

pub(super) const VALUE_AND_PATH: Rule = Rule {
    id: "SW102",
    name: "value-and-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Map or a part of one sets a value twice: by a field and its `Path` form, or by the old and the new name of a field.",
    doc: "A value is given literally or by a path, not both. `Parameters` is the old name of `ItemSelector`. AWS accepts `ItemsPath` next to an `ItemReader` and ignores it.",
    source: source::MAP,
    check: value_and_path,
};

fn value_and_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    let kinds = ["Map", "ReaderConfig", "ItemBatcher"];
    for part in kinds.iter().flat_map(|kind| definition.parts_of(kind)) {
        // In JSONata, another rule rejects the second field of each pair.
        if part.language != QueryLanguage::JsonPath {
            continue;
        }
        for (value, path) in PAIRS {
            if part.has(value) && part.has(path) {
                let message = format!("give either `{value}` or `{path}`, not both");
                report.add(part.at(path), message).at_key();
            }
        }
    }
}

pub(super) const TOLERATED: Rule = Rule {
    id: "SW105",
    name: "map-number-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "`ToleratedFailurePercentage` is not between 0 and 100, or another number of a Map is out of range.",
    doc: "`ToleratedFailureCount` and `MaxConcurrency` are whole numbers of at least 0, `MaxItems` is one from 0 to 100,000,000, `MaxItemsPerBatch` one of at least 1, and `MaxInputBytesPerBatch` one from 1 to 262,144. Both failure thresholds may be set; the first that is exceeded fails the Map. AWS also accepts them on an inline Map, where they have no effect (SW103).",
    source: source::DISTRIBUTED,
    check: tolerated,
};

fn tolerated(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts_of("Map") {
        let percentage = map.number("ToleratedFailurePercentage");
        if percentage.is_some_and(|percentage| !PERCENTAGE.contains(&percentage)) {
            report.add(
                map.at("ToleratedFailurePercentage"),
                "ToleratedFailurePercentage must be between 0 and 100.",
            );
        }
        if map
            .number("ToleratedFailureCount")
            .is_some_and(|count| count < 0.0)
        {
            report.add(
                map.at("ToleratedFailureCount"),
                "ToleratedFailureCount cannot be negative.",
            );
        } else {
            whole(map, "ToleratedFailureCount", 0.0, report);
        }
        whole(map, "MaxConcurrency", 0.0, report);
    }
    for part in ["ReaderConfig", "ItemBatcher"] {
        for setting in settings(part) {
            let SettingType::Number(least, most) = setting.takes else {
                continue;
            };
            for owner in definition.parts_of(part) {
                match most {
                    Some(most) => whole_number(owner, setting.field, least, most, report),
                    None => whole(owner, setting.field, least as f64, report),
                }
            }
        }
    }
}

/// Reports a number that is not an integer or is below the minimum.
fn whole(part: &DefinitionPart<'_>, field: &'static str, least: f64, report: &mut Report<'_>) {
    if let Some(number) = part.number(field)
        && (number.fract() != 0.0 || number < least)
    {
        let message = format!("`{field}` must be a whole number from {least}, not {number}");
        report.add(part.at(field), message);
    }
}
