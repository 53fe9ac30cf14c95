//! The status of an execution, with the words of AWS's API.

use std::fmt;

use crate::record::record;

/// The status of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is running.
    Running,
    /// It ended with an output.
    Succeeded,
    /// A state failed and no catcher matched the error.
    Failed,
    /// It timed out.
    TimedOut,
    /// It was stopped.
    Aborted,
}

impl Status {
    /// Returns the API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    /// Returns the status for the API's word, in exactly this spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [
            Self::Running,
            Self::Succeeded,
            Self::Failed,
            Self::TimedOut,
            Self::Aborted,
        ];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

record!(enum Status { 0 => Running, 1 => Succeeded, 2 => Failed, 3 => TimedOut, 4 => Aborted });
