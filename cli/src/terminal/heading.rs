//! The line above a table about one execution.

use stepwright_engine::ExecutionDescription;

use crate::terminal::table::cell;

/// Describes an execution in one line.
pub(crate) fn heading(found: &ExecutionDescription) -> String {
    let about = &found.summary;
    let ended = match about.stopped {
        Some(stopped) => format!(", ended {stopped}"),
        None => String::new(),
    };
    format!(
        "{} of {}: {}, started {}{ended}\n",
        cell(&about.name),
        cell(&about.machine),
        about.status,
        about.started
    )
}
