//! Short notes that an editor shows in the text.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::condition::readable;
use stepwright_asl::graph::{EdgeKind, Graph, State};
use stepwright_asl::json::{Json, escape};

use crate::value_shape::KnownValues;
use crate::{Definition, Document, WorkspaceMachines};

/// A short note at an offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InlayHint {
    /// The offset.
    pub offset: usize,
    /// The note.
    pub text: String,
}

/// The number of lines between a Choice and its target from which on the target has a note.
const FAR: usize = 30;

/// The number of characters from which on a condition has no note.
const LONGEST_CONDITION: usize = 80;

impl Document {
    /// The notes in a range: the type of each variable whose value is known, the condition of a
    /// Choice rule that combines others, and the type of a state to which a `Default` far away
    /// leads.
    pub fn inlay_hints(&self, range: Range<usize>) -> Vec<InlayHint> {
        self.inlay_hints_in(range, &WorkspaceMachines::default())
    }

    /// The [notes](Document::inlay_hints) in a range. The outputs of the state machines that the
    /// document calls are known.
    pub fn inlay_hints_in(
        &self,
        range: Range<usize>,
        machines: &WorkspaceMachines,
    ) -> Vec<InlayHint> {
        let mut hints = Vec::new();
        for definition in self.definitions() {
            let graph = definition.graph();
            let callees = machines.callees(self.name(), definition.name());
            let values = KnownValues::of(&graph, &callees);
            let mut notes = StateNotes {
                document: self,
                definition,
                graph: &graph,
                hints: &mut hints,
            };
            for (index, state) in graph.states().iter().enumerate() {
                let own = definition.range(&state.pointer.to_string());
                let is_shown =
                    own.is_none_or(|own| own.start <= range.end && range.start <= own.end);
                if is_shown {
                    notes.types(&values, index);
                    notes.conditions(state);
                    notes.far_default(state);
                }
            }
        }
        hints.retain(|hint| range.start <= hint.offset && hint.offset <= range.end);
        hints.sort_by_key(|hint| hint.offset);
        hints
    }
}

/// Writes the notes of states.
struct StateNotes<'n, 'd> {
    document: &'n Document,
    definition: &'n Definition,
    graph: &'n Graph<'d>,
    hints: &'n mut Vec<InlayHint>,
}

impl<'d> StateNotes<'_, 'd> {
    /// The types of the variables that a state assigns.
    fn types(&mut self, values: &KnownValues<'_, 'd>, index: usize) {
        let state = &self.graph.states()[index];
        let assigned = state.object.get("Assign").and_then(Json::as_object);
        for (name, value) in assigned.into_iter().flatten() {
            let key = format!("{}/Assign/{}", state.pointer, escape(name));
            if let Some(noun) = values.noun(&values.assigned(index, name, value))
                && let Some(key) = self.definition.key_range(&key)
            {
                let bare = noun.strip_prefix("an ").or_else(|| noun.strip_prefix("a "));
                self.hints.push(InlayHint {
                    offset: key.end,
                    text: format!(": {}", bare.unwrap_or(noun)),
                });
            }
        }
    }

    /// The readable form of each Choice rule that combines others.
    fn conditions(&mut self, state: &State<'d>) {
        let rules = state.object.get("Choices").and_then(Json::as_array);
        for (number, rule) in rules.into_iter().flatten().enumerate() {
            let combined = ["And", "Or", "Not"]
                .into_iter()
                .find(|word| rule.get(word).is_some());
            let Some(word) = combined else {
                continue;
            };
            let text = readable(rule);
            let key = format!("{}/Choices/{number}/{word}", state.pointer);
            if let Some(key) = self.definition.key_range(&key)
                && text.chars().count() < LONGEST_CONDITION
            {
                self.hints.push(InlayHint {
                    offset: key.end,
                    text: format!(" ({text})"),
                });
            }
        }
    }

    /// The type of the state to which a `Default` leads, if it is far away.
    fn far_default(&mut self, state: &State<'d>) {
        let mut edges = state.edges.iter();
        let Some(edge) = edges.find(|edge| edge.kind == EdgeKind::Default) else {
            return;
        };
        let target = self.graph.find(state.container, edge.target);
        let place = self.definition.range(&edge.pointer.to_string());
        let found = target.zip(place).and_then(|(target, place)| {
            let target = &self.graph.states()[target];
            let key = self.definition.key_range(&target.pointer.to_string())?;
            let (first, last) = (place.end.min(key.start), place.end.max(key.start));
            let lines = self.document.text().get(first..last)?.matches('\n').count();
            Some((target.kind?, place.end, lines))
        });
        if let Some((kind, offset, lines)) = found.filter(|(_, _, lines)| *lines >= FAR) {
            self.hints.push(InlayHint {
                offset,
                text: format!(" ({kind}, {lines} lines away)"),
            });
        }
    }
}
