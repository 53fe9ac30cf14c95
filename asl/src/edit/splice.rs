//! Text replacements.

use std::ops::Range;

/// A range of the text and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

impl Splice {
    pub(crate) fn new(range: Range<usize>, text: impl Into<String>) -> Splice {
        Splice {
            range,
            text: text.into(),
        }
    }

    pub(super) fn insert(offset: usize, text: impl Into<String>) -> Splice {
        Splice::new(offset..offset, text)
    }

    pub(super) fn into_change(self) -> (Range<usize>, String) {
        (self.range, self.text)
    }

    pub(super) fn delete(range: Range<usize>) -> Splice {
        Splice::new(range, "")
    }
}

/// Applies all replacements. They must be in text order and must not overlap.
pub(crate) fn apply(text: &str, splices: &[Splice]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for splice in splices {
        out.push_str(&text[at..splice.range.start]);
        out.push_str(&splice.text);
        at = splice.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Whether a replacement overlaps one of these, which are in text order, or inserts at the same
/// offset.
pub(super) fn meets(splices: &[Splice], one: &Splice) -> bool {
    let at = splices.partition_point(|splice| splice.range.end < one.range.start);
    let mut near = splices[at..]
        .iter()
        .take_while(|splice| splice.range.start <= one.range.end);
    near.any(|splice| !precedes(splice, one) && !precedes(one, splice))
}

/// Whether a replacement ends where another one begins, at the latest. The order of two insertions
/// at one offset is not defined.
fn precedes(first: &Splice, second: &Splice) -> bool {
    first.range.end <= second.range.start && first.range != second.range
}

/// Adds replacements that meet none of these, and keeps the text order. An insertion comes before a
/// replacement that begins at its offset.
pub(super) fn insert_sorted(splices: &mut Vec<Splice>, new: Vec<Splice>) {
    let key = |splice: &Splice| (splice.range.start, splice.range.end);
    for splice in new {
        let at = splices.partition_point(|other| key(other) <= key(&splice));
        splices.insert(at, splice);
    }
}
