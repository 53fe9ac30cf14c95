use std::fmt;

use crate::record::record;

/// The type of an event, with AWS's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // The names are AWS's and say it.
#[non_exhaustive]
pub enum EventKind {
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
pub(crate) enum Group {
    Execution,
    Entered,
    Exited,
    Aborted,
    /// Started, Succeeded, Failed of a Map, Parallel or Map run.
    Container,
    Iteration,
    Scheduled,
    Started,
    Submitted,
    Succeeded,
    Failed,
    Evaluation,
}

impl EventKind {
    /// Returns the name of the type, as in `GetExecutionHistory`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExecutionStarted => "ExecutionStarted",
            Self::ExecutionSucceeded => "ExecutionSucceeded",
            Self::ExecutionFailed => "ExecutionFailed",
            Self::ExecutionAborted => "ExecutionAborted",
            Self::ExecutionTimedOut => "ExecutionTimedOut",
            Self::ExecutionRedriven => "ExecutionRedriven",
            Self::PassStateEntered => "PassStateEntered",
            Self::PassStateExited => "PassStateExited",
            Self::TaskStateEntered => "TaskStateEntered",
            Self::TaskStateExited => "TaskStateExited",
            Self::TaskStateAborted => "TaskStateAborted",
            Self::ChoiceStateEntered => "ChoiceStateEntered",
            Self::ChoiceStateExited => "ChoiceStateExited",
            Self::WaitStateEntered => "WaitStateEntered",
            Self::WaitStateExited => "WaitStateExited",
            Self::WaitStateAborted => "WaitStateAborted",
            Self::SucceedStateEntered => "SucceedStateEntered",
            Self::SucceedStateExited => "SucceedStateExited",
            Self::FailStateEntered => "FailStateEntered",
            Self::ParallelStateEntered => "ParallelStateEntered",
            Self::ParallelStateExited => "ParallelStateExited",
            Self::ParallelStateStarted => "ParallelStateStarted",
            Self::ParallelStateSucceeded => "ParallelStateSucceeded",
            Self::ParallelStateFailed => "ParallelStateFailed",
            Self::ParallelStateAborted => "ParallelStateAborted",
            Self::MapStateEntered => "MapStateEntered",
            Self::MapStateExited => "MapStateExited",
            Self::MapStateStarted => "MapStateStarted",
            Self::MapStateSucceeded => "MapStateSucceeded",
            Self::MapStateFailed => "MapStateFailed",
            Self::MapStateAborted => "MapStateAborted",
            Self::MapIterationStarted => "MapIterationStarted",
            Self::MapIterationSucceeded => "MapIterationSucceeded",
            Self::MapIterationFailed => "MapIterationFailed",
            Self::MapIterationAborted => "MapIterationAborted",
            Self::MapRunStarted => "MapRunStarted",
            Self::MapRunRedriven => "MapRunRedriven",
            Self::MapRunSucceeded => "MapRunSucceeded",
            Self::MapRunFailed => "MapRunFailed",
            Self::MapRunAborted => "MapRunAborted",
            Self::TaskScheduled => "TaskScheduled",
            Self::TaskStarted => "TaskStarted",
            Self::TaskSubmitted => "TaskSubmitted",
            Self::TaskSubmitFailed => "TaskSubmitFailed",
            Self::TaskSucceeded => "TaskSucceeded",
            Self::TaskFailed => "TaskFailed",
            Self::TaskTimedOut => "TaskTimedOut",
            Self::LambdaFunctionScheduled => "LambdaFunctionScheduled",
            Self::LambdaFunctionStarted => "LambdaFunctionStarted",
            Self::LambdaFunctionSucceeded => "LambdaFunctionSucceeded",
            Self::LambdaFunctionFailed => "LambdaFunctionFailed",
            Self::LambdaFunctionTimedOut => "LambdaFunctionTimedOut",
            Self::ActivityScheduled => "ActivityScheduled",
            Self::ActivityStarted => "ActivityStarted",
            Self::ActivitySucceeded => "ActivitySucceeded",
            Self::ActivityFailed => "ActivityFailed",
            Self::ActivityTimedOut => "ActivityTimedOut",
            Self::EvaluationFailed => "EvaluationFailed",
        }
    }

    /// Returns whether a state was entered.
    pub fn is_entered(self) -> bool {
        self.group() == Group::Entered
    }

    /// Returns whether a state was left.
    pub fn is_exited(self) -> bool {
        self.group() == Group::Exited
    }

    /// Returns whether its details have an error and a cause, both of which may be missing.
    pub(crate) fn is_failure(self) -> bool {
        matches!(
            self,
            Self::ExecutionFailed
                | Self::ExecutionAborted
                | Self::ExecutionTimedOut
                | Self::MapRunFailed
        ) || self.group() == Group::Failed
    }

    pub(crate) fn group(self) -> Group {
        use EventKind as K;
        match self {
            K::ExecutionStarted
            | K::ExecutionSucceeded
            | K::ExecutionFailed
            | K::ExecutionAborted
            | K::ExecutionTimedOut
            | K::ExecutionRedriven => Group::Execution,
            K::PassStateEntered
            | K::TaskStateEntered
            | K::ChoiceStateEntered
            | K::WaitStateEntered
            | K::SucceedStateEntered
            | K::FailStateEntered
            | K::ParallelStateEntered
            | K::MapStateEntered => Group::Entered,
            K::PassStateExited
            | K::TaskStateExited
            | K::ChoiceStateExited
            | K::WaitStateExited
            | K::SucceedStateExited
            | K::ParallelStateExited
            | K::MapStateExited => Group::Exited,
            K::TaskStateAborted
            | K::WaitStateAborted
            | K::ParallelStateAborted
            | K::MapStateAborted
            | K::MapRunAborted => Group::Aborted,
            K::ParallelStateStarted
            | K::ParallelStateSucceeded
            | K::ParallelStateFailed
            | K::MapStateStarted
            | K::MapStateSucceeded
            | K::MapStateFailed
            | K::MapRunStarted
            | K::MapRunRedriven
            | K::MapRunSucceeded
            | K::MapRunFailed => Group::Container,
            K::MapIterationStarted
            | K::MapIterationSucceeded
            | K::MapIterationFailed
            | K::MapIterationAborted => Group::Iteration,
            K::TaskScheduled | K::LambdaFunctionScheduled | K::ActivityScheduled => {
                Group::Scheduled
            }
            K::TaskStarted | K::LambdaFunctionStarted | K::ActivityStarted => Group::Started,
            K::TaskSubmitted => Group::Submitted,
            K::TaskSucceeded | K::LambdaFunctionSucceeded | K::ActivitySucceeded => {
                Group::Succeeded
            }
            K::TaskFailed
            | K::TaskSubmitFailed
            | K::TaskTimedOut
            | K::LambdaFunctionFailed
            | K::LambdaFunctionTimedOut
            | K::ActivityFailed
            | K::ActivityTimedOut => Group::Failed,
            K::EvaluationFailed => Group::Evaluation,
        }
    }

    /// Returns the name of the object that contains the event's details in `GetExecutionHistory`.
    pub(crate) fn details_key(self) -> String {
        match self.group() {
            Group::Entered => "stateEnteredEventDetails".to_owned(),
            Group::Exited => "stateExitedEventDetails".to_owned(),
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
