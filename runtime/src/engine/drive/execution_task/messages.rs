//! Handles the messages of an execution.

use smol_str::SmolStr;

use super::{COMMIT_FAILED, ExecutionTask, shut_down};
use crate::engine::drive::message::Message;
use crate::engine::drive::running_work::WorkResult;
use crate::interpret::{Execution, Failure};
use crate::task::{Acknowledgement, TaskFailure, WaitEvent};
use crate::wait_id::WaitId;

impl ExecutionTask {
    pub(super) fn receive(&mut self, execution: &mut Execution, message: Message) {
        match message {
            Message::Timer(wait_id, kind) => {
                self.host.timer_fired(wait_id, kind);
                execution.timer_fired(wait_id, kind, &mut self.host);
            }
            Message::Event(wait_id, event) => self.receive_event(execution, wait_id, event),
            Message::Deadline => execution.time_out(&mut self.host),
            Message::Stop(failure) => execution.abort(failure, &mut self.host),
            Message::Drain => self.is_drained = self.journaled.is_some(),
            Message::ShutDown => match self.continues_elsewhere() {
                true => self.suspend_later(shut_down()),
                false => execution.abort(shut_down(), &mut self.host),
            },
            Message::LookForHandlers => execution.look_for_handlers(&mut self.host),
            Message::CommitFailed(cause) => {
                self.suspend_later(Failure::new(COMMIT_FAILED, cause));
            }
            Message::Suspended(failure) => self.suspend_later(failure),
            Message::UpdateRun(arn, changes, answer) => {
                let is_updated = execution.update_run(&arn, changes, &mut self.host);
                self.acknowledge(Some(answer), is_updated);
            }
            Message::History(read, reader) => {
                execution.recorder().watch();
                self.cold().readers.push((read, reader));
            }
        }
    }

    fn receive_event(&mut self, execution: &mut Execution, wait_id: WaitId, event: WaitEvent) {
        match event {
            WaitEvent::Answer(result, acknowledgement) => {
                if result.is_ok() {
                    self.host.succeeded_by_token(wait_id);
                }
                let is_accepted = execution.external_completed(wait_id, result, &mut self.host);
                self.acknowledge(acknowledgement, is_accepted);
            }
            WaitEvent::Started(worker, acknowledgement) => {
                let is_accepted = execution.worker_started(wait_id, worker, &mut self.host);
                self.acknowledge(acknowledgement, is_accepted);
            }
            WaitEvent::Suspended(TaskFailure { error, cause }) => {
                let failure = Failure::stopped(error.map(SmolStr::from), cause.map(SmolStr::from));
                self.suspend_later(failure);
            }
            WaitEvent::Child(number, ended) => {
                execution.child_execution_ended(wait_id, number, ended, &mut self.host);
            }
            WaitEvent::Heartbeat(acknowledgement) => {
                let is_accepted = execution.heartbeat(wait_id, &mut self.host);
                self.acknowledge(acknowledgement, is_accepted);
            }
        }
    }

    /// Reports to the sender of an answer whether it was accepted.
    fn acknowledge(&mut self, acknowledgement: Option<Acknowledgement>, is_accepted: bool) {
        match (acknowledgement, &mut self.journaled) {
            (Some(acknowledgement), Some(journaled)) => {
                journaled.acknowledge_after_commit(acknowledgement, is_accepted)
            }
            // The sender may have been dropped.
            (Some(acknowledgement), None) => drop(acknowledgement.send(is_accepted)),
            (None, _) => {}
        }
    }

    /// Delivers the result of finished work.
    pub(super) fn receive_result(
        &mut self,
        execution: &mut Execution,
        wait_id: WaitId,
        arrived: WorkResult,
    ) {
        let host = &mut self.host;
        match arrived {
            WorkResult::Task(result) => execution.work_completed(wait_id, result, host),
            WorkResult::Read(read) => execution.object_was_read(wait_id, read, host),
            WorkResult::Written(written) => execution.object_was_written(wait_id, written, host),
        }
    }

    /// Suspends the execution at the next opportunity.
    fn suspend_later(&mut self, failure: Failure) {
        self.cold().suspension = Some(failure);
    }
}
