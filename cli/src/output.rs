//! Standard output.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::report;

/// Prints a text.
///
/// The reader may close the pipe early, as `head` does after ten lines: then the process silently ends as if by SIGPIPE. Any other write error is
/// reported, and the process exits with status 2.
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
