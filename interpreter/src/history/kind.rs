//! The types of history events, with AWS's names, and their groups.

use std::fmt;

use crate::record::record;

/// Declares the types of events, whose names are AWS's.
macro_rules! event_kinds {
    ($($kind:ident,)*) => {
        /// The type of an event, with AWS's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)] // The names are AWS's and say it.
        #[non_exhaustive]
        pub enum EventKind {
            $($kind,)*
        }

        impl EventKind {
            /// Returns the name of the type, as in `GetExecutionHistory`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                }
            }

            /// Returns the type with a name of `GetExecutionHistory`; `None` for a type that the
            /// interpreter never writes.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($kind) => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

event_kinds! {
    ExecutionStarted,
    ExecutionSucceeded,
    ExecutionFailed,
    ExecutionAborted,
    ExecutionTimedOut,
    ExecutionRedriven,
    PassStateEntered,
    PassStateExited,
    TaskStateEntered,
    TaskStateExited,
    TaskStateAborted,
    ChoiceStateEntered,
    ChoiceStateExited,
    WaitStateEntered,
    WaitStateExited,
    WaitStateAborted,
    SucceedStateEntered,
    SucceedStateExited,
    FailStateEntered,
    ParallelStateEntered,
    ParallelStateExited,
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed,
    ParallelStateAborted,
    MapStateEntered,
    MapStateExited,
    MapStateStarted,
    MapStateSucceeded,
    MapStateFailed,
    MapStateAborted,
    MapIterationStarted,
    MapIterationSucceeded,
    MapIterationFailed,
    MapIterationAborted,
    MapRunStarted,
    MapRunRedriven,
    MapRunSucceeded,
    MapRunFailed,
    MapRunAborted,
    TaskScheduled,
    TaskStarted,
    TaskSubmitted,
    TaskSubmitFailed,
    TaskSucceeded,
    TaskFailed,
    TaskTimedOut,
    LambdaFunctionScheduled,
    LambdaFunctionStarted,
    LambdaFunctionSucceeded,
    LambdaFunctionFailed,
    LambdaFunctionTimedOut,
    ActivityScheduled,
    ActivityStarted,
    ActivitySucceeded,
    ActivityFailed,
    ActivityTimedOut,
    EvaluationFailed,
}

/// The group of an event type, over all kinds of states and tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventGroup {
    /// The start, the end and the redrive of the execution.
    Execution,
    /// A state was entered.
    Entered,
    /// A state was left.
    Exited,
    /// A state or a Map Run was aborted.
    Aborted,
    /// Started, Succeeded, Failed of a Map, Parallel or Map Run.
    Container,
    /// An iteration of an inline Map.
    Iteration,
    /// An attempt at a task was scheduled.
    Scheduled,
    /// An attempt at a task was started.
    Started,
    /// The request of a task was accepted, and its result follows.
    Submitted,
    /// An attempt at a task succeeded.
    Succeeded,
    /// An attempt at a task failed or timed out.
    Failed,
    /// An expression failed.
    Evaluation,
}

impl EventKind {
    /// Returns whether a state was entered.
    pub fn is_entered(self) -> bool {
        self.group() == EventGroup::Entered
    }

    /// Returns whether a state was left.
    pub fn is_exited(self) -> bool {
        self.group() == EventGroup::Exited
    }

    /// Returns whether it begins an attempt: a task was scheduled, or the iterations or branches of
    /// a state started.
    pub fn is_attempt(self) -> bool {
        let is_container = matches!(self, Self::MapStateStarted | Self::ParallelStateStarted);
        is_container || self.group() == EventGroup::Scheduled
    }

    /// Returns whether it is the end of a timeout.
    pub fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::ExecutionTimedOut
                | Self::TaskTimedOut
                | Self::LambdaFunctionTimedOut
                | Self::ActivityTimedOut
        )
    }

    /// Returns whether its details have an error and a cause, both of which may be missing.
    pub(crate) fn is_failure(self) -> bool {
        matches!(
            self,
            Self::ExecutionFailed
                | Self::ExecutionAborted
                | Self::ExecutionTimedOut
                | Self::MapRunFailed
        ) || self.group() == EventGroup::Failed
    }

    /// Returns the group of the type.
    pub fn group(self) -> EventGroup {
        use EventKind as K;
        match self {
            K::ExecutionStarted
            | K::ExecutionSucceeded
            | K::ExecutionFailed
            | K::ExecutionAborted
            | K::ExecutionTimedOut
            | K::ExecutionRedriven => EventGroup::Execution,
            K::PassStateEntered
            | K::TaskStateEntered
            | K::ChoiceStateEntered
            | K::WaitStateEntered
            | K::SucceedStateEntered
            | K::FailStateEntered
            | K::ParallelStateEntered
            | K::MapStateEntered => EventGroup::Entered,
            K::PassStateExited
            | K::TaskStateExited
            | K::ChoiceStateExited
            | K::WaitStateExited
            | K::SucceedStateExited
            | K::ParallelStateExited
            | K::MapStateExited => EventGroup::Exited,
            K::TaskStateAborted
            | K::WaitStateAborted
            | K::ParallelStateAborted
            | K::MapStateAborted
            | K::MapRunAborted => EventGroup::Aborted,
            K::ParallelStateStarted
            | K::ParallelStateSucceeded
            | K::ParallelStateFailed
            | K::MapStateStarted
            | K::MapStateSucceeded
            | K::MapStateFailed
            | K::MapRunStarted
            | K::MapRunRedriven
            | K::MapRunSucceeded
            | K::MapRunFailed => EventGroup::Container,
            K::MapIterationStarted
            | K::MapIterationSucceeded
            | K::MapIterationFailed
            | K::MapIterationAborted => EventGroup::Iteration,
            K::TaskScheduled | K::LambdaFunctionScheduled | K::ActivityScheduled => {
                EventGroup::Scheduled
            }
            K::TaskStarted | K::LambdaFunctionStarted | K::ActivityStarted => EventGroup::Started,
            K::TaskSubmitted => EventGroup::Submitted,
            K::TaskSucceeded | K::LambdaFunctionSucceeded | K::ActivitySucceeded => {
                EventGroup::Succeeded
            }
            K::TaskFailed
            | K::TaskSubmitFailed
            | K::TaskTimedOut
            | K::LambdaFunctionFailed
            | K::LambdaFunctionTimedOut
            | K::ActivityFailed
            | K::ActivityTimedOut => EventGroup::Failed,
            K::EvaluationFailed => EventGroup::Evaluation,
        }
    }

    /// Returns the name of the object that contains the event's details in `GetExecutionHistory`.
    pub(crate) fn details_key(self) -> String {
        match self.group() {
            EventGroup::Entered => "stateEnteredEventDetails".to_owned(),
            EventGroup::Exited => "stateExitedEventDetails".to_owned(),
            _ => {
                let mut key = self.name().to_owned();
                key[..1].make_ascii_lowercase();
                key.push_str("EventDetails");
                key
            }
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_parsed_to_its_type() {
        for kind in [EventKind::ExecutionStarted, EventKind::EvaluationFailed] {
            assert_eq!(EventKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(EventKind::from_name("executionStarted"), None);
        assert_eq!(EventKind::from_name("TaskStartFailed"), None);
    }

    #[test]
    fn an_attempt_begins_with_a_scheduled_task_or_with_started_branches_or_iterations() {
        let attempts = [
            EventKind::TaskScheduled,
            EventKind::LambdaFunctionScheduled,
            EventKind::ActivityScheduled,
            EventKind::ParallelStateStarted,
            EventKind::MapStateStarted,
        ];
        assert!(attempts.into_iter().all(EventKind::is_attempt));
        let others = [
            EventKind::TaskStarted,
            EventKind::TaskSubmitted,
            EventKind::MapIterationStarted,
            EventKind::MapRunStarted,
            EventKind::MapRunRedriven,
            EventKind::ExecutionStarted,
        ];
        assert!(!others.into_iter().any(EventKind::is_attempt));
    }

    #[test]
    fn details_are_named_as_the_api_names_them() {
        assert_eq!(
            EventKind::MapStateEntered.details_key(),
            "stateEnteredEventDetails"
        );
        assert_eq!(
            EventKind::LambdaFunctionFailed.details_key(),
            "lambdaFunctionFailedEventDetails"
        );
    }
}

record!(enum EventKind {
    0 => ExecutionStarted,
    1 => ExecutionSucceeded,
    2 => ExecutionFailed,
    3 => ExecutionAborted,
    4 => ExecutionTimedOut,
    5 => ExecutionRedriven,
    6 => PassStateEntered,
    7 => PassStateExited,
    8 => TaskStateEntered,
    9 => TaskStateExited,
    10 => TaskStateAborted,
    11 => ChoiceStateEntered,
    12 => ChoiceStateExited,
    13 => WaitStateEntered,
    14 => WaitStateExited,
    15 => WaitStateAborted,
    16 => SucceedStateEntered,
    17 => SucceedStateExited,
    18 => FailStateEntered,
    19 => ParallelStateEntered,
    20 => ParallelStateExited,
    21 => ParallelStateStarted,
    22 => ParallelStateSucceeded,
    23 => ParallelStateFailed,
    24 => ParallelStateAborted,
    25 => MapStateEntered,
    26 => MapStateExited,
    27 => MapStateStarted,
    28 => MapStateSucceeded,
    29 => MapStateFailed,
    30 => MapStateAborted,
    31 => MapIterationStarted,
    32 => MapIterationSucceeded,
    33 => MapIterationFailed,
    34 => MapIterationAborted,
    35 => MapRunStarted,
    56 => MapRunRedriven,
    36 => MapRunSucceeded,
    37 => MapRunFailed,
    38 => MapRunAborted,
    39 => TaskScheduled,
    40 => TaskStarted,
    41 => TaskSubmitted,
    57 => TaskSubmitFailed,
    42 => TaskSucceeded,
    43 => TaskFailed,
    44 => TaskTimedOut,
    45 => LambdaFunctionScheduled,
    46 => LambdaFunctionStarted,
    47 => LambdaFunctionSucceeded,
    48 => LambdaFunctionFailed,
    49 => LambdaFunctionTimedOut,
    50 => ActivityScheduled,
    51 => ActivityStarted,
    52 => ActivitySucceeded,
    53 => ActivityFailed,
    54 => ActivityTimedOut,
    55 => EvaluationFailed,
});
