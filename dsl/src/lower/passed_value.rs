//! The values that a Distributed Map passes to its children. Children are separate executions and
//! cannot read the Map's variables.
//!
//! Each outer value that the body reads is passed in the child's input, under its own name, next to
//! the item. Like a Map's item, it is read from the input in the body's first state, and from a
//! variable in later states.

use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{Body, Flow, State, each_state};
use std::collections::HashSet;
use stepwright_asl::model::MachineType;

/// The body of a Distributed Map.
#[derive(Clone, Debug)]
pub(super) struct ChildExecutions {
    pub(super) machine_type: MachineType,
    /// Each child gets a batch of items.
    pub(super) batched: bool,
    /// The outer values.
    pub(super) handed: Vec<PassedValue>,
}

/// An outer value that the Map passes to its children.
#[derive(Clone, Debug)]
pub(super) struct PassedValue {
    pub(super) name: Text,
    /// The value, as read by the Map state and by the body's first state.
    pub(super) value: Expr,
    /// Another state than the first reads it, so the first state assigns it to a variable.
    pub(super) assigned: bool,
}

impl ChildExecutions {
    pub(super) fn of(map: &crate::flow::Map, flow: &Flow) -> Option<ChildExecutions> {
        let distributed = map.distributed.as_ref()?;
        Some(ChildExecutions {
            machine_type: distributed.machine_type,
            batched: distributed.batch.is_some(),
            handed: handed(&map.body, &map.item, flow),
        })
    }
}

/// The first outer value that the body of a Distributed Map reads; `None` for a Map with batches.
pub(crate) fn handed_into(map: &crate::flow::Map, flow: &Flow) -> Option<Text> {
    let children = ChildExecutions::of(map, flow)?;
    let first = children.handed.into_iter().next()?;
    (!children.batched).then_some(first.name)
}

/// The workflow's parameter, by its name.
pub(super) fn parameter(flow: &Flow) -> Text {
    flow.parameter
        .as_ref()
        .map_or(Text::Borrowed("input"), |(name, _)| name.clone())
}

/// The outer values that a body reads, in the order of their first reads.
fn handed(body: &Body, item: &Text, flow: &Flow) -> Vec<PassedValue> {
    let mut inside = HashSet::from([item.clone()]);
    // The names that the body binds, including the bodies inside of it.
    each_state(&body.states, &mut |state| {
        state.each_name(&mut |name| {
            inside.insert(name.clone());
        });
        let on_edges = state.edges().into_iter().map(|edge| &edge.raw);
        for raw in std::iter::once(&state.raw).chain(on_edges) {
            inside.extend(assigned_by(raw));
        }
    });
    let mut list: Vec<PassedValue> = Vec::new();
    for (index, state) in body.states.iter().enumerate() {
        let mut see = |name: Text, value: Expr| {
            if inside.contains(&*name) {
                return;
            }
            let later = index > 0;
            match list.iter_mut().find(|handed| handed.name == name) {
                Some(known) => known.assigned |= later,
                None => list.push(PassedValue {
                    name,
                    value,
                    assigned: later,
                }),
            }
        };
        state.each_expression_inside(&mut |expr| {
            expr.walk(&mut |node| match node {
                ExprNode::Parameter => see(parameter(flow), Expr::parameter()),
                ExprNode::Variable(name) => see(name.clone(), Expr::variable(name.clone())),
                ExprNode::Item(name) => see(name.clone(), Expr::item(name.clone())),
                other => {
                    for name in other.variables_in_text() {
                        see(name.clone().into(), Expr::variable(name));
                    }
                }
            });
        });
    }
    list
}

/// The variables that a raw `Assign` assigns.
fn assigned_by(raw: &[(Text, Expr)]) -> impl Iterator<Item = Text> {
    let assigns = raw.iter().filter(|(key, _)| key == "Assign");
    let members = assigns.filter_map(|(_, value)| match &*value.node {
        ExprNode::Object(entries) => Some(entries),
        _ => None,
    });
    let names = members.flatten().map(|(name, _)| name);
    names.map(|name| name.strip_suffix(".$").unwrap_or(name).to_owned().into())
}

/// A verbatim text of a state that reads an outer value: in the first state no variable has this
/// value yet.
pub(super) fn literal_reads(state: &State, names: &[&Text]) -> Option<String> {
    let mut found = None;
    state.each_expression_inside(&mut |expr| {
        expr.walk(&mut |node| {
            let mut read_names = node.variables_in_text().into_iter();
            let read = read_names.find(|name| names.iter().any(|one| *one == name));
            found = found.take().or(read);
        });
    });
    found
}
