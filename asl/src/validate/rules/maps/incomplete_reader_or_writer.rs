use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::is_computed;

use super::{lacks_payload, payload};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
            let entry = report.add(&part.pointer, "These fields are required: [Resource]");
            entry.choices(|| {
                let action = match part.is("ItemReader") {
                    true => "arn:aws:states:::s3:getObject",
                    false => "arn:aws:states:::s3:putObject",
                };
                [with_resource(part, action)]
            });
        }
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

/// Whether a part is a reader or writer without a `Resource`.
fn lacks_resource(part: &DefinitionPart<'_>) -> bool {
    let needs = part.is("ItemReader") || part.has("Parameters") || part.has("Arguments");
    needs && !part.has("Resource")
}

/// A location as a placeholder, which a template engine fills in.
fn location(part: &DefinitionPart<'_>) -> Json {
    match part.is("ItemReader") {
        true => json!({"Bucket": "${Bucket}", "Key": "${Key}"}),
        false => json!({"Bucket": "${Bucket}", "Prefix": "${Prefix}"}),
    }
}

/// Adds an action, and the location that it needs.
fn with_resource(part: &DefinitionPart<'_>, action: &str) -> Fix {
    let (field, other) = payload(part.language);
    if part.has(field) || part.has(other) {
        return field_fixes::add(part, "Resource", action);
    }
    let title = format!("add `Resource` and `{field}`");
    if part.object.is_empty() {
        let mut object = Object::new();
        object.insert("Resource".to_owned(), action.into());
        object.insert(field.to_owned(), location(part));
        let edit = Edit::replace(&part.pointer, Json::Object(object));
        return Fix::choice(title, [edit]);
    }
    let first = Edit::Insert {
        pointer: field_fixes::member(&part.pointer, "Resource"),
        value: action.into(),
        position: field_fixes::first(part.object),
    };
    let last = Edit::insert(field_fixes::member(&part.pointer, field), location(part));
    Fix::choice(title, [first, last])
}
