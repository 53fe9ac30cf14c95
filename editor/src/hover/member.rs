//! The members of arguments and of assignments.

use std::fmt::Write;

use stepwright_asl::graph::Graph;
use stepwright_asl::integrations::{ResolvedResource, lookup};
use stepwright_asl::json::Json;

use super::word::listed_members;
use crate::Definition;
use crate::api_shape::ApiShape;
use crate::structure::{DefinitionPart, PartKind};
use crate::value_shape::KnownValues;
use crate::workspace::Callees;

/// Explains a member of a value in a state; `parent` is the object with the member.
pub(super) fn of_member(
    definition: &Definition,
    graph: &Graph<'_>,
    callees: Callees<'_>,
    parent: &DefinitionPart,
    key: &str,
) -> Option<String> {
    let PartKind::Field(schema, field) = parent.kind else {
        return None;
    };
    let pointer = parent.state.as_deref()?;
    let state = definition.json().pointer(pointer)?;
    match field.name {
        "Assign" if parent.path.is_empty() => {
            let values = KnownValues::of(graph, &callees);
            let value = state.get("Assign").filter(|_| schema.name != "ChoiceRule");
            let value = value.and_then(|assign| assign.get(key));
            let index = graph.state_at(pointer)?;
            let shapes = value.map(|value| values.assigned(index, key, value));
            let noun = shapes.as_deref().and_then(|shapes| values.noun(shapes));
            let name = key.strip_suffix(".$").unwrap_or(key);
            let mut text = format!("`${name}`: a workflow variable");
            if let Some(noun) = noun {
                write!(text, ", {noun}").ok()?;
            }
            text.push_str("\n\nThe value is visible from the next state on");
            Some(text)
        }
        "Arguments" | "Parameters" if schema.name == "Task" => {
            of_argument(state.get("Resource").and_then(Json::as_str)?, parent, key)
        }
        _ => None,
    }
}

fn of_argument(resource: &str, parent: &DefinitionPart, key: &str) -> Option<String> {
    let name = key.strip_suffix(".$").unwrap_or(key);
    let integration = lookup(resource).ok()?;
    let path = parent.path.iter();
    let shape = ApiShape::arguments(resource)
        .and_then(|root| {
            path.map(String::as_str)
                .try_fold(root, |shape, key| shape.member(key))
        })
        .and_then(|shape| shape.member(name));
    let is_required = match integration.kind() {
        ResolvedResource::Optimized(action) if parent.path.is_empty() => {
            action.required.contains(&name)
        }
        _ => false,
    };
    if shape.is_none() && !is_required {
        return None;
    }
    let noun = shape.as_ref().map_or("any JSON value", ApiShape::noun);
    let mut text = format!("**{name}**: {noun}");
    if is_required {
        text.push_str(", required");
    }
    let (service, action) = (integration.service(), integration.action());
    write!(text, "\n\nAn argument of {service} {action}").ok()?;
    let members = shape.map(|shape| shape.members()).unwrap_or_default();
    let members = members
        .iter()
        .map(|member| (&*member.name, Some(member.noun)));
    text.push_str(&listed_members(members));
    Some(text)
}
