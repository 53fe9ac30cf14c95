use std::sync::Arc;

use super::state::{ExecutionState, Message};
use crate::clock::{Alarm, Clock, Timestamp};

/// When the time of a whole execution is over.
///
/// The alarm is set as soon as the execution waits for something, before any other of its alarms: most Express executions
/// come to their end without it.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    due: Option<Timestamp>,
    alarm: Option<Alarm>,
}

impl Deadline {
    pub(super) fn at(due: Timestamp) -> Self {
        Self {
            due: Some(due),
            alarm: None,
        }
    }

    /// Whether it is over, where no alarm says so.
    pub(super) fn is_over(&self, clock: &Clock) -> bool {
        self.alarm.is_none() && self.due.is_some_and(|due| due <= clock.now())
    }

    /// Sets the alarm, if there is a deadline.
    pub(super) fn arm(&mut self, clock: &Clock, state: &Arc<ExecutionState>) {
        if self.alarm.is_none()
            && let Some(due) = self.due
        {
            self.alarm = Some(clock.arm(due, ring(state)));
        }
    }

    /// The same for an execution that waits for the first time: without a deadline of its own, the longest life of all is its bound.
    pub(super) fn arm_bound(
        &mut self,
        clock: &Clock,
        state: &Arc<ExecutionState>,
        bound: Timestamp,
    ) {
        self.arm(clock, state);
        if self.alarm.is_none() {
            self.alarm = Some(clock.arm_bound(bound, ring(state)));
        }
    }

    pub(super) fn disarm(&mut self, clock: &Clock) {
        self.due = None;
        if let Some(alarm) = self.alarm.take() {
            clock.disarm(alarm);
        }
    }
}

fn ring(state: &Arc<ExecutionState>) -> Box<dyn FnOnce() + Send> {
    let state = Arc::downgrade(state);
    Box::new(move || {
        if let Some(state) = state.upgrade() {
            // One that is over waits for nothing.
            let _ = state.send(Message::Deadline);
        }
    })
}
