//! What the builder sets and no subsystem of the engine has.

use std::time::Duration;

use smol_str::SmolStr;

/// The settings of an engine.
pub(crate) struct EngineSettings {
    /// Whether executions record their history, if it was configured.
    pub(crate) records_history: Option<bool>,
    /// Whether calls are refused if AWS refuses their arguments.
    #[cfg(feature = "argument-checks")]
    pub(crate) checks_arguments: bool,
    /// How many closed executions memory retains.
    pub(crate) retention: usize,
    /// The only execution that is continued, with those that it started; `None` continues all open
    /// ones.
    pub(crate) resumes_only: Option<SmolStr>,
    /// Executions are written and read again each time that they are parked.
    pub(crate) roundtrip_on_idle: bool,
    /// How long a poll of a handler may take before it is reported.
    pub(crate) blocking_threshold: Option<Duration>,
}
