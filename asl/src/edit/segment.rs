//! The texts of the children of an array or an object, with their comments.

use super::source::SourceText;
use super::splice::Splice;

/// The text of a member or an item, with its comments.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChildSegment {
    /// Start offset: of the first comment directly above, or of the child.
    pub(super) begin: usize,
    /// Start offset of the child.
    pub(super) child: usize,
    /// End of the child. In a block, also of the comments in it and on its last line.
    pub(super) end: usize,
    /// In brackets, the comment on the line after the comma.
    trail: (usize, usize),
}

impl ChildSegment {
    pub(super) fn new(begin: usize, child: usize, end: usize) -> ChildSegment {
        ChildSegment {
            begin,
            child,
            end,
            trail: (end, end),
        }
    }

    /// The segment with the comment after its comma.
    pub(super) fn with_trail(self, begin: usize, end: usize) -> ChildSegment {
        ChildSegment {
            trail: (begin, end),
            ..self
        }
    }

    fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.begin..self.end]
    }

    /// Whether there is a comment after the comma.
    pub(super) fn has_trail(&self) -> bool {
        self.trail.0 < self.trail.1
    }

    /// The offset after the comma, before the comment.
    pub(super) fn trail_begin(&self) -> usize {
        self.trail.0
    }

    /// The offset after the comment after the comma.
    pub(super) fn trail_end(&self) -> usize {
        self.trail.1
    }

    pub(super) fn trail_text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.trail.0..self.trail.1]
    }
}

/// The start of the comments directly above a child. `from` is the end of the text before it. In a
/// block, only comments at the `column` of the child belong to it.
pub(super) fn comment_above(
    source: SourceText<'_>,
    from: usize,
    begin: usize,
    column: Option<usize>,
) -> usize {
    let mut start = None;
    let mut offset = from;
    while offset < begin {
        let comment = source.skip_blank_lines(offset, begin);
        if source.text[offset..comment].matches('\n').count() > 1 {
            start = None;
        }
        let Some(end) = source.comment_end(comment).filter(|_| comment < begin) else {
            break;
        };
        let line = source.line_start(comment);
        let is_own = column.is_none_or(|column| comment - line == column);
        start = is_own.then_some(start.unwrap_or(comment));
        offset = end;
    }
    start.unwrap_or(begin)
}

/// Writes the children in another order. `order` has the index of the child at each position. The
/// children of a longest increasing sequence of `order` stay where they are.
pub(super) fn reorder(text: &str, segments: &[ChildSegment], order: &[usize]) -> Vec<Splice> {
    let gaps: Vec<&str> = segments
        .windows(2)
        .map(|pair| &text[pair[0].end..pair[1].begin])
        .collect();
    let is_regular = gaps.windows(2).all(|pair| pair[0] == pair[1])
        && !segments.iter().any(ChildSegment::has_trail);
    match (gaps.first(), segments.first(), segments.last()) {
        (Some(gap), Some(first), Some(last)) if is_regular => {
            move_between(text, segments, order, gap, first.begin..last.end)
        }
        _ => exchange(text, segments, order),
    }
}

/// Moves children between those that stay. The text between two children is always `gap`.
fn move_between(
    text: &str,
    segments: &[ChildSegment],
    order: &[usize],
    gap: &str,
    all: std::ops::Range<usize>,
) -> Vec<Splice> {
    let mut splices = Vec::new();
    let mut replace = |range: std::ops::Range<usize>, new: &str| {
        let old = &text[range.clone()];
        if old == new {
            return;
        }
        let (begin, end) = common_ends(old, new);
        splices.push(Splice::new(
            range.start + begin..range.end - end,
            &new[begin..new.len() - end],
        ));
    };
    let mut at = all.start;
    let mut pending = String::new();
    let mut stays = increasing(order).into_iter().peekable();
    for (position, child) in order.iter().enumerate() {
        let segment = segments[*child];
        if position > 0 {
            pending.push_str(gap);
        }
        if stays.next_if_eq(&position).is_some() {
            replace(at..segment.begin, &pending);
            pending.clear();
            at = segment.end;
        } else {
            pending.push_str(segment.text(text));
        }
    }
    replace(at..all.end, &pending);
    splices
}

/// Writes each child at the position of another one. The text between the positions remains.
fn exchange(text: &str, segments: &[ChildSegment], order: &[usize]) -> Vec<Splice> {
    let mut splices = Vec::new();
    for (slot, child) in segments.iter().zip(order) {
        let new = &segments[*child];
        for (range, text) in [
            (slot.begin..slot.end, new.text(text)),
            (slot.trail.0..slot.trail.1, new.trail_text(text)),
        ] {
            splices.push(Splice::new(range, text));
        }
    }
    splices.retain(|splice| text[splice.range.clone()] != splice.text);
    splices
}

/// The runs of consecutive indices. A comment that belongs to no child divides a run.
pub(super) fn runs(
    source: SourceText<'_>,
    segments: &[ChildSegment],
    indices: &[usize],
) -> Vec<(usize, usize)> {
    let has_comment = |before: usize, after: usize| {
        source.has_comment(segments[before].trail_end()..segments[after].begin)
    };
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for index in indices {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *index && !has_comment(*last, *index) => {
                *last = *index;
            }
            _ => runs.push((*index, *index)),
        }
    }
    runs
}

/// The lengths of the equal texts at the begin and at the end.
fn common_ends(old: &str, new: &str) -> (usize, usize) {
    let same = |(old, new): &(char, char)| old == new;
    let length = |(char, _): (char, char)| char.len_utf8();
    let begin: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(length)
        .sum();
    let (old, new) = (old[begin..].chars().rev(), new[begin..].chars().rev());
    let end = old.zip(new).take_while(same).map(length).sum();
    (begin, end)
}

/// The positions of a longest increasing sequence.
fn increasing(order: &[usize]) -> Vec<usize> {
    // `ends[n]` is the position of the smallest end of a sequence of length `n + 1`.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(order.len());
    for (position, child) in order.iter().enumerate() {
        let length = ends.partition_point(|end| order[*end] < *child);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = position,
            None => ends.push(position),
        }
    }
    let mut sequence: Vec<usize> =
        std::iter::successors(ends.last().copied(), |position| before[*position]).collect();
    sequence.reverse();
    sequence
}
