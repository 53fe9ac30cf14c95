//! Reports an `ItemReader` or `ResultWriter` without a valid S3 action or a required field.

use crate::edit::InsertPosition;
use crate::resource::Resource;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::{self, is_computed};
use crate::validate::unknown::has_open_members;

use super::{lacks_payload, payload};

const GET_OBJECT: &str = "s3:getObject";
const LIST_OBJECTS: &str = "s3:listObjectsV2";
const PUT_OBJECT: &str = "s3:putObject";

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW107",
    name: "incomplete-reader-or-writer",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "An `ItemReader` has no `Resource`, or an `ItemReader` or `ResultWriter` has another `Resource` than an action of S3, or only one of `Resource` and `Parameters` (`Arguments` in JSONata). An `ItemReader` that reads objects has no `ReaderConfig`, or one without `InputType`.",
    doc: "`Resource` is the API action: `s3:getObject` or `s3:listObjectsV2` for a reader, `s3:putObject` for a writer. A reader of `s3:listObjectsV2` without `LOAD_AND_FLATTEN`, and one of an S3 inventory, need no `InputType`. `Parameters` name the bucket and the key that it reads or writes. The field's name depends on the query language of the Map: `Parameters` in JSONPath, `Arguments` in JSONata.",
    source: source::WRITER,
    check: required,
};

fn required(definition: &Definition<'_>, report: &mut Report<'_>) {
    let readers = definition.parts_of("ItemReader");
    let all = readers.chain(definition.parts_of("ResultWriter"));
    for part in all {
        if lacks_resource(part) {
            let entry = report.add(&part.pointer, "These fields are required: [Resource]");
            entry.choices(|| {
                actions(part)
                    .first()
                    .map(|action| with_resource(part, action))
            });
        }
        report_unknown_action(definition, part, report);
        report_missing_format(part, report);
        if !lacks_payload(part) {
            continue;
        }
        let (field, other) = payload(part.language);
        let message = format!("These fields are required: [{field}]");
        let language = part.language;
        let entry = report.add(&part.pointer, message).choices(|| {
            // Only a value without paths has the same meaning in both languages.
            let same = part.get(other).is_some_and(|value| !is_computed(value));
            let renamed = field_fixes::rename(part, other, field).filter(|_| same);
            let added = (!part.has(other)).then(|| field_fixes::add(part, field, location(part)));
            renamed.into_iter().chain(added).collect::<Vec<_>>()
        });
        if part.has(other) {
            entry.suggest(format!("in {language} `{other}` is called `{field}`"));
        }
    }
}

