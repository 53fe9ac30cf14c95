//! The terminal of standard error.

use std::io::IsTerminal as _;

use anstream::{AutoStream, ColorChoice};

/// The size of a terminal, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TerminalSize {
    pub(super) columns: usize,
    pub(super) lines: usize,
}

/// The size of a terminal that does not report it.
const USUAL: TerminalSize = TerminalSize {
    columns: 80,
    lines: 24,
};

/// Whether standard error is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether standard error has colours.
pub(super) fn has_colors() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// Returns the current size of the terminal.
pub(super) fn size() -> TerminalSize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stderr())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return TerminalSize {
            columns: size.ws_col.into(),
            lines: size.ws_row.into(),
        };
    }
    USUAL
}

/// Whether the process may redraw the terminal. A job in the background shares the terminal with
/// the shell, and with the job in the foreground.
pub(super) fn is_in_foreground() -> bool {
    #[cfg(unix)]
    if let Ok(foreground) = rustix::termios::tcgetpgrp(std::io::stderr()) {
        return foreground == rustix::process::getpgrp();
    }
    true
}
