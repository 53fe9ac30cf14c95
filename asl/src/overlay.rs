//! Additional information about a definition's states and transitions: the status in an execution,
//! the coverage by tests, or a change.
//!
//! `stepwright_runtime::testing` creates overlays from histories and from coverage; the crate
//! `stepwright-diagram` draws them over the definition.
//!
//! ```
//! use stepwright_asl::overlay::{Mark, Overlay, Status};
//!
//! let mut overlay = Overlay::new("execution failed");
//! overlay.state("Charge", Mark::new(Status::Failed).badge("1 of 3").note("CardDeclined: no money"));
//! overlay.transition("Charge", "Done", Status::Succeeded, 2);
//! assert_eq!(overlay.mark("Charge").map(|mark| mark.status), Some(Status::Failed));
//! ```

use crate::setters;
use std::collections::HashMap;

/// The status of a state or a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The state was entered and exited; the transition was taken.
    Succeeded,
    /// The state failed, and one of its catchers caught the error; the transition is that of the
    /// catcher.
    Caught,
    /// The state failed, and none of its catchers caught the error.
    Failed,
    /// The state was entered and has not ended.
    Running,
    /// The state was aborted: the execution was stopped, it timed out, or a concurrent branch or
    /// iteration failed.
    Stopped,
    /// The state was never entered; the transition was never taken.
    NotEntered,
    /// Tests covered it.
    Covered,
    /// Tests entered the state, but did not take all of its transitions.
    PartlyCovered,
    /// No test covered it.
    NotCovered,
    /// Only the new definition has it.
    Added,
    /// It differs between the definitions.
    Changed,
    /// Only the old definition has it.
    Removed,
}

impl Status {
    /// All statuses, in the order of a legend.
    pub const ALL: [Status; 12] = [
        Status::Succeeded,
        Status::Caught,
        Status::Failed,
        Status::Running,
        Status::Stopped,
        Status::NotEntered,
        Status::Covered,
        Status::PartlyCovered,
        Status::NotCovered,
        Status::Added,
        Status::Changed,
        Status::Removed,
    ];

    /// The status in readable form.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Succeeded => "succeeded",
            Status::Caught => "error caught",
            Status::Failed => "failed",
            Status::Running => "in progress",
            Status::Stopped => "stopped",
            Status::NotEntered => "never entered",
            Status::Covered => "covered",
            Status::PartlyCovered => "partly covered",
            Status::NotCovered => "not covered",
            Status::Added => "added",
            Status::Changed => "changed",
            Status::Removed => "removed",
        }
    }
}

/// The information about a state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Mark {
    /// The status of the state.
    pub status: Status,
    /// A short text on the state, such as a count.
    pub badge: String,
    /// Further details, line by line.
    pub notes: Vec<String>,
}

impl Mark {
    /// Creates a mark with only a status.
    pub fn new(status: Status) -> Mark {
        Mark {
            status,
            badge: String::new(),
            notes: Vec::new(),
        }
    }

    setters! { self:
        /// Sets the short text on the state.
        badge(badge: impl Into<String>) => self.badge = badge.into();
        /// Adds a line of details.
        note(note: impl Into<String>) => self.notes.push(note.into());
    }
}

/// Marks of states and transitions. Those without a mark are drawn normally.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Overlay {
    title: String,
    states: HashMap<String, Mark>,
    transitions: HashMap<TransitionKey, (Status, u64)>,
}

/// Source, target, and whether it is the transition of a catcher.
type TransitionKey = (String, String, bool);

impl Overlay {
    /// Creates an overlay without marks. The title describes the marks:
    /// `execution failed: CardDeclined`.
    pub fn new(title: impl Into<String>) -> Overlay {
        Overlay {
            title: title.into(),
            ..Overlay::default()
        }
    }

    setters! { self:
        /// Sets the title.
        titled(title: impl Into<String>) => self.title = title.into();
    }

    /// Marks the states with this name. AWS requires names to be unique.
    pub fn state(&mut self, name: impl Into<String>, mark: Mark) {
        self.states.insert(name.into(), mark);
    }

    /// Marks a transition by `Next`, a Choice's rule or `Default`, with the number of times it was
    /// taken.
    pub fn transition(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        status: Status,
        count: u64,
    ) {
        self.add_transition((from.into(), to.into(), false), status, count);
    }

    /// Marks a catcher's transition, with the number of times it was taken. Several catchers
    /// between the same states are drawn as one line: their counts are added up, and the line has
    /// the status of the first of them that was taken.
    pub fn catcher(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        status: Status,
        count: u64,
    ) {
        self.add_transition((from.into(), to.into(), true), status, count);
    }

    fn add_transition(&mut self, way: TransitionKey, status: Status, count: u64) {
        let (known, total) = self.transitions.entry(way).or_insert((status, 0));
        if *total == 0 {
            *known = status;
        }
        *total = total.saturating_add(count);
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The mark of a state.
    pub fn mark(&self, name: &str) -> Option<&Mark> {
        self.states.get(name)
    }

    /// The status of the transitions from one state to another, of catchers or others, and the
    /// number of times they were taken.
    pub fn taken(&self, from: &str, to: &str, by_catcher: bool) -> Option<(Status, u64)> {
        self.transitions
            .get(&(from.to_owned(), to.to_owned(), by_catcher))
            .copied()
    }

    /// The names of all marked states, in no particular order.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catchers_between_the_same_states_add_up() {
        let mut overlay = Overlay::new("");
        overlay.catcher("A", "B", Status::NotEntered, 0);
        overlay.catcher("A", "B", Status::Caught, 2);
        overlay.catcher("A", "B", Status::Caught, 1);
        overlay.transition("A", "B", Status::NotEntered, 0);
        assert_eq!(overlay.taken("A", "B", true), Some((Status::Caught, 3)));
        assert_eq!(
            overlay.taken("A", "B", false),
            Some((Status::NotEntered, 0))
        );
        assert_eq!(overlay.taken("B", "A", false), None);
    }
}
