//! Text replacements.

use std::ops::Range;

/// A range of the text and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Splice {
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
pub(super) fn apply(text: &str, splices: &[Splice]) -> String {
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

/// Whether a replacement overlaps or touches one of these, which are in text order. Two deletions
/// may touch: they are one deletion.
pub(super) fn meets(splices: &[Splice], one: &Splice) -> bool {
    let at = splices.partition_point(|splice| splice.range.end < one.range.start);
    let mut near = splices[at..]
        .iter()
        .take_while(|splice| splice.range.start <= one.range.end);
    near.any(|splice| !continues(splice, one) && !continues(one, splice))
}

/// Whether a deletion begins where another one ends.
fn continues(first: &Splice, second: &Splice) -> bool {
    let is_deletion = |splice: &Splice| splice.text.is_empty() && !splice.range.is_empty();
    first.range.end == second.range.start && is_deletion(first) && is_deletion(second)
}

/// Adds replacements that meet none of these, and keeps the text order.
pub(super) fn insert_sorted(splices: &mut Vec<Splice>, new: Vec<Splice>) {
    for splice in new {
        let at = splices.partition_point(|other| other.range.start <= splice.range.start);
        splices.insert(at, splice);
    }
}
