//! The messages of the outbox that a commit contains.

use bytes::Bytes;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::{Execution, StatusRecord};

use super::ExecutionTask;
use crate::clock::Timestamp;
use crate::engine::outbox::stop_message::StopMessage;
use crate::engine::start::pending_execution::ChildKind;
use crate::store::{Change, OutboxQueue};

impl ExecutionTask {
    /// Returns the messages of the next commit: the changes of the status that it makes durable, and what must be stopped. `ended` is the time of
    /// the end, if the execution has ended.
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
        let mut send = |record: &StatusRecord| {
            messages.push(Change::Send {
                queue: OutboxQueue::Statuses,
                data: Bytes::from(record.encode()),
            });
        };
        let about = self.resources.state.about.clone();
        let running = StatusRecord {
            status: Status::Running,
            at: about.redriven().unwrap_or(about.started),
            about,
            output: None,
            error: None,
            cause: None,
            is_map_run_child: self.child != ChildKind::None,
            is_redrivable: false,
        };
        let journaled = self.journaled.as_ref();
        if journaled.is_some_and(|journaled| journaled.begins()) {
            send(&running);
        }
        if let (Some(at), Some(outcome)) = (ended, execution.outcome()) {
            let status = outcome.status();
            let (output, failure) = outcome.clone().into_parts();
            let (error, cause) =
                failure.map_or((None, None), |failure| (failure.error, failure.cause));
            send(&StatusRecord {
                status,
                at,
                output,
                error: error.map(String::from),
                cause: cause.map(String::from),
                is_redrivable: execution.can_resume(),
                ..running
            });
        }
        messages
    }
}
