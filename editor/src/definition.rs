//! A definition in a document.

use std::ops::Range;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::{self, Json};
use stepwright_asl::model::{MachineType, QueryLanguage};
use stepwright_asl::template::JoinedText;

use crate::stale::Shift;

/// A definition in a document, with its positions in the text of the file.
#[derive(Debug, Clone)]
pub struct Definition {
    name: Option<String>,
    machine_type: MachineType,
    tree: json::Document,
    place: DefinitionPlace,
    /// The change of the text since the definition was read, if the current text cannot be read.
    shift: Option<Shift>,
}

/// Where a definition is in its file.
#[derive(Debug, Clone)]
pub(crate) enum DefinitionPlace {
    /// It is the whole file.
    Whole,
    /// It is an object of the file, at this pointer.
    Part { pointer: String },
    /// It is a string of the file. Each byte of the string has its offset in the file.
    Text {
        offsets: Vec<u32>,
        /// The parts of a string that `Fn::Join` builds.
        joined: Option<Box<JoinedText>>,
    },
}

/// A node at an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeAt {
    /// RFC 6901 pointer to the node in its definition.
    pub pointer: String,
    /// The part of the node at the offset.
    pub part: NodePart,
}

/// A part of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodePart {
    /// The key of the member.
    Key,
    /// The value: a scalar, or the text of an array or object that no child contains.
    Value,
}

impl DefinitionPlace {
    /// The pointer to the definition in its text.
    pub(crate) fn pointer(&self) -> &str {
        match self {
            DefinitionPlace::Part { pointer } => pointer,
            DefinitionPlace::Whole | DefinitionPlace::Text { .. } => "",
        }
    }

    /// The offset in the file of an offset in the definition's own text.
    pub(crate) fn in_file(&self, offset: usize) -> usize {
        let DefinitionPlace::Text { offsets, .. } = self else {
            return offset;
        };
        let after_last = || offsets.last().map_or(0, |last| *last as usize + 1);
        offsets
            .get(offset)
            .map_or_else(after_last, |at| *at as usize)
    }
}

impl Definition {
    pub(crate) fn new(
        name: Option<String>,
        machine_type: MachineType,
        tree: json::Document,
        place: DefinitionPlace,
    ) -> Definition {
        Definition {
            name,
            machine_type,
            tree,
            place,
            shift: None,
        }
    }

    /// This definition in a text that cannot be read. The shift is the one from the text of this
    /// definition.
    pub(crate) fn stale(&self, shift: Shift) -> Definition {
        Definition {
            shift: Some(shift),
            ..self.clone()
        }
    }

    /// Whether the definition is the last one that could be read, because the current text cannot.
    /// Its positions are those of the same characters in the current text.
    pub fn is_stale(&self) -> bool {
        self.shift.is_some()
    }

    /// The logical id in a template, or the name in another file; `None` if the definition is the
    /// whole file.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The type of the state machine.
    pub fn machine_type(&self) -> MachineType {
        self.machine_type
    }

    /// The value.
    pub fn json(&self) -> &Json {
        self.tree.json()
    }

    /// The definition with its own positions. For a string in a file, they are positions in the
    /// string.
    pub fn tree(&self) -> &json::Document {
        &self.tree
    }

    /// The states and transitions.
    pub fn graph(&self) -> Graph<'_> {
        Graph::of(self.json())
    }

    /// The query language of the state that a pointer refers to or into.
    pub fn language_at(&self, pointer: &str) -> QueryLanguage {
        let graph = self.graph();
        let state = graph.state_at(pointer).map(|index| &graph.states()[index]);
        let own = state.and_then(|state| QueryLanguage::of(state.object));
        let machine = || self.json().as_object().and_then(QueryLanguage::of);
        own.or_else(machine).unwrap_or(QueryLanguage::JsonPath)
    }

    /// The range of the value at a pointer.
    pub fn range(&self, pointer: &str) -> Option<Range<usize>> {
        self.tree.span(pointer).map(|range| self.in_file(range))
    }

    /// The range of the key of a member, with its quotes.
    pub fn key_range(&self, pointer: &str) -> Option<Range<usize>> {
        // The key of the definition itself is outside of it.
        if pointer.is_empty() {
            return None;
        }
        self.tree.key_span(pointer).map(|range| self.in_file(range))
    }

    /// Whether the definition is a string of the file.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.place, DefinitionPlace::Text { .. })
    }

    /// The range of a member, from its key to the end of its value.
    pub fn member(&self, pointer: &str) -> Option<Range<usize>> {
        let (key, value) = (self.key_range(pointer)?, self.range(pointer)?);
        Some(key.start..value.end.max(key.end))
    }

    /// Whether the definition contains an offset of the file.
    pub fn contains(&self, offset: usize) -> bool {
        match &self.place {
            DefinitionPlace::Whole => true,
            DefinitionPlace::Part { .. } => self
                .range("")
                .is_some_and(|range| range.start <= offset && offset <= range.end),
            DefinitionPlace::Text { offsets, .. } => {
                let ends = offsets.first().zip(offsets.last());
                let offset = self.before_shift(offset);
                ends.is_some_and(|(first, last)| {
                    *first as usize <= offset && offset <= *last as usize + 1
                })
            }
        }
    }

    /// The innermost node at an offset of the file. An offset between two characters belongs to
    /// the node before it and to the node after it; a scalar or a key has priority.
    pub fn node_at(&self, offset: usize) -> Option<NodeAt> {
        let (pointer, is_key) = self.tree.node_at(self.in_definition(offset)?)?;
        Some(NodeAt {
            pointer,
            part: if is_key {
                NodePart::Key
            } else {
                NodePart::Value
            },
        })
    }

    /// The range in the file of a range of the definition's own text.
    pub(crate) fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let after = |offset| match &self.shift {
            Some(shift) => shift.after(offset),
            None => offset,
        };
        let start = after(self.place.in_file(range.start));
        let end = after(self.place.in_file(range.end));
        start..end.max(start)
    }

    /// The offset in the definition's own text of an offset of the file; `None` outside of it.
    pub(crate) fn in_definition(&self, offset: usize) -> Option<usize> {
        let DefinitionPlace::Text { offsets, .. } = &self.place else {
            return Some(self.before_shift(offset));
        };
        let old = self.before_shift(offset);
        self.contains(offset)
            .then(|| offsets.partition_point(|at| (*at as usize) < old))
    }

    /// The offset in the text of this definition of an offset in the current text.
    fn before_shift(&self, offset: usize) -> usize {
        match &self.shift {
            Some(shift) => shift.before(offset),
            None => offset,
        }
    }

    /// The range in the definition's own text of a range of the file; `None` if they do not meet.
    pub(crate) fn range_in_definition(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let DefinitionPlace::Text { offsets, .. } = &self.place else {
            let own = self.range("")?;
            let meets = range.start <= own.end && own.start <= range.end;
            let is_whole = matches!(self.place, DefinitionPlace::Whole);
            return (meets || is_whole).then(|| range.clone());
        };
        let at = |offset: usize| offsets.partition_point(|at| (*at as usize) < offset);
        let own = at(range.start)..at(range.end);
        let is_outside = own.is_empty() && !self.contains(range.start);
        (!is_outside).then_some(own)
    }

    pub(crate) fn place(&self) -> &DefinitionPlace {
        &self.place
    }
}
