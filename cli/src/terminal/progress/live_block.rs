//! The block of progress below all other output, and the lines above it.

use std::io::{self, Write};

use super::drawn_block::Part;
use super::row::Row;
use crate::terminal::standard_error;
use crate::terminal::visible::visible;

/// Shows the block for as long as it exists.
pub(super) struct LiveBlock(());

impl LiveBlock {
    pub(super) fn new() -> Self {
        Self(())
    }

    /// Writes whole lines above the block, and replaces the content of the block.
    pub(super) fn show(&self, above: &str, rows: Vec<Row>) {
        standard_error::submit(Part::Block(above.to_owned(), rows));
    }
}

impl Drop for LiveBlock {
    fn drop(&mut self) {
        standard_error::submit(Part::Block(String::new(), Vec::new()));
    }
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
        standard_error::print(visible(&text).into_owned());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
