//! The first event in which a replay differs from its recording.

use std::fmt;

use stepwright_history::runtime_support::RecordedEvent;

/// The first difference between a run and a recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstDifference {
    /// The number of the recorded event. If the recording has no further event, the number of the
    /// event of the run.
    pub event: u32,
    /// The type of that event.
    pub kind: String,
    /// The state that it belongs to.
    pub state: Option<String>,
    /// The enclosing iterations (`Map[2]`) and branches (`Parallel/FirstState`), outermost first.
    pub scope: Vec<String>,
    /// The difference.
    pub detail: String,
    /// The child of a Map Run that the event belongs to: its index among the added children, from
    /// 0.
    pub child: Option<usize>,
}

impl FirstDifference {
    pub(super) fn at(step: &RecordedEvent, detail: String) -> Self {
        Self {
            event: step.id,
            kind: step.kind.name().to_owned(),
            state: step.state.clone(),
            scope: step.scope.clone(),
            detail,
            child: None,
        }
    }
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(child) = self.child {
            write!(f, "child {}: ", child + 1)?;
        }
        write!(f, "event {}, {}", self.event, self.kind)?;
        if let Some(state) = &self.state {
            write!(f, " of `{state}`")?;
        }
        if !self.scope.is_empty() {
            write!(f, " in {}", self.scope.join(", "))?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for FirstDifference {}
