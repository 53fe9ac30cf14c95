//! The values of definitions that start each other: a definition that is started requires values
//! of the input that its starter passes, and the starter requires values of its output.

use std::collections::HashMap;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;

use super::abstract_value::PartStep;
use super::machine_flow::{MachineFlow, MachineValues};
use super::observed_parts::ObservedParts;
use super::reads::BoundaryReads;
use super::state_reads::BoundaryPart;
use crate::budget::SearchBudget;

/// Rounds in which requirements pass from one definition to the next. A chain of more definitions
/// has values that are not made for all of them.
const MAX_ROUNDS: usize = 8;

/// A state that starts an execution of another definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefinitionLink {
    pub(crate) state: String,
    /// The number of the definition.
    pub(crate) definition: usize,
    /// Whether the result of the state has the output as `Output`, as JSON.
    pub(crate) returns_output: bool,
}

/// Returns the values of each definition, with what the others require of its output, what those
/// that it starts require of its values, and what properties observe.
pub(crate) fn linked_values(
    definitions: &[Json],
    links: &[Vec<DefinitionLink>],
    observed: &[HashMap<String, ObservedParts>],
    budget: &SearchBudget,
) -> Vec<MachineValues> {
    let graphs: Vec<Graph<'_>> = definitions.iter().map(Graph::of).collect();
    let flows: Vec<MachineFlow<'_, '_>> = graphs
        .iter()
        .zip(definitions)
        .map(|(graph, definition)| MachineFlow::run(graph, definition, budget).0)
        .collect();
    let mut boundaries = with_observed(vec![BoundaryReads::default(); definitions.len()], observed);
    let mut values: Vec<MachineValues> = values_of(&flows, &boundaries);
    if links.iter().all(Vec::is_empty) {
        return values;
    }
    for _ in 0..MAX_ROUNDS {
        if budget.is_spent() {
            break;
        }
        let next = with_observed(next_boundaries(&values, links), observed);
        if next == boundaries {
            break;
        }
        boundaries = next;
        values = values_of(&flows, &boundaries);
    }
    values
}

fn with_observed(
    boundaries: Vec<BoundaryReads>,
    observed: &[HashMap<String, ObservedParts>],
) -> Vec<BoundaryReads> {
    let both = boundaries.into_iter().zip(observed);
    both.map(|(boundary, observed)| BoundaryReads {
        observed: observed.clone(),
        ..boundary
    })
    .collect()
}

fn values_of(flows: &[MachineFlow<'_, '_>], boundaries: &[BoundaryReads]) -> Vec<MachineValues> {
    let flows = flows.iter().zip(boundaries);
    flows
        .map(|(flow, boundary)| flow.values(boundary))
        .collect()
}

fn next_boundaries(values: &[MachineValues], links: &[Vec<DefinitionLink>]) -> Vec<BoundaryReads> {
    let mut next = vec![BoundaryReads::default(); values.len()];
    for (starter, links) in links.iter().enumerate() {
        let mut passed: HashMap<String, Vec<BoundaryPart>> = HashMap::new();
        for link in links {
            let required = values[link.definition].input_parts();
            passed
                .entry(link.state.clone())
                .or_default()
                .extend(required.iter().cloned());
            let lacking = values[starter].lacking(&link.state);
            next[link.definition]
                .lacking_input
                .extend(lacking.iter().cloned());
            if link.returns_output {
                let read = values[starter].result_parts(&link.state);
                let read = read.iter().filter_map(|part| part.below("Output"));
                add_all(&mut next[link.definition].output, read);
                if values[link.definition].has_uncertain_output() {
                    next[starter].uncertain_results.insert(link.state.clone());
                }
            }
        }
        next[starter].passed = passed;
    }
    next
}

fn add_all(parts: &mut Vec<BoundaryPart>, more: impl Iterator<Item = BoundaryPart>) {
    for part in more {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
}

impl BoundaryPart {
    /// Returns the part below a member of the value; `None` if it is in another member.
    fn below(&self, name: &str) -> Option<BoundaryPart> {
        let path = match self.path.split_first() {
            None => Vec::new(),
            Some((PartStep::Key(key), rest)) if key == name => rest.to_vec(),
            Some(_) => return None,
        };
        Some(BoundaryPart {
            path,
            ..self.clone()
        })
    }
}
