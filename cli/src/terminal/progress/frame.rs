//! The block of rows at the bottom of the terminal: its layout, and how it is erased.

use super::row::Row;
use super::terminal::TerminalSize;

/// A block in the layout of a terminal: the text to write, and the widths of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) text: String,
    /// The columns of each line that was written.
    widths: Vec<usize>,
}

impl Frame {
    /// Lays out rows from the top. Those for which the terminal has no line are omitted.
    pub(super) fn new(rows: &[Row], size: TerminalSize, has_colors: bool) -> Self {
        let mut frame = Self::default();
        // The cursor needs the line below the block.
        let mut remaining = size.lines.saturating_sub(1);
        // Some terminals wrap a line that fills the last column.
        let columns = size.columns.saturating_sub(1);
        for row in rows {
            let row = row.fitted(columns);
            let width = row.width();
            let lines = lines_of(width, size.columns);
            if lines > remaining {
                break;
            }
            remaining -= lines;
            frame.text.push_str(&row.text(has_colors));
            frame.text.push('\n');
            frame.widths.push(width);
        }
        frame
    }

    /// Returns the control sequences that erase this frame, on a terminal with this number of
    /// columns. A terminal whose width changed has wrapped the lines again.
    pub(super) fn erase(&self, columns: usize) -> String {
        let lines = self.widths.iter().map(|width| lines_of(*width, columns));
        match lines.sum::<usize>() {
            0 => String::new(),
            lines => format!("\x1b[{lines}A\r\x1b[J"),
        }
    }
}

/// Returns how many lines of a terminal a row needs.
fn lines_of(width: usize, columns: usize) -> usize {
    width.div_ceil(columns.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::screen::Screen;
    use super::*;

    fn size(columns: usize, lines: usize) -> TerminalSize {
        TerminalSize { columns, lines }
    }

    #[test]
    fn rows_beyond_the_height_of_the_terminal_are_omitted() {
        let rows = ["a", "b", "c"].map(|text| Row::new().plain(text));
        assert_eq!(Frame::new(&rows, size(80, 3), false).text, "a\nb\n");
        assert_eq!(Frame::new(&rows, size(80, 1), false), Frame::default());
        let command = [
            Row::new().plain("0123456789").wrapping(),
            Row::new().plain("b"),
        ];
        assert_eq!(Frame::new(&command, size(4, 4), false).text, "0123456789\n");
        assert_eq!(Frame::new(&command, size(4, 3), false).text, "");
    }

    proptest! {
        #[test]
        fn only_the_last_frame_is_on_the_screen_below_the_lines_above_it(
            frames in prop::collection::vec(
                (prop::collection::vec(("[a-z\u{6ce8}\u{e9} ]{0,30}", any::<bool>()), 0..5), any::<bool>()),
                1..12,
            ),
            columns in 2..25_usize,
        ) {
            let size = size(columns, 200);
            let mut screen = Screen::new(columns);
            let mut frame = Frame::default();
            let mut above = Vec::new();
            let mut expected = String::new();
            for (number, (texts, has_line)) in frames.into_iter().enumerate() {
                screen.write(&frame.erase(columns));
                if has_line {
                    above.push(format!("{number}\n"));
                    screen.write(&format!("{number}\n"));
                }
                let rows: Vec<Row> = texts.iter().map(|(text, wraps)| {
                    // The rows of commands that wrap have no wide characters.
                    let is_narrow = !text.contains('\u{6ce8}');
                    let row = Row::new().plain(text);
                    if *wraps && is_narrow { row.wrapping() } else { row }
                }).collect();
                frame = Frame::new(&rows, size, number % 2 == 0);
                screen.write(&frame.text);
                let mut plain = Screen::new(columns);
                plain.write(&above.concat());
                plain.write(&Frame::new(&rows, size, false).text);
                expected = plain.text();
            }
            prop_assert_eq!(screen.text(), expected);
        }
    }
}
