//! Builds graphs of JSON.

use std::borrow::Cow;

use crate::json::{Json, Object, Pointer};
use crate::model::{QueryLanguage, StateKind};
use crate::route;

use super::definition::{Body, Definition, StateParts};
use super::edge::{Edge, EdgeKind};

impl Definition for Json {
    type State = Object;
    type Container = Object;

    fn language(&self) -> Option<QueryLanguage> {
        QueryLanguage::of(self.as_object()?)
    }

    fn machine(&self) -> Option<Body<'_, Json>> {
        Some(body(self.as_object()?, Pointer::ROOT, None))
    }

    fn state<'d>(state: &'d Object, pointer: &Pointer<'d>) -> StateParts<'d, Json> {
        // One pass over the members is faster than a lookup of each relevant member.
        let (mut kind, mut ends) = (None, false);
        let mut edges = Vec::new();
        let mut inner: [Option<&'d Json>; 3] = [None; 3];
        for (key, value) in state {
            match key.as_str() {
                "Type" => kind = value.as_str().and_then(StateKind::from_word),
                "End" => ends = value.as_bool() == Some(true),
                "Branches" => inner[0] = Some(value),
                "ItemProcessor" => inner[1] = Some(value),
                "Iterator" => inner[2] = Some(value),
                _ => member_edges(key, value, pointer, &mut edges),
            }
        }
        let [branches, processor, iterator] = inner;
        let mut bodies = Vec::new();
        let branches = branches.and_then(Json::as_array).into_iter().flatten();
        for (index, branch) in branches.enumerate() {
            if let Some(object) = branch.as_object() {
                let place = route::Body::Branch(index);
                bodies.push(body(object, place.pointer(pointer), Some(place)));
            }
        }
        for (value, place) in [
            (processor, route::Body::ItemProcessor),
            (iterator, route::Body::Iterator),
        ] {
            if let Some(object) = value.and_then(Json::as_object) {
                bodies.push(body(object, place.pointer(pointer), Some(place)));
            }
        }
        StateParts {
            kind,
            ends,
            edges,
            bodies,
        }
    }

    fn members(state: &Object) -> Cow<'_, Object> {
        Cow::Borrowed(state)
    }
}

fn body<'d>(object: &'d Object, pointer: Pointer<'d>, body: Option<route::Body>) -> Body<'d, Json> {
    let states = object.get("States").and_then(Json::as_object);
    let states = states.into_iter().flatten();
    Body {
        pointer,
        object,
        start_at: object.get("StartAt").and_then(Json::as_str),
        states: states
            .filter_map(|(name, state)| Some((name.as_str(), state.as_object()?)))
            .collect(),
        body,
    }
}

/// The transitions in a member of a state.
pub(super) fn member_edges<'d>(
    key: &'d str,
    value: &'d Json,
    pointer: &Pointer<'d>,
    edges: &mut Vec<Edge<'d>>,
) {
    let mut add = |kind, target: Option<&'d Json>, pointer: Pointer<'d>| {
        if let Some(target) = target.and_then(Json::as_str) {
            edges.push(Edge {
                kind,
                target,
                pointer,
            });
        }
    };
    let items = || value.as_array().into_iter().flatten().enumerate();
    match key {
        "Next" => add(EdgeKind::Next, Some(value), pointer.key("Next")),
        "Default" => add(EdgeKind::Default, Some(value), pointer.key("Default")),
        "Choices" => items().for_each(|(rule, json)| {
            let pointer = pointer.key("Choices").index(rule).key("Next");
            add(EdgeKind::Choice(rule), json.get("Next"), pointer);
        }),
        "Catch" => items().for_each(|(catcher, json)| {
            let pointer = pointer.key("Catch").index(catcher).key("Next");
            add(EdgeKind::Catch(catcher), json.get("Next"), pointer);
        }),
        _ => {}
    }
}
