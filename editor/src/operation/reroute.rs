//! Moves a state to another transition of its body or of another one.

use std::collections::HashSet;

use stepwright_asl::edit::Edit;
use stepwright_asl::graph::State;
use stepwright_asl::json::{Json, escape};
use stepwright_asl::validate::variable_places;

use super::group::is_within;
use super::transitions::{TransitionPlace, redirect};
use super::{OperationError, OperationTarget};
use crate::TextEdit;

/// The fields that name the state after a state, or that none follows.
const EXITS: [&str; 3] = ["Next", "End", "Default"];

impl OperationTarget<'_> {
    pub(super) fn reroute_state(
        &self,
        definition: usize,
        pointer: &str,
        transition: &str,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let index = self.state(pointer)?;
        let container = self.graph.states()[index].container;
        let (body, place) = match self.empty_body(transition) {
            Some(body) => (body, None),
            None => {
                let place = self.transition(transition)?;
                (place.container, Some(place))
            }
        };
        match place {
            Some(place) if body == container => {
                let edits = self.reroute_in_body(index, transition, &place)?;
                Ok(self.document.rounds(definition, edits)?)
            }
            place => self.move_to_body(definition, index, transition, body, place),
        }
    }

    fn reroute_in_body(
        &self,
        index: usize,
        transition: &str,
        place: &TransitionPlace<'_>,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = &self.graph.states()[index];
        if place.target == Some(state.name) {
            return Ok(Vec::new());
        }
        if self.graph.state_at(transition) == Some(index) {
            let reason = format!("`{}` cannot follow itself", state.name);
            return Err(OperationError::refused(reason));
        }
        let exit = exit_of(state)?;
        let successor = self.only_successor(index)?;
        let mut edits = self.connect_neighbours(index, successor)?;
        edits.extend(redirect(place, state.name));
        let own = state.pointer.key(exit).to_string();
        edits.extend(led_to(&own, exit, place.target)?);
        Ok(edits)
    }

    /// Moves a state with its text into another body.
    fn move_to_body(
        &self,
        definition: usize,
        index: usize,
        transition: &str,
        body: usize,
        place: Option<TransitionPlace<'_>>,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let state = &self.graph.states()[index];
        let pointer = state.pointer.to_string();
        let name = state.name;
        if is_within(transition, &pointer) {
            let reason = format!("`{name}` cannot move into itself");
            return Err(OperationError::refused(reason));
        }
        if self.graph.containers()[state.container].states.len() == 1 {
            let reason = format!("`{name}` is the only state of its body");
            return Err(OperationError::refused(reason));
        }
        let exit = exit_of(state)?;
        let own_exit = state.pointer.key(exit).to_string();
        let mut others = state.edges.iter();
        let bound = others.find(|edge| edge.pointer.to_string() != own_exit && edge.target != name);
        if let Some(bound) = bound {
            return Err(OperationError::refused(format!(
                "a rule or a Catcher of `{name}` leads to `{}`, which stays in its body; remove it first",
                bound.target
            )));
        }
        self.check_moved_variables(index, body)?;
        let successor = self.only_successor(index)?;
        let target = place.as_ref().and_then(|place| place.target);
        let states = |container: usize| {
            let container = &self.graph.containers()[container];
            container.pointer.key("States").to_string()
        };
        let (old, new) = (states(state.container), states(body));
        let moved = format!("{new}/{}", escape(name));
        let mut first = self.connect_neighbours(index, successor)?;
        let json = self.document.written_value(definition, &pointer)?;
        match &place {
            None => first.extend(self.first_states(body, name, vec![(name.to_owned(), json)])),
            Some(place) => {
                let source = self.graph.state_at(transition);
                let source = source.filter(|source| self.graph.states()[*source].container == body);
                first.extend(redirect(place, name));
                first.push(match (source, place.target) {
                    (Some(source), _) => {
                        Edit::insert_after(&moved, self.graph.states()[source].name, json)
                    }
                    (None, Some(target)) if self.graph.find(body, target).is_some() => {
                        Edit::insert_before(&moved, target, json)
                    }
                    (None, _) => Edit::insert(&moved, json),
                });
            }
        }
        let keys = vec![name.to_owned()];
        let last = led_to(&format!("{moved}/{exit}"), exit, target)?;
        let is_plain = self.is_plain(index);
        let edits = self.document.in_rounds(definition, &pointer, |rounds| {
            if !is_plain {
                rounds.prefer_block_style();
            }
            let is_replacement = |edit: &&Edit| matches!(edit, Edit::Replace { .. });
            let (replacements, others): (Vec<_>, Vec<_>) = first.iter().partition(is_replacement);
            let owned = |edits: Vec<&Edit>| edits.into_iter().cloned().collect::<Vec<Edit>>();
            rounds.apply(&owned(replacements))?;
            for edit in owned(others) {
                rounds.apply(&[edit])?;
            }
            rounds.move_text(&new, &old, keys, is_plain)?;
            last.iter()
                .try_for_each(|edit| rounds.apply(std::slice::from_ref(edit)))
        })?;
        self.check_result(definition, &edits)?;
        Ok(edits)
    }

    /// Refuses a state whose variables are used in its old body, or have a meaning in the new one.
    fn check_moved_variables(&self, index: usize, body: usize) -> Result<(), OperationError> {
        let state = &self.graph.states()[index];
        let pointer = state.pointer.to_string();
        let container = |index: usize| self.graph.containers()[index].pointer.to_string();
        let (own, new) = (container(state.container), container(body));
        let places = variable_places(self.definition.tree());
        let (inside, outside): (Vec<_>, Vec<_>) = places
            .iter()
            .partition(|one| is_within(&one.pointer, &pointer));
        let used: HashSet<(&str, &str)> = outside
            .iter()
            .map(|one| (one.name.as_str(), one.scope.as_str()))
            .collect();
        for one in inside.iter().filter(|one| is_within(&own, &one.scope)) {
            let is_assigned = one.assigns && one.scope == own;
            let is_lost = is_assigned || !is_within(&new, &one.scope);
            if is_lost && used.contains(&(&*one.name, &*one.scope)) {
                return Err(OperationError::refused(format!(
                    "`{}` and other states of its body use the variable `${}`",
                    state.name, one.name
                )));
            }
            let meets = |scope: &str| is_within(scope, &new) || is_within(&new, scope);
            let mut others = outside.iter();
            let is_taken = others.any(|other| other.name == one.name && meets(&other.scope));
            if is_assigned && is_taken {
                return Err(OperationError::refused(format!(
                    "another body also has a variable `${}`; rename one of the two",
                    one.name
                )));
            }
        }
        Ok(())
    }
}

/// The field of a state that names the state after it.
fn exit_of(state: &State<'_>) -> Result<&'static str, OperationError> {
    let exit = EXITS.into_iter().find(|field| {
        let value = state.object.get(*field);
        value.is_some_and(|value| value.as_str().is_some() || *value == Json::Bool(true))
    });
    exit.ok_or_else(|| {
        OperationError::refused(format!(
            "no state can follow `{}`; drag the end of a transition to it instead",
            state.name
        ))
    })
}

/// The edits that let the exit of a state lead to a target, or end the execution.
fn led_to(own: &str, exit: &str, target: Option<&str>) -> Result<Vec<Edit>, OperationError> {
    Ok(match (target, exit) {
        (Some(target), "End") => vec![Edit::replace(own, target), Edit::rename(own, "Next")],
        (Some(target), _) => vec![Edit::replace(own, target)],
        (None, "Default") => {
            let reason = "a Choice cannot be the last state; its rules need targets";
            return Err(OperationError::refused(reason));
        }
        (None, "Next") => vec![Edit::replace(own, true), Edit::rename(own, "End")],
        (None, _) => Vec::new(),
    })
}
