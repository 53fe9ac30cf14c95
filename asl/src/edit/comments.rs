//! The comments between the values of a text.

use std::ops::Range;

use super::source::SourceText;
use super::target::is_alias;
use crate::json::{Document, ValueMark};

/// The signs that begin a comment, in YAML and in JSON with comments.
const SIGNS: [&str; 3] = ["#", "//", "/*"];

/// The keys and scalars of a value. A `#` or `//` in one of them is no comment.
pub(super) struct ScalarRanges {
    /// In text order.
    ranges: Vec<Range<usize>>,
}

impl ScalarRanges {
    pub(super) fn of(source: SourceText<'_>, mark: &ValueMark) -> ScalarRanges {
        let mut ranges = Vec::new();
        let mut open = vec![mark];
        while let Some(mark) = open.pop() {
            let (key, start) = (mark.key as usize, mark.start as usize);
            if key != start {
                ranges.push(key..source.key_end(key).unwrap_or(start));
            }
            if mark.children.is_empty() || is_alias(mark) {
                ranges.push(start..mark.end as usize)
            } else {
                open.extend(&mark.children)
            }
        }
        ranges.sort_by_key(|range| range.start);
        ScalarRanges { ranges }
    }

    /// Whether a range of the value contains a comment.
    pub(super) fn has_comment(&self, source: SourceText<'_>, range: Range<usize>) -> bool {
        let is_scalar = |at: usize| {
            let next = self.ranges.partition_point(|range| range.start <= at);
            next.checked_sub(1)
                .is_some_and(|index| at < self.ranges[index].end)
        };
        let start = range.start;
        let text = &source.text[range];
        let mut signs = SIGNS.into_iter().flat_map(|sign| text.match_indices(sign));
        signs.any(|(at, _)| !is_scalar(start + at))
    }
}

impl Document {
    /// Whether the value at `pointer` contains a comment, or its last line does.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let document = Document::parse_yaml("a:\n  b: '#' # a sign\nc: {d: '#'}\n")?;
    /// assert!(document.has_comment("/a"));
    /// assert!(!document.has_comment("/c"));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    #[cfg(feature = "yaml")]
    pub fn has_comment(&self, pointer: &str) -> bool {
        let source = SourceText {
            text: self.source(),
            is_yaml: true,
        };
        self.mark(pointer).is_some_and(|mark| {
            let line_end = source.line_end(mark.end as usize);
            let range = mark.start as usize..line_end;
            ScalarRanges::of(source, mark).has_comment(source, range)
        })
    }
}
