//! The state machines of a `serverless.yml`, which the plugin `serverless-step-functions` deploys.

use std::path::Path;

use super::definition::{Embedded, EmbeddedDefinition};
use super::text::{TemplateValue, definition};
use crate::SyntaxError;
use crate::json::{Document, Json, Object, ValueMark, ValueSyntax, escape};
use crate::model::MachineType;
use crate::substitution::word_length;
use crate::yaml::{Format, read_inserted};

/// Where the state machines are.
const MACHINES: &str = "/stepFunctions/stateMachines";

/// Whether a file configures a service of the Serverless Framework.
pub(super) fn is_serverless(object: &Object) -> bool {
    object.contains_key("stepFunctions")
        || object.contains_key("service") && object.contains_key("provider")
}

/// The state machines of a service.
pub(super) fn machines(file: &Document) -> Vec<Embedded> {
    let Some(machines) = file.json().pointer(MACHINES) else {
        return Vec::new();
    };
    let Some(machines) = machines.as_object() else {
        let reason = "its state machines are in another file; check their definitions";
        return vec![Embedded::elsewhere("stepFunctions", reason)];
    };
    let machines = machines.iter().map(|(id, machine)| {
        let kind = machine.get("type").and_then(Json::as_str);
        let kind = kind.and_then(MachineType::from_word);
        Embedded {
            name: id.clone(),
            machine_type: kind.unwrap_or(MachineType::Standard),
            definition: definition_at(file, &format!("{MACHINES}/{}/definition", escape(id))),
            values: Vec::new(),
            problems: Vec::new(),
        }
    });
    machines.collect()
}

fn definition_at(file: &Document, pointer: &str) -> EmbeddedDefinition {
    let elsewhere = |reason: &str| EmbeddedDefinition::Elsewhere {
        reason: reason.to_owned(),
    };
    let Some(place) = TemplateValue::at(file, pointer) else {
        return elsewhere("it has no `definition`");
    };
    if let Some(text) = place.json.as_str() {
        return match inserted_file(text) {
            Some((path, keys)) => EmbeddedDefinition::Inserted {
                path: path.to_owned(),
                keys,
            },
            None => elsewhere("Serverless computes its definition"),
        };
    }
    match part_at(place, pointer) {
        Some(document) => EmbeddedDefinition::Part {
            document,
            pointer: pointer.to_owned(),
        },
        None => elsewhere("Serverless computes its definition"),
    }
}

/// The definition in an object, in which variables can have values of any type.
fn part_at(place: TemplateValue<'_>, pointer: &str) -> Option<Document> {
    let (json, mut mark) = definition(place);
    json.as_object()?;
    mark_variables(&json, &mut mark);
    Some(place.document.part(pointer, json, mark))
}

/// Parses a definition that a `serverless.yml` inserts: a whole file, or the value below some keys
/// of it. As in the configuration, YAML is version 1.2.
///
/// ```
/// use stepwright_asl::template::inserted_definition;
///
/// let text = "orders:\n  StartAt: On\n  States: {On: {Type: Wait, Seconds: 010, End: true}}\n";
/// let found = inserted_definition("machines.yml", text, &["orders".to_owned()])?;
/// let json = r#"{"StartAt":"On","States":{"On":{"Type":"Wait","Seconds":10,"End":true}}}"#;
/// assert_eq!(found.json().to_string(), json);
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
///
/// # Errors
///
/// If the text is neither JSON nor YAML, or has no object there.
pub fn inserted_definition(
    name: impl AsRef<Path>,
    text: &str,
    keys: &[String],
) -> Result<Document, SyntaxError> {
    let file = match Format::of(name, text) {
        Format::Json => Document::parse(text),
        Format::Yaml => Document::read(text, read_inserted),
    }?;
    let pointer: String = keys.iter().map(|key| format!("/{}", escape(key))).collect();
    let part = TemplateValue::at(&file, &pointer).and_then(|place| part_at(place, &pointer));
    part.ok_or_else(|| {
        let message = match keys {
            [] => "the file is no definition".to_owned(),
            keys => format!("the file has no object `{}`", keys.join(".")),
        };
        SyntaxError::in_document(file.position_at(0), message)
    })
}

/// The path and the keys in `${file(machines.yml):orders.definition}`; `None` if one of them has
/// variables, and for a variable with another value if the file does not exist.
fn inserted_file(text: &str) -> Option<(&str, Vec<String>)> {
    let inside = text.trim().strip_prefix("${file(")?.strip_suffix('}')?;
    let (path, after) = inside.split_once(')')?;
    let path = path.trim().trim_matches(['\'', '"']);
    let keys = match after.trim() {
        "" => Vec::new(),
        after => {
            let keys = after.strip_prefix(':')?.trim().split('.');
            keys.map(str::to_owned).collect()
        }
    };
    let is_literal = |text: &str| !text.is_empty() && !text.contains(['$', '{', ',']);
    let is_known = is_literal(path) && keys.iter().all(|key| is_literal(key));
    is_known.then_some((path, keys))
}

/// Marks each text that is a variable. Serverless replaces it by a value of any type.
fn mark_variables(json: &Json, mark: &mut ValueMark) {
    match json {
        Json::String(text) if word_length(text) == Some(text.len()) => {
            mark.shape = ValueSyntax::Unknown;
        }
        Json::Array(items) => {
            for (item, mark) in items.iter().zip(&mut mark.children) {
                mark_variables(item, mark);
            }
        }
        Json::Object(members) => {
            for (value, mark) in members.values().zip(&mut mark.children) {
                mark_variables(value, mark);
            }
        }
        _ => {}
    }
}
