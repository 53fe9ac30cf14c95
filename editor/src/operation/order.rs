//! The order of states in the text.

use std::collections::HashSet;

use stepwright_asl::edit::Edit;
use stepwright_asl::graph::{Edge, EdgeKind, Graph};

use super::{OperationError, OperationTarget};
use crate::TextEdit;

impl OperationTarget<'_> {
    pub(super) fn move_state(
        &self,
        pointer: &str,
        before: Option<&str>,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = self.state(pointer)?;
        let state = &self.graph.states()[state];
        if let Some(before) = before {
            self.check_target(state.container, before)?;
        }
        let container = &self.graph.containers()[state.container];
        let keys = self.keys(state.container);
        let mut moved: Vec<String> = Vec::with_capacity(keys.len());
        for key in &keys {
            if Some(key.as_str()) == before {
                moved.push(state.name.to_owned());
            }
            if key != state.name {
                moved.push(key.clone());
            }
        }
        if before == Some(state.name) {
            return Ok(Vec::new());
        }
        if before.is_none() {
            moved.push(state.name.to_owned());
        }
        Ok(reorder(&container.pointer.key("States"), &keys, moved))
    }

    pub(super) fn sort_states(
        &self,
        definition: usize,
        body: Option<&str>,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let containers = self.graph.containers();
        let is_sorted = |pointer: &str| body.is_none_or(|body| body == pointer);
        // Bodies of the same depth do not touch each other.
        let mut levels: Vec<Vec<Edit>> = Vec::new();
        let mut depths: Vec<usize> = Vec::with_capacity(containers.len());
        let mut is_known = body.is_none();
        for (index, container) in containers.iter().enumerate() {
            let outer = container.parent.map(|state| &self.graph.states()[state]);
            let depth = outer.map_or(0, |state| depths[state.container] + 1);
            depths.push(depth);
            if !is_sorted(&container.pointer.to_string()) {
                continue;
            }
            is_known = true;
            let keys = self.keys(index);
            let sorted = self.in_order_of_execution(index, &keys);
            if levels.len() <= depth {
                levels.resize(depth + 1, Vec::new());
            }
            levels[depth].extend(reorder(&container.pointer.key("States"), &keys, sorted));
        }
        if let Some(body) = body.filter(|_| !is_known) {
            return Err(OperationError::missing(format!("a body at `{body}`")));
        }
        Ok(self.document.in_rounds(definition, "", |rounds| {
            levels.iter().try_for_each(|level| rounds.apply(level))
        })?)
    }

    /// The keys of `States` of a container, also of members that are not states.
    fn keys(&self, container: usize) -> Vec<String> {
        let container = &self.graph.containers()[container];
        let states = container.object.get("States");
        let states = states.and_then(|states| states.as_object());
        let keys = states.into_iter().flat_map(|states| states.keys());
        keys.cloned().collect()
    }

    fn in_order_of_execution(&self, container: usize, keys: &[String]) -> Vec<String> {
        let states = execution_order(&self.graph, container);
        let names = states
            .into_iter()
            .map(|state| self.graph.states()[state].name);
        let mut sorted: Vec<String> = names.map(str::to_owned).collect();
        let found: HashSet<String> = sorted.iter().cloned().collect();
        sorted.extend(keys.iter().filter(|key| !found.contains(*key)).cloned());
        sorted
    }
}

/// The edit of an order that differs.
fn reorder(states: &impl ToString, old: &[String], new: Vec<String>) -> Vec<Edit> {
    if old == new {
        Vec::new()
    } else {
        vec![Edit::reorder(states.to_string(), new)]
    }
}

/// The states of a container: each after the states that lead to it, except in loops. The states
/// after `Next` come before those of other transitions.
fn execution_order(graph: &Graph<'_>, container: usize) -> Vec<usize> {
    let found = &graph.containers()[container];
    let start = found.start_at.and_then(|name| graph.find(container, name));
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    for root in start.iter().chain(&found.states) {
        let mut part = Vec::new();
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        if seen.insert(*root) {
            open.push((*root, targets(graph, *root)));
        }
        // A search in depth; a state is complete after the states that follow it.
        while let Some((state, rest)) = open.last_mut() {
            match rest.pop() {
                Some(target) if seen.insert(target) => {
                    open.push((target, targets(graph, target)));
                }
                Some(_) => {}
                None => {
                    part.push(*state);
                    open.pop();
                }
            }
        }
        order.extend(part.into_iter().rev());
    }
    order
}

/// The states after a state. The last one is searched first, and so comes last in the order.
fn targets(graph: &Graph<'_>, state: usize) -> Vec<usize> {
    let rank = |edge: &Edge<'_>| match edge.kind {
        EdgeKind::Next => (0, 0),
        EdgeKind::Choice(rule) => (1, rule),
        EdgeKind::Default => (2, 0),
        EdgeKind::Catch(catcher) => (3, catcher),
        // Transitions of new kinds are exceptions.
        _ => (4, 0),
    };
    let mut edges: Vec<(usize, &Edge<'_>)> = graph.successors(state).collect();
    edges.sort_by_key(|(_, edge)| rank(edge));
    edges.into_iter().map(|(target, _)| target).collect()
}
