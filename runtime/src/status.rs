use std::fmt;

use crate::record::record;

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It runs.
    Running,
    /// It ended with an output.
    Succeeded,
    /// A state failed and nothing caught it.
    Failed,
    /// Its time ran out.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
}

impl Status {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    /// The status of the API's word, which is spelled exactly so.
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
