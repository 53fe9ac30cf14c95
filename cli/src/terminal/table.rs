//! Formats rows in columns.

use std::fmt::Write;

use crate::terminal::visible::is_hidden;

/// Maximum number of displayed characters of a cell.
const WIDEST: usize = 100;

/// A text on one line: without control sequences for the terminal, and truncated.
pub(crate) fn cell(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => one_line(&text[..end]) + "..",
        None => one_line(text),
    }
}

/// A text on one line, without control sequences for the terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// The rows below their headings, each column as wide as its widest cell.
pub(crate) fn table<const COLUMNS: usize>(
    headings: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> String {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let heading = anstyle::Style::new().bold();
    let mut text = String::new();
    let mut line = |cells: [&str; COLUMNS], style: anstyle::Style| {
        let mut written = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let gap = if written.is_empty() { "" } else { "  " };
            // Writing to a `String` cannot fail.
            let _ = write!(written, "{gap}{cell:width$}");
        }
        let _ = writeln!(text, "{style}{}{style:#}", written.trim_end());
    };
    line(headings, heading);
    for row in rows {
        line(row.each_ref().map(String::as_str), anstyle::Style::new());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_aligned_with_their_headings() {
        let rows = [
            ["é".to_owned(), "x".to_owned()],
            ["long".to_owned(), String::new()],
        ];
        let shown = anstream::adapter::strip_str(&table(["A", "B"], &rows)).to_string();
        assert_eq!(shown, "A     B\né     x\nlong\n");
    }

    #[test]
    fn a_cell_escapes_control_characters_and_is_truncated() {
        assert_eq!(cell("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(cell(&"x".repeat(500)).len(), WIDEST + 2);
    }
}
