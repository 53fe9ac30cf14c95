//! Compares two definitions whose states are matched.

use super::align;
use super::change::{Change, FieldChange, StateChange, TransitionChange};
use super::fields::{Fields, ValueLocation, change};
use super::matching::{MatchReason, Matching, PreparedDefinition};
use super::transitions::Transitions;
use super::value_context::ValueContext;
use crate::json::{Json, Object};
use crate::model::{QueryLanguage, StateKind};

/// The differences between two definitions.
pub(super) struct Changes {
    pub(super) machine: Vec<FieldChange>,
    pub(super) states: Vec<StateChange>,
    pub(super) transitions: Vec<TransitionChange>,
    pub(super) comments: Vec<FieldChange>,
}

impl Changes {
    /// Compares two definitions whose states are matched.
    pub(super) fn between(
        old: &PreparedDefinition<'_>,
        new: &PreparedDefinition<'_>,
        matching: &Matching,
    ) -> Changes {
        let mut machine = Fields::default();
        let at = |language| ValueLocation {
            pointer: String::new(),
            place: ValueContext::Body,
            language,
        };
        let language = QueryLanguage::JsonPath;
        match (old.json.as_object(), new.json.as_object()) {
            (Some(from), Some(to)) => {
                let (from, to) = (own_fields(from), own_fields(to));
                machine.objects((&from, &at(language)), (&to, &at(language)));
            }
            _ if old.json != new.json => {
                let (from, to) = ((old.json, at(language)), (new.json, at(language)));
                machine.fields.push(change(Some(from), Some(to)));
            }
            _ => {}
        }
        let mut comparison = DefinitionComparison {
            old,
            new,
            matching,
            states: Vec::new(),
            comments: machine.comments,
            transitions: Transitions {
                old,
                new,
                matching,
                changes: Vec::new(),
            },
        };
        comparison.transitions.starts();
        comparison.states();
        let DefinitionComparison {
            states,
            comments,
            transitions,
            ..
        } = comparison;
        Changes {
            machine: machine.fields,
            states,
            transitions: transitions.changes,
            comments,
        }
    }

    /// Whether only comments changed.
    pub(super) fn is_comments_only(&self) -> bool {
        self.machine.is_empty() && self.states.is_empty() && self.transitions.is_empty()
    }
}

