//! Merges a change of the file on the disk with the edits of a session, line by line.

use std::ops::Range;

use similar::DiffOp;
use similar::algorithms::{Capture, myers};
use stepwright_editor::TextEdit;

/// A changed range of lines of the common text, and the lines that replace it.
#[derive(Debug)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
}

/// The edits that bring the changes from `base` to `theirs` into `ours`. `None` if both changed the
/// same line, or adjacent ones.
pub(crate) fn merged(base: &str, ours: &str, theirs: &str) -> Option<Vec<TextEdit>> {
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let own = hunks(&base, &ours);
    let other = hunks(&base, &theirs);
    let touches = |one: &Hunk| {
        own.iter()
            .any(|own| one.old.start <= own.old.end && own.old.start <= one.old.end)
    };
    // Two equal texts have no conflict, whatever led to them.
    if ours == theirs {
        return Some(Vec::new());
    }
    if other.iter().any(touches) {
        return None;
    }
    let starts = starts(&ours);
    let edits = other.iter().map(|hunk| {
        // The lines of the common text before this hunk, at their positions in the own text.
        let moved = own.iter().filter(|own| own.old.end <= hunk.old.start);
        let shift = |at: usize| {
            moved.clone().fold(at as isize, |at, own| {
                at + own.new.len() as isize - own.old.len() as isize
            }) as usize
        };
        let range = starts[shift(hunk.old.start)]..starts[shift(hunk.old.end)];
        TextEdit::replace(range, theirs[hunk.new.clone()].concat())
    });
    Some(edits.collect())
}

/// The smallest edits from one text to another, by whole lines.
pub(crate) fn line_edits(old: &str, new: &str) -> Vec<TextEdit> {
    let (old, new) = (lines(old), lines(new));
    let starts = starts(&old);
    let edits = hunks(&old, &new).into_iter().map(|hunk| {
        let range = starts[hunk.old.start]..starts[hunk.old.end];
        TextEdit::replace(range, new[hunk.new].concat())
    });
    edits.collect()
}

/// The same edits, without the equal start and end of each.
pub(crate) fn small_edits(old: &str, new: &str) -> Vec<TextEdit> {
    let edits = line_edits(old, new).into_iter();
    edits
        .map(|edit| {
            let replaced = &old[edit.range.clone()];
            let (start, end) = differing(replaced, &edit.text);
            let range = edit.range.start + start..edit.range.end - end;
            TextEdit::replace(range, &edit.text[start..edit.text.len() - end])
        })
        .collect()
}

/// The numbers of bytes that two texts have in common at the start and at the end. They divide
/// neither a character nor a line end, which is one character in a page.
fn differing(old: &str, new: &str) -> (usize, usize) {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let start = old.chars().zip(new.chars()).take_while(same);
    let mut start: usize = start.map(|(character, _)| character.len_utf8()).sum();
    if old[..start].ends_with('\r') {
        start -= 1;
    }
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.chars().rev().zip(new.chars().rev()).take_while(same);
    let mut end: usize = end.map(|(character, _)| character.len_utf8()).sum();
    let is_divided = |text: &str| {
        let at = text.len() - end;
        text[..at].ends_with('\r') && text[at..].starts_with('\n')
    };
    if is_divided(old) || is_divided(new) {
        end -= 1;
    }
    (start, end)
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The offset of each line, and of the end.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut starts = vec![0];
    for line in lines {
        starts.push(starts[starts.len() - 1] + line.len());
    }
    starts
}

/// The ranges between the lines that both texts have.
fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let mut capture = Capture::new();
    // The capture cannot fail.
    let Ok(()) = myers::diff(&mut capture, old, 0..old.len(), new, 0..new.len());
    let mut hunks = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let mut add = |old: Range<usize>, new: Range<usize>| {
        if !old.is_empty() || !new.is_empty() {
            hunks.push(Hunk { old, new });
        }
    };
    for change in capture.ops() {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = *change
        {
            add(old_at..old_index, new_at..new_index);
            (old_at, new_at) = (old_index + len, new_index + len);
        }
    }
    add(old_at..old.len(), new_at..new.len());
    hunks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::shown_text::{ShownText, shown};

    #[test]
    fn a_small_edit_is_only_what_differs() {
        let old = "\"A\": 1,\n\n\"B\": 2\n";
        let new = "\"A\": 12,\n\n\"B\": 3\n";
        let edits = [TextEdit::replace(6..6, "2"), TextEdit::replace(14..15, "3")];
        assert_eq!(small_edits(old, new), edits);
    }

    fn applied(base: &str, ours: &str, theirs: &str) -> Option<String> {
        Some(TextEdit::apply(ours, &merged(base, ours, theirs)?))
    }

    #[test]
    fn changes_of_distant_lines_are_merged_and_those_of_one_line_are_not() {
        let base = "a\nb\nc\nd\ne\n";
        let both = applied(base, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n");
        assert_eq!(both.as_deref(), Some("a\nB\nc\nd\nE\nf\n"));
        let both = applied(base, "a\nb\nc\nd\ne\nx\n", "0\na\nb\nc\nd\ne\n");
        assert_eq!(both.as_deref(), Some("0\na\nb\nc\nd\ne\nx\n"));
        assert_eq!(applied(base, "a\nB\nc\nd\ne\n", "a\n2\nc\nd\ne\n"), None);
    }

    proptest! {
        #[test]
        fn without_own_changes_the_result_is_the_text_of_the_disk(base in "([ab]\n){0,8}", theirs in "([ab]\n){0,8}") {
            prop_assert_eq!(applied(&base, &base, &theirs), Some(theirs.clone()));
            prop_assert_eq!(TextEdit::apply(&base, &line_edits(&base, &theirs)), theirs);
        }

        #[test]
        fn small_edits_have_the_same_result_in_a_file_and_in_a_page(
            old in "([ab€]{0,3}(\r\n|\n)){0,6}[ab]?", new in "([ab€]{0,3}(\r\n|\n)){0,6}[ab]?",
        ) {
            let edits = small_edits(&old, &new);
            prop_assert_eq!(&TextEdit::apply(&old, &edits), &new);
            let mut page: Vec<u16> = shown(&old).encode_utf16().collect();
            for edit in ShownText::of(&old).shown(&edits).iter().rev() {
                page.splice(edit.start..edit.end, edit.text.encode_utf16());
            }
            prop_assert_eq!(String::from_utf16_lossy(&page), shown(&new));
        }

        #[test]
        fn a_merge_contains_the_changes_of_both(base in "([ab]\n){0,8}", ours in "([ab]\n){0,8}", theirs in "([ab]\n){0,8}") {
            let there = applied(&base, &ours, &theirs);
            let back = applied(&base, &theirs, &ours);
            prop_assert_eq!(there, back);
        }
    }
}