/// The actions that a reader or writer can have.
fn actions(part: &DefinitionPart<'_>) -> &'static [&'static str] {
    if part.is("ItemReader") {
        &[GET_OBJECT, LIST_OBJECTS]
    } else {
        &[PUT_OBJECT]
    }
}

/// AWS compares the whole text, and accepts each partition
/// (<https://github.com/floci-io/floci/pull/1588>).
fn report_unknown_action(
    definition: &Definition<'_>,
    part: &DefinitionPart<'_>,
    report: &mut Report<'_>,
) {
    let Some(resource) = part.text("Resource") else {
        return;
    };
    let action = Resource::parse(resource).integration();
    let actions = actions(part);
    let is_known = action.is_some_and(|action| actions.contains(&action))
        || definition.known.has_service(resource);
    // SW041 reports a text that is no ARN.
    if is_known || is_substitution(resource) || !resource.starts_with("arn:") {
        return;
    }
    let of = |partition: &str| -> Vec<String> {
        let arns = actions.iter();
        arns.map(|action| format!("arn:{partition}:states:::{action}"))
            .collect()
    };
    let pointer = part.at("Resource");
    let message = format!(
        "The field 'Resource' does not match any of the allowed values. Examples: [{}]",
        of("<partition>").join(", ")
    );
    let known = of("aws");
    report
        .add(&pointer, message)
        .meant(resource, known.iter().map(String::as_str))
        .fix_meant(|meant| {
            let fix = proposals::replace(&pointer, resource, meant);
            Some(fix.with_safety(Safety::Unsafe))
        })
        .choices(|| {
            let known = known.iter();
            known.map(|one| field_fixes::replace(&pointer, one.as_str()))
        });
}

/// Reports a reader of objects without the format of the objects.
fn report_missing_format(reader: &DefinitionPart<'_>, report: &mut Report<'_>) {
    let config = reader.get("ReaderConfig").and_then(Json::as_object);
    let is_open = has_open_members(reader.object) || config.is_some_and(has_open_members);
    if !reader.is("ItemReader") || is_open {
        return;
    }
    let text = |field: &str| config.and_then(|config| config.get(field)?.as_str());
    let action = reader.text("Resource").map(Resource::parse);
    let manifest = text("ManifestType");
    let (needs_format, reads_manifest) = match action.and_then(|action| action.integration()) {
        Some(GET_OBJECT) => match manifest {
            None => (true, true),
            Some(manifest) => (manifest == "ATHENA_DATA", false),
        },
        Some(LIST_OBJECTS) => (text("Transformation") == Some("LOAD_AND_FLATTEN"), false),
        _ => (false, false),
    };
    if !needs_format {
        return;
    }
    let pointer = reader.at("ReaderConfig");
    match config {
        None if reader.has("ReaderConfig") => {}
        None => {
            let message = "These fields are required: [ReaderConfig]";
            report.add(&reader.pointer, message).choices(|| {
                let formats = [
                    json!({"InputType": "JSON"}),
                    json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
                ];
                formats.map(|format| field_fixes::add(reader, "ReaderConfig", format))
            });
        }
        Some(config) if !config.contains_key("InputType") => {
            let message = "These fields are required: [InputType]";
            report.add(&pointer, message).choices(|| {
                ["JSON", "JSONL"].map(|word| {
                    let edit = Edit::Insert {
                        pointer: field_fixes::member(&pointer, "InputType"),
                        value: word.into(),
                        position: field_fixes::first(config),
                    };
                    Fix::choice(format!("add `\"InputType\": \"{word}\"`"), [edit])
                })
            });
        }
        Some(_) if text("InputType") == Some("MANIFEST") && !reads_manifest => {
            let pointer = pointer.key("InputType");
            let formats = ["JSON", "CSV", "JSONL", "PARQUET"];
            let message = format!(
                "The field 'InputType' should have one of these values: [{}]",
                formats.join(", ")
            );
            let entry = report.add(&pointer, message);
            entry.choices(|| formats.map(|word| field_fixes::replace(&pointer, word)));
        }
        Some(_) => {}
    }
}

/// Whether a part is a reader or writer without a `Resource`.
fn lacks_resource(part: &DefinitionPart<'_>) -> bool {
    let needs = part.is("ItemReader") || part.has("Parameters") || part.has("Arguments");
    needs && !part.has("Resource")
}

/// A location as a placeholder, which a template engine fills in.
fn location(part: &DefinitionPart<'_>) -> Json {
    if part.is("ItemReader") {
        json!({"Bucket": "${Bucket}", "Key": "${Key}"})
    } else {
        json!({"Bucket": "${Bucket}", "Prefix": "${Prefix}"})
    }
}

/// Adds an action, and the format and the location that it needs.
fn with_resource(part: &DefinitionPart<'_>, action: &str) -> Fix {
    let (field, other) = payload(part.language);
    let resource: Json = format!("arn:aws:states:::{action}").into();
    let mut added = Object::new();
    added.insert("Resource".to_owned(), resource.clone());
    if part.is("ItemReader") && !part.has("ReaderConfig") {
        added.insert("ReaderConfig".to_owned(), json!({"InputType": "JSON"}));
    }
    if !part.has(field) && !part.has(other) {
        added.insert(field.to_owned(), location(part));
    }
    if added.len() == 1 {
        return field_fixes::add(part, "Resource", resource);
    }
    let names: Vec<String> = added.keys().map(|key| format!("`{key}`")).collect();
    let title = format!("add {}", names.join(" and "));
    if part.object.is_empty() {
        return Fix::choice(title, [Edit::replace(&part.pointer, Json::Object(added))]);
    }
    let edits = added.iter().map(|(key, value)| Edit::Insert {
        pointer: field_fixes::member(&part.pointer, key),
        value: value.clone(),
        position: match key.as_str() {
            "Resource" => field_fixes::first(part.object),
            _ => InsertPosition::Last,
        },
    });
    Fix::choice(title, edits.collect::<Vec<_>>())
}
