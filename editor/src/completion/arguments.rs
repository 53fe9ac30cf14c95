//! Completion of the arguments of services.

use stepwright_asl::integrations::{ResolvedResource, lookup};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::service_models::CalledOperation;

use super::fields::payload_member;
use super::insertion::InsertionPoint;
use super::{Completion, CompletionKind};
use crate::Definition;
use crate::api_shape::{ApiMember, ApiShape};
use crate::structure::{DefinitionPart, PartKind};

/// The members of the arguments of a Task, at any depth.
pub(super) fn members(
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
            let mut completion =
                payload_member(point, &argument.name, argument.noun == "an object");
            completion.kind = CompletionKind::Member;
            completion.detail = Some(if is_required {
                format!("{}, required", argument.noun)
            } else {
                argument.noun.to_owned()
            });
            completion.rank = u8::from(!is_required) + 1;
            let mut both = vec![completion];
            // In JSONPath, a key with `.$` has a path as its value.
            if part.language == QueryLanguage::JsonPath {
                let name = format!("{}.$", argument.name);
                let mut by_path = payload_member(point, &name, false);
                by_path.kind = CompletionKind::Member;
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

/// The members of the arguments of a resource, at a path in them.
fn arguments_of(resource: &str, path: &[String]) -> Vec<ApiMember> {
    let arguments = ApiShape::arguments(resource);
    let at_path = |root: ApiShape| path.iter().try_fold(root, |shape, key| shape.member(key));
    let mut members = arguments
        .and_then(at_path)
        .map_or_else(Vec::new, |shape| shape.members());
    if !path.is_empty() {
        return members;
    }
    let untyped = |name: &&str| ApiMember {
        name: (*name).to_owned(),
        noun: "any JSON value",
    };
    if let Some(called) = CalledOperation::of(resource) {
        members.extend(called.further_arguments.iter().map(untyped));
    }
    if members.is_empty() {
        let known = lookup(resource).ok().map(|found| found.kind());
        if let Some(ResolvedResource::Optimized(action)) = known {
            let names = action.required.iter().chain(&action.parameters);
            members.extend(names.map(untyped));
            members.sort_by(|one, other| one.name.cmp(&other.name));
            members.dedup_by(|one, other| one.name == other.name);
        }
    }
    members
}
