//! A group of states with one entry and one exit.

use std::collections::{BTreeSet, HashSet};

use stepwright_asl::edit::EditError;
use stepwright_asl::graph::EdgeKind;
use stepwright_asl::json::{Json, escape};
use stepwright_asl::model::StateKind;
use stepwright_asl::validate::variable_places;

use super::{OperationError, OperationTarget};

/// States of one body that other states enter at one state and leave to at most one state.
pub(super) struct StateGroup<'d> {
    /// The container of the states.
    pub(super) container: usize,
    /// The states, in text order.
    pub(super) states: Vec<usize>,
    /// The state at which the group is entered.
    pub(super) entry: usize,
    /// The state after the group; `None` if it ends the execution.
    pub(super) exit: Option<&'d str>,
}

impl<'d> OperationTarget<'d> {
    /// The group of these states, if one state can replace it.
    pub(super) fn group(&self, pointers: &[String]) -> Result<StateGroup<'d>, OperationError> {
        let states: Result<BTreeSet<usize>, OperationError> =
            pointers.iter().map(|pointer| self.state(pointer)).collect();
        let states: Vec<usize> = states?.into_iter().collect();
        let Some(first) = states.first() else {
            return Err(OperationError::refused("name at least one state"));
        };
        let container = self.graph.states()[*first].container;
        let stranger = states
            .iter()
            .find(|state| self.graph.states()[**state].container != container);
        if let Some(stranger) = stranger {
            return Err(OperationError::refused(format!(
                "`{}` and `{}` are in different bodies",
                self.graph.states()[*first].name,
                self.graph.states()[*stranger].name
            )));
        }
        Ok(StateGroup {
            entry: self.entry(container, &states)?,
            exit: self.exit(&states)?,
            container,
            states,
        })
    }

    /// The state at which other states or `StartAt` enter the group.
    fn entry(&self, container: usize, states: &[usize]) -> Result<usize, OperationError> {
        let start = self.graph.containers()[container].start_at;
        let is_inside = |state: usize| states.binary_search(&state).is_ok();
        let is_entered = |state: &&usize| {
            start == Some(self.graph.states()[**state].name)
                || self
                    .graph
                    .predecessors(**state)
                    .any(|(from, _)| !is_inside(from))
        };
        let entries: Vec<usize> = states.iter().filter(is_entered).copied().collect();
        match entries.as_slice() {
            [entry] => Ok(*entry),
            // No state leads to the group: it begins with a state to which none of its states
            // leads.
            [] => Ok(states
                .iter()
                .copied()
                .find(|state| self.graph.predecessors(*state).next().is_none())
                .unwrap_or(states[0])),
            [one, other, ..] => Err(OperationError::refused(format!(
                "transitions from outside lead to `{}` and to `{}`; a group needs one first state",
                self.graph.states()[*one].name,
                self.graph.states()[*other].name
            ))),
        }
    }

    /// The only state outside of the group to which it leads.
    fn exit(&self, states: &[usize]) -> Result<Option<&'d str>, OperationError> {
        let mut exit: Option<(&str, &'d str)> = None;
        let mut end = None;
        for index in states {
            let state = &self.graph.states()[*index];
            match state.kind {
                Some(StateKind::Fail) => {}
                _ if state.is_terminal() => end = end.or(Some(state)),
                _ => {}
            }
            // A target that does not exist is outside of the group.
            for edge in &state.edges {
                let target = self.graph.find(state.container, edge.target);
                if target.is_some_and(|target| states.binary_search(&target).is_ok()) {
                    continue;
                }
                if edge.kind != EdgeKind::Next {
                    return Err(OperationError::refused(format!(
                        "a rule or a Catcher of `{}` leads out of the group to `{}`; add `{}` to the group",
                        state.name, edge.target, edge.target
                    )));
                }
                match exit {
                    Some((other, target)) if target != edge.target => {
                        return Err(OperationError::refused(format!(
                            "`{other}` leads to `{target}` and `{}` to `{}`; a group continues with one state",
                            state.name, edge.target
                        )));
                    }
                    _ => exit = Some((state.name, edge.target)),
                }
            }
        }
        match (exit, end) {
            (Some((from, target)), Some(end)) => Err(OperationError::refused(format!(
                "`{}` ends the execution and `{from}` continues with `{target}`; a group does one of both",
                end.name
            ))),
            (exit, _) => Ok(exit.map(|(_, target)| target)),
        }
    }

    /// Refuses a group whose variables other states use. States in an own state machine also see no
    /// variables of the others.
    pub(super) fn check_variables(
        &self,
        group: &StateGroup<'_>,
        is_extracted: bool,
    ) -> Result<(), OperationError> {
        let own = self.graph.containers()[group.container].pointer.to_string();
        let states = format!("{own}/States/");
        let names: HashSet<String> = group
            .states
            .iter()
            .map(|state| escape(self.graph.states()[*state].name).into_owned())
            .collect();
        let is_inside = |pointer: &str| {
            let inner = pointer.strip_prefix(&states);
            let name = inner.and_then(|inner| inner.split('/').next());
            name.is_some_and(|name| names.contains(name))
        };
        let places = variable_places(self.definition.tree());
        let (inside, outside): (Vec<_>, Vec<_>) =
            places.iter().partition(|one| is_inside(&one.pointer));
        let outside: HashSet<(&str, &str)> = outside
            .into_iter()
            .map(|one| (one.name.as_str(), one.scope.as_str()))
            .collect();
        let refused = inside.into_iter().find(|one| {
            is_within(&own, &one.scope)
                && (is_extracted || (one.assigns && one.scope == own))
                && outside.contains(&(&*one.name, &*one.scope))
        });
        match refused {
            None => Ok(()),
            Some(one) => Err(OperationError::refused(format!(
                "states in the group and outside of it use the variable `${}`",
                one.name
            ))),
        }
    }

    /// The object with `StartAt` and the states of a group, as the file has them.
    pub(super) fn body(
        &self,
        definition: usize,
        group: &StateGroup<'_>,
    ) -> Result<Json, EditError> {
        let container = self.graph.containers()[group.container]
            .pointer
            .key("States");
        let written = self
            .document
            .written_value(definition, &container.to_string())?;
        let names = group
            .states
            .iter()
            .map(|state| self.graph.states()[*state].name);
        let states = names.filter_map(|name| Some((name.to_owned(), written.get(name)?.clone())));
        let states = Json::Object(states.collect());
        let start = self.graph.states()[group.entry].name;
        Ok(Json::Object(
            [
                ("StartAt".to_owned(), start.into()),
                ("States".to_owned(), states),
            ]
            .into_iter()
            .collect(),
        ))
    }
}

/// Whether a pointer is at or inside of another one.
pub(super) fn is_within(pointer: &str, outer: &str) -> bool {
    let rest = pointer.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
