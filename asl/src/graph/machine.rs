//! Builds graphs of [`StateMachine`]s.

use std::borrow::Cow;

use crate::StateMachine;
use crate::json::{Json, Object, Pointer};
use crate::model::{QueryLanguage, State, States, Word, bodies};
use crate::route;

use super::definition::{Body, Definition, StateParts};
use super::edge::{Edge, EdgeKind};
use super::json::member_edges;

impl Definition for StateMachine {
    type State = State;
    type Container = States;

    fn language(&self) -> Option<QueryLanguage> {
        self.query_language.as_ref().and_then(Word::known)
    }

    fn machine(&self) -> Option<Body<'_, StateMachine>> {
        Some(body(Pointer::ROOT, &self.start_at, &self.states, None))
    }

    fn state<'d>(state: &'d State, pointer: &Pointer<'d>) -> StateParts<'d, StateMachine> {
        StateParts {
            kind: Some(state.kind()),
            ends: ends(state),
            edges: edges(state, pointer),
            bodies: bodies(state)
                .into_iter()
                .map(|(place, start_at, states)| {
                    body(place.pointer(pointer), start_at, states, Some(place))
                })
                .collect(),
        }
    }

    fn members(state: &State) -> Cow<'_, Object> {
        Cow::Owned(state.to_value().into_object().unwrap_or_default())
    }
}

fn body<'d>(
    pointer: Pointer<'d>,
    start_at: &'d str,
    states: &'d States,
    body: Option<route::Body>,
) -> Body<'d, StateMachine> {
    Body {
        pointer,
        object: states,
        start_at: Some(start_at),
        states: states
            .iter()
            .map(|(name, state)| (name.as_str(), state))
            .collect(),
        body,
    }
}

/// Whether `End` is true, even on a state type without this field.
fn ends(state: &State) -> bool {
    let unknown = state.other().unknown().get("End");
    state.end().is_some_and(|end| *end == true) || unknown.and_then(Json::as_bool) == Some(true)
}

/// The transitions, in document order.
fn edges<'d>(state: &'d State, pointer: &Pointer<'d>) -> Vec<Edge<'d>> {
    let mut edges = Vec::new();
    let mut add = |kind, target: &'d str, pointer: Pointer<'d>| {
        edges.push(Edge {
            kind,
            target,
            pointer,
        });
    };
    if let State::Choice(choice) = state {
        for (rule, read) in choice.choices.iter().enumerate() {
            if let Some(next) = &read.next {
                let pointer = pointer.key("Choices").index(rule).key("Next");
                add(EdgeKind::Choice(rule), next, pointer);
            }
        }
        if let Some(default) = &choice.default {
            add(EdgeKind::Default, default, pointer.key("Default"));
        }
    }
    for (catcher, read) in state.catch().iter().enumerate() {
        let pointer = pointer.key("Catch").index(catcher).key("Next");
        add(EdgeKind::Catch(catcher), &read.next, pointer);
    }
    if let Some(next) = state.next() {
        add(EdgeKind::Next, next, pointer.key("Next"));
    }
    for (key, value) in state.other().unknown() {
        member_edges(key, value, pointer, &mut edges);
    }
    edges.sort_by_key(|edge| {
        let field = match edge.kind {
            EdgeKind::Next => "Next",
            EdgeKind::Choice(_) => "Choices",
            EdgeKind::Default => "Default",
            EdgeKind::Catch(_) => "Catch",
        };
        state.other().place(field).unwrap_or(usize::MAX)
    });
    edges
}
