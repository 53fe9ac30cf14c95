//! Map and Parallel states.

use crate::finding::Severity;
use crate::model::QueryLanguage;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA};

pub(super) const BRANCHES: Rule = Rule {
    id: "SW100",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Parallel has no `Branches`, or none in it.",
    check: branches,
};

fn branches(definition: &Definition<'_>, report: &mut Report<'_>) {
    for parallel in definition.parts.iter().filter(|part| part.is("Parallel")) {
        if !parallel.has("Branches") {
            let message = "These fields are required: [Branches]";
            report.add(parallel.pointer.as_str(), message).at_key();
        }
        if parallel.items("Branches").is_some_and(<[_]>::is_empty) {
            report.add(parallel.at("Branches"), "Value cannot be empty");
        }
    }
}

pub(super) const PROCESSOR: Rule = Rule {
    id: "SW101",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Map has neither or both of `ItemProcessor` and `Iterator`.",
    check: processor,
};

fn processor(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts.iter().filter(|part| part.is("Map")) {
        let message = match (map.has("ItemProcessor"), map.has("Iterator")) {
            (false, false) => "These fields are required: [ItemProcessor]",
            (true, true) => {
                "a Map has either `ItemProcessor` or `Iterator`, which is its old name, not both"
            }
            _ => continue,
        };
        report.add(map.pointer.as_str(), message).at_key();
    }
}

/// Fields of which an object has one at most.
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
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Map or a part of one has a field twice, once as a path or under its old name.",
    check: value_and_path,
};

fn value_and_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    let names = ["Map", "ReaderConfig", "ItemBatcher"];
    for part in definition
        .parts
        .iter()
        .filter(|part| names.contains(&part.schema.name))
    {
        // In JSONata the second of each pair is refused anyway.
        if part.language != QueryLanguage::JsonPath {
            continue;
        }
        for (value, path) in PAIRS {
            if part.has(value) && part.has(path) {
                let message = format!("either `{value}` or `{path}` is given, not both");
                report.add(part.at(path), message).at_key();
            }
        }
    }
}

pub(super) const TOLERATED: Rule = Rule {
    id: "SW105",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Measured,
    summary: "`ToleratedFailurePercentage` is not from 0 to 100, or `ToleratedFailureCount` negative.",
    check: tolerated,
};

fn tolerated(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in definition.parts.iter().filter(|part| part.is("Map")) {
        let percentage = map.number("ToleratedFailurePercentage");
        if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
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
        }
    }
}
