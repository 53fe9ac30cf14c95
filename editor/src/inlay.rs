//! Short notes that an editor shows in the text.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::graph::EdgeKind;
use stepwright_asl::json::Json;

use crate::value_shape::KnownValues;
use crate::{Document, WorkspaceMachines};

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

impl Document {
    /// The notes in a range: the type of each variable whose value is known, and the type of a
    /// state to which a `Default` far away leads.
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
            for (index, state) in graph.states().iter().enumerate() {
                let pointer = state.pointer.to_string();
                let is_shown = definition
                    .range(&pointer)
                    .is_none_or(|own| own.start <= range.end && range.start <= own.end);
                if !is_shown {
                    continue;
                }
                let assigned = state.object.get("Assign").and_then(Json::as_object);
                for (name, value) in assigned.into_iter().flatten() {
                    let key = format!("{pointer}/Assign/{}", stepwright_asl::json::escape(name));
                    if let Some(noun) = values.noun(&values.assigned(index, name, value))
                        && let Some(key) = definition.key_range(&key)
                    {
                        let bare = noun.strip_prefix("an ").or_else(|| noun.strip_prefix("a "));
                        hints.push(InlayHint {
                            offset: key.end,
                            text: format!(": {}", bare.unwrap_or(noun)),
                        });
                    }
                }
                let defaults = state
                    .edges
                    .iter()
                    .filter(|edge| edge.kind == EdgeKind::Default);
                for edge in defaults {
                    let target = graph.find(state.container, edge.target);
                    let target = target.map(|target| &graph.states()[target]);
                    let place = definition.range(&edge.pointer.to_string());
                    let found = target.zip(place).and_then(|(target, place)| {
                        let key = definition.key_range(&target.pointer.to_string())?;
                        let (first, last) = (place.end.min(key.start), place.end.max(key.start));
                        let lines = self.text().get(first..last)?.matches('\n').count();
                        Some((target.kind?, place, lines))
                    });
                    if let Some((kind, place, lines)) = found
                        && lines >= FAR
                    {
                        hints.push(InlayHint {
                            offset: place.end,
                            text: format!(" ({kind}, {lines} lines away)"),
                        });
                    }
                }
            }
        }
        hints.retain(|hint| range.start <= hint.offset && hint.offset <= range.end);
        hints.sort_by_key(|hint| hint.offset);
        hints
    }
}
