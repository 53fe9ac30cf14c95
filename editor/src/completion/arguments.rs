//! Completion of the arguments of services.

use stepwright_asl::integrations::{ResolvedResource, lookup};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::service_models::{CalledOperation, Models, Shape};

use super::fields::payload_member;
use super::insertion::InsertionPoint;
use super::{Completion, CompletionKind};
use crate::structure::{DefinitionPart, PartKind};
use crate::{Definition, Document};

/// The members of the arguments of a Task, at any depth.
pub(super) fn members(
    _document: &Document,
    definition: &Definition,
    point: &InsertionPoint,
    part: &DefinitionPart,
    parent: &str,
) -> Vec<Completion> {
    let found = || {
        let PartKind::Field(schema, field) = part.kind else {
            return None;
        };
        let is_arguments = matches!(field.name, "Arguments" | "Parameters");
        if !is_arguments || schema.name != "Task" {
            return None;
        }
        let state = definition.json().pointer(part.state.as_deref()?)?;
        let resource = state.get("Resource")?.as_str()?;
        let none = Object::new();
        let object = definition.json().pointer(parent).and_then(Json::as_object);
        let object = object.unwrap_or(&none);
        let required = match lookup(resource).ok()?.kind() {
            ResolvedResource::Optimized(action) => &*action.required,
            _ => &[],
        };
        let arguments = arguments_of(resource, &part.path);
        let replaced = match point {
            InsertionPoint::Key { replaced, .. } => replaced.as_deref(),
            InsertionPoint::Value { .. } => None,
        };
        let is_free = |name: &str| {
            let has = |key: &str| object.contains_key(key) && replaced != Some(key);
            !has(name) && !has(&format!("{name}.$"))
        };
        let free = arguments.into_iter().filter(|one| is_free(&one.name));
        let completions = free.flat_map(|argument| {
            let is_required = part.path.is_empty() && required.contains(&argument.name.as_str());
            let mut completion = payload_member(point, &argument.name, argument.is_object);
            completion.kind = CompletionKind::Member;
            completion.detail = Some(match is_required {
                true => format!("{}, required", argument.noun),
                false => argument.noun.to_owned(),
            });
            completion.rank = u8::from(!is_required) + 1;
            let mut both = vec![completion];
            // In JSONPath, a key with `.$` has a path as its value.
            if part.language == QueryLanguage::JsonPath {
                let name = format!("{}.\\$", argument.name);
                let mut by_path = payload_member(point, &name, false);
                by_path.kind = CompletionKind::Member;
                by_path.label = format!("{}.$", argument.name);
                by_path.filter = by_path.filter.replace("\\$", "$");
                by_path.detail = Some("a path".to_owned());
                by_path.rank = u8::from(!is_required) + 2;
                both.push(by_path);
            }
            both
        });
        Some(completions.collect())
    };
    found().unwrap_or_default()
}

/// A member of an argument or of a result.
#[derive(Debug, Clone)]
pub(super) struct ModelMember {
    pub(super) name: String,
    /// The type, with its article.
    pub(super) noun: &'static str,
    pub(super) is_object: bool,
}

/// The members of the arguments of a resource, at a path in them.
fn arguments_of(resource: &str, path: &[String]) -> Vec<ModelMember> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut members = members_of(resource, &path, true).unwrap_or_default();
    let is_root = path.is_empty();
    if let Some(called) = CalledOperation::of(resource).filter(|_| is_root) {
        let further = called.further_arguments.iter();
        members.extend(further.map(|name| ModelMember {
            name: (*name).to_owned(),
            noun: "any JSON value",
            is_object: false,
        }));
    }
    if members.is_empty() && is_root {
        let known = lookup(resource).ok().map(|found| found.kind());
        if let Some(ResolvedResource::Optimized(action)) = known {
            let names = action.required.iter().chain(&action.parameters);
            members.extend(names.map(|name| ModelMember {
                name: (*name).to_owned(),
                noun: "any JSON value",
                is_object: false,
            }));
            members.sort_by(|one, other| one.name.cmp(&other.name));
            members.dedup_by(|one, other| one.name == other.name);
        }
    }
    members
}

/// The members of the input or output of the operation that a resource calls, at a path in it.
pub(super) fn members_of(
    resource: &str,
    path: &[&str],
    is_input: bool,
) -> Option<Vec<ModelMember>> {
    let called = CalledOperation::of(resource)?;
    let model = Models::shared().find(called.service).ok()?;
    let operation = model.operations.get(&called.action)?;
    let mut shape = if is_input {
        operation.input?
    } else {
        operation.output?
    };
    for key in path {
        shape = match model.shape(shape) {
            Shape::Structure(structure) => structure.member(key)?.shape,
            Shape::List(list) => list.item,
            Shape::Map(map) => map.value,
            _ => return None,
        };
    }
    // The items of a list have the members that a path through the list reads.
    while let Shape::List(list) = model.shape(shape) {
        shape = list.item;
    }
    let Shape::Structure(structure) = model.shape(shape) else {
        return None;
    };
    let members = structure.members.iter().map(|member| {
        let noun = match model.shape(member.shape) {
            Shape::Structure(_) | Shape::Map(_) => "an object",
            Shape::List(_) => "an array",
            Shape::Text | Shape::Blob => "a string",
            Shape::Boolean => "a boolean",
            Shape::Integer | Shape::Float => "a number",
            Shape::Timestamp(_) => "a point in time",
            Shape::Document | Shape::EventStream => "any JSON value",
        };
        ModelMember {
            name: match called.is_sdk {
                true => member.sdk_name.clone(),
                false => member.optimized_name.clone(),
            },
            noun,
            is_object: noun == "an object",
        }
    });
    Some(members.collect())
}
