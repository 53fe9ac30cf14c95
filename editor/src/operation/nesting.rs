//! Wraps states in a Parallel or a Map, and unwraps them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use stepwright_asl::edit::{Edit, EditError};
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::model::{QueryLanguage, StateKind};
use stepwright_asl::validate::{Validator, variable_places};

use super::group::{StateGroup, is_within};
use super::rounds::EditRounds;
use super::{OperationError, OperationTarget};
use crate::TextEdit;

/// The state that contains a group of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wrapper {
    /// A Parallel with one branch. Its output is the output of the branch.
    Parallel,
    /// A Map that runs the states for each item of its input.
    Map,
}

impl Wrapper {
    /// The pointer from the state to the object with the states.
    fn body(self) -> &'static str {
        match self {
            Wrapper::Parallel => "/Branches/0",
            Wrapper::Map => "/ItemProcessor",
        }
    }
}

/// The field of a Parallel that selects the output of its only branch, by query language.
fn only_output(language: QueryLanguage) -> (&'static str, &'static str) {
    match language {
        QueryLanguage::JsonPath => ("OutputPath", "$[0]"),
        QueryLanguage::Jsonata => ("Output", "{% $states.result[0] %}"),
    }
}

impl OperationTarget<'_> {
    pub(super) fn wrap_states(
        &self,
        definition: usize,
        states: &[String],
        name: &str,
        wrapper: Wrapper,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let group = self.group(states)?;
        self.check_variables(&group, false)?;
        self.check_new_name(group.container, name)?;
        let edits = self.document.in_rounds(definition, &states[0], |rounds| {
            self.wrap(rounds, definition, &group, name, wrapper)
                .map(drop)
        })?;
        self.check_result(definition, &edits)?;
        Ok(edits)
    }

    /// Moves a group into a new state. Returns the pointer to the new state.
    pub(super) fn wrap(
        &self,
        rounds: &mut EditRounds<'_>,
        definition: usize,
        group: &StateGroup<'_>,
        name: &str,
        wrapper: Wrapper,
    ) -> Result<String, EditError> {
        let container = &self.graph.containers()[group.container];
        let outer = container.pointer.key("States").to_string();
        let new = format!("{outer}/{}", escape(name));
        let names: Vec<&str> = group
            .states
            .iter()
            .map(|state| self.graph.states()[*state].name)
            .collect();
        // The new state, and the transitions to it.
        let state = self.wrapping_state(definition, group, wrapper)?;
        let last = names.last().copied().unwrap_or_default();
        let mut edits = vec![Edit::insert_after(&new, last, state)];
        let entry = self.graph.states()[group.entry].name;
        if container.start_at == Some(entry) {
            edits.push(Edit::replace(container.pointer.key("StartAt"), name));
        }
        for (from, edge) in self.graph.predecessors(group.entry) {
            if group.states.binary_search(&from).is_err() {
                edits.push(Edit::replace(&edge.pointer, name));
            }
        }
        let is_plain = group.states.iter().all(|state| self.is_plain(*state));
        if !is_plain {
            rounds.prefer_block_style();
        }
        rounds.apply(&edits)?;
        // The states move with their text.
        let body = format!("{new}{}", wrapper.body());
        let keys: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        rounds.move_text(&format!("{body}/States"), &outer, keys, is_plain)?;
        let exits = group.states.iter().filter_map(|state| {
            let state = &self.graph.states()[*state];
            let next = state.edges.iter().find(|edge| {
                edge.pointer.to_string() == state.pointer.key("Next").to_string()
                    && Some(edge.target) == group.exit
            });
            next.map(|_| format!("{body}/States/{}/Next", escape(state.name)))
        });
        let ends: Vec<Edit> = exits
            .flat_map(|next| [Edit::replace(&next, true), Edit::rename(&next, "End")])
            .collect();
        rounds.apply(&ends)?;
        Ok(new)
    }

    fn wrapping_state(
        &self,
        definition: usize,
        group: &StateGroup<'_>,
        wrapper: Wrapper,
    ) -> Result<Json, EditError> {
        let mut state = Object::new();
        let mut set = |field: &str, value: Json| {
            state.insert(field.to_owned(), value);
        };
        let body = self.body(definition, group)?;
        match wrapper {
            Wrapper::Parallel => {
                set("Type", "Parallel".into());
                set("Branches", Json::Array(vec![body]));
                let (field, path) = only_output(self.language());
                set(field, path.into());
            }
            Wrapper::Map => {
                let mut processor = Object::new();
                let mode = json!({"Mode": "INLINE"});
                processor.insert("ProcessorConfig".to_owned(), mode);
                processor.extend(body.into_object().unwrap_or_default());
                set("Type", "Map".into());
                set("ItemProcessor", Json::Object(processor));
            }
        }
        match group.exit {
            Some(exit) => set("Next", exit.into()),
            None => set("End", true.into()),
        }
        Ok(Json::Object(state))
    }

    /// The query language of states without their own.
    fn language(&self) -> QueryLanguage {
        self.definition.language_at("")
    }

    pub(super) fn unwrap_state(
        &self,
        definition: usize,
        pointer: &str,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let index = self.state(pointer)?;
        let state = &self.graph.states()[index];
        let name = state.name;
        let body = match (state.kind, state.inner.as_slice()) {
            (Some(StateKind::Parallel | StateKind::Map), [body]) => *body,
            (Some(StateKind::Parallel), []) | (Some(StateKind::Map), []) => {
                return Err(OperationError::refused(format!(
                    "`{name}` contains no states"
                )));
            }
            (Some(StateKind::Parallel), _) => {
                return Err(OperationError::refused(format!(
                    "`{name}` has several branches; only a Parallel with one branch can be unwrapped"
                )));
            }
            _ => {
                return Err(OperationError::refused(format!(
                    "`{name}` is neither a Parallel nor a Map"
                )));
            }
        };
        self.check_wrapper_fields(pointer, index)?;
        let next = state.object.get("Next").and_then(Json::as_str);
        self.check_ends(body, name, next)?;
        self.check_lifted_variables(state.container, body)?;
        let container = &self.graph.containers()[state.container];
        let inner = &self.graph.containers()[body];
        let Some(start) = inner
            .start_at
            .filter(|start| self.graph.find(body, start).is_some())
        else {
            return Err(OperationError::refused(format!(
                "`StartAt` in `{name}` names no state"
            )));
        };
        let members = inner.pointer.key("States").to_string();
        let unnest = Edit::unnest(pointer, members);
        let mut edits = Vec::new();
        if container.start_at == Some(name) {
            edits.push(Edit::replace(container.pointer.key("StartAt"), start));
        }
        for (from, edge) in self.graph.predecessors(index) {
            if from != index {
                edits.push(Edit::replace(&edge.pointer, start));
            }
        }
        let outer = container.pointer.key("States").to_string();
        // A state that leads to itself leads to its first state.
        let next = next.map(|next| if next == name { start } else { next });
        for state in &inner.states {
            let state = &self.graph.states()[*state];
            if let Some(next) = next
                && state.object.get("End") == Some(&Json::Bool(true))
            {
                let end = format!("{outer}/{}/End", escape(state.name));
                edits.extend([Edit::replace(&end, next), Edit::rename(&end, "Next")]);
            }
        }
        let edits = self.document.in_rounds(definition, pointer, |rounds| {
            rounds.apply(&[unnest])?;
            rounds.apply(&edits)
        })?;
        self.check_result(definition, &edits)?;
        Ok(edits)
    }

    /// Refuses to remove a state with fields that have an effect.
    fn check_wrapper_fields(&self, pointer: &str, index: usize) -> Result<(), OperationError> {
        let state = &self.graph.states()[index];
        let (field, path) = only_output(self.definition.language_at(pointer));
        let is_parallel = state.kind == Some(StateKind::Parallel);
        if is_parallel && state.object.get(field).and_then(Json::as_str) != Some(path) {
            return Err(OperationError::refused(format!(
                "the output of `{}` is not that of its branch; set its `{field}` to `{path}`",
                state.name
            )));
        }
        let plain = [
            "Type",
            "Comment",
            "QueryLanguage",
            "Next",
            "End",
            "Branches",
            "ItemProcessor",
            "Iterator",
        ];
        let output = is_parallel.then_some(field);
        let lost = state
            .object
            .keys()
            .find(|key| !plain.contains(&key.as_str()) && Some(key.as_str()) != output);
        match lost {
            None => Ok(()),
            Some(lost) => Err(OperationError::refused(format!(
                "`{lost}` of `{}` would be lost; remove it first",
                state.name
            ))),
        }
    }

    /// Refuses states that end the body in a form that cannot continue with a state.
    fn check_ends(
        &self,
        body: usize,
        name: &str,
        next: Option<&str>,
    ) -> Result<(), OperationError> {
        let Some(next) = next else {
            return Ok(());
        };
        let states = &self.graph.containers()[body].states;
        let succeed = states
            .iter()
            .map(|state| &self.graph.states()[*state])
            .find(|state| state.kind == Some(StateKind::Succeed));
        match succeed {
            None => Ok(()),
            Some(succeed) => Err(OperationError::refused(format!(
                "the Succeed `{}` would end the execution before `{next}`, which follows `{name}`",
                succeed.name
            ))),
        }
    }

    /// Refuses variables of a body whose names have a meaning in the outer body.
    fn check_lifted_variables(&self, outer: usize, body: usize) -> Result<(), OperationError> {
        let pointer = |container: usize| self.graph.containers()[container].pointer.to_string();
        let (outer, inner) = (pointer(outer), pointer(body));
        let places = variable_places(self.definition.tree());
        let (own, others): (Vec<_>, Vec<_>) = places.iter().partition(|one| one.scope == inner);
        let meets = |scope: &str| is_within(scope, &outer) || is_within(&outer, scope);
        let others: HashSet<&str> = others
            .into_iter()
            .filter(|other| meets(&other.scope))
            .map(|other| other.name.as_str())
            .collect();
        let taken = own.into_iter().find(|one| others.contains(&*one.name));
        match taken {
            None => Ok(()),
            Some(one) => Err(OperationError::refused(format!(
                "another body also has a variable `${}`; rename one of the two",
                one.name
            ))),
        }
    }

    /// Refuses a result with errors, if the definition has none.
    pub(super) fn check_result(
        &self,
        definition: usize,
        edits: &[TextEdit],
    ) -> Result<(), OperationError> {
        let validator = Validator::new(self.definition.machine_type()).with_any_placeholder();
        if validator.check(self.definition.tree()).has_errors() {
            return Ok(());
        }
        let result = self.document.with_edits(edits);
        let Some(result) = result.definitions().get(definition) else {
            let reason = "the result would not be a definition";
            return Err(OperationError::refused(reason));
        };
        match validator.check(result.tree()).errors().next() {
            None => Ok(()),
            Some(error) => Err(OperationError::refused(format!(
                "the result would not be valid: {}",
                error.message
            ))),
        }
    }
}
