//! Fields that stand as the user wrote them.

use super::Place;
use crate::expr::{Expr, Node};
use crate::lower::report::Report;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::State;

/// A literal with everything in it as it stands, where nothing is computed.
pub(in crate::lower) fn literal(expr: &Expr) -> Option<Json> {
    match &*expr.node {
        Node::Literal(value) => Some(Json::from(value.clone())),
        Node::Placeholder(name) => Some(Json::String(format!("${{{name}}}"))),
        Node::Array(items) => items
            .iter()
            .map(literal)
            .collect::<Option<Vec<_>>>()
            .map(Json::Array),
        Node::Object(entries) => entries
            .iter()
            .map(|(key, value)| Some((key.to_string(), literal(value)?)))
            .collect::<Option<Object>>()
            .map(Json::Object),
        _ => None,
    }
}

impl Place<'_, '_> {
    /// The raw fields of the state.
    pub(super) fn raw_fields(&mut self) -> Vec<(String, Json)> {
        let state = self.state;
        state
            .raw
            .iter()
            .map(|(key, value)| match literal(value) {
                Some(value) => (key.to_string(), value),
                None => self.member(key, value),
            })
            .collect()
    }
}

/// Puts raw fields over what the state would write.
pub(super) fn merge(state: State, raw: Vec<(String, Json)>, report: &mut Report) -> State {
    if raw.is_empty() {
        return state;
    }
    let Json::Object(mut object) = state.to_value() else {
        return state;
    };
    object.extend(raw);
    match State::from_json(&Json::Object(object).to_string()) {
        Ok(state) => state,
        Err(findings) => {
            report.fault(format!("a raw field does not fit: {findings}"));
            state
        }
    }
}
