use super::cursor::Waiting;
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use crate::wait_id::CursorId;
use crate::wait_id::TimerKind;

impl Execution {
    /// Whether a retrier takes the failure. The first that names it decides, even when it is used up.
    pub(super) fn retries(&mut self, id: CursorId, failure: &Failure, cx: &mut Cx<'_>) -> bool {
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
        if let Some(inspection) = self.rare.as_mut().and_then(|rare| rare.inspection()) {
            inspection.retrier = Some(index);
        }
        let retrier = &retriers[index];
        let used = cursor.visit.used(index);
        if used >= retrier.max_attempts {
            return false;
        }
        cursor.visit.retry(index, retriers.len());
        cursor.stopped = None;
        let delay = retrier.delay(used, || self.entropy.next_f64());
        if delay.is_zero() {
            self.resume(id, Waiting::Attempt);
        } else {
            let due = self.now + delay;
            let wait_id = self.wait(id, Waiting::Pause { due });
            cx.host.arm(wait_id, TimerKind::Wait, due);
        }
        true
    }
}
