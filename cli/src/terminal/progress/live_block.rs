//! A block at the bottom of the terminal of standard error, below all other output of the process.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::frame::Frame;
use super::row::Row;
use super::terminal;
use crate::terminal::visible::visible;

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

/// Shows the block for as long as it exists.
pub(super) struct LiveBlock(());

impl LiveBlock {
    pub(super) fn new() -> Self {
        Self(())
    }

    /// Writes whole lines above the block, and replaces the content of the block.
    pub(super) fn show(&self, above: &str, rows: Vec<Row>) {
        let mut block = BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
        if above.is_empty() && block.rows == rows && block.frame.is_some() {
            return;
        }
        block.rows = rows;
        let text = block.erase() + above + &block.draw();
        write(&text);
    }
}

impl Drop for LiveBlock {
    fn drop(&mut self) {
        let mut block = BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
        block.rows = Vec::new();
        write(&block.erase());
    }
}

/// Writes whole lines to standard error, above the block.
pub(crate) fn write_above<T>(lines: impl FnOnce() -> T) -> T {
    let mut block = BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    write(&block.erase());
    let written = lines();
    write(&block.draw());
    written
}

/// Standard error above the block, with visible control characters. Each write consists of whole
/// lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AboveBlock;

impl Write for AboveBlock {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        let text = visible(&text);
        write_above(|| io::stderr().write_all(text.as_bytes()))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Writes control sequences and rows. Not with `anstream`, which removes the sequences that move
/// the cursor if there are no colours. Errors are ignored, as for all output on standard error.
fn write(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
