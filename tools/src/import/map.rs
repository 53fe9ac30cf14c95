//! The fields of a Map other than its body.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::limits::{BATCH, PERCENTAGE, READER, Setting, SettingType, WRITER};
use stepwright_asl::name::check_label;

use super::text::{SourceLines, SourceValue, literal};
use super::values;
use super::writing::StateConversion;

/// The items of a map.
pub(super) struct MapItems {
    /// The source text after `in`.
    pub(super) list: String,
    /// The type of an item.
    pub(super) item: &'static str,
}

/// Writes the options of a Distributed Map. Returns the items of the map.
pub(super) fn items(
    distributed: bool,
    writing: &mut StateConversion<'_>,
    lines: &mut SourceLines,
) -> MapItems {
    let mut from_reader = false;
    let mut item = "Value";
    if distributed {
        label(writing, lines);
        tolerance(writing, lines);
        from_reader = access("ItemReader", "reader", READER, writing, lines);
        if let Some(batch) = batch(writing, lines) {
            item = batch;
        }
        access("ResultWriter", "writer", WRITER, writing, lines);
    }
    let list = if from_reader {
        "reader".to_owned()
    } else if writing.jsonata {
        match writing.text("Items").and_then(values::expression) {
            Some(items) => {
                writing.covered.push("Items");
                items
            }
            None => {
                writing.emits("Items", "{% $states.input %}");
                r#"jsonata!("$states.input")"#.to_owned()
            }
        }
    } else {
        match writing.text("ItemsPath") {
            // The macro omits that path.
            Some(path) if path != "$" && values::path(path).is_some() => {
                writing.covered.push("ItemsPath");
                values::path(path).unwrap_or_default()
            }
            _ => r#"path!("$")"#.to_owned(),
        }
    };
    // For batches, rustc would infer a list of batches.
    let list = match item {
        "Value" => list,
        _ if from_reader => list,
        _ => format!("{}, Vec<Value>)", list.trim_end_matches(')')),
    };
    MapItems { list, item }
}

/// The statement for this `ProcessorConfig`, if it is that of a Distributed Map.
pub(super) fn distributed(config: &Json) -> Option<&'static str> {
    let Json::Object(config) = config else {
        return None;
    };
    let mode = config.get("Mode").and_then(Json::as_str);
    match (
        mode,
        config.get("ExecutionType").and_then(Json::as_str),
        config.len(),
    ) {
        (Some("DISTRIBUTED"), Some("STANDARD"), 2) => Some("distributed;"),
        (Some("DISTRIBUTED"), Some("EXPRESS"), 2) => Some("distributed express;"),
        _ => None,
    }
}

fn label(writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    if let Some(label) = writing.text("Label")
        && check_label(label).is_ok()
    {
        writing.covered.push("Label");
        lines.line(&format!("label {};", literal(label)));
    }
}

fn tolerance(writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    let jsonata = writing.jsonata;
    for (field, path, percent) in [
        ("ToleratedFailureCount", "ToleratedFailureCountPath", ""),
        (
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
            "%",
        ),
    ] {
        let number = |value: &Json| {
            let number = value.as_number()?;
            let in_range = match percent {
                "" => number.as_u64().is_some(),
                _ => PERCENTAGE.contains(&number.as_f64()),
            };
            values::number(number).filter(|_| in_range)
        };
        let blank = if percent.is_empty() { "" } else { " " };
        let written = match (writing.get(field), writing.text(path)) {
            (Some(value), None) => number(value)
                .map(|number| format!("{number}{percent}"))
                .or_else(|| {
                    let expression = value
                        .as_str()
                        .filter(|_| jsonata)
                        .and_then(values::expression)?;
                    Some(format!("{expression}{blank}{percent}"))
                }),
            (None, Some(path)) => values::path(path).map(|path| format!("{path}{blank}{percent}")),
            _ => None,
        };
        if let Some(written) = written {
            writing.covered.extend([field, path]);
            lines.line(&format!("tolerated_failures {written};"));
        }
    }
}

