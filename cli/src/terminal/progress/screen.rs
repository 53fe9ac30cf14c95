//! The screen of a terminal, for tests: it interprets the control sequences that the command
//! writes.

use unicode_width::UnicodeWidthChar as _;

/// The lines of a terminal with an unlimited height.
#[derive(Debug)]
pub(crate) struct Screen {
    columns: usize,
    lines: Vec<Vec<char>>,
    line: usize,
    column: usize,
}

impl Screen {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns,
            lines: vec![Vec::new()],
            line: 0,
            column: 0,
        }
    }

    /// Interprets what a program wrote. A newline also returns to the first column, as terminals do
    /// by default.
    pub(crate) fn write(&mut self, text: &str) {
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\r' => self.column = 0,
                '\n' => {
                    self.column = 0;
                    self.line_feed();
                }
                '\x1b' => self.sequence(&mut rest),
                c => self.put(c),
            }
        }
    }

    /// Returns the lines without the blanks at their ends, and without empty lines at the end.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| {
            // The second column of a wide character.
            let shown: String = line.iter().filter(|c| **c != '\0').collect();
            shown.trim_end().to_owned()
        });
        let lines: Vec<String> = lines.collect();
        lines.join("\n").trim_end().to_owned()
    }

    fn put(&mut self, c: char) {
        let width = c.width().unwrap_or(1);
        // A line wraps when a further character is written, not when it is full.
        if self.column + width > self.columns {
            self.column = 0;
            self.line_feed();
        }
        let line = &mut self.lines[self.line];
        line.resize(line.len().max(self.column + width), ' ');
        for at in 0..width {
            line[self.column + at] = if at == 0 { c } else { '\0' };
        }
        self.column += width;
    }

    fn line_feed(&mut self) {
        self.line += 1;
        if self.line == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn sequence(&mut self, rest: &mut impl Iterator<Item = char>) {
        assert_eq!(rest.next(), Some('['), "only CSI sequences are written");
        let mut number = String::new();
        for c in rest.by_ref() {
            match c {
                '0'..='9' | ';' => number.push(c),
                'A' => {
                    self.line -= number.parse::<usize>().unwrap();
                    return;
                }
                'J' => {
                    assert_eq!(number, "");
                    self.lines.truncate(self.line + 1);
                    self.lines[self.line].truncate(self.column);
                    return;
                }
                'K' => return self.lines[self.line].truncate(self.column),
                'm' => return,
                c => panic!("an unknown sequence: {number}{c}"),
            }
        }
    }
}
