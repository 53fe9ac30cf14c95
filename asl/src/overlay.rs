//! What is known of a definition's states and transitions beside the definition: what an execution made of them, what tests went through.
//!
//! The code that has the knowledge makes an overlay; `stepwright_asl::diagram` draws it over the definition.
//!
//! ```
//! use stepwright_asl::overlay::{Mark, Overlay, Status};
//!
//! let mut overlay = Overlay::new("execution failed");
//! overlay.state("Charge", Mark::new(Status::Failed).badge("1 of 3").note("CardDeclined: no money"));
//! overlay.transition("Charge", "Done", Status::Succeeded, 2);
//! assert_eq!(overlay.mark("Charge").map(|mark| mark.status), Some(Status::Failed));
//! ```

use std::collections::HashMap;

/// What became of a state or a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It was entered and left; a transition was taken.
    Succeeded,
    /// It failed, and one of its catchers caught the error; a transition was taken for that.
    Caught,
    /// It failed, and nothing of its own caught that.
    Failed,
    /// It was entered and has not ended.
    Running,
    /// It was cut short: the execution was stopped, its time ran out, or something beside it failed.
    Stopped,
    /// It was never entered; a transition was never taken.
    NotEntered,
    /// Tests went through it.
    Covered,
    /// Tests entered it, and some of its ways out they did not take.
    PartlyCovered,
    /// No test went through it.
    NotCovered,
}

impl Status {
    /// All of them, in the order of a legend.
    pub const ALL: [Status; 9] = [
        Status::Succeeded,
        Status::Caught,
        Status::Failed,
        Status::Running,
        Status::Stopped,
        Status::NotEntered,
        Status::Covered,
        Status::PartlyCovered,
        Status::NotCovered,
    ];

    /// What people call it.
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
        }
    }
}

/// What is known of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// What became of it.
    pub status: Status,
    /// A few characters to stand on it: how often.
    pub badge: String,
    /// The rest, line by line.
    pub notes: Vec<String>,
}

impl Mark {
    /// A mark that says only what became of the state.
    pub fn new(status: Status) -> Mark {
        Mark {
            status,
            badge: String::new(),
            notes: Vec::new(),
        }
    }

    /// The same with a few characters that stand on the state.
    #[must_use]
    pub fn badge(mut self, badge: impl Into<String>) -> Mark {
        self.badge = badge.into();
        self
    }

    /// The same with one more line of what there is to tell.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Mark {
        self.notes.push(note.into());
        self
    }
}

/// Marks of states and transitions. What has none is drawn as the definition alone says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    title: String,
    states: HashMap<String, Mark>,
    ways: HashMap<Way, (Status, u64)>,
}

/// From, to, and whether by a catcher.
type Way = (String, String, bool);

impl Overlay {
    /// An overlay without marks. The title says what they are about: `execution failed: CardDeclined`.
    pub fn new(title: impl Into<String>) -> Overlay {
        Overlay {
            title: title.into(),
            ..Overlay::default()
        }
    }

    /// The same about something else.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Overlay {
        self.title = title.into();
        self
    }

    /// Marks the states of a name; AWS takes a definition only when a name is that of one state.
    pub fn state(&mut self, name: impl Into<String>, mark: Mark) {
        self.states.insert(name.into(), mark);
    }

    /// Marks a transition by `Next`, a Choice's rule or `Default`, and says how often it was taken.
    pub fn transition(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        status: Status,
        count: u64,
    ) {
        self.way((from.into(), to.into(), false), status, count);
    }

    /// Marks a catcher's transition, and says how often it was taken. Several catchers between the same states are drawn as one line:
    /// their counts add up, and the line is marked as the first of them that was taken.
    pub fn catcher(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        status: Status,
        count: u64,
    ) {
        self.way((from.into(), to.into(), true), status, count);
    }

    fn way(&mut self, way: Way, status: Status, count: u64) {
        let (known, total) = self.ways.entry(way).or_insert((status, 0));
        if *total == 0 {
            *known = status;
        }
        *total = total.saturating_add(count);
    }

    /// What the marks are about.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The mark of a state.
    pub fn mark(&self, name: &str) -> Option<&Mark> {
        self.states.get(name)
    }

    /// What became of the transitions from one state to another, by catchers or otherwise, and how often they were taken.
    pub fn taken(&self, from: &str, to: &str, by_catcher: bool) -> Option<(Status, u64)> {
        self.ways
            .get(&(from.to_owned(), to.to_owned(), by_catcher))
            .copied()
    }

    /// The names of all marked states, in no order.
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
