//! One execution of a rehearsal.

use std::collections::{HashMap, HashSet};

use stepwright_interpreter::execution::{Execution, VirtualTimers};
use stepwright_interpreter::task::TaskFailure;
use stepwright_interpreter::{Timestamp, WaitId};

use super::answers::{CallCounter, RecordedAnswers};
use super::rehearsed_execution::{RehearsedCall, RehearsedExecution};

/// An execution that runs, with its part of the driver's data.
pub(super) struct Session {
    pub(super) execution: Execution,
    pub(super) timers: VirtualTimers,
    pub(super) deadline: Option<Timestamp>,
    pub(super) answers: RecordedAnswers,
    pub(super) calls: Vec<RehearsedCall>,
    pub(super) counter: CallCounter,
    /// Waits whose recorded answer was in time, so that their timers do not fire.
    pub(super) answered: HashSet<WaitId>,
    /// The failures of requests that the service refused, so that nothing was submitted.
    pub(super) refused: HashMap<WaitId, TaskFailure>,
    /// The session, the wait and the number of a child of a Map Run.
    pub(super) parent: Option<(usize, WaitId, u32)>,
    pub(super) child: Option<usize>,
    pub(super) has_ended: bool,
}

impl Session {
    pub(super) fn new(
        execution: Execution,
        deadline: Option<Timestamp>,
        answers: RecordedAnswers,
        parent: Option<(usize, WaitId, u32)>,
        child: Option<usize>,
    ) -> Self {
        Self {
            execution,
            timers: VirtualTimers::default(),
            deadline,
            answers,
            calls: Vec::new(),
            counter: CallCounter::default(),
            answered: HashSet::new(),
            refused: HashMap::new(),
            parent,
            child,
            has_ended: false,
        }
    }

    pub(super) fn finish(mut self) -> RehearsedExecution {
        let waits = self.execution.waits();
        let outcome = self.execution.take_outcome();
        RehearsedExecution {
            history: self.execution.into_history(),
            outcome,
            waits,
            calls: self.calls,
            answers: self.answers,
            child: self.child,
        }
    }
}
