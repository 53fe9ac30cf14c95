//! Handles the messages of an execution.

use smol_str::SmolStr;
use stepwright_interpreter::distributed::TransferError;
use stepwright_interpreter::execution::{Execution, Failure, Input};
use stepwright_interpreter::{TimerKind, WaitId};

use super::{COMMIT_FAILED, ExecutionTask, shut_down};
use crate::clock::TimerFired;
use crate::execution::message::Message;
use crate::task::running_work::WorkResult;
use crate::task::{Acknowledgement, TaskFailure, WaitEvent};

impl ExecutionTask {
    pub(super) fn receive(&mut self, execution: &mut Execution, message: Message) {
        let input = match message {
            Message::Event(wait_id, event) => {
                return self.receive_event(execution, wait_id, event);
            }
            Message::UpdateRun(arn, changes, answer) => {
                let input = Input::UpdateRun(arn, Box::new(changes));
                return self.deliver_acknowledged(execution, input, Some(answer));
            }
            Message::Timer(fired) => return self.timer_fired(execution, fired),
            Message::Stop(failure) => Input::Stopped(Box::new(failure)),
            Message::LookForHandlers => Input::LookForHandlers,
            Message::Perform(command) => {
                return self.resources.perform_again(execution, *command);
            }
            Message::ShutDown if self.continues_elsewhere() => {
                return self.suspend_later(shut_down());
            }
            Message::ShutDown => Input::Stopped(Box::new(shut_down())),
            Message::Drain(drain) => {
                self.resources.drain_children(&drain);
                self.cold().drain = Some(drain);
                return;
            }
            Message::CommitFailed(cause) => {
                return self.suspend_later(Failure::new(COMMIT_FAILED, cause));
            }
            Message::Suspended(failure) => return self.suspend_later(failure),
            Message::History(read, reader) => {
                execution.recorder().watch();
                return self.cold().readers.push((read, reader));
            }
            Message::Waits(reader) => return self.cold().wait_readers.push(reader),
        };
        self.resources.deliver(execution, input);
    }

    pub(super) fn timer_fired(&mut self, execution: &mut Execution, fired: TimerFired) {
        let input = match fired {
            TimerFired::Deadline => Input::TimedOut,
            // The worker or the holder of the token may be unable to answer now. The next process
            // has the deadline.
            TimerFired::Wait(wait_id, kind @ (TimerKind::Timeout | TimerKind::Heartbeat))
                if self.resources.engine.running.is_shut_down()
                    && !execution.runs_handler(wait_id) =>
            {
                return self.resources.ignore_timer(wait_id, kind);
            }
            TimerFired::Wait(wait_id, kind) => {
                self.resources.timer_fired(wait_id, kind);
                Input::Timer(wait_id, kind)
            }
        };
        self.resources.deliver(execution, input);
    }

    fn receive_event(&mut self, execution: &mut Execution, wait_id: WaitId, event: WaitEvent) {
        let (input, acknowledgement) = match event {
            WaitEvent::Answer(result, acknowledgement) => {
                if result.is_ok() {
                    self.resources.succeeded_by_token(wait_id);
                }
                (Input::Answered(wait_id, result), acknowledgement)
            }
            WaitEvent::Started(worker, acknowledgement) => {
                (Input::WorkerStarted(wait_id, worker), acknowledgement)
            }
            WaitEvent::Heartbeat(acknowledgement) => (Input::Heartbeat(wait_id), acknowledgement),
            WaitEvent::Child(number, ended) => {
                (Input::ChildEnded(wait_id, number, Box::new(ended)), None)
            }
            WaitEvent::Suspended(TaskFailure { error, cause }) => {
                let failure = Failure::stopped(error.map(SmolStr::from), cause.map(SmolStr::from));
                return self.suspend_later(failure);
            }
        };
        self.deliver_acknowledged(execution, input, acknowledgement);
    }

    /// Delivers an input, and reports to its sender whether it was accepted.
    fn deliver_acknowledged(
        &mut self,
        execution: &mut Execution,
        input: Input,
        acknowledgement: Option<Acknowledgement>,
    ) {
        let is_accepted = self.resources.deliver(execution, input);
        self.acknowledge(acknowledgement, is_accepted);
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
        let input = match arrived {
            WorkResult::Task(result) => {
                self.resources.job_ended(wait_id);
                Input::WorkCompleted(wait_id, result)
            }
            WorkResult::Read(read) => {
                Input::ObjectRead(wait_id, Box::new(read.map_err(TransferError::new)))
            }
            WorkResult::Written(written) => {
                Input::ObjectWritten(wait_id, Box::new(written.map_err(TransferError::new)))
            }
        };
        self.resources.deliver(execution, input);
    }

    /// Suspends the execution at the next opportunity.
    fn suspend_later(&mut self, failure: Failure) {
        self.cold().suspension = Some(failure);
    }
}