/// The fields of a machine or branch without its states and its query language, which is compared
/// for each state.
fn own_fields(body: &Object) -> Object {
    let fields = body.iter();
    fields
        .filter(|(key, value)| {
            let is_structure = ["QueryLanguage", "States"].contains(&key.as_str());
            !is_structure || !ValueContext::is_sound(key, value)
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

struct DefinitionComparison<'a, 'j> {
    old: &'a PreparedDefinition<'j>,
    new: &'a PreparedDefinition<'j>,
    matching: &'a Matching,
    states: Vec<StateChange>,
    comments: Vec<FieldChange>,
    transitions: Transitions<'a, 'j>,
}

impl DefinitionComparison<'_, '_> {
    fn states(&mut self) {
        for index in 0..self.old.graph.states().len() {
            if !self.matching.states.contains_key(&index) {
                self.alone(false, index);
            }
        }
        for index in 0..self.new.graph.states().len() {
            match self.matching.back.get(&index) {
                Some(&old) => self.both(old, index),
                None => self.alone(true, index),
            }
        }
    }

    fn alone(&mut self, is_new: bool, index: usize) {
        let side = if is_new { self.new } else { self.old };
        let state = side.state(index);
        let pointer = |wanted: bool| (wanted == is_new).then(|| state.pointer.to_string());
        self.states.push(StateChange {
            change: if is_new {
                Change::Added
            } else {
                Change::Removed
            },
            name: state.name.to_owned(),
            old_name: None,
            kind: kind(state.object),
            old_pointer: pointer(false),
            new_pointer: pointer(true),
            fields: Vec::new(),
        });
        self.transitions.alone(is_new, index);
    }

    fn both(&mut self, old: usize, new: usize) {
        let (before, after) = (self.old.state(old), self.new.state(new));
        let at = |side: &PreparedDefinition<'_>, index: usize| ValueLocation {
            pointer: side.state(index).pointer.to_string(),
            place: ValueContext::State(side.state(index).kind),
            language: side.languages[index],
        };
        let (from, to) = (at(self.old, old), at(self.new, new));
        let mut fields = Fields::default();
        if from.language != to.language {
            let word = |at: &ValueLocation| Json::from(at.language.as_str());
            let place = |at: &ValueLocation| ValueLocation {
                pointer: format!("{}/QueryLanguage", at.pointer),
                ..at.clone()
            };
            let (before, after) = (word(&from), word(&to));
            let (before, after) = ((&before, place(&from)), (&after, place(&to)));
            fields.fields.push(change(Some(before), Some(after)));
        }
        fields.objects((before.object, &from), (after.object, &to));
        self.branches(old, new, &mut fields);
        self.transitions.of(old, new, &mut fields);
        self.comments.append(&mut fields.comments);
        let found = self.matching.states.get(&old).map(|(_, found)| *found);
        let kind_of_change = match found {
            Some(MatchReason::Renamed) => Change::Renamed,
            Some(MatchReason::Moved) => Change::Moved,
            _ if fields.fields.is_empty() => return,
            _ => Change::Changed,
        };
        self.states.push(StateChange {
            change: kind_of_change,
            name: after.name.to_owned(),
            old_name: (before.name != after.name).then(|| before.name.to_owned()),
            kind: kind(after.object),
            old_pointer: Some(before.pointer.to_string()),
            new_pointer: Some(after.pointer.to_string()),
            fields: fields.fields,
        });
    }

    /// Compares the branches of a Parallel: added, removed and moved ones. A moved branch changes
    /// the position of its output.
    fn branches(&mut self, old: usize, new: usize, fields: &mut Fields) {
        let (before, after) = (self.old.state(old), self.new.state(new));
        let is_parallel = |kind| kind == Some(StateKind::Parallel);
        if !is_parallel(before.kind) && !is_parallel(after.kind) {
            return;
        }
        let pairs: Vec<(usize, usize)> = before
            .inner
            .iter()
            .enumerate()
            .filter_map(|(at, body)| {
                let partner = self.matching.bodies.get(body)?;
                Some((at, after.inner.iter().position(|body| body == partner)?))
            })
            .collect();
        let brief = |side: &PreparedDefinition<'_>, bodies: &[usize]| -> Vec<Json> {
            let bodies = bodies.iter().map(|body| &side.graph.containers()[*body]);
            bodies
                .map(|body| {
                    let start = Json::from(body.start_at.unwrap_or_default());
                    Json::Object(Object::from_iter([("StartAt".to_owned(), start)]))
                })
                .collect()
        };
        let (from, to) = (
            brief(self.old, &before.inner),
            brief(self.new, &after.inner),
        );
        let at = |pointer: &str| ValueLocation {
            pointer: format!("{pointer}/Branches"),
            place: ValueContext::Literal,
            language: QueryLanguage::JsonPath,
        };
        let (old_at, new_at) = (
            at(&before.pointer.to_string()),
            at(&after.pointer.to_string()),
        );
        fields.reordered(&pairs, (&from, &old_at), (&to, &new_at));
        let (removed, added) = align::rest(&pairs, from.len(), to.len());
        for index in removed {
            let side = Some((&from[index], old_at.item(index)));
            fields.fields.push(change(side, None));
        }
        for index in added {
            let side = Some((&to[index], new_at.item(index)));
            fields.fields.push(change(None, side));
        }
        for (index, partner) in pairs {
            let body = |side: &PreparedDefinition<'_>, bodies: &[usize], index: usize| {
                let body = &side.graph.containers()[bodies[index]];
                let at = ValueLocation {
                    pointer: body.pointer.to_string(),
                    place: ValueContext::Body,
                    language: QueryLanguage::JsonPath,
                };
                (own_fields(body.object), at)
            };
            let from = body(self.old, &before.inner, index);
            let to = body(self.new, &after.inner, partner);
            fields.objects((&from.0, &from.1), (&to.0, &to.1));
        }
    }
}

fn kind(state: &Object) -> String {
    let kind = state.get("Type").and_then(Json::as_str);
    kind.unwrap_or("unknown type").to_owned()
}
