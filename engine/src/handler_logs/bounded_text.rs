//! A text buffer with a maximum length, for messages and values of log events.

use std::fmt;

/// A text that is cut at a number of bytes while it is written, so that a huge value needs no
/// memory.
#[derive(Debug, Default)]
pub(super) struct BoundedText {
    pub(super) text: String,
    pub(super) is_cut: bool,
    limit: usize,
}

impl BoundedText {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }
}

impl fmt::Write for BoundedText {
    /// Never fails: the implementation of `Debug` that writes may panic at an error.
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.is_cut {
            return Ok(());
        }
        let remaining = self.limit - self.text.len();
        let end = if part.len() <= remaining {
            part.len()
        } else {
            (0..=remaining)
                .rev()
                .find(|end| part.is_char_boundary(*end))
                .unwrap_or(0)
        };
        self.text.push_str(&part[..end]);
        self.is_cut = end < part.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::BoundedText;

    #[test]
    fn a_text_is_cut_between_characters_and_stays_cut() {
        let mut text = BoundedText::new(4);
        text.write_str("abc").unwrap();
        text.write_str("\u{20ac}d").unwrap();
        assert!(text.is_cut);
        text.write_str("e").unwrap();
        assert_eq!(text.text, "abc");
    }

    #[test]
    fn a_text_of_the_exact_size_is_not_cut() {
        let mut text = BoundedText::new(4);
        text.write_str("ab\u{e9}").unwrap();
        assert_eq!((text.text.as_str(), text.is_cut), ("ab\u{e9}", false));
    }
}
