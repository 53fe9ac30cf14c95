//! Standard output.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write};

use crate::terminal::diagnostics;
use crate::terminal::standard_error;
use crate::terminal::visible::visible;

/// Prints a text for people or JSON, in which control characters are visible.
///
/// The reader may close the pipe early, as `head` does after ten lines: then the process silently
/// ends as if by SIGPIPE. Any other write error is reported, and the process exits with status 2.
pub(crate) fn print(text: impl Display) {
    write(&visible(&text.to_string()));
}

/// Prints a document, such as a source or a picture. A file or a pipe gets it unchanged.
pub(crate) fn document(text: &str) {
    if std::io::stdout().is_terminal() {
        write(&visible(text))
    } else {
        write(text)
    }
}

fn write(text: &str) {
    let mut out = anstream::stdout().lock();
    let Err(error) = write!(out, "{text}").and_then(|()| out.flush()) else {
        return;
    };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(141);
    }
    diagnostics::note(&format!("cannot write to standard output: {error}"));
    standard_error::finish();
    std::process::exit(2);
}

/// Prints a text and ends the line.
pub(crate) fn line(text: impl Display) {
    print(format_args!("{text}\n"));
}
