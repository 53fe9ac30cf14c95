//! The messages of the outbox that a commit contains.

use bytes::Bytes;
use stepwright_interpreter::execution::{Execution, StatusRecord};

use super::ExecutionTask;
use crate::clock::Timestamp;
use crate::execution::pending_execution::ChildKind;
use crate::outbox::status_message;
use crate::outbox::stop_message::StopMessage;
use crate::store::{Change, OutboxQueue};

impl ExecutionTask {
    /// Returns the messages of the next commit: the changes of the status that it makes durable,
    /// and what must be stopped. `ended` is the time of the end, if the execution has ended.
    pub(super) fn outbox_messages(
        &mut self,
        execution: &Execution,
        ended: Option<Timestamp>,
    ) -> Vec<Change> {
        let mut messages = Vec::new();
        for stop in self.resources.take_stop_messages() {
            messages.push(Change::Send {
                queue: OutboxQueue::Stops,
                data: Bytes::from(StopMessage::encode(&stop)),
            });
        }
        if !self.reports_status {
            return messages;
        }
        let execution_info = self.resources.state.about.clone();
        let running = StatusRecord::running(execution_info, self.child != ChildKind::None);
        let journaled = self.journaled.as_ref();
        if journaled.is_some_and(|journaled| journaled.begins()) {
            messages.push(status_message::send(&running));
        }
        if let (Some(at), Some(outcome)) = (ended, execution.outcome()) {
            let ended = running.ended(at, outcome.clone(), execution.can_resume());
            messages.push(status_message::send(&ended));
        }
        messages
    }
}
