//! Chooses how progress is shown: as a redrawn block, as lines, or not at all.

use std::ffi::OsStr;

use super::choice::ProgressChoice;
use super::terminal;

/// Where the progress of executions is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Not at all.
    Nowhere,
    /// As lines on standard error.
    Lines,
    /// As a block at the bottom of the terminal, which is redrawn, and lines above it.
    Block,
}

impl Destination {
    /// Returns the destination for an option of the command, on standard error.
    pub(crate) fn of(choice: ProgressChoice) -> Self {
        let kind = std::env::var_os("TERM");
        Self::on(choice, terminal::is_terminal(), kind.as_deref())
    }

    fn on(choice: ProgressChoice, is_terminal: bool, kind: Option<&OsStr>) -> Self {
        // Other systems have consoles that print control sequences.
        let can_redraw = cfg!(unix) && kind.is_some_and(|kind| kind != "dumb" && !kind.is_empty());
        match (choice, is_terminal) {
            (ProgressChoice::Never, _) | (ProgressChoice::Auto, false) => Self::Nowhere,
            (ProgressChoice::Always, false) => Self::Lines,
            (ProgressChoice::Auto | ProgressChoice::Always, true) => {
                if can_redraw {
                    Self::Block
                } else {
                    Self::Lines
                }
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_block_needs_a_terminal_that_can_redraw_it() {
        use Destination::{Block, Lines, Nowhere};
        let table = [
            (ProgressChoice::Auto, true, Some("xterm"), Block),
            (ProgressChoice::Auto, true, Some("dumb"), Lines),
            (ProgressChoice::Auto, true, None, Lines),
            (ProgressChoice::Auto, false, Some("xterm"), Nowhere),
            (ProgressChoice::Always, true, Some("xterm"), Block),
            (ProgressChoice::Always, false, Some("xterm"), Lines),
            (ProgressChoice::Never, true, Some("xterm"), Nowhere),
        ];
        for (choice, is_terminal, kind, expected) in table {
            let found = Destination::on(choice, is_terminal, kind.map(OsStr::new));
            assert_eq!(found, expected, "{choice:?} {is_terminal} {kind:?}");
        }
    }
}
