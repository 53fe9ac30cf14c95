use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::cursor::CursorId;
use super::failure::Failure;
use crate::about::About;
use crate::clock::{Listeners, Timestamp};
use crate::distributed::source::{Request, Supply};
use crate::distributed::{File, RunView, Tally};
use crate::engine::Status;
use crate::program::{Entry, Program};
use crate::task::{Answer, Effect, Integration, TaskCall, TaskResult};
use crate::value::Value;

/// What an execution needs from outside. The engine implements it; the interpreter itself knows no runtime, no
/// clock and no handler.
pub(crate) trait Host {
    /// The time.
    fn now(&self) -> Timestamp;

    /// A token for a state's task, one that nobody can guess unless a test chose it.
    fn new_token(&mut self, about: &About, state: &str) -> SmolStr;

    /// Who answers the task and what will be done for it, as data, asked before anything of it is written down. Nothing
    /// happens yet. `ticket` is the wait that will be for the answer.
    fn resolve(&mut self, call: &TaskCall<'_>, ticket: Ticket) -> Answer;

    /// Does what was decided, after its events were written. When the answer is not there at once the host brings it later.
    fn perform(&mut self, ticket: Ticket, effect: Effect) -> Option<TaskResult>;

    /// Puts the task into an activity's queue. Its token is open.
    fn queue(&mut self, ticket: Ticket, activity: &SmolStr, input: Value);

    /// Goes on with the work of a handler, of an execution that was read again.
    fn resume_work(&mut self, ticket: Ticket);

    /// Brings the end of another execution that was started before.
    fn follow(&mut self, ticket: Ticket, execution: &SmolStr, integration: Integration);

    /// From now on whoever has `token` may answer.
    fn open_token(&mut self, ticket: Ticket, token: &SmolStr);

    /// The same for a `.sync` task, whose token answers beside its job: virtual time does not wait for it.
    fn open_job_token(&mut self, ticket: Ticket, token: &SmolStr);

    /// Virtual time stands until the wait is over: a test answers it.
    fn hold_clock(&mut self, ticket: Ticket, listeners: &Arc<Listeners>);

    /// Rings at `at`.
    fn arm(&mut self, ticket: Ticket, ring: Ring, at: Timestamp);

    /// Takes one timer back.
    fn disarm(&mut self, ticket: Ticket, ring: Ring);

    /// A Map Run begins; its children and its end are told under `ticket`.
    fn open_run(&mut self, ticket: Ticket, view: RunView);

    /// Starts a child of a Map Run, and brings its end later.
    ///
    /// # Errors
    ///
    /// Why there can be no child.
    fn start_child(&mut self, ticket: Ticket, child: ChildStart) -> Result<(), String>;

    /// Stops the children of a Map Run that are at work. The end of each is brought as always.
    fn stop_children(&mut self, ticket: Ticket);

    /// How far a Map Run has come, and how it ended if it did.
    fn report_run(&mut self, ticket: Ticket, tally: Tally, ended: Option<Status>);

    /// Asks the object store. When it does not answer at once the host brings the answer later.
    fn read_object(&mut self, ticket: Ticket, request: Request) -> Option<Result<Supply, String>>;

    /// Gives the object store something to keep. When it does not answer at once the host brings the answer later.
    fn write_object(
        &mut self,
        ticket: Ticket,
        state: &str,
        file: File,
    ) -> Option<Result<(), String>>;

    /// What the ItemReader of a state gives where nothing is to be read.
    fn items_of_reader(&mut self, state: &str) -> Option<Result<Value, String>>;

    /// A field of a state could not be evaluated.
    fn evaluation_failed(&mut self, state: &str, failure: &Failure);

    /// The wait is over: its children, its timers, its work and its token are nobody's any more.
    fn forget(&mut self, ticket: Ticket);
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
    pub(crate) about: Arc<About>,
    pub(crate) entry: Entry,
    pub(crate) seed: u64,
    /// It was started before and did not succeed: it goes on where it was, if that is known.
    pub(crate) is_again: bool,
}

/// Names one wait of one cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket {
    pub(crate) cursor: CursorId,
    pub(crate) wait: u32,
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.cursor, self.wait)
    }
}

/// Why a timer rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ring {
    /// A Wait or a Retry's delay is over.
    Wait,
    /// TimeoutSeconds ran out.
    Timeout,
    /// HeartbeatSeconds ran out.
    Heartbeat,
    /// An answer that was there already becomes due.
    Answer,
}
