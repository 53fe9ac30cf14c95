//! Ends an open execution of a store that no engine has open.

use smol_str::SmolStr;
use stepwright_interpreter::distributed::TransferError;
use stepwright_interpreter::execution::{
    Caller, CommandQueue, Environment, Execution, Failure, Input, StatusRecord,
};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use super::stored_executions::StoredExecutions;
use crate::clock::Timestamp;
use crate::durable::step_attempts::StepAttempts;
use crate::nested::map_runs;
use crate::outbox::status_message;
use crate::store::{Change, StoreError, StoreFilter, StoredExecution};

/// The changes of [`StoredExecutions::abort`].
#[derive(Debug)]
#[non_exhaustive]
pub struct OfflineAbort {
    /// The changes. Commit all of them together.
    pub changes: Vec<Change>,
    /// How many children of Map Runs end with the execution.
    pub children: usize,
    /// Why the execution has no last event: its records cannot be read.
    pub unreadable: Option<StoreError>,
}

impl StoredExecutions {
    /// Returns the changes that end an open execution with the status [`Status::Aborted`], as
    /// StopExecution does: with its last event, with the open children of its Map Runs, and with
    /// messages for the [status listener](crate::StatusListener) of the next engine, if an engine
    /// of this store had one. An execution that cannot be read gets no event and no message.
    /// Nothing is evaluated, so an execution whose next step would end the process can be aborted.
    /// Executions that it started with `states:startExecution` stay open.
    ///
    /// No engine may have the store open.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn abort(
        &mut self,
        row: &StoredExecution,
        error: &str,
        cause: &str,
        now: Timestamp,
    ) -> Result<OfflineAbort, StoreError> {
        let failure = Failure::stopped(Some(error.into()), Some(cause.into()));
        let mut abort = OfflineAbort {
            changes: Vec::new(),
            children: 0,
            unreadable: None,
        };
        let mut attempts = StepAttempts::read(self.reader())?;
        let has_listener = status_message::has_listener(self.reader())?;
        let (mut had_attempts, mut open) = (false, vec![row.clone()]);
        while let Some(row) = open.pop() {
            let ended = self.end(&row, &failure, now, has_listener, &mut abort.changes);
            match ended {
                Err(error) if error.may_pass() => return Err(error),
                Err(error) if row.child_of.is_none() => abort.unreadable = Some(error),
                _ => {}
            }
            had_attempts |= attempts.remove(row.key);
            for run in self.reader().map_runs(row.key)? {
                abort
                    .changes
                    .extend(map_runs::aborted(&run, now).map(Change::MapRun));
                let filter = StoreFilter {
                    map_run: Some(run.arn),
                    ..StoreFilter::default()
                };
                let children = self.reader().list(&filter)?.into_iter();
                let before = open.len();
                open.extend(children.filter(|child| child.status == Status::Running));
                abort.children += open.len() - before;
            }
        }
        if had_attempts {
            abort.changes.extend(attempts.change());
        }
        Ok(abort)
    }

    /// Adds the changes that end one execution. Fails if it has no last event.
    fn end(
        &mut self,
        row: &StoredExecution,
        failure: &Failure,
        now: Timestamp,
        has_listener: bool,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let key = row.key;
        let close = |stopped: Timestamp| Change::Close {
            key,
            status: Status::Aborted,
            stopped,
        };
        let mut recovered = match self.recover(row) {
            Ok(recovered) => recovered,
            Err(error) => {
                changes.push(close(now.max(row.started)));
                return Err(error);
            }
        };
        let execution = &mut recovered.execution;
        let now = execution.not_before_history(now);
        stop(execution, failure.clone(), now);
        changes.push(Change::Append {
            key,
            seq: recovered.place.seq,
            data: recovered.written.record(execution).into(),
        });
        changes.push(close(now));
        if let Some(outcome) = execution.outcome()
            && has_listener
            && !execution.is_express()
        {
            let running = StatusRecord::running(execution.about().clone(), row.child_of.is_some());
            let ended = running.ended(now, outcome.clone(), execution.can_resume());
            changes.push(status_message::send(&ended));
        }
        Ok(())
    }
}

/// Stops an execution. Its commands concern timers, handlers and tokens of a process, and there is
/// none.
fn stop(execution: &mut Execution, failure: Failure, now: Timestamp) {
    let program = execution.program().clone();
    let environment = Environment {
        program: &program,
        now,
        caller: &NoProcess,
        has_spans: false,
    };
    let stopped = Input::Stopped(Box::new(failure));
    execution.receive(stopped, environment, &mut CommandQueue::default());
}

/// The caller of an execution that only ends.
struct NoProcess;

impl Caller for NoProcess {
    fn has_handler(&self, _: StateIx) -> bool {
        false
    }

    fn new_token(&self, _: &ExecutionInfo, _: &str, _: u32) -> SmolStr {
        SmolStr::default()
    }

    fn items_of_reader(&self, _: &ExecutionInfo, _: &str) -> Option<Result<Value, TransferError>> {
        None
    }
}
