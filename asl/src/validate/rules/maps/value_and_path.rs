//! Reports two fields of a Map state that set the same value.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                report
                    .add(part.at(path), message)
                    .service_at(
                        ServiceText::OnlyOneOf(Box::new([value, path])),
                        ServiceLocation::Parent,
                    )
                    .at_key()
                    .choices(|| field_fixes::either(part, value, path));
            }
        }
    }
}
