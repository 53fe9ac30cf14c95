//! What a Distributed Map hands to its children: they are executions of their own and see nothing of the map's.
//!
//! Each value from outside that the body reads travels in the child's input, under its own name, beside the item. There
//! it is like a map's item: the input of the body's first state, and a variable in the states behind it.

use crate::expr::{Expr, Node, Text};
use crate::flow::{Body, Flow, Kind, State};
use std::collections::HashSet;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::model::MachineType;
use stepwright_asl::path::Path;

/// What a body is whose map is distributed.
#[derive(Clone, Debug)]
pub(super) struct Children {
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

impl Children {
    pub(super) fn of(map: &crate::flow::Map, flow: &Flow) -> Option<Children> {
        let distributed = map.distributed.as_ref()?;
        Some(Children {
            machine_type: distributed.machine_type,
            batched: distributed.batch.is_some(),
            handed: handed(&map.body, &map.item, flow),
        })
    }
}

/// The workflow's parameter, by its name.
pub(super) fn parameter(flow: &Flow) -> Text {
    flow.parameter
        .as_ref()
        .map_or(Text::Borrowed("input"), |(name, _)| name.clone())
}

/// The values from outside that a body reads, in the order in which they are first read.
fn handed(body: &Body, item: &str, flow: &Flow) -> Vec<Handed> {
    let mut inside = HashSet::new();
    inside.insert(item);
    defined(body, &mut inside);
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
        state.all_expressions(&mut |expr| {
            expr.walk(&mut |node| match node {
                Node::Parameter => see(parameter(flow), Expr::parameter()),
                Node::Variable(name) => see(name.clone(), Expr::variable(name.clone())),
                Node::Item(name) => see(name.clone(), Expr::item(name.clone())),
                Node::Jsonata(text, _) => {
                    if let Ok(expression) = Expression::parse(text) {
                        for name in expression.variables() {
                            see(name.clone().into(), Expr::variable(name.clone()));
                        }
                    }
                }
                Node::Path(text, _) => {
                    if let Some(name) = Path::parse(text).ok().as_ref().and_then(Path::variable) {
                        see(name.to_owned().into(), Expr::variable(name.to_owned()));
                    }
                }
                _ => {}
            });
        });
    }
    list
}

/// The names that a body itself gives to values, with those of the bodies in it.
fn defined<'a>(body: &'a Body, names: &mut HashSet<&'a str>) {
    for state in &body.states {
        names.extend(state.assign.iter().map(|(name, _)| &**name));
        assigned_by(&state.raw, names);
        for edge in state.edges() {
            names.extend(edge.assign.iter().map(|(name, _)| &**name));
            assigned_by(&edge.raw, names);
        }
        match &state.kind {
            Kind::Choice { arms, .. } => {
                for arm in arms {
                    names.extend(arm.pattern.names().into_iter().map(|name| &**name));
                }
            }
            Kind::Map(map) => {
                names.insert(&map.item);
            }
            _ => {}
        }
        state.bodies().iter().for_each(|body| defined(body, names));
    }
}

/// The variables that a raw `Assign` gives values to.
fn assigned_by<'a>(raw: &'a [(Text, Expr)], names: &mut HashSet<&'a str>) {
    for (key, value) in raw {
        let members = match &*value.node {
            Node::Object(entries) if key == "Assign" => entries,
            _ => continue,
        };
        let keys = members.iter().map(|(name, _)| &**name);
        names.extend(keys.map(|name| name.strip_suffix(".$").unwrap_or(name)));
    }
}

/// Whether a literal of a state reads a value that is handed in: in the first state that is not there under its name.
pub(super) fn literal_reads(state: &State, handed: &[Handed]) -> Option<String> {
    let mut found = None;
    state.all_expressions(&mut |expr| {
        expr.walk(&mut |node| {
            let names: Vec<String> = match node {
                Node::Jsonata(text, _) => Expression::parse(text)
                    .map(|expression| expression.variables().to_vec())
                    .unwrap_or_default(),
                Node::Path(text, _) => Path::parse(text)
                    .ok()
                    .and_then(|path| path.variable().map(str::to_owned))
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            };
            let read = names
                .into_iter()
                .find(|name| handed.iter().any(|one| one.name == *name));
            found = found.take().or(read);
        });
    });
    found
}
