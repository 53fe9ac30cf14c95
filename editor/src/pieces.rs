//! Edits of a text in several rounds, as edits of the first text.

use std::ops::Range;

use crate::TextEdit;

/// A text as pieces of the first text and of new texts.
#[derive(Debug)]
pub(crate) struct Pieces {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// A range of the first text.
    Kept(Range<usize>),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(range) => range.len(),
            Piece::New(text) => text.len(),
        }
    }

    /// The part from `start` to `end`, counted from the start of the piece.
    fn part(&self, start: usize, end: usize) -> Option<Piece> {
        (start < end).then(|| match self {
            Piece::Kept(range) => Piece::Kept(range.start + start..range.start + end),
            Piece::New(text) => Piece::New(text[start..end].to_owned()),
        })
    }
}

impl Pieces {
    pub(crate) fn of(text: &str) -> Pieces {
        Pieces {
            pieces: vec![Piece::Kept(0..text.len())],
        }
    }

    /// Makes the edits of one round, which refer to the text after the rounds before. They must be
    /// in text order and must not overlap.
    pub(crate) fn apply(&mut self, edits: &[TextEdit]) {
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2 * edits.len());
        let mut rest = std::mem::take(&mut self.pieces).into_iter();
        let mut next = rest.next();
        let mut at = 0;
        // Moves the text up to an offset to the new pieces, or drops it.
        let mut advance = |to: usize, pieces: Option<&mut Vec<Piece>>| {
            let mut taken = Vec::new();
            while at < to
                && let Some(piece) = next.take()
            {
                let length = piece.len().min(to - at);
                taken.extend(piece.part(0, length));
                at += length;
                next = piece.part(length, piece.len()).or_else(|| rest.next());
            }
            if let Some(pieces) = pieces {
                pieces.extend(taken);
            }
        };
        for edit in edits {
            advance(edit.range.start, Some(&mut pieces));
            advance(edit.range.end, None);
            pieces.push(Piece::New(edit.text.clone()));
        }
        advance(usize::MAX, Some(&mut pieces));
        self.pieces = pieces;
    }

    /// The edits of the first text that make the current one.
    pub(crate) fn edits(&self, first: &str) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        let mut at = 0;
        let mut new = String::new();
        let end = Piece::Kept(first.len()..first.len());
        for piece in self.pieces.iter().chain([&end]) {
            match piece {
                Piece::New(text) => new.push_str(text),
                Piece::Kept(range) => {
                    let changed = first[at..range.start] != new;
                    if changed {
                        edits.push(TextEdit::replace(at..range.start, std::mem::take(&mut new)));
                    }
                    new.clear();
                    at = range.end;
                }
            }
        }
        edits
    }
}

impl TextEdit {
    /// Returns edits in rounds as edits of the first text, in text order. Each round refers to the
    /// text after the rounds before it.
    ///
    /// ```
    /// use stepwright_editor::TextEdit;
    ///
    /// let rounds = [vec![TextEdit::replace(0..1, "xy")], vec![TextEdit::replace(1..2, "z")]];
    /// assert_eq!(TextEdit::composed("a c", &rounds), [TextEdit::replace(0..1, "xz")]);
    /// ```
    pub fn composed(text: &str, rounds: &[Vec<TextEdit>]) -> Vec<TextEdit> {
        let mut pieces = Pieces::of(text);
        for edits in rounds {
            pieces.apply(edits);
        }
        pieces.edits(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Edits of a text with this length from random numbers, in order.
    fn edits(length: usize, mut numbers: Vec<(usize, usize, String)>) -> Vec<TextEdit> {
        numbers
            .iter_mut()
            .for_each(|(start, ..)| *start %= length + 1);
        numbers.sort();
        let mut edits: Vec<TextEdit> = Vec::new();
        for (start, deleted, text) in numbers {
            let end = (start + deleted).min(length);
            if edits.last().is_none_or(|last| last.range.end < start) {
                edits.push(TextEdit::replace(start..end, text));
            }
        }
        edits
    }

    proptest! {
        #[test]
        fn rounds_add_up(
            text in "[a-c]{0,12}",
            rounds in prop::collection::vec(prop::collection::vec((0..40_usize, 0..4_usize, "[a-c]{0,3}"), 0..5), 1..5),
        ) {
            let mut pieces = Pieces::of(&text);
            let mut current = text.clone();
            for numbers in rounds {
                let round = edits(current.len(), numbers);
                pieces.apply(&round);
                current = TextEdit::apply(&current, &round);
            }
            let all = pieces.edits(&text);
            prop_assert_eq!(TextEdit::apply(&text, &all), current);
            prop_assert!(all.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
        }
    }
}
