//! The types of recorded events, including types that only the service writes.

use std::fmt;

use stepwright_interpreter::history::{EventGroup, EventKind};

/// The type of an event, of the interpreter or recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedKind {
    /// A type that the interpreter writes, too.
    Known(EventKind),
    /// The name of another type of the service.
    Other(String),
}

impl RecordedKind {
    /// Creates the type with a name of `GetExecutionHistory`.
    pub fn of(name: &str) -> Self {
        EventKind::from_name(name).map_or_else(|| Self::Other(name.to_owned()), Self::Known)
    }

    /// Returns the name of the type, as in `GetExecutionHistory`.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(kind) => kind.name(),
            Self::Other(name) => name,
        }
    }

    /// Returns the type, if the interpreter writes it, too.
    pub fn known(&self) -> Option<EventKind> {
        match self {
            Self::Known(kind) => Some(*kind),
            Self::Other(_) => None,
        }
    }

    /// Returns the group of the type. The end of the name of another type is its group:
    /// `TaskStartFailed` is a failure.
    pub fn group(&self) -> Option<EventGroup> {
        const ENDS: [(&str, EventGroup); 8] = [
            ("StateEntered", EventGroup::Entered),
            ("StateExited", EventGroup::Exited),
            ("Aborted", EventGroup::Aborted),
            ("Scheduled", EventGroup::Scheduled),
            ("Started", EventGroup::Started),
            ("Succeeded", EventGroup::Succeeded),
            ("Failed", EventGroup::Failed),
            ("TimedOut", EventGroup::Failed),
        ];
        match self {
            Self::Known(kind) => Some(kind.group()),
            Self::Other(name) => {
                let mut ends = ENDS.iter();
                let found = ends.find(|(end, _)| name.ends_with(end));
                found.map(|(_, group)| *group)
            }
        }
    }

    /// Returns whether it begins an attempt, as [`EventKind::is_attempt`] does.
    pub(crate) fn is_attempt(&self) -> bool {
        match self {
            Self::Known(kind) => kind.is_attempt(),
            Self::Other(_) => self.group() == Some(EventGroup::Scheduled),
        }
    }

    /// Returns whether an attempt at a task, or an evaluation, failed.
    pub(crate) fn is_task_failure(&self) -> bool {
        matches!(
            self.group(),
            Some(EventGroup::Failed | EventGroup::Evaluation)
        )
    }

    /// Returns whether a Map, a Parallel or a Map Run failed.
    pub(crate) fn is_container_failure(&self) -> bool {
        matches!(
            self.known(),
            Some(
                EventKind::MapStateFailed
                    | EventKind::ParallelStateFailed
                    | EventKind::MapRunFailed
            )
        )
    }

    /// Returns whether it is the end of a timeout.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Known(kind) => kind.is_timeout(),
            Self::Other(name) => name.ends_with("TimedOut"),
        }
    }

    /// Returns the type of the state that was entered.
    pub(crate) fn entered_type(&self) -> Option<&str> {
        self.name().strip_suffix("StateEntered")
    }
}

impl PartialEq<EventKind> for RecordedKind {
    fn eq(&self, other: &EventKind) -> bool {
        self.known() == Some(*other)
    }
}

impl fmt::Display for RecordedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_and_another_name_are_printed_as_they_were_read() {
        for name in ["TaskScheduled", "TaskStartFailed", "", "Nothing"] {
            assert_eq!(RecordedKind::of(name).to_string(), name);
        }
        assert_eq!(RecordedKind::of("TaskScheduled"), EventKind::TaskScheduled);
    }

    #[test]
    fn types_that_only_the_service_writes_are_in_the_groups_of_their_ends() {
        let only_of_the_service = [
            "ActivityScheduleFailed",
            "LambdaFunctionScheduleFailed",
            "LambdaFunctionStartFailed",
            "TaskStartFailed",
        ];
        for name in only_of_the_service {
            let kind = RecordedKind::of(name);
            assert_eq!(kind.known(), None, "{name}");
            assert_eq!(kind.group(), Some(EventGroup::Failed), "{name}");
            assert!(kind.is_task_failure() && !kind.is_timeout(), "{name}");
        }
        assert_eq!(RecordedKind::of("Nothing").group(), None);
    }
}
