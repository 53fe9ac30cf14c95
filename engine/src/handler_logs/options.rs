//! Options for the recording of log lines: how many executions, and which levels.

use tracing::Level;

/// How many executions have lines unless the options set it.
const EXECUTIONS: usize = 1_000;

/// Options of [`HandlerLogs`](super::HandlerLogs).
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::handler_logs::{HandlerLogOptions, HandlerLogs};
/// use tracing::Level;
///
/// let options = HandlerLogOptions::new().executions(100).level(Level::DEBUG);
/// let logs = HandlerLogs::with_options(options);
/// # let _ = logs;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct HandlerLogOptions {
    pub(super) executions: usize,
    pub(super) level: Level,
}

impl HandlerLogOptions {
    /// Returns the defaults: 1,000 executions, and events of the level info or above.
    pub fn new() -> Self {
        Self {
            executions: EXECUTIONS,
            level: Level::INFO,
        }
    }

    /// Sets for how many executions lines are in memory; with 0, none are recorded. The memory is
    /// at most this number times [`BYTES_PER_EXECUTION`](super::BYTES_PER_EXECUTION), plus the
    /// ARNs.
    pub fn executions(mut self, executions: usize) -> Self {
        self.executions = executions;
        self
    }

    /// Sets the most verbose level that is recorded. With `DEBUG` or `TRACE`, libraries that a
    /// handler calls can displace the handler's lines.
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
}

impl Default for HandlerLogOptions {
    fn default() -> Self {
        Self::new()
    }
}
