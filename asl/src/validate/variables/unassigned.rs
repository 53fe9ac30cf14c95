//! Checks whether every path to a read of a variable assigns it.

use std::collections::HashSet;

use super::data::{DefinitionVariables, VariableUses};
use crate::analysis::{BodyStart, UnassignedPath, VariableFlow, VariableUse};
use crate::graph::{EdgeKind, Graph};
use crate::validate::definition::Definition;

impl VariableUses {
    fn of(definition: &Definition<'_>) -> VariableUses {
        let DefinitionVariables {
            assignments, reads, ..
        } = &definition.variables;
        let assignments = assignments.iter().map(|one| VariableUse {
            state: one.state,
            variable: one.name,
            on: one.on,
        });
        let reads = reads.iter().map(|one| VariableUse {
            state: one.state,
            variable: one.name,
            on: one.on,
        });
        let mut uses = VariableUses {
            bodies: bodies(definition),
            assignments: assignments.collect(),
            reads: reads.collect(),
            catches: catches(&definition.graph),
            unassigned: Vec::new(),
        };
        // Of several reads of a state, only the first is reported.
        let mut seen = HashSet::new();
        uses.unassigned = uses.flow(definition).unassigned_reads();
        uses.unassigned.retain(|read| {
            let read = &uses.reads[*read];
            seen.insert((read.state, read.variable))
        });
        uses
    }

    fn flow<'a>(&'a self, definition: &'a Definition<'_>) -> VariableFlow<'a> {
        VariableFlow {
            flow: &definition.flow,
            bodies: &self.bodies,
            variables: definition.variables.names.len(),
            assignments: &self.assignments,
            reads: &self.reads,
            catches: &self.catches,
        }
    }
}

/// The starts of the containers. Children of a Distributed Map are separate executions, which
/// cannot read outer variables.
fn bodies(definition: &Definition<'_>) -> Vec<BodyStart> {
    let containers = definition.graph.containers().iter().enumerate();
    let starts = containers.filter_map(|(index, container)| {
        Some(BodyStart {
            state: definition.graph.find(index, container.start_at?)?,
            parent: container
                .parent
                .filter(|_| !definition.is_distributed(index)),
        })
    });
    starts.collect()
}

fn catches(graph: &Graph<'_>) -> Vec<Vec<bool>> {
    let states = graph.states().iter();
    let catches = states.map(|state| {
        let edges = state.edges.iter();
        let catches = edges.map(|edge| matches!(edge.kind, EdgeKind::Catch(_)));
        catches.collect()
    });
    catches.collect()
}

impl Definition<'_> {
    fn variable_uses(&self) -> &VariableUses {
        self.variable_uses.get_or_init(|| VariableUses::of(self))
    }

    /// The reads of variables that some path to the read does not assign.
    pub(in crate::validate) fn unassigned(&self) -> &[usize] {
        &self.variable_uses().unassigned
    }

    /// A path from the `StartAt` of the container to a state, on which a variable is not assigned.
    pub(in crate::validate) fn path_without(
        &self,
        variable: usize,
        state: usize,
    ) -> UnassignedPath {
        let container = self.graph.states()[state].container;
        let start = self.graph.containers()[container].start_at;
        let start = start.and_then(|start| self.graph.find(container, start));
        let flow = self.variable_uses().flow(self);
        flow.path_without(variable, start.unwrap_or(state), state)
    }
}
