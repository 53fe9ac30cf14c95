//! The state machines of a `serverless.yml`, which the plugin `serverless-step-functions` deploys.

use super::definition::{Embedded, EmbeddedDefinition};
use super::text::{TemplateValue, definition};
use crate::json::{Document, Json, Object, ValueMark, ValueSyntax, escape};
use crate::model::MachineType;
use crate::substitution::word_length;

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
        return match named_file(text) {
            Some(path) => EmbeddedDefinition::File {
                path: path.to_owned(),
            },
            None => elsewhere("Serverless computes its definition"),
        };
    }
    let (json, mut mark) = definition(place);
    if json.as_object().is_none() {
        return elsewhere("Serverless computes its definition");
    }
    mark_variables(&json, &mut mark);
    EmbeddedDefinition::Part {
        document: file.part(pointer, json, mark),
        pointer: pointer.to_owned(),
    }
}

/// The path in `${file(orders.asl.yaml)}`; `None` for a part of a file, and for a path with
/// variables.
fn named_file(text: &str) -> Option<&str> {
    let path = text.trim().strip_prefix("${file(")?.strip_suffix(")}")?;
    let path = path.trim().trim_matches(['\'', '"']);
    (!path.contains(['$', ')', ','])).then_some(path)
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
