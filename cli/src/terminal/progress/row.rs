//! One row of progress: styled texts that are truncated to the width of the terminal.

use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar as _;

use crate::terminal::table::one_line;

/// The end of a truncated row.
const CUT: &str = "...";

/// A row of progress: texts with styles, without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    parts: Vec<(Style, String)>,
    /// Whether the row continues on the next line of the terminal instead of being truncated: a
    /// command that a person copies.
    wraps: bool,
}

impl Row {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    pub(crate) fn plain(self, text: impl Display) -> Self {
        self.styled(Style::new(), text)
    }

    /// Adds a text that matters less.
    pub(super) fn dimmed(self, text: impl Display) -> Self {
        self.styled(Style::new().dimmed(), text)
    }

    /// Adds a text that matters more.
    pub(super) fn bold(self, text: impl Display) -> Self {
        self.styled(Style::new().bold(), text)
    }

    /// Adds a text about a failure, or about something that needs a person.
    pub(super) fn warning(self, text: impl Display) -> Self {
        self.styled(AnsiColor::Yellow.on_default(), text)
    }

    /// Lets the row continue on the next line of the terminal.
    pub(super) fn wrapping(mut self) -> Self {
        self.wraps = true;
        self
    }

    fn styled(mut self, style: Style, text: impl Display) -> Self {
        let shown = one_line(&text.to_string());
        if !shown.is_empty() {
            self.parts.push((style, shown));
        }
        self
    }

    /// Returns the number of columns that the row needs.
    pub(super) fn width(&self) -> usize {
        self.parts.iter().map(|(_, text)| width_of(text)).sum()
    }

    /// Returns the row for a terminal with this number of columns: truncated, unless it wraps.
    pub(super) fn fitted(&self, columns: usize) -> Self {
        if self.wraps || self.width() <= columns {
            return self.clone();
        }
        let cut = &CUT[..CUT.len().min(columns)];
        let mut remaining = columns - cut.len();
        let mut parts = Vec::new();
        for (style, text) in &self.parts {
            let end = end_of_width(text, remaining);
            remaining -= width_of(&text[..end]);
            parts.push((*style, text[..end].to_owned()));
            if end < text.len() {
                break;
            }
        }
        if let Some((_, last)) = parts.last_mut() {
            last.push_str(cut);
        }
        Self {
            parts,
            wraps: false,
        }
    }

    /// Returns the text, with the control sequences of its styles if it has colours.
    pub(super) fn text(&self, has_colors: bool) -> String {
        let mut row = String::new();
        for (style, text) in &self.parts {
            // Writing to a `String` cannot fail.
            let _ = if has_colors {
                write!(row, "{style}{text}{style:#}")
            } else {
                write!(row, "{text}")
            };
        }
        row
    }
}

/// Returns the columns of a text. For sequences of characters that a terminal shows as one, it is
/// too large, but never too small.
fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1)).sum()
}

/// Returns the end of the longest prefix that needs at most this number of columns.
fn end_of_width(text: &str, columns: usize) -> usize {
    let mut width = 0;
    for (at, c) in text.char_indices() {
        width += c.width().unwrap_or(1);
        if width > columns {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, columns: usize) -> String {
        Row::new().plain(text).fitted(columns).text(false)
    }

    #[test]
    fn rows_are_truncated_to_the_columns_of_the_terminal() {
        assert_eq!(cut("abcdefgh", 8), "abcdefgh");
        assert_eq!(cut("abcdefgh", 7), "abcd...");
        assert_eq!(cut("abcdefgh", 2), "..");
        assert_eq!(cut("abcdefgh", 0), "");
    }

    #[test]
    fn a_wide_character_is_shown_or_cut_as_a_whole() {
        // Each has two columns.
        let wide = "\u{6ce8}\u{6587}\u{5904}\u{7406}";
        assert_eq!(cut(wide, 8), wide);
        assert_eq!(cut(wide, 7), "\u{6ce8}\u{6587}...");
        assert_eq!(cut(wide, 6), "\u{6ce8}...");
        for columns in 0..9 {
            let row = Row::new().plain(wide).fitted(columns);
            assert!(row.width() <= columns, "{columns}");
        }
    }

    #[test]
    fn styles_have_no_width_and_are_omitted_without_colours() {
        let row = Row::new().dimmed("ab").warning("cd");
        assert_eq!((row.width(), row.text(false).as_str()), (4, "abcd"));
        assert_eq!(row.text(true), "\u{1b}[2mab\u{1b}[0m\u{1b}[33mcd\u{1b}[0m");
        assert_eq!(row.fitted(3).text(false), "...");
        assert_eq!(
            Row::new().dimmed("ab").plain("cdef").fitted(5).text(false),
            "ab..."
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        let row = Row::new().plain("a\n\u{1b}[2Jb");
        assert_eq!(row.text(false), "a\\n\\u{1b}[2Jb");
    }

    #[test]
    fn a_row_that_wraps_is_not_truncated() {
        let row = Row::new().plain("abcdefgh").wrapping();
        assert_eq!(row.fitted(3), row);
    }
}
