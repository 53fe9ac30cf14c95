//! The kinds of the parts of a definition, by the field tables of the model.

use stepwright_asl::StateMachine;
use stepwright_asl::json::{Json, segments};
use stepwright_asl::model::{FieldInfo, QueryLanguage, Schema, StateKind, ValueKind};

use crate::Definition;

/// The kind of a node of a definition.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PartKind {
    /// An object with the fields of a schema.
    Structure(&'static Schema),
    /// A state without a valid `Type`.
    UntypedState,
    /// An array of objects with the fields of a schema.
    Structures(&'static Schema),
    /// The states by name.
    States,
    /// The value of a field, or a part of it. For a template it may be at any depth.
    Field(&'static Schema, &'static FieldInfo),
    /// The operand of an operator in a Choice rule.
    Operand,
    /// Unknown.
    Other,
}

/// A node with its place in the definition.
#[derive(Debug, Clone)]
pub(crate) struct DefinitionPart {
    pub(crate) kind: PartKind,
    /// Pointer to the innermost state around it; `None` outside of states.
    pub(crate) state: Option<String>,
    /// The keys from the field to the node, for a part of a field.
    pub(crate) path: Vec<String>,
    pub(crate) language: QueryLanguage,
}

/// The kind of the node at a pointer. The node itself may be missing.
pub(crate) fn part_at(definition: &Definition, pointer: &str) -> Option<DefinitionPart> {
    let mut json = Some(definition.json());
    let language = |json: Option<&Json>| json.and_then(Json::as_object).and_then(QueryLanguage::of);
    let mut part = DefinitionPart {
        kind: PartKind::Structure(StateMachine::schema()),
        state: None,
        path: Vec::new(),
        language: language(json).unwrap_or(QueryLanguage::JsonPath),
    };
    let machine = part.language;
    let mut at = String::new();
    for key in segments(pointer)? {
        json = json.and_then(|json| child(json, &key));
        at.push('/');
        at.push_str(&stepwright_asl::json::escape(&key));
        part.kind = match part.kind {
            PartKind::Structure(schema) => of_member(schema, &key, &mut part.path),
            PartKind::Structures(schema) => PartKind::Structure(schema),
            PartKind::States => {
                part.state = Some(at.clone());
                part.language = language(json).unwrap_or(machine);
                let kind = json
                    .and_then(|json| json.get("Type"))
                    .and_then(Json::as_str);
                match kind.and_then(StateKind::from_word) {
                    Some(kind) => PartKind::Structure(kind.schema()),
                    None => PartKind::UntypedState,
                }
            }
            PartKind::Field(schema, field) => {
                part.path.push(key.into_owned());
                PartKind::Field(schema, field)
            }
            PartKind::UntypedState | PartKind::Operand | PartKind::Other => PartKind::Other,
        };
    }
    Some(part)
}

fn of_member(schema: &'static Schema, key: &str, path: &mut Vec<String>) -> PartKind {
    path.clear();
    let Some(field) = schema.field(key) else {
        return match key {
            "And" | "Or" if schema.name == "ChoiceRule" => PartKind::Structures(schema),
            "Not" if schema.name == "ChoiceRule" => PartKind::Structure(schema),
            _ if schema.name == "ChoiceRule" && (schema.also)(key) => PartKind::Operand,
            _ => PartKind::Other,
        };
    };
    match field.kind {
        ValueKind::Structure(inner) => PartKind::Structure(inner()),
        ValueKind::Structures(inner) => PartKind::Structures(inner()),
        ValueKind::States => PartKind::States,
        _ => PartKind::Field(schema, field),
    }
}

fn child<'j>(json: &'j Json, key: &str) -> Option<&'j Json> {
    match json {
        Json::Object(members) => members.get(key),
        Json::Array(items) => items.get(stepwright_asl::json::index(key)?),
        _ => None,
    }
}
