//! `DefinitionSubstitutions`: texts that replace placeholders.

use stepwright_asl::placeholder;

/// A text whose placeholders were replaced. It maps its offsets to those of the original text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubstitutedText {
    pub(super) text: String,
    /// The start of each piece: in this text, and in the original one.
    pieces: Vec<TextPiece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct TextPiece {
    start: usize,
    original: usize,
    /// The name of the placeholder whose value the piece is; `None` for a copy of the original
    /// text.
    placeholder: Option<String>,
}

impl SubstitutedText {
    /// Replaces `${Name}` by the value of `Name`, as AWS does: once, and also outside of strings.
    pub(super) fn of(original: &str, values: &[(String, String)]) -> Self {
        let mut text = String::new();
        let mut pieces = Vec::new();
        let mut copied = 0;
        let mut copy = |text: &mut String, from: usize, to: usize| {
            pieces.push(TextPiece {
                start: text.len(),
                original: from,
                placeholder: None,
            });
            text.push_str(&original[from..to]);
        };
        let mut replaced = Vec::new();
        for (start, _) in original.match_indices("${") {
            if start < copied {
                continue;
            }
            let value = values.iter().find_map(|(name, value)| {
                let placeholder = placeholder::text(name);
                original[start..].starts_with(&placeholder).then_some((
                    placeholder.len(),
                    name,
                    value,
                ))
            });
            let Some((length, name, value)) = value else {
                continue;
            };
            copy(&mut text, copied, start);
            replaced.push(TextPiece {
                start: text.len(),
                original: start,
                placeholder: Some(name.clone()),
            });
            text.push_str(value);
            copied = start + length;
        }
        copy(&mut text, copied, original.len());
        pieces.extend(replaced);
        // An empty value and the copy after it start at the same offset; the copy has the next
        // character.
        pieces.sort_by_key(|piece| (piece.start, piece.original));
        Self { text, pieces }
    }

    /// The placeholder and its value at an offset; `None` for a character of the original text.
    pub(super) fn replacement(&self, offset: usize) -> Option<(String, &str)> {
        let next = self.pieces.partition_point(|piece| piece.start <= offset);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        let end = self
            .pieces
            .get(next)
            .map_or(self.text.len(), |piece| piece.start);
        let name = piece.placeholder.as_ref()?;
        Some((placeholder::text(name), self.text.get(piece.start..end)?))
    }

    /// The offset in the original text. The characters of a value have the offset of its
    /// placeholder.
    pub(super) fn original_offset(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.start <= offset);
        let Some(piece) = next.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return offset;
        };
        match piece.placeholder {
            None => piece.original + (offset - piece.start),
            Some(_) => piece.original,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn placeholders_are_replaced_once_also_outside_of_strings() {
        let values = values(&[("A", "${B}"), ("B", "2"), ("Empty", "")]);
        let done = SubstitutedText::of(
            "{\"a\": \"${A}\", \"n\": ${B}${Empty}, \"c\": \"${C}\"}",
            &values,
        );
        assert_eq!(done.text, "{\"a\": \"${B}\", \"n\": 2, \"c\": \"${C}\"}");
    }

    proptest! {
        /// Each character that is not of a value is at its offset in the original text.
        #[test]
        fn offsets_map_to_the_original_text(text in "([a-zé]|\\$\\{A\\}|\\$\\{Bc\\}|\\$\\{|\\}){0,20}", a in "[XY]{0,5}", b in "[XY]{0,3}") {
            let done = SubstitutedText::of(&text, &values(&[("A", &a), ("Bc", &b)]));
            for (offset, char) in done.text.char_indices() {
                let original = &text[done.original_offset(offset)..];
                match char {
                    'X' | 'Y' => {
                        let is_placeholder = ["${A}", "${Bc}"].iter().any(|one| original.starts_with(one));
                        prop_assert!(is_placeholder, "{original}");
                    }
                    char => prop_assert!(original.starts_with(char), "{original}"),
                }
            }
        }
    }
}
