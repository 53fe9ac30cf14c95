//! A block at the bottom of the terminal of standard error, below all other output of the process.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use super::frame::Frame;
use super::row::Row;
use super::terminal;

/// Text that is written at once: whole lines, or the progress line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// Whole lines, and the block below them.
    Block(String, Vec<Row>),
}

impl Part {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Block(text, _) => text,
        }
    }
}

static BLOCK: Mutex<Block> = Mutex::new(Block {
    rows: Vec::new(),
    frame: None,
});

/// The block of the process.
struct Block {
    rows: Vec<Row>,
    /// The frame on the terminal.
    frame: Option<Frame>,
}

impl Block {
    /// Returns the control sequences that erase the block. It is not on the terminal afterwards.
    fn erase(&mut self) -> String {
        let frame = self.frame.take();
        frame.map_or_else(String::new, |frame| frame.erase(terminal::size().columns))
    }

    /// Returns the text that draws the block, which is not on the terminal.
    fn draw(&mut self) -> String {
        if self.rows.is_empty() || !terminal::is_in_foreground() {
            return String::new();
        }
        let frame = Frame::new(&self.rows, terminal::size(), terminal::has_colors());
        let text = frame.text.clone();
        self.frame = Some(frame);
        text
    }
}

/// Writes a part to standard error: text above the block, or the block itself. Errors are ignored:
/// they cannot be reported, and the exit status still indicates the result.
pub(crate) fn write_part(part: Part) {
    let mut block = BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    match part {
        Part::Text(text) => {
            write(&block.erase());
            let mut err = anstream::stderr().lock();
            let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
            drop(err);
            write(&block.draw());
        }
        Part::Block(above, rows) => {
            if above.is_empty() && block.rows == rows && (block.frame.is_some() || rows.is_empty())
            {
                return;
            }
            block.rows = rows;
            write(&(block.erase() + &above + &block.draw()));
        }
    }
}

/// Writes control sequences and rows. Not with `anstream`, which removes the sequences that move
/// the cursor if there are no colours.
fn write(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
