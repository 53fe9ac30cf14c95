//! Distributed Maps and the objects that only they have.

use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::json::{Json, Pointer};
use crate::jsonata;
use crate::limits::{SettingType, settings};
use crate::model::{MachineType, ProcessorMode, QueryLanguage};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::fields::is_substitution;
use super::proposals;

fn maps<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Map")
}

/// The key and the value of a Map's processor.
fn processor<'d>(map: &DefinitionPart<'d>) -> Option<(&'static str, &'d Json)> {
    ["ItemProcessor", "Iterator"]
        .into_iter()
        .find_map(|key| Some((key, map.object.get(key)?)))
}

fn config<'d>(map: &DefinitionPart<'d>, field: &str) -> Option<&'d str> {
    let (_, processor) = processor(map)?;
    processor.get("ProcessorConfig")?.get(field)?.as_str()
}

/// Whether a Map is distributed; `None` if unknown.
pub(super) fn is_distributed(map: &DefinitionPart<'_>) -> Option<bool> {
    match config(map, "Mode") {
        Some(mode) if is_substitution(mode) => None,
        mode => Some(mode == Some(ProcessorMode::Distributed.as_str())),
    }
}

fn config_pointer<'d>(map: &DefinitionPart<'d>) -> Pointer<'d> {
    let key = processor(map).map_or("ItemProcessor", |(key, _)| key);
    map.at(key).key("ProcessorConfig")
}

