//! Applies the retriers of a state to its failure.

use super::cursor::Waiting;
use super::failure::Failure;
use super::step_context::{FailureHandler, StepContext};
use super::step_loop::Execution;
use crate::wait_id::{CursorId, TimerKind};

impl Execution {
    /// Retries the state if a retrier handles the failure, and returns whether it does. Only the
    /// first retrier that matches counts, even if it has no attempts left.
    pub(super) fn try_retry(
        &mut self,
        id: CursorId,
        failure: &Failure,
        cx: &mut StepContext<'_>,
    ) -> bool {
        let Some(cursor) = self.cursors.get_mut(id) else {
            return false;
        };
        let retriers = &cx.program.state(cursor.state).retry;
        let found = retriers
            .iter()
            .position(|retrier| failure.is_named_by(&retrier.errors));
        let Some(index) = found else {
            return false;
        };
        if let Some(inspection) = self.cold.as_mut().and_then(|cold| cold.inspection()) {
            inspection.retrier = Some(index);
        }
        let retrier = &retriers[index];
        let used = cursor.attempt_state.used(index);
        if used >= retrier.max_attempts {
            return false;
        }
        let handler = FailureHandler::Retrier(index);
        cx.environment.caller.failure_handled(cursor.state, handler);
        cursor.attempt_state.retry(index, retriers.len());
        cursor.remaining_work = None;
        let delay = retrier.delay(used, || self.entropy.next_f64());
        if delay.is_zero() {
            self.resume(id, Waiting::Attempt);
        } else {
            let due = self.now + delay;
            let wait_id = self.wait(id, Waiting::Pause { due });
            cx.arm(wait_id, TimerKind::Wait, due);
        }
        true
    }
}