/// `reader` or `writer`, if the whole field can be expressed.
fn access(
    field: &'static str,
    word: &str,
    known: &[Setting],
    writing: &mut StateConversion<'_>,
    lines: &mut SourceLines,
) -> bool {
    let Some(access) = writing.get(field).and_then(Json::as_object) else {
        return false;
    };
    let Some((before, arguments)) = accessed(access, word, known, writing.jsonata) else {
        return false;
    };
    // Only a reader reads.
    if field == "ItemReader"
        && ["Items", "ItemsPath"]
            .iter()
            .any(|own| writing.get(own).is_some())
    {
        return false;
    }
    writing.covered.push(field);
    lines.tree(&before, &arguments, ";");
    true
}

fn accessed(
    access: &Object,
    word: &str,
    known: &[Setting],
    jsonata: bool,
) -> Option<(String, SourceValue)> {
    let resource = access.get("Resource")?.as_str()?;
    let sent = if jsonata { "Arguments" } else { "Parameters" };
    let config = match word {
        "reader" => "ReaderConfig",
        _ => "WriterConfig",
    };
    let fits = access
        .keys()
        .all(|key| ["Resource", sent, config].contains(&key.as_str()));
    if !fits {
        return None;
    }
    let settings = match access.get(config) {
        Some(config) => settings(config.as_object()?, known)?,
        None => String::new(),
    };
    let arguments = values::arguments(access.get(sent)?.as_object()?, jsonata)?;
    Some((
        format!("{word} {}{settings} ", literal(resource)),
        arguments,
    ))
}

/// ` (input_type: CSV)`, if the macro accepts all settings.
fn settings(config: &Object, known: &[Setting]) -> Option<String> {
    let mut written = Vec::new();
    for (key, value) in config {
        let setting = known.iter().find(|setting| setting.field == key)?;
        let value = match &setting.takes {
            SettingType::Word(words) => value
                .as_str()
                .filter(|word| words.contains(word))?
                .to_owned(),
            SettingType::Number(least, most) => {
                let number = value.as_number()?;
                let whole = number.as_u64()?;
                let fits = whole >= *least && most.is_none_or(|most| whole <= most);
                values::number(number).filter(|_| fits)?
            }
            SettingType::Text => literal(value.as_str().filter(|text| super::text::is_safe(text))?),
            SettingType::List => {
                let texts = value.as_array()?.iter().map(|text| {
                    let text = text.as_str().filter(|text| super::text::is_safe(text))?;
                    Some(literal(text))
                });
                format!("[{}]", texts.collect::<Option<Vec<_>>>()?.join(", "))
            }
        };
        written.push(format!("{}: {value}", setting.word));
    }
    let is_given = config.get("CSVHeaderLocation").and_then(Json::as_str) == Some("GIVEN");
    let complete = known
        .iter()
        .filter(|setting| setting.required)
        .all(|setting| config.contains_key(setting.field));
    // Headers are listed if and only if they are `GIVEN`, and there must be settings.
    if written.is_empty() || !complete || is_given != config.contains_key("CSVHeaders") {
        return None;
    }
    Some(format!(" ({})", written.join(", ")))
}

/// `batch`, and the type of a batch.
fn batch(writing: &mut StateConversion<'_>, lines: &mut SourceLines) -> Option<&'static str> {
    let batcher = writing.get("ItemBatcher")?.as_object()?;
    let mut config = batcher.clone();
    let input = config.shift_remove("BatchInput");
    let settings = settings(&config, BATCH)?;
    let (input, item) = match &input {
        Some(input) => {
            let members = input.as_object()?;
            let input = values::arguments(members, writing.jsonata)?;
            (Some(input), "Batch<Value, Value>")
        }
        None => (None, "Batch<Value>"),
    };
    writing.covered.push("ItemBatcher");
    match input {
        Some(input) => lines.tree(&format!("batch{settings} "), &input, ";"),
        None => lines.line(&format!("batch{settings};")),
    }
    Some(item)
}
