//! Compares the transitions of two definitions, with their Choice rules and catchers.

use crate::condition;
use crate::graph::{EdgeKind, State};
use crate::json::{Json, Object};

use super::align;
use super::change::{Change, TransitionChange, Trigger};
use super::fields::{Fields, ValueLocation, names};
use super::matching::{Matching, PreparedDefinition};
use super::meaning::{meaning, object_meaning};
use super::value_context::ValueContext;

/// The target of a transition, comparable between both definitions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ComparableTarget {
    /// A state in both definitions, by its index in the new one.
    Both(usize),
    /// A state in only one of the definitions.
    Own(bool, usize),
    /// The container has no state of this name.
    Missing(String),
    /// There is no transition.
    None,
}

pub(super) struct Transitions<'a, 'j> {
    pub(super) old: &'a PreparedDefinition<'j>,
    pub(super) new: &'a PreparedDefinition<'j>,
    pub(super) matching: &'a Matching,
    pub(super) changes: Vec<TransitionChange>,
}

impl<'a, 'j> Transitions<'a, 'j> {
    /// Returns the old or the new definition.
    fn side(&self, is_new: bool) -> &'a PreparedDefinition<'j> {
        if is_new { self.new } else { self.old }
    }

    fn target(&self, is_new: bool, container: usize, name: Option<&str>) -> ComparableTarget {
        let Some(name) = name else {
            return ComparableTarget::None;
        };
        let Some(found) = self.side(is_new).graph.find(container, name) else {
            return ComparableTarget::Missing(name.to_owned());
        };
        let both = if is_new {
            self.matching.back.get(&found).map(|_| found)
        } else {
            self.matching.states.get(&found).map(|(new, _)| *new)
        };
        both.map_or(ComparableTarget::Own(is_new, found), ComparableTarget::Both)
    }

    fn push(
        &mut self,
        is_new: bool,
        from: Option<&str>,
        to: Option<&str>,
        on: Trigger,
        pointer: String,
    ) {
        self.changes.push(TransitionChange {
            change: if is_new {
                Change::Added
            } else {
                Change::Removed
            },
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            on,
            pointer,
        });
    }

    /// Compares the start states of containers.
    pub(super) fn starts(&mut self) {
        for (&old, &new) in &self.matching.bodies {
            let (before, after) = (
                &self.old.graph.containers()[old],
                &self.new.graph.containers()[new],
            );
            let targets = (
                self.target(false, old, before.start_at),
                self.target(true, new, after.start_at),
            );
            if targets.0 != targets.1 {
                self.start(false, old);
                self.start(true, new);
            }
        }
    }

    fn start(&mut self, is_new: bool, container: usize) {
        let found = &self.side(is_new).graph.containers()[container];
        let parent = found
            .parent
            .map(|parent| self.side(is_new).state(parent).name);
        if let Some(start) = found.start_at {
            let pointer = format!("{}/StartAt", found.pointer);
            self.push(is_new, parent, Some(start), Trigger::Start, pointer);
        }
    }

    /// Reports all transitions of a state that only one of the definitions has, and the start
    /// states of its containers.
    pub(super) fn alone(&mut self, is_new: bool, index: usize) {
        let side = self.side(is_new);
        let state = side.state(index);
        for edge in &state.edges {
            let on = on(state.object, edge.kind);
            self.push(
                is_new,
                Some(state.name),
                Some(edge.target),
                on,
                edge.pointer.to_string(),
            );
        }
        if ends(state) {
            let pointer = format!("{}/End", state.pointer);
            self.push(is_new, Some(state.name), None, Trigger::Next, pointer);
        }
        for &body in &state.inner {
            self.start(is_new, body);
        }
    }

