//! Rules about variables.

pub(super) mod invalid_variable_name;
pub(super) mod shadowed_variable;
pub(super) mod stale_variable;
pub(super) mod unassigned_variable;

use crate::graph::Graph;
use crate::json::Pointer;
use crate::validate::definition::Definition;
use crate::validate::variables::Assignment;

/// A state, the state that contains it, and so on, up to the scope boundary of variables.
#[derive(Clone)]
struct Scopes<'a, 'd> {
    definition: &'a Definition<'d>,
    state: Option<usize>,
}

impl<'a, 'd> Scopes<'a, 'd> {
    fn around(definition: &'a Definition<'d>, state: usize) -> Scopes<'a, 'd> {
        Scopes {
            definition,
            state: Some(state),
        }
    }

    /// The containers around a state, even beyond the scope boundary of variables.
    fn everywhere(graph: &Graph<'_>, state: usize) -> Vec<usize> {
        let parent = |container: &usize| {
            let parent = graph.containers()[*container].parent?;
            Some(graph.states()[parent].container)
        };
        std::iter::successors(Some(graph.states()[state].container), parent).collect()
    }
}

impl Iterator for Scopes<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let state = self.state?;
        let graph = &self.definition.graph;
        let container = graph.states()[state].container;
        self.state = graph.containers()[container]
            .parent
            .filter(|_| !self.definition.is_distributed(container));
        Some(state)
    }
}

fn pointer<'d>(definition: &Definition<'d>, assignment: &Assignment<'d>) -> Pointer<'d> {
    let assign = definition.parts[assignment.part].at("Assign");
    assign.key(assignment.key)
}
