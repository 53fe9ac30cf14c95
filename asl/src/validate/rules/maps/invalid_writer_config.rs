//! Reports wrong or missing settings of the readers, writers and batches of a Distributed Map.

use crate::json::segments;
use crate::limits::{SettingType, settings};
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW109",
    name: "invalid-writer-config",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A `WriterConfig` has no `OutputType`, it or a `ReaderConfig` has an unknown word, given headers have no `CSVHeaders`, or `ItemsPointer` is no JSON pointer; a warning for an empty `ResultWriter`, for a CSV reader without `CSVHeaderLocation`, and for an `ItemBatcher` without a size.",
    doc: "`Transformation` is `NONE`, `COMPACT` or `FLATTEN`; `OutputType` is `JSON` or `JSONL`. A reader's `InputType` is `MANIFEST`, `JSON`, `CSV`, `JSONL` or `PARQUET`. The words are not computed: an expression of JSONata is no word. A CSV reader also needs `CSVHeaderLocation`, and `CSVHeaders` if the location is `GIVEN`. A `ResultWriter` has `WriterConfig`, or `Resource` and `Parameters`, or all three; an empty one is accepted and fails when the Map runs.",
    source: source::WRITER,
    check: check_parts,
};

/// Fields that limit the size of a batch.
const BATCHES: &[&str] = &[
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
];

fn check_parts(definition: &Definition<'_>, report: &mut Report<'_>) {
    let kinds = [
        "WriterConfig",
        "ResultWriter",
        "ReaderConfig",
        "ItemBatcher",
    ];
    for part in kinds.iter().flat_map(|kind| definition.parts_of(kind)) {
        match part.schema.name {
            "WriterConfig" => {
                let required = settings("WriterConfig").iter().filter(|one| one.required);
                for missing in required.filter(|one| !part.has(one.field)) {
                    let message = format!("These fields are required: [{}]", missing.field);
                    let entry = report.add(&part.pointer, message);
                    entry.choices(|| match &missing.takes {
                        SettingType::Word(words) => {
                            let words = words.iter();
                            let words =
                                words.map(|word| field_fixes::add(part, missing.field, *word));
                            words.collect()
                        }
                        _ => Vec::new(),
                    });
                }
            }
            "ResultWriter" if part.object.is_empty() => {
                let message = "the `ResultWriter` is empty, which fails when the Map runs";
                let entry = report.add(&part.pointer, message).warn();
                entry.choices(|| {
                    let title = "remove the `ResultWriter`";
                    [Fix::choice(title, [Edit::remove(&part.pointer)])]
                });
            }
            "ItemBatcher" if !BATCHES.iter().any(|field| part.has(field)) => {
                let message = "the `ItemBatcher` has no batch size";
                report
                    .add(&part.pointer, message)
                    .warn()
                    .suggest("add `MaxItemsPerBatch` or `MaxInputBytesPerBatch`".to_owned())
                    .choices(|| [field_fixes::add(part, "MaxItemsPerBatch", 10)]);
            }
            "ReaderConfig" => {
                report_missing_csv_header(part, report);
                report_invalid_pointer(part, report);
            }
            _ => {}
        }
        for setting in settings(part.schema.name) {
            let (SettingType::Word(words), field) = (&setting.takes, setting.field) else {
                continue;
            };
            let Some(word) = part.text(field) else {
                continue;
            };
            if !is_substitution(word) && !words.contains(&word) {
                // AWS's text (<https://github.com/floci-io/floci/pull/1588>).
                let message = format!(
                    "The field '{field}' should have one of these values: [{}]",
                    words.join(", ")
                );
                let pointer = part.at(field);
                report
                    .add(&pointer, message)
                    .meant(word, words.iter().copied())
                    .fix_meant(|meant| {
                        let fix = proposals::replace(&pointer, word, meant);
                        Some(fix.with_safety(Safety::Unsafe))
                    })
                    .choices(|| {
                        words
                            .iter()
                            .map(|word| field_fixes::replace(&pointer, *word))
                    });
            }
        }
    }
}

fn report_missing_csv_header(config: &DefinitionPart<'_>, report: &mut Report<'_>) {
    if config.text("InputType") != Some("CSV") {
        return;
    }
    let missing = match config.text("CSVHeaderLocation") {
        None if !config.has("CSVHeaderLocation") => "CSVHeaderLocation",
        Some("GIVEN") if !config.has("CSVHeaders") => "CSVHeaders",
        _ => return,
    };
    // Without a location, the engine reads the names from the first row.
    let is_warning = missing == "CSVHeaderLocation";
    let entry = if is_warning {
        let message = format!("a CSV reader needs `{missing}`");
        report.add(&config.pointer, message).warn()
    } else {
        let message = format!("These fields are required: [{missing}]");
        report.add(&config.pointer, message)
    };
    entry.choices(|| {
        let value = match missing {
            "CSVHeaderLocation" => "FIRST_ROW".into(),
            _ => ["column"].into(),
        };
        let value: Json = value;
        [field_fixes::add(config, missing, value)]
    });
}

/// The engine follows `ItemsPointer` only in a JSON file.
fn report_invalid_pointer(config: &DefinitionPart<'_>, report: &mut Report<'_>) {
    let Some(text) = config.text("ItemsPointer") else {
        return;
    };
    let is_json = config.text("InputType") == Some("JSON");
    if !is_json || is_substitution(text) || segments(text).is_some() {
        return;
    }
    let pointer = config.at("ItemsPointer");
    let message = format!("`{text}` is not a JSON pointer; it must begin with `/`");
    report.add(&pointer, message).choices(|| {
        let keys = text.trim_start_matches('$').trim_start_matches('.');
        let keys = keys.replace('.', "/");
        [field_fixes::replace(&pointer, format!("/{keys}"))]
    });
}
