//! What a Distributed Map hands to its children: they are executions of their own and see nothing of the map's.
//!
//! Each value from outside that the body reads travels in the child's input, under its own name, beside the item. There
//! it is like a map's item: the input of the body's first state, and a variable in the states behind it.

use crate::expr::{Expr, Node, Text};
use crate::flow::{Body, Flow, State, each_state};
use std::collections::HashSet;
use stepwright_asl::model::MachineType;

/// What a body is whose map is distributed.
#[derive(Clone, Debug)]
pub(super) struct ChildExecutions {
    pub(super) machine_type: MachineType,
    /// A child gets several items at once.
    pub(super) batched: bool,
    /// The values from outside.
    pub(super) handed: Vec<Handed>,
}

/// A value that the map hands to its children.
#[derive(Clone, Debug)]
pub(super) struct Handed {
    pub(super) name: Text,
    /// The value, where the map stands and in its first state.
    pub(super) value: Expr,
    /// Some state other than the first reads it, so the first one assigns it to a variable.
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

/// The first of the values from outside that the body of a Distributed Map reads.
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

/// The values from outside that a body reads, in the order in which they are first read.
fn handed(body: &Body, item: &Text, flow: &Flow) -> Vec<Handed> {
    let mut inside = HashSet::from([item.clone()]);
    // The names that the body itself gives to values, with those of the bodies in it.
    each_state(&body.states, &mut |state| {
        state.each_name(&mut |name| {
            inside.insert(name.clone());
        });
        let on_edges = state.edges().into_iter().map(|edge| &edge.raw);
        for raw in std::iter::once(&state.raw).chain(on_edges) {
            inside.extend(assigned_by(raw));
        }
    });
    let mut list: Vec<Handed> = Vec::new();
    for (index, state) in body.states.iter().enumerate() {
        let mut see = |name: Text, value: Expr| {
            if inside.contains(&*name) {
                return;
            }
            let later = index > 0;
            match list.iter_mut().find(|handed| handed.name == name) {
                Some(known) => known.assigned |= later,
                None => list.push(Handed {
                    name,
                    value,
                    assigned: later,
                }),
            }
        };
        state.each_expression_inside(&mut |expr| {
            expr.walk(&mut |node| match node {
                Node::Parameter => see(parameter(flow), Expr::parameter()),
                Node::Variable(name) => see(name.clone(), Expr::variable(name.clone())),
                Node::Item(name) => see(name.clone(), Expr::item(name.clone())),
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

/// The variables that a raw `Assign` gives values to.
fn assigned_by(raw: &[(Text, Expr)]) -> impl Iterator<Item = Text> {
    let assigns = raw.iter().filter(|(key, _)| key == "Assign");
    let members = assigns.filter_map(|(_, value)| match &*value.node {
        Node::Object(entries) => Some(entries),
        _ => None,
    });
    let names = members.flatten().map(|(name, _)| name);
    names.map(|name| name.strip_suffix(".$").unwrap_or(name).to_owned().into())
}

/// Whether a literal of a state reads a value that is handed in: in the first state that is not there under its name.
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
