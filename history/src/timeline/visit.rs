//! The visits of which a timeline consists: each has the data, times and attempts of a state.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::overlay::Status;
use stepwright_asl::source::SourceLocation;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::value::Value;

use super::attempt::{Attempt, AttemptOutcome};
use super::event::TimelineEvent;
use super::failure_origin::FailureOrigin;
use super::iterations::Iterations;

/// The variables of a scope, with the indexes of the visits that assigned them last.
pub(super) type EarlierVariables = BTreeMap<String, usize>;

/// One visit of a state, from its StateEntered event on.
///
/// A state has one visit for each time that it is entered. A retry is a further [`Attempt`] of the
/// same visit. A redrive continues the visits that had not succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub(super) state: SmolStr,
    pub(super) state_type: SmolStr,
    pub(super) scope: Arc<[String]>,
    pub(super) container: Option<usize>,
    /// Which attempt of the container it belongs to.
    pub(super) container_attempt: usize,
    pub(super) previous: Option<usize>,
    /// The variables that earlier visits of its scope assigned, each with the visit that assigned
    /// it last. Only some visits have them: a reader goes back to the nearest one.
    pub(super) earlier_variables: Option<Arc<EarlierVariables>>,
    /// The number of visits back to the nearest one with these variables, or to the first one of
    /// the scope.
    pub(super) distance: usize,
    pub(super) first_event: u32,
    pub(super) last_event: u32,
    pub(super) events: usize,
    pub(super) entered: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) status: Status,
    pub(super) input: Option<Value>,
    pub(super) output: Option<Value>,
    pub(super) assigned: Vec<(String, Value)>,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
    /// The error and the cause in the event of the failure of its last attempt.
    pub(super) failure: Option<(Option<String>, Option<String>)>,
    /// Where its failure began. An attempt that retries takes it.
    pub(super) origin: Option<FailureOrigin>,
    /// How many times an expression failed.
    pub(super) failed_evaluations: u32,
    pub(super) attempts: Vec<Attempt>,
    pub(super) iterations: Option<Iterations>,
    /// Whether it has failed since its last attempt.
    pub(super) has_failed: bool,
    /// When the failure happened that the next attempt retries.
    pub(super) failed_at: Option<Timestamp>,
    /// Whether a redrive continues it and no attempt has started since.
    pub(super) is_redriven: bool,
    /// Where the state is declared in Rust.
    pub(super) source_location: Option<SourceLocation>,
}

impl Visit {
    pub(super) fn new(event: &TimelineEvent, scope: Arc<[String]>) -> Self {
        let state_type = event.kind.entered_type();
        Self {
            state: event.state.as_deref().unwrap_or_default().into(),
            state_type: state_type.unwrap_or_default().into(),
            scope,
            container: None,
            container_attempt: 0,
            previous: None,
            earlier_variables: None,
            distance: 0,
            first_event: event.id,
            last_event: event.id,
            events: 0,
            entered: event.at,
            ended: None,
            status: Status::Running,
            input: event.value("input"),
            output: None,
            assigned: Vec::new(),
            error: None,
            cause: None,
            failure: None,
            origin: None,
            failed_evaluations: 0,
            attempts: Vec::new(),
            iterations: None,
            has_failed: false,
            failed_at: None,
            is_redriven: false,
            source_location: None,
        }
    }

    /// Returns the value that it assigned to a variable.
    pub(super) fn assigned_value(&self, name: &str) -> Option<&Value> {
        let mut assigned = self.assigned.iter();
        let (_, value) = assigned.find(|(other, _)| other == name)?;
        Some(value)
    }

    /// Returns the name of the state.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Returns the ASL type of the state: `Task`, `Map`, ...
    pub fn state_type(&self) -> &str {
        &self.state_type
    }

    /// Returns where the state is declared in Rust; `None` if the definition is not a workflow's,
    /// and in a recording.
    pub fn source_location(&self) -> Option<SourceLocation> {
        self.source_location
    }

    /// Returns the enclosing Map iterations (`Map[2]`) and Parallel branches
    /// (`Parallel/FirstState`), outermost first.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns the index of the visit of the Map or Parallel around it.
    pub fn container(&self) -> Option<usize> {
        self.container
    }

    /// Returns the index of the visit before it in its iteration, branch or, outside of these, the
    /// execution.
    pub fn previous(&self) -> Option<usize> {
        self.previous
    }

    /// Returns the id of its StateEntered event.
    pub fn first_event(&self) -> u32 {
        self.first_event
    }

    /// Returns the id of its last event so far.
    pub fn last_event(&self) -> u32 {
        self.last_event
    }

    /// Returns the number of its events. Events of states inside of it count for those.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Returns when the state was entered.
    pub fn entered(&self) -> Timestamp {
        self.entered
    }

    /// Returns when it was left, failed or was stopped.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// Returns its status: running, succeeded, failed, caught or stopped.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns its input; `None` in a history without data.
    pub fn input(&self) -> Option<&Value> {
        self.input.as_ref()
    }

    /// Returns its output; `None` before its end, after a failure, and in a history without data.
    pub fn output(&self) -> Option<&Value> {
        self.output.as_ref()
    }

    /// Returns the variables that it assigned, by `Assign` of the state or of the catcher.
    pub fn assigned(&self) -> &[(String, Value)] {
        &self.assigned
    }

    /// Returns the name of its last error, also if the error was caught or tried again.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns the cause of its last error.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Returns its attempts: the calls of the task, or the runs of its branches or iterations.
    /// Other states have none.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns the numbers of the iterations of an inline Map that has started.
    pub fn iterations(&self) -> Option<Iterations> {
        self.iterations
    }

    /// Returns whether its last attempt failed and the next one has not started: it waits for the
    /// delay of its retrier.
    pub fn waits_for_retry(&self) -> bool {
        self.is_open() && self.has_failed
    }

    /// Returns where its last failure began, if no attempt has followed.
    pub(crate) fn origin(&self) -> Option<&FailureOrigin> {
        self.origin.as_ref()
    }

    pub(super) fn is_open(&self) -> bool {
        self.status == Status::Running
    }

    /// Ends the visit and its running attempt.
    pub(super) fn end(&mut self, at: Timestamp, status: Status) {
        self.status = status;
        self.ended = Some(at);
        let outcome = match status {
            Status::Succeeded => AttemptOutcome::Succeeded,
            Status::Failed | Status::Caught => AttemptOutcome::Failed,
            _ => AttemptOutcome::Stopped,
        };
        self.end_attempt(at, outcome);
        if let Some(iterations) = &mut self.iterations {
            iterations.stop();
        }
    }

    pub(super) fn end_attempt(&mut self, at: Timestamp, outcome: AttemptOutcome) {
        if let Some(attempt) = self.open_attempt() {
            attempt.end(at, outcome);
        }
    }

    pub(super) fn open_attempt(&mut self) -> Option<&mut Attempt> {
        let last = self.attempts.last_mut();
        last.filter(|attempt| attempt.outcome == AttemptOutcome::Running)
    }

    /// Continues the visit after a redrive.
    pub(super) fn reopen(&mut self) {
        self.status = Status::Running;
        self.ended = None;
        self.has_failed = false;
        self.failed_at = None;
        self.is_redriven = true;
        if let Some(iterations) = &mut self.iterations {
            iterations.redrive();
        }
    }
}
