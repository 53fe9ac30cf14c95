//! Verbatim fields.

use super::StateLowering;
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{Edge, FlowStateKind, FrontEnd, Otherwise, State};
use crate::lower::report::Report;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model;

/// The JSON of a literal, verbatim; `None` if a part of it is computed.
pub(in crate::lower) fn literal(expr: &Expr) -> Option<Json> {
    match &*expr.node {
        ExprNode::Literal(value) => Some(Json::from(value.clone())),
        ExprNode::Placeholder(name) => Some(Json::String(stepwright_asl::placeholder::text(name))),
        ExprNode::Typed(value, _) => literal(value),
        ExprNode::Array(items) => items
            .iter()
            .map(literal)
            .collect::<Option<Vec<_>>>()
            .map(Json::Array),
        ExprNode::Object(entries) => entries
            .iter()
            .map(|(key, value)| Some((key.to_string(), literal(value)?)))
            .collect::<Option<Object>>()
            .map(Json::Object),
        _ => None,
    }
}

impl StateLowering<'_, '_> {
    /// The raw fields of the state.
    pub(super) fn raw_fields(&mut self) -> Vec<(String, Option<Json>)> {
        let state = self.state;
        state
            .raw
            .iter()
            .map(|(key, value)| match literal(value) {
                Some(value) => (key.to_string(), Some(value)),
                None if is_omitted(value) => (key.to_string(), None),
                None => {
                    let (key, value) = self.member(key, value);
                    (key, Some(value))
                }
            })
            .collect()
    }
}

/// Replaces fields that the state, its branches or body and its edges would write with raw fields.
pub(super) fn merge(
    made: model::State,
    state: &State,
    raw: Vec<(String, Option<Json>)>,
    front_end: FrontEnd,
    report: &mut Report,
) -> model::State {
    let edges = state.edges();
    let inside = state.bodies().iter().any(|body| !body.raw.is_empty());
    if raw.is_empty() && !inside && edges.iter().all(|edge| edge.raw.is_empty()) {
        return made;
    }
    let Some(mut object) = made.to_value().into_object() else {
        return made;
    };
    for (index, body) in state.bodies().iter().enumerate() {
        let place = match &state.kind {
            FlowStateKind::Parallel(_) => entry(&mut object, "Branches", index),
            FlowStateKind::Map(map) if map.iterator => object.get_mut("Iterator"),
            _ => object.get_mut("ItemProcessor"),
        };
        put(place, &body.raw, front_end, report);
    }
    for (index, catch) in state.catch.iter().enumerate() {
        along(
            entry(&mut object, "Catch", index),
            &catch.edge,
            front_end,
            report,
        );
    }
    if let FlowStateKind::Choice {
        rules,
        arms,
        otherwise,
        ..
    } = &state.kind
    {
        let ways = rules.iter().map(|(_, edge)| edge);
        let ways = ways.chain(arms.iter().map(|arm| &arm.edge));
        for (index, edge) in ways.enumerate() {
            along(
                entry(&mut object, "Choices", index),
                edge,
                front_end,
                report,
            );
        }
        if let Otherwise::To(edge) = otherwise {
            along(None, edge, front_end, report);
        }
    }
    for (key, value) in raw {
        set_raw(&mut object, key, value);
    }
    match model::State::from_json(&Json::Object(object).to_string()) {
        Ok(state) => state,
        Err(diagnostics) => {
            report.fault(format!("a raw field does not fit: {diagnostics}"));
            made
        }
    }
}

fn entry<'o>(object: &'o mut Object, list: &str, index: usize) -> Option<&'o mut Json> {
    match object.get_mut(list) {
        Some(Json::Array(items)) => items.get_mut(index),
        _ => None,
    }
}

/// Merges the raw fields of an edge into its object.
fn along(place: Option<&mut Json>, edge: &Edge, front_end: FrontEnd, report: &mut Report) {
    let before = report.enter_at(edge.place);
    put(place, &edge.raw, front_end, report);
    report.leave(before);
}

/// Merges raw fields into the object at `place`.
fn put(
    place: Option<&mut Json>,
    fields: &[(Text, Expr)],
    front_end: FrontEnd,
    report: &mut Report,
) {
    if fields.is_empty() {
        return;
    }
    let Some(Json::Object(object)) = place else {
        report.fault(format!(
            "the transition that becomes `Default` cannot have raw fields; {}",
            front_end.raw_of_choice()
        ));
        return;
    };
    for (key, value) in fields {
        match literal(value) {
            Some(value) => set_raw(object, key.to_string(), Some(value)),
            None if is_omitted(value) => set_raw(object, key.to_string(), None),
            None => report.fault(format!("the raw field `{key}` cannot be computed here")),
        }
    }
}

/// Sets one raw field; without a value, removes the field.
pub(in crate::lower) fn set_raw(object: &mut Object, key: String, value: Option<Json>) {
    match value {
        Some(value) => {
            object.insert(key, value);
        }
        None => {
            object.shift_remove(&key);
        }
    }
}

/// Whether the field must be removed.
pub(in crate::lower) fn is_omitted(value: &Expr) -> bool {
    matches!(&*value.node, ExprNode::None)
}