pub(super) const ONLY_DISTRIBUTED: Rule = Rule {
    id: "SW103",
    name: "distributed-field-in-inline-map",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Presumed,
    summary: "A Map whose `Mode` is `INLINE` has `ItemReader`, `ItemBatcher` or `ResultWriter`; a warning if it has no `Mode`, or for another field that only a Distributed Map uses.",
    doc: "`ItemReader`, `ItemBatcher`, `ResultWriter` and `Label` need `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": ..}` in the processor. `ToleratedFailureCount` and `ToleratedFailurePercentage`, by value or by path, are accepted on an inline Map (recorded) but have no effect: the first iteration that fails also fails the Map.",
    source: source::DISTRIBUTED,
    check: only_distributed,
};

/// Fields that an inline Map must not have.
const REFUSED: &[&str] = &["ItemReader", "ItemBatcher", "ResultWriter"];

/// Fields that have no effect in an inline Map.
const IDLE: &[&str] = &[
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

fn only_distributed(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(false)) {
        // Another rule reports an unknown mode.
        let is_said = config(map, "Mode") == Some(ProcessorMode::Inline.as_str());
        let (refused, idle) = if is_said {
            (given(map, REFUSED), given(map, IDLE))
        } else {
            (Vec::new(), [given(map, REFUSED), given(map, IDLE)].concat())
        };
        for (fields, is_refused) in [(refused, true), (idle, false)] {
            let Some(first) = fields.first() else {
                continue;
            };
            let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
            let verb = if is_refused {
                "cannot have"
            } else {
                "does not use"
            };
            let message = format!("an inline Map {verb} {}", names.join(", "));
            let entry = report.add(map.at(first), message).at_key().suggest(Some(
                "add `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}` to the processor"
                    .to_owned(),
            ));
            if !is_refused {
                entry.warn();
            }
        }
    }
}

/// The fields of a list that a Map has.
fn given(map: &DefinitionPart<'_>, fields: &'static [&'static str]) -> Vec<&'static str> {
    let fields = fields.iter().copied();
    fields.filter(|field| map.has(field)).collect()
}

pub(super) const EXECUTION_TYPE: Rule = Rule {
    id: "SW104",
    name: "missing-execution-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Distributed Map has no `ExecutionType`.",
    doc: "The type of its child executions: `STANDARD` for children of up to a year, each with its history; `EXPRESS` for many short children of up to five minutes.",
    source: source::DISTRIBUTED,
    check: execution_type,
};

fn execution_type(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(true)) {
        let config = processor(map).and_then(|(_, processor)| processor.get("ProcessorConfig"));
        if config.is_some_and(|config| config.get("ExecutionType").is_none()) {
            report
                .add(
                    config_pointer(map),
                    "These fields are required: [ExecutionType]",
                )
                .suggest(Some("`STANDARD` or `EXPRESS`".to_owned()));
        }
    }
}

pub(super) const REQUIRED: Rule = Rule {
    id: "SW107",
    name: "incomplete-reader-or-writer",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "An `ItemReader` has no `Resource`, or an `ItemReader` or `ResultWriter` has only one of `Resource` and `Parameters` (`Arguments` in JSONata).",
    doc: "`Resource` is the API action; `Parameters` name the bucket and the key that it reads or writes. The field's name depends on the query language of the Map: `Parameters` in JSONPath, `Arguments` in JSONata.",
    source: source::WRITER,
    check: required,
};

fn required(definition: &Definition<'_>, report: &mut Report<'_>) {
    let readers = definition.parts_of("ItemReader");
    let all = readers.chain(definition.parts_of("ResultWriter"));
    for part in all {
        if lacks_resource(part) {
            report.add(&part.pointer, "These fields are required: [Resource]");
        }
        if !lacks_payload(part) {
            continue;
        }
        let (field, other) = payload(part.language);
        let message = format!("These fields are required: [{field}]");
        let language = part.language;
        let entry = report.add(&part.pointer, message);
        if part.has(other) {
            entry.suggest(Some(format!("in {language} `{other}` is called `{field}`")));
        }
    }
}

/// The field with the location that is read or written, and its name in the other query language.
fn payload(language: QueryLanguage) -> (&'static str, &'static str) {
    match language {
        QueryLanguage::JsonPath => ("Parameters", "Arguments"),
        QueryLanguage::Jsonata => ("Arguments", "Parameters"),
    }
}

/// Whether a part is a reader or writer without a `Resource`.
fn lacks_resource(part: &DefinitionPart<'_>) -> bool {
    let needs = part.is("ItemReader") || part.has("Parameters") || part.has("Arguments");
    needs && !part.has("Resource")
}

/// Whether a part is a reader or writer without a location to read or write.
pub(super) fn lacks_payload(part: &DefinitionPart<'_>) -> bool {
    (part.is("ItemReader") || part.is("ResultWriter"))
        && part.has("Resource")
        && !part.has(payload(part.language).0)
}

pub(super) const IN_EXPRESS: Rule = Rule {
    id: "SW108",
    name: "distributed-map-in-express",
    severity: Severity::Error,
    code: None,
    known: Evidence::Documented,
    summary: "A Distributed Map is in an Express machine, or in the Express children of another Distributed Map.",
    doc: "Only a Standard execution can run a Distributed Map: an Express execution ends after five minutes. Make the machine Standard; to reduce the cost, make the children of the Map Express.",
    source: source::DISTRIBUTED,
    check: in_express,
};

fn in_express(definition: &Definition<'_>, report: &mut Report<'_>) {
    for map in maps(definition).filter(|map| is_distributed(map) == Some(true)) {
        let around = map.state.and_then(|state| children(definition, state));
        let message = match around {
            Some(MachineType::Express) => {
                "a Distributed Map cannot run inside the Express children of another one"
            }
            None if definition.machine_type == MachineType::Express => {
                "a Distributed Map cannot run in an Express machine"
            }
            _ => continue,
        };
        report.add(config_pointer(map).key("Mode"), message);
    }
}

/// The machine type of the child executions of the innermost Distributed Map around a state.
pub(super) fn children(definition: &Definition<'_>, state: usize) -> Option<MachineType> {
    let graph = &definition.graph;
    let mut container = graph.states()[state].container;
    loop {
        if definition.is_distributed(container) {
            let config = graph.containers()[container]
                .object
                .get("ProcessorConfig")?;
            return MachineType::from_word(config.get("ExecutionType")?.as_str()?);
        }
        let parent = graph.containers()[container].parent?;
        container = graph.states()[parent].container;
    }
}

pub(super) const FORMAT: Rule = Rule {
    id: "SW109",
    name: "invalid-writer-config",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A `WriterConfig` has no `OutputType`; a warning for an unknown word in it or in a `ReaderConfig`, or for an empty `ResultWriter`.",
    doc: "`Transformation` is `NONE`, `COMPACT` or `FLATTEN`; `OutputType` is `JSON` or `JSONL`. A reader's `InputType` is `CSV`, `JSON`, `JSONL`, `PARQUET` or `MANIFEST`. A CSV reader also needs `CSVHeaderLocation`, and `CSVHeaders` if the location is `GIVEN`. A `ResultWriter` has `WriterConfig`, or `Resource` and `Parameters`, or all three; an empty one is accepted and fails when the Map runs.",
    source: source::WRITER,
    check: format,
};

/// Fields that limit the size of a batch.
const BATCHES: &[&str] = &[
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
];

fn format(definition: &Definition<'_>, report: &mut Report<'_>) {
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
                    report.add(&part.pointer, message);
                }
            }
            "ResultWriter" if part.object.is_empty() => {
                let message = "the `ResultWriter` is empty, which fails when the Map runs";
                report.add(&part.pointer, message).warn();
            }
            "ItemBatcher" if !BATCHES.iter().any(|field| part.has(field)) => {
                let message = "the `ItemBatcher` has no batch size";
                report.add(&part.pointer, message).warn().suggest(Some(
                    "add `MaxItemsPerBatch` or `MaxInputBytesPerBatch`".to_owned(),
                ));
            }
            "ReaderConfig" => csv(part, report),
            _ => {}
        }
        for setting in settings(part.schema.name) {
            let (SettingType::Word(words), field) = (&setting.takes, setting.field) else {
                continue;
            };
            let Some(word) = part.text(field) else {
                continue;
            };
            let computed = is_substitution(word) || jsonata::strip(word).is_some();
            if !computed && !words.contains(&word) {
                let message = format!("`{field}` must be one of: {}", words.join(", "));
                let pointer = part.at(field);
                report
                    .add(&pointer, message)
                    .warn()
                    .meant(word, words.iter().copied())
                    .fix_meant(|meant| {
                        let fix = proposals::replace(&pointer, word, meant);
                        Some(fix.with_safety(Safety::Unsafe))
                    });
            }
        }
    }
}

fn csv(config: &DefinitionPart<'_>, report: &mut Report<'_>) {
    if config.text("InputType") != Some("CSV") {
        return;
    }
    let missing = match config.text("CSVHeaderLocation") {
        None if !config.has("CSVHeaderLocation") => "CSVHeaderLocation",
        Some("GIVEN") if !config.has("CSVHeaders") => "CSVHeaders",
        _ => return,
    };
    let message = format!("a CSV reader needs `{missing}`");
    report.add(&config.pointer, message).warn();
}
