use std::sync::Arc;

use smol_str::SmolStr;

use super::failure::Failure;
use crate::clock::{Listeners, Timestamp};
use crate::distributed::source::{SourceRequest, SourceResponse};
use crate::distributed::{RunView, Tally, WriteRequest, WriteResponse};
use crate::execution_info::ExecutionInfo;

use crate::program::{Entry, Program, Task};
use crate::statistics::TaskEvent;
use crate::status::Status;
use crate::task::{Answer, NestedStart, Resource, TaskCall, TaskEffect, TaskResult};
use crate::value::Value;
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// What an execution needs from outside. The engine implements it; the interpreter itself knows no runtime, no
/// clock and no handler.
pub(crate) trait Host {
    /// The time.
    fn now(&self) -> Timestamp;

    /// A token for a state's task, one that nobody can guess unless a test chose it.
    fn new_token(&mut self, about: &ExecutionInfo, state: &str) -> SmolStr;

    /// Who answers the task and what will be done for it, as data, asked before anything of it is written down. Nothing
    /// happens yet. `wait_id` is the wait that will be for the answer.
    fn resolve(&mut self, call: &TaskCall<'_>, wait_id: WaitId) -> Answer;

    /// Does what was decided, after its events were written. When the answer is not there at once the host brings it later.
    fn perform(&mut self, wait_id: WaitId, effect: TaskEffect) -> Option<TaskResult>;

    /// Puts the task into an activity's queue. Its token is open.
    fn queue(&mut self, wait_id: WaitId, activity: &SmolStr, input: Value);

    /// Goes on with the work of a handler, of an execution that was read again: calls it again where it may be, fails the task
    /// where it may not, and waits for a handler where there is none.
    fn resume_work(&mut self, wait_id: WaitId, call: &TaskCall<'_>);

    /// Goes on with the start of another execution, of an execution that was read again: brings its end and, unless it
    /// `is_begun`, what the start itself answers.
    fn follow(&mut self, wait_id: WaitId, of: Calling<'_>, start: &NestedStart, is_begun: bool);

    /// Whether somebody answers a task that waits for that. Where nobody does, that is told.
    fn is_answered(&mut self, wait_id: WaitId, of: Calling<'_>, target: Option<&str>) -> bool;

    /// From now on the holder of `token` may answer.
    /// A `.sync` task is answered by its job, too: then nothing outside is waited for, and `is_awaited` is false.
    fn open_token(&mut self, wait_id: WaitId, token: &SmolStr, is_awaited: bool);

    /// Virtual time stands until the wait is over: a test answers it.
    fn hold_clock(&mut self, wait_id: WaitId, listeners: &Arc<Listeners>);

    /// Rings at `at`.
    fn arm(&mut self, wait_id: WaitId, kind: TimerKind, at: Timestamp);

    /// Takes one timer back.
    fn disarm(&mut self, wait_id: WaitId, kind: TimerKind);

    /// A Map Run begins; its children and its end are told under `wait_id`.
    fn open_run(&mut self, wait_id: WaitId, view: RunView);

    /// Goes on with a Map Run of an execution that was read again. Gives whether the run goes on in the process that it is at work
    /// in: then nothing of it was lost.
    fn resume_run(&mut self, wait_id: WaitId, view: RunView, tally: Tally) -> bool;

    /// Goes on with a child of such a run, of which no end is known, and brings its end later.
    fn resume_child(&mut self, wait_id: WaitId, child: ChildStart);

    /// Starts a child of a Map Run, and brings its end later.
    ///
    /// # Errors
    ///
    /// Why there can be no child.
    fn start_child(&mut self, wait_id: WaitId, child: ChildStart) -> Result<(), String>;

    /// Stops the children of a Map Run that are at work. The end of each is brought as always.
    fn stop_children(&mut self, wait_id: WaitId);

    /// How far a Map Run has come, and how it ended if it did.
    fn report_run(&mut self, wait_id: WaitId, tally: Tally, ended: Option<Status>);

    /// Asks the object store. When it does not answer at once the host brings the answer later.
    fn read_object(
        &mut self,
        wait_id: WaitId,
        request: SourceRequest,
    ) -> Option<Result<SourceResponse, String>>;

    /// Gives the object store something to keep. When it does not answer at once the host brings the answer later.
    fn write_object(
        &mut self,
        wait_id: WaitId,
        state: &str,
        write: WriteRequest,
    ) -> Option<Result<WriteResponse, String>>;

    /// What the ItemReader of a state gives where nothing is to be read.
    fn items_of_reader(&mut self, state: &str) -> Option<Result<Value, String>>;

    /// A field of a state could not be evaluated.
    fn evaluation_failed(&mut self, state: &str, failure: &Failure);

    /// Counts a change of a Task state's task.
    fn count_task(&mut self, task: &Task, event: TaskEvent);

    /// The wait is over: its children, its timers, its work and its token are nobody's any more.
    fn forget(&mut self, wait_id: WaitId);
}

/// Who calls what: a Task state.
#[derive(Clone, Copy)]
pub(crate) struct Calling<'a> {
    pub(crate) state: &'a str,
    pub(crate) resource: &'a Resource,
}

impl<'a> Calling<'a> {
    pub(crate) fn of(call: &TaskCall<'a>) -> Self {
        Self {
            state: call.state,
            resource: call.resource,
        }
    }
}

/// What goes along while an execution is moved on.
pub(crate) struct Cx<'a> {
    pub(crate) program: &'a Program,
    pub(crate) host: &'a mut dyn Host,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(program: &'a Program, host: &'a mut dyn Host) -> Self {
        Self { program, host }
    }
}

/// A child execution of a Map Run.
#[derive(Debug)]
pub(crate) struct ChildStart {
    /// Its place among the run's children.
    pub(crate) number: u32,
    pub(crate) about: Arc<ExecutionInfo>,
    pub(crate) entry: Entry,
    pub(crate) seed: u64,
    /// It was started before and did not succeed: it goes on where it was, if that is known.
    pub(crate) is_again: bool,
}
