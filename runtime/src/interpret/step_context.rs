use smol_str::SmolStr;

use super::command::{Command, CommandQueue};
use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::program::Program;
use crate::value::Value;
use crate::wait_id::{TimerKind, WaitId};

/// The time of a step, and the source of the values that an execution cannot compute.
#[derive(Clone, Copy)]
pub(crate) struct Environment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) values: &'a dyn GivenValues,
}

/// Values that an execution cannot compute. They are stored with it, so they are requested once.
pub(crate) trait GivenValues {
    /// Returns a new token for the task of a state. It cannot be guessed, unless a test chose it.
    fn new_token(&self, about: &ExecutionInfo, state: &str) -> SmolStr;

    /// Returns the items of a mocked ItemReader, so that no object is read.
    fn items_of_reader(&self, about: &ExecutionInfo, state: &str) -> Option<Result<Value, String>>;
}

/// The program, the environment and the commands of one call of the interpreter.
pub(crate) struct StepContext<'a> {
    pub(crate) program: &'a Program,
    pub(crate) environment: Environment<'a>,
    commands: &'a mut CommandQueue,
    /// Whether the step stops until its commands are performed, because one of them has a reply.
    pub(super) awaits_reply: bool,
}

impl<'a> StepContext<'a> {
    pub(super) fn new(
        program: &'a Program,
        environment: Environment<'a>,
        commands: &'a mut CommandQueue,
    ) -> Self {
        Self {
            program,
            environment,
            commands,
            awaits_reply: false,
        }
    }

    pub(super) fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Adds a command that may have a reply before the next transition.
    pub(super) fn request(&mut self, command: Command) {
        self.commands.push(command);
        self.awaits_reply = true;
    }

    pub(super) fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp) {
        self.command(Command::Arm { wait_id, kind, at });
    }

    pub(super) fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        self.command(Command::Disarm { wait_id, kind });
    }

    pub(super) fn release(&mut self, wait_id: WaitId) {
        self.command(Command::Release { wait_id });
    }
}
