//! Adds, removes and copies states.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::model::StateKind;
use stepwright_asl::words::quoted;

use super::transitions::redirect;
use super::{OperationError, OperationTarget};
use crate::TextEdit;

impl OperationTarget<'_> {
    pub(super) fn add_state(
        &self,
        transition: &str,
        name: &str,
        state: &Json,
    ) -> Result<Vec<Edit>, OperationError> {
        let Some(fields) = state.as_object() else {
            return Err(OperationError::refused("a state is an object"));
        };
        if let Some(container) = self.empty_body(transition) {
            self.check_new_name(container, name)?;
            let state = connected(fields, None)?;
            return Ok(self.first_states(container, name, vec![(name.to_owned(), state)]));
        }
        let place = self.transition(transition)?;
        self.check_new_name(place.container, name)?;
        let state = connected(fields, place.target)?;
        let container = &self.graph.containers()[place.container];
        let new = container.pointer.key("States").to_string();
        let new = format!("{new}/{}", escape(name));
        // The state is next to the source of the transition, so that the text has their order.
        let source = self.graph.state_at(transition);
        let source =
            source.filter(|source| self.graph.states()[*source].container == place.container);
        let insert = match (source, place.target) {
            (Some(source), _) => Edit::insert_after(new, self.graph.states()[source].name, state),
            (None, Some(first)) => Edit::insert_before(new, first, state),
            (None, None) => Edit::insert(new, state),
        };
        let mut edits = redirect(&place, name);
        edits.push(insert);
        Ok(edits)
    }

    pub(super) fn remove_state(
        &self,
        pointer: &str,
        successor: Option<&str>,
    ) -> Result<Vec<Edit>, OperationError> {
        let index = self.state(pointer)?;
        let state = &self.graph.states()[index];
        let container = &self.graph.containers()[state.container];
        if container.states.len() == 1 {
            let name = state.name;
            return Err(OperationError::refused(format!(
                "`{name}` is the only state of its body"
            )));
        }
        let successor = match successor {
            Some(successor) => {
                self.check_target(state.container, successor)?;
                if successor == state.name {
                    return Err(OperationError::refused("a state cannot follow itself"));
                }
                Some(successor)
            }
            None => self.only_successor(index)?,
        };
        let mut edits = self.connect_neighbours(index, successor)?;
        edits.push(Edit::remove(pointer));
        Ok(edits)
    }

    /// Lets all transitions to a state lead to its successor.
    pub(super) fn connect_neighbours(
        &self,
        index: usize,
        successor: Option<&str>,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = &self.graph.states()[index];
        let container = &self.graph.containers()[state.container];
        let mut edits = Vec::new();
        if container.start_at == Some(state.name) {
            let Some(successor) = successor else {
                let name = state.name;
                return Err(OperationError::refused(format!(
                    "no state follows `{name}`, which is the first one; name the new first state as the successor"
                )));
            };
            edits.push(Edit::replace(container.pointer.key("StartAt"), successor));
        }
        for (from, edge) in self.graph.predecessors(index) {
            if from == index {
                continue;
            }
            let place = self.transition(&edge.pointer.to_string())?;
            match successor {
                Some(successor) => edits.extend(redirect(&place, successor)),
                None if place.pointer
                    == self.graph.states()[from].pointer.key("Next").to_string() =>
                {
                    edits.push(Edit::replace(&place.pointer, true));
                    edits.push(Edit::rename(&place.pointer, "End"));
                }
                None => {
                    let (name, from) = (state.name, self.graph.states()[from].name);
                    return Err(OperationError::refused(format!(
                        "no state follows `{name}`, and a transition of `{from}` cannot end the execution; connect it with another state first, or name a successor"
                    )));
                }
            }
        }
        Ok(edits)
    }

    /// The state after this one; `None` if the execution ends. Transitions of Catchers do not
    /// count.
    pub(super) fn only_successor(&self, index: usize) -> Result<Option<&str>, OperationError> {
        use stepwright_asl::graph::EdgeKind;

        let state = &self.graph.states()[index];
        let mut targets: Vec<&str> = self
            .graph
            .successors(index)
            .filter(|(target, edge)| !matches!(edge.kind, EdgeKind::Catch(_)) && *target != index)
            .map(|(_, edge)| edge.target)
            .collect();
        targets.sort_unstable();
        targets.dedup();
        match targets.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            several => Err(OperationError::refused(format!(
                "several states follow `{}`: {}; name one of them as the successor",
                state.name,
                quoted(several)
            ))),
        }
    }

    pub(super) fn duplicate_state(
        &self,
        definition: usize,
        pointer: &str,
        name: &str,
        connects: bool,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let index = self.state(pointer)?;
        let state = &self.graph.states()[index];
        self.check_new_name(state.container, name)?;
        if !state.inner.is_empty() {
            return Err(OperationError::refused(format!(
                "`{}` contains states, and names are unique in a definition",
                state.name
            )));
        }
        let connections = if connects {
            self.copy_connections(index, name)?
        } else {
            Vec::new()
        };
        let edits = self.document.in_rounds(definition, pointer, |rounds| {
            rounds.apply(&[Edit::duplicate(pointer, name)])?;
            let mut connections = connections.iter();
            connections.try_for_each(|edit| rounds.apply(std::slice::from_ref(edit)))
        })?;
        Ok(edits)
    }

    /// The edits after which a transition leads to the copy of a state, and all states that were
    /// reachable still are.
    fn copy_connections(&self, index: usize, copy: &str) -> Result<Vec<Edit>, OperationError> {
        let state = &self.graph.states()[index];
        let exit = ["Next", "End"].map(|field| state.pointer.key(field).to_string());
        if let Some(exit) = exit.iter().find_map(|exit| self.transition(exit).ok()) {
            return Ok(redirect(&exit, copy));
        }
        let container = &self.graph.containers()[state.container];
        let reachable = self.graph.reachable(state.container);
        let start =
            (container.start_at == Some(state.name)).then(|| container.pointer.key("StartAt"));
        let edges = self.graph.predecessors(index);
        let edges = edges.filter(|(from, _)| *from != index && reachable.contains(from));
        let incoming = start
            .into_iter()
            .chain(edges.map(|(_, edge)| edge.pointer.clone()));
        let incoming: Vec<String> = incoming.map(|pointer| pointer.to_string()).collect();
        let is_end = matches!(state.kind, Some(StateKind::Succeed | StateKind::Fail));
        let chosen = match (is_end, incoming.as_slice()) {
            (true, [_, .., last]) => last,
            (false, [first, ..]) => first,
            _ => {
                let name = state.name;
                let count = if is_end {
                    "several transitions lead"
                } else {
                    "a transition leads"
                };
                return Err(OperationError::refused(format!(
                    "no transition could lead to a copy of `{name}`; duplicate it when {count} to `{name}`"
                )));
            }
        };
        let mut edits = redirect(&self.transition(chosen)?, copy);
        if !is_end {
            let field = match state.kind {
                Some(StateKind::Choice) => "Default",
                _ => "Next",
            };
            let body = container.pointer.key("States");
            let pointer = body.key(copy).key(field).to_string();
            edits.push(if state.object.contains_key(field) {
                Edit::replace(pointer, state.name)
            } else {
                Edit::insert(pointer, state.name)
            });
        }
        Ok(edits)
    }
}

/// The state with a transition to its successor.
pub(super) fn connected(fields: &Object, target: Option<&str>) -> Result<Json, OperationError> {
    let mut state = fields.clone();
    let kind = state.get("Type").and_then(Json::as_str).unwrap_or_default();
    let is_choice = kind == "Choice";
    if matches!(kind, "Succeed" | "Fail") {
        // It ends the execution, so nothing follows.
        return Ok(Json::Object(state));
    }
    for field in ["Next", "End"] {
        state.shift_remove(field);
    }
    match (target, is_choice) {
        (Some(target), true) => {
            state.insert("Default".to_owned(), target.into());
        }
        (Some(target), false) => {
            state.insert("Next".to_owned(), target.into());
        }
        (None, true) => {
            return Err(OperationError::refused(
                "a Choice cannot be the last state; its rules need targets",
            ));
        }
        (None, false) => {
            state.insert("End".to_owned(), true.into());
        }
    }
    Ok(Json::Object(state))
}