    /// Compares the transitions of a state that both definitions have.
    pub(super) fn of(&mut self, old: usize, new: usize, fields: &mut Fields) {
        let (before, after) = (self.old.state(old), self.new.state(new));
        for (key, on) in [("Next", Trigger::Next), ("Default", Trigger::Default)] {
            let name = |state: &State<'_>| {
                state
                    .object
                    .get(key)
                    .and_then(Json::as_str)
                    .map(str::to_owned)
            };
            let (from, to) = (name(before), name(after));
            let targets = (
                self.target(false, before.container, from.as_deref()),
                self.target(true, after.container, to.as_deref()),
            );
            if targets.0 != targets.1 {
                for (is_new, state, name) in [(false, before, from), (true, after, to)] {
                    if let Some(name) = name {
                        let pointer = format!("{}/{key}", state.pointer);
                        self.push(is_new, Some(state.name), Some(&name), on.clone(), pointer);
                    }
                }
            }
        }
        if ends(before) != ends(after) {
            let (is_new, state) = if ends(after) {
                (true, after)
            } else {
                (false, before)
            };
            let pointer = format!("{}/End", state.pointer);
            self.push(is_new, Some(state.name), None, Trigger::Next, pointer);
        }
        for key in ["Choices", "Catch"] {
            self.handlers(key, old, new, fields);
        }
    }

    /// Compares rules or catchers.
    fn handlers(&mut self, key: &str, old: usize, new: usize, fields: &mut Fields) {
        let (before, after) = (self.list(false, key, old), self.list(true, key, new));
        if before.items.is_empty() && after.items.is_empty() {
            return;
        }
        let pairs = {
            let mut pairs = align::handlers((&before.all, &after.all), (&before.what, &after.what));
            // Of the remaining ones, a pair with the same target has a different condition, or
            // catches different errors.
            let (removed, added) = align::rest(&pairs, before.items.len(), after.items.len());
            let left: Vec<&ComparableTarget> =
                removed.iter().map(|at| &before.targets[*at]).collect();
            let right: Vec<&ComparableTarget> =
                added.iter().map(|at| &after.targets[*at]).collect();
            let more = align::equal(&left, &right);
            pairs.extend(more.iter().map(|(from, to)| (removed[*from], added[*to])));
            pairs.sort_unstable();
            pairs
        };
        fields.reordered(&pairs, (before.items, &before.at), (after.items, &after.at));
        for &(from, to) in &pairs {
            fields.values(
                key,
                (&before.items[from], &before.at.item(from)),
                (&after.items[to], &after.at.item(to)),
            );
            if before.targets[from] != after.targets[to] {
                self.handler(false, old, key, from);
                self.handler(true, new, key, to);
            }
        }
        let (removed, added) = align::rest(&pairs, before.items.len(), after.items.len());
        for from in removed {
            self.handler(false, old, key, from);
        }
        for to in added {
            self.handler(true, new, key, to);
        }
    }

    /// Reports an added or removed rule or catcher as a transition.
    fn handler(&mut self, is_new: bool, index: usize, key: &str, at: usize) {
        let state = self.side(is_new).state(index);
        let kind = if key == "Catch" {
            EdgeKind::Catch(at)
        } else {
            EdgeKind::Choice(at)
        };
        let to = item(state.object, key, at).and_then(|item| item.get("Next")?.as_str());
        let pointer = format!("{}/{key}/{at}", state.pointer);
        self.push(
            is_new,
            Some(state.name),
            to,
            on(state.object, kind),
            pointer,
        );
    }

    fn list(&self, is_new: bool, key: &str, index: usize) -> List<'a> {
        let side = self.side(is_new);
        let state = side.state(index);
        let items = state
            .object
            .get(key)
            .and_then(Json::as_array)
            .unwrap_or_default();
        let place = if key == "Catch" {
            ValueContext::Catchers
        } else {
            ValueContext::Rules
        };
        let at = ValueLocation {
            pointer: format!("{}/{key}", state.pointer),
            place,
            language: side.languages[index],
        };
        let targets: Vec<ComparableTarget> = items
            .iter()
            .map(|item| {
                let name = item.get("Next").and_then(Json::as_str);
                self.target(is_new, state.container, name)
            })
            .collect();
        let meanings: Vec<String> = items
            .iter()
            .map(|item| match item {
                Json::Object(members) => object_meaning(members, place.item(), at.language),
                other => meaning(other, place.item(), at.language),
            })
            .collect();
        let all = meanings.iter().zip(&targets);
        let all = all
            .map(|(text, target)| format!("{text}{target:?}"))
            .collect();
        let what = if key == "Catch" {
            names((items, &at))
        } else {
            meanings
        };
        List {
            items,
            at,
            targets,
            all,
            what,
        }
    }
}

/// Rules or catchers of a state.
struct List<'a> {
    items: &'a [Json],
    at: ValueLocation,
    targets: Vec<ComparableTarget>,
    /// The full text of each item.
    all: Vec<String>,
    /// The condition or the errors of each item.
    what: Vec<String>,
}

fn ends(state: &State<'_>) -> bool {
    state.object.get("End").and_then(Json::as_bool) == Some(true)
}

fn item<'j>(state: &'j Object, key: &str, at: usize) -> Option<&'j Json> {
    state.get(key)?.as_array()?.get(at)
}

/// The trigger of a transition, in readable form.
fn on(state: &Object, kind: EdgeKind) -> Trigger {
    match kind {
        EdgeKind::Next => Trigger::Next,
        EdgeKind::Default => Trigger::Default,
        EdgeKind::Choice(at) => {
            let rule = item(state, "Choices", at).map(condition::readable);
            Trigger::Rule(rule.unwrap_or_default())
        }
        EdgeKind::Catch(at) => {
            let names =
                item(state, "Catch", at).and_then(|item| item.get("ErrorEquals")?.as_array());
            let names = names.into_iter().flatten().filter_map(Json::as_str);
            Trigger::Catch(names.collect::<Vec<_>>().join(", "))
        }
    }
}
