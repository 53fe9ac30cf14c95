//! Actions on several states of a definition, as one step.

use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Json, Object};
use stepwright_editor::{Document, Operation, TextEdit};

use crate::edit::action_error::ActionError;
use crate::edit::performed::{Performed, edits, in_body, of};

/// Removes states. A state can often be removed only after another one, so the order is free; all
/// states of a body leave an empty one.
pub(crate) fn remove(
    document: &Document,
    definition: usize,
    states: &[String],
    successor: Option<&str>,
) -> Result<Performed, ActionError> {
    let mut group = StateGroup::new(document, definition);
    let graph = of(document, definition)?.graph();
    let mut left = in_order(&graph, states);
    let select = neighbour(&graph, &left);
    while !left.is_empty() {
        if group.is_whole_body(&left)? {
            group.clear_body(&left[0])?;
            break;
        }
        // The later states first: those before them then lead to what followed them.
        let mut refusal = None;
        let removed = left.iter().rposition(|state| {
            let operation = Operation::RemoveState {
                state: state.clone(),
                successor: successor.map(str::to_owned),
            };
            group
                .perform(&operation)
                .map_err(|error| refusal = Some(error))
                .is_ok()
        });
        match (removed, refusal) {
            (Some(removed), _) => drop(left.remove(removed)),
            (None, Some(refusal)) => return Err(refusal),
            (None, None) => break,
        }
    }
    Ok(group.done(select.into_iter().collect()))
}

/// Moves states to a transition, the last one first: each is then before the one moved before it.
pub(crate) fn move_to(
    document: &Document,
    definition: usize,
    states: &[String],
    transition: &str,
) -> Result<Performed, ActionError> {
    let mut group = StateGroup::new(document, definition);
    let found = of(document, definition)?;
    let states = in_order(&found.graph(), states);
    let body = in_body(found, transition, "");
    let mut target = transition.to_owned();
    for state in states.iter().rev() {
        group.perform(&Operation::RerouteState {
            state: state.clone(),
            transition: target.clone(),
        })?;
        // The end of a body is the name of a state after the first move.
        if let Some(source) = transition.strip_suffix("/End")
            && group.value(transition)?.is_none()
        {
            target = format!("{source}/Next");
        }
    }
    let name = |state: &String| {
        state
            .rsplit_once('/')
            .map_or("", |(_, name)| name)
            .to_owned()
    };
    let select = states.iter().map(|state| format!("{body}{}", name(state)));
    Ok(group.done(select.collect()))
}

/// The states in the order of the definition.
fn in_order(graph: &Graph<'_>, states: &[String]) -> Vec<String> {
    let mut ordered = states.to_vec();
    ordered.sort_by_key(|state| graph.state_at(state));
    ordered.dedup();
    ordered
}

/// The state before the removed ones, or one after them.
fn neighbour(graph: &Graph<'_>, states: &[String]) -> Option<String> {
    let pointer = |state: usize| graph.states()[state].pointer.to_string();
    let first = graph.state_at(states.first()?)?;
    let before = graph.predecessors(first).map(|(state, _)| state);
    let after = states.iter().filter_map(|state| graph.state_at(state));
    let after = after.flat_map(|state| graph.successors(state).map(|(state, _)| state));
    before
        .chain(after)
        .map(pointer)
        .find(|pointer| !states.contains(pointer))
}

/// The pointer to the body of a state.
fn body_of(state: &str) -> Result<&str, ActionError> {
    let body = state.rsplit_once("/States/").map(|(body, _)| body);
    body.ok_or_else(|| ActionError::new(format!("there is no state at `{state}`")))
}

/// A document while operations are performed on it.
struct StateGroup {
    document: Document,
    definition: usize,
    rounds: Vec<Vec<TextEdit>>,
}

impl StateGroup {
    fn new(document: &Document, definition: usize) -> StateGroup {
        StateGroup {
            document: document.clone(),
            definition,
            rounds: Vec::new(),
        }
    }

    fn perform(&mut self, operation: &Operation) -> Result<(), ActionError> {
        let edits = edits(&self.document, self.definition, operation)?;
        self.document = self.document.with_edits(&edits);
        self.rounds.push(edits);
        Ok(())
    }

    fn value(&self, pointer: &str) -> Result<Option<&Json>, ActionError> {
        Ok(of(&self.document, self.definition)?.json().pointer(pointer))
    }

    /// Whether the states are all states of their body.
    fn is_whole_body(&self, states: &[String]) -> Result<bool, ActionError> {
        let graph = of(&self.document, self.definition)?.graph();
        let body = body_of(&states[0])?;
        let bodies = graph.containers();
        let body = bodies.iter().find(|one| one.pointer.to_string() == body);
        Ok(body.is_some_and(|body| {
            let mut all = body.states.iter();
            all.all(|state| states.contains(&graph.states()[*state].pointer.to_string()))
        }))
    }

    fn clear_body(&mut self, state: &str) -> Result<(), ActionError> {
        let body = body_of(state)?;
        let start_at = format!("{body}/StartAt");
        if self.value(&start_at)?.is_some() {
            self.perform(&Operation::RemoveField { field: start_at })?;
        }
        self.perform(&Operation::SetField {
            field: format!("{body}/States"),
            value: Object::new().into(),
        })
    }

    fn done(self, select: Vec<String>) -> Performed {
        Performed {
            rounds: self.rounds,
            select,
            extracted: None,
        }
    }
}
