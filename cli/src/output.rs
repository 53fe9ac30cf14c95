//! Standard output.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::report;

/// Prints a text.
///
/// The reader may close the pipe early, as `head` does after ten lines: then the process ends as if by the signal for it, without a word. When
/// it cannot be written for another reason, that is said, and the process ends with 2.
pub(crate) fn print(text: impl Display) {
    let mut out = anstream::stdout().lock();
    let Err(error) = write!(out, "{text}").and_then(|()| out.flush()) else {
        return;
    };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(141);
    }
    report::note(&format!("cannot write to standard output: {error}"));
    std::process::exit(2);
}

/// Prints a text and ends the line.
pub(crate) fn line(text: impl Display) {
    print(format_args!("{text}\n"));
}
