//! The places of a definition that name states.

use std::ops::Range;

use stepwright_asl::graph::Graph;

use crate::definition::NodeAt;
use crate::{Definition, NodePart};

/// A place that names a state: its key, `StartAt`, or the target of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateName {
    /// The range of the name, with its quotes.
    pub(crate) range: Range<usize>,
    /// Whether it is the state itself.
    pub(crate) is_declaration: bool,
}

/// The state that the node at an offset names: the state of a key, or the target of a transition.
pub(crate) fn named_state(graph: &Graph<'_>, node: &NodeAt) -> Option<usize> {
    if node.part == NodePart::Key {
        let index = graph.state_at(&node.pointer)?;
        return (graph.states()[index].pointer.to_string() == node.pointer).then_some(index);
    }
    let (container, target) = target_at(graph, &node.pointer)?;
    graph.find(container, target)
}

/// The name of the target at a pointer to `StartAt` or to the target of a transition, and the body
/// with the target.
pub(crate) fn target_at<'d>(graph: &Graph<'d>, pointer: &str) -> Option<(usize, &'d str)> {
    for (index, container) in graph.containers().iter().enumerate() {
        if container.pointer.key("StartAt").to_string() == pointer {
            return Some((index, container.start_at?));
        }
    }
    let state = &graph.states()[graph.state_at(pointer)?];
    let mut edges = state.edges.iter();
    let edge = edges.find(|edge| edge.pointer.to_string() == pointer)?;
    Some((state.container, edge.target))
}

/// All places that name a state, in text order.
pub(crate) fn names_of(definition: &Definition, graph: &Graph<'_>, state: usize) -> Vec<StateName> {
    let found = &graph.states()[state];
    let mut names = Vec::new();
    let mut add = |range: Option<Range<usize>>, is_declaration| {
        if let Some(range) = range {
            names.push(StateName {
                range,
                is_declaration,
            });
        }
    };
    add(definition.key_range(&found.pointer.to_string()), true);
    let container = &graph.containers()[found.container];
    if container.start_at == Some(found.name) {
        let pointer = container.pointer.key("StartAt").to_string();
        add(definition.range(&pointer), false);
    }
    for (_, edge) in graph.predecessors(state) {
        add(definition.range(&edge.pointer.to_string()), false);
    }
    names.sort_by_key(|name| name.range.start);
    names
}
