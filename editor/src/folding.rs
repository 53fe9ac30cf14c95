//! The parts of a text that can be folded, and nested selections.

use std::ops::Range;

use crate::{Definition, Document, NodePart};

impl Document {
    /// The ranges of arrays and objects that span several lines, in text order. Ranges begin after
    /// the opening bracket.
    pub fn folding_ranges(&self) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let text = self.text();
        for definition in self.definitions() {
            definition.tree().each_span(&mut |range| {
                let range = definition.in_file(range);
                let spans_lines = text
                    .get(range.clone())
                    .is_some_and(|part| part.trim_end().contains('\n'));
                if spans_lines {
                    ranges.push(range);
                }
            });
        }
        ranges
    }

    /// The ranges around an offset, the innermost first: a name without and with its quotes, the
    /// member, its object, and so on to the whole text.
    pub fn selection_ranges(&self, offset: usize) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let mut add = |range: Range<usize>| {
            let grows = ranges.last().is_none_or(|last: &Range<usize>| {
                range != *last && range.start <= last.start && last.end <= range.end
            });
            if grows && range.start <= offset && offset <= range.end {
                ranges.push(range);
            }
        };
        if let Some((definition, node)) = self
            .definition_at(offset)
            .and_then(|definition| Some((definition, definition.node_at(offset)?)))
        {
            if node.part == NodePart::Key
                && let Some(key) = definition.key_range(&node.pointer)
            {
                add(self.unquoted(key.clone()));
                add(key);
            }
            let mut pointer = node.pointer.as_str();
            loop {
                for range in self.value_and_member(definition, pointer) {
                    add(range);
                }
                let Some((outer, _)) = pointer.rsplit_once('/') else {
                    break;
                };
                pointer = outer;
            }
        }
        add(0..self.text().len());
        ranges
    }

    fn value_and_member(&self, definition: &Definition, pointer: &str) -> Vec<Range<usize>> {
        let Some(value) = definition.range(pointer) else {
            return Vec::new();
        };
        let mut ranges = vec![self.unquoted(value.clone()), value.clone()];
        if let Some(key) = definition.key_range(pointer) {
            ranges.push(key.start.min(value.start)..value.end.max(key.end));
        }
        ranges
    }
}
