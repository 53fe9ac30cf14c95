//! Handles the messages of an execution.

use smol_str::SmolStr;

use super::{COMMIT_FAILED, ExecutionTask, shut_down};
use crate::engine::drive::execution_state::Message;
use crate::engine::drive::running_work::WorkResult;
use crate::interpret::{Execution, Failure};
use crate::task::{News, Taken, TaskFailure};
use crate::wait_id::WaitId;

impl ExecutionTask {
    pub(super) fn receive(&mut self, execution: &mut Execution, message: Message) {
        match message {
            Message::Timer(wait_id, kind) => {
                self.host.rang(wait_id, kind);
                execution.ring(wait_id, kind, &mut self.host);
            }
            Message::News(wait_id, news) => self.receive_event(execution, wait_id, news),
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
            #[cfg(feature = "serve")]
            Message::UpdateRun(arn, changes, answer) => {
                let is_updated = execution.update_run(&arn, changes, &mut self.host);
                self.tell(Some(answer), is_updated);
            }
            Message::History(read, reader) => {
                execution.recorder().watch();
                self.cold().readers.push((read, reader));
            }
        }
    }

    fn receive_event(&mut self, execution: &mut Execution, wait_id: WaitId, news: News) {
        match news {
            News::Answer(result, taken) => {
                if result.is_ok() {
                    self.host.succeeded_by_token(wait_id);
                }
                let is_taken = execution.outside_answered(wait_id, result, &mut self.host);
                self.tell(taken, is_taken);
            }
            News::Started(worker, taken) => {
                let is_taken = execution.started(wait_id, worker, &mut self.host);
                self.tell(taken, is_taken);
            }
            News::Parked(TaskFailure { error, cause }) => {
                let failure = Failure::stopped(error.map(SmolStr::from), cause.map(SmolStr::from));
                self.suspend_later(failure);
            }
            News::Child(number, ended) => {
                execution.child_execution_ended(wait_id, number, ended, &mut self.host);
            }
            News::Heartbeat(taken) => {
                let is_taken = execution.heartbeat(wait_id, &mut self.host);
                self.tell(taken, is_taken);
            }
        }
    }

    /// Reports to the sender of an answer whether it was accepted.
    fn tell(&mut self, taken: Option<Taken>, is_taken: bool) {
        match (taken, &mut self.journaled) {
            (Some(taken), Some(journaled)) => journaled.tell(taken, is_taken),
            // The sender may have been dropped.
            (Some(taken), None) => drop(taken.send(is_taken)),
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
            WorkResult::Task(result) => execution.work_answered(wait_id, result, host),
            WorkResult::Read(read) => execution.object_was_read(wait_id, read, host),
            WorkResult::Written(written) => execution.object_was_written(wait_id, written, host),
        }
    }

    /// Suspends the execution at the next opportunity.
    fn suspend_later(&mut self, failure: Failure) {
        self.cold().suspension = Some(failure);
    }
}
