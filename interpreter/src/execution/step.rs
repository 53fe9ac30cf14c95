//! One transition of a cursor: enters a state, runs it, leaves it or handles its failure.

use stepwright_asl::errors;

use super::context::ContextView;
use super::cursor::{AttemptState, Cursor, Waiting};
use super::failure::Failure;
use super::inspection::TESTED_STATE;
use super::span_change::SpanChange;
use super::step_context::StepContext;
use super::step_loop::Execution;
use crate::history::{Details, EventKind, Payload};
use crate::program::{Kind, StateIx};
use crate::query::{Context, QueryError, Scope, VariableIx};
use crate::value::Value;
use crate::wait_id::CursorId;

/// The result of one step of a state.
pub(super) type StateResult = Result<StateProgress, Failure>;

/// The progress of a state that has not failed.
#[derive(Debug)]
pub(crate) enum StateProgress {
    /// The execution leaves the state.
    Exit(Exit),
    /// The state waits for an event or for its children.
    Wait,
}

/// The output, assignments and target with which an execution leaves a state.
#[derive(Debug)]
pub(crate) struct Exit {
    /// `None` when the output is the state's input, which then is not moved.
    pub(super) output: Option<Value>,
    pub(super) assigned: Vec<(VariableIx, Value)>,
    /// `None` when the state ends its scope.
    pub(super) next: Option<StateIx>,
}

impl Execution {
    /// Advances a runnable cursor by one transition.
    pub(super) fn advance(&mut self, id: CursorId, cx: &mut StepContext<'_>) {
        let progress = match self.cursors.get(id).map(|cursor| &cursor.waiting) {
            None => return,
            Some(Waiting::Run(_)) => match self.cursors.take_run(id) {
                Some(run) => self.step_run(id, run, cx),
                None => return,
            },
            Some(Waiting::Enter) => {
                self.enter(id, cx);
                self.attempt(id, cx)
            }
            Some(Waiting::Joined(_)) => match self.cursors.get_mut(id).map(Cursor::attempting) {
                Some(Waiting::Joined(results)) => self.exit_joined(id, results, cx),
                _ => return,
            },
            Some(_) => self.attempt(id, cx),
        };
        self.conclude(id, progress, cx);
    }

    /// Writes the Entered event of a state, and resets the fields of its earlier visit.
    fn enter(&mut self, id: CursorId, cx: &mut StepContext<'_>) {
        let entered_at = self.not_before_history(self.now);
        let Some(cursor) = self.cursors.get_mut(id) else {
            return;
        };
        cursor.waiting = Waiting::Attempt;
        cursor.entered_at = entered_at;
        cursor.attempt_state = AttemptState::default();
        cursor.remaining_work = None;
        cx.change_span(id, || SpanChange::Entered {
            parent: cursor.parent.map(|(parent, _)| parent),
            state: cursor.state,
        });
        let kind = match cx.program.state(cursor.state).kind {
            Kind::Task(_) => EventKind::TaskStateEntered,
            Kind::Pass(_) => EventKind::PassStateEntered,
            Kind::Choice(_) => EventKind::ChoiceStateEntered,
            Kind::Wait(_) => EventKind::WaitStateEntered,
            Kind::Succeed => EventKind::SucceedStateEntered,
            Kind::Fail(_) => EventKind::FailStateEntered,
            Kind::Parallel(_) => EventKind::ParallelStateEntered,
            Kind::Map(_) => EventKind::MapStateEntered,
        };
        let input = || Payload::Value(cursor.input.clone());
        cursor.entered = self.recorder.write_of_state(
            &self.program,
            self.now,
            kind,
            cursor.state,
            cursor.scope,
            input,
        );
    }

    /// Runs a state, or starts its task, wait or children.
    fn attempt(&mut self, id: CursorId, cx: &mut StepContext<'_>) -> StateResult {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(StateProgress::Wait);
        };
        let state = cx.program.state(cursor.state);
        if let Some(why) = &state.missing_value {
            return Err(Failure::new(errors::RUNTIME, &**why));
        }
        match &state.kind {
            Kind::Pass(pass) => self.pass(id, state, pass),
            Kind::Choice(choice) => self.choice(id, state, choice),
            Kind::Succeed => self.succeed_state(id, state),
            Kind::Fail(fail) => self.fail_state(id, fail),
            Kind::Wait(wait) => self.wait_state(id, state, wait, cx),
            Kind::Task(task) => self.task(id, state, task, cx),
            Kind::Parallel(parallel) => self.parallel(id, state, parallel, cx),
            Kind::Map(map) => self.map(id, state, map, cx),
        }
    }

    /// Applies the result of a state: leaves the state, handles its failure, or waits.
    pub(super) fn conclude(
        &mut self,
        id: CursorId,
        progress: StateResult,
        cx: &mut StepContext<'_>,
    ) {
        match progress {
            Ok(StateProgress::Wait) => {}
            Ok(StateProgress::Exit(exit)) => {
                if let Err(failure) = self.exit(id, exit, cx) {
                    self.handle_failure(id, failure, cx);
                }
            }
            Err(failure) => self.handle_failure(id, failure, cx),
        }
    }

    /// Leaves a state: checks the limits, writes the Exited event, assigns variables and selects
    /// the next state.
    pub(super) fn exit(
        &mut self,
        id: CursorId,
        exit: Exit,
        cx: &mut StepContext<'_>,
    ) -> Result<(), Failure> {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(());
        };
        let state = cx.program.state(cursor.state);
        if !self.is_within_limits(exit.output.as_ref().unwrap_or(&cursor.input)) {
            return Err(Failure::too_large(&state.name));
        }
        if !exit.assigned.is_empty() {
            self.check_assigned(cursor, &exit, cx)?;
        }
        if self.is_inspected() {
            self.inspect_exit(id, exit, cx);
            return Ok(());
        }
        let kind = match &state.kind {
            Kind::Task(_) => EventKind::TaskStateExited,
            Kind::Pass(_) => EventKind::PassStateExited,
            Kind::Choice(_) => EventKind::ChoiceStateExited,
            Kind::Wait(_) => EventKind::WaitStateExited,
            Kind::Succeed | Kind::Fail(_) => EventKind::SucceedStateExited,
            Kind::Parallel(_) => EventKind::ParallelStateExited,
            Kind::Map(_) => EventKind::MapStateExited,
        };
        let Exit {
            output,
            assigned,
            next,
        } = exit;
        // No check fails from here on, so a transition applies completely or not at all.
        let Some(cursor) = self.cursors.get_mut(id) else {
            return Ok(());
        };
        let value = output.as_ref().unwrap_or(&cursor.input);
        let payload = || {
            if assigned.is_empty() {
                Payload::Value(value.clone())
            } else {
                let assigned = assigned
                    .iter()
                    .map(|(variable, value)| (cx.program.variable_name(*variable), value.clone()))
                    .collect();
                Payload::from(Details::Exited {
                    output: value.clone(),
                    assigned,
                })
            }
        };
        self.recorder.write_of_state(
            &self.program,
            self.now,
            kind,
            cursor.state,
            cursor.scope,
            payload,
        );
        cx.change_span(id, || SpanChange::Left);
        if !assigned.is_empty() {
            for (variable, value) in assigned {
                cursor.variables.set(variable, value);
            }
        }
        let Some(next) = next else {
            let output = output.unwrap_or_else(|| cursor.input.clone());
            self.end_scope(id, output, cx);
            return Ok(());
        };
        cursor.state = next;
        if let Some(output) = output {
            cursor.input = output;
        }
        cursor.waiting = Waiting::Enter;
        self.mark_runnable(id);
        Ok(())
    }

    /// Checks the sizes of assigned variables. AWS documents the limits but not the error; this is
    /// the error for other values that are too large.
    fn check_assigned(
        &self,
        cursor: &Cursor,
        exit: &Exit,
        cx: &StepContext<'_>,
    ) -> Result<(), Failure> {
        let limits = &self.limits;
        let refused = |what: &str| {
            let cause = format!("{what} exceeds the maximum number of bytes service limit.");
            Err(Failure::new(errors::DATA_LIMIT_EXCEEDED, cause))
        };
        let mut sum = 0u64;
        for (variable, value) in &exit.assigned {
            sum = sum.saturating_add(value.json_len());
            if value.json_len() > limits.variable_bytes || value.depth() > limits.value_depth {
                let name = cx.program.variable_name(*variable);
                return refused(&format!("The value assigned to the variable '{name}'"));
            }
        }
        let state = &cx.program.state(cursor.state).name;
        if sum > limits.variable_bytes {
            return refused(&format!("What the state '{state}' assigns"));
        }
        let mut variables = cursor.variables.clone();
        if variables.bytes().saturating_add(sum) > limits.variables_bytes {
            // A variable that is assigned again counts once.
            for (variable, value) in &exit.assigned {
                variables.set(*variable, value.clone());
            }
            if variables.bytes() > limits.variables_bytes {
                return refused("The size of all variables");
            }
        }
        Ok(())
    }

    /// Handles the failure of a state: applies Retry, then Catch, then fails the scope.
    pub(super) fn handle_failure(
        &mut self,
        id: CursorId,
        failure: Failure,
        cx: &mut StepContext<'_>,
    ) {
        if let Some(inspection) = self.inspection_mut() {
            inspection.failure = Some(failure.clone());
        }
        self.report_evaluation_failure(id, &failure, cx);
        if let Some(cursor) = self.cursors.get(id) {
            cx.environment.caller.state_failed(cursor.state, &failure);
        }
        if self.try_retry(id, &failure, cx) {
            return self.would_retry(failure, cx);
        }
        if failure.is_inner {
            self.write_container_failed(id, cx);
        }
        match self.caught(id, &failure, cx) {
            None => self.fail_scope(id, failure, cx),
            Some(Ok(exit)) => {
                if let Err(failure) = self.exit(id, exit, cx) {
                    self.fail_scope(id, failure, cx);
                }
            }
            Some(Err(failure)) => {
                self.report_evaluation_failure(id, &failure, cx);
                self.fail_scope(id, failure, cx);
            }
        }
    }

    /// Reports that a field could not be evaluated.
    fn report_evaluation_failure(&self, id: CursorId, failure: &Failure, cx: &StepContext<'_>) {
        if failure.by_query
            && let Some(cursor) = self.cursors.get(id)
        {
            let caller = cx.environment.caller;
            caller.evaluation_failed(cursor.state, failure);
        }
    }

    /// Ends a scope after its last state.
    fn end_scope(&mut self, id: CursorId, output: Value, cx: &mut StepContext<'_>) {
        let is_top = |cursor: &Cursor| cursor.parent.is_none();
        if self.cursors.get(id).is_some_and(is_top) {
            self.cursors.end_all();
            return self.succeed(output, cx);
        }
        if let Some(ended) = self.cursors.end(id)
            && let Some((container, index)) = ended.parent
        {
            self.child_succeeded(container, index, ended, output, cx);
        }
    }

    /// Fails a scope with a failure that no retrier or catcher handles.
    fn fail_scope(&mut self, id: CursorId, failure: Failure, cx: &mut StepContext<'_>) {
        let Some(mut cursor) = self.cursors.remove(id) else {
            return;
        };
        cx.change_span(id, || SpanChange::Left);
        match cursor.parent {
            None => {
                self.save_failed(&mut cursor);
                self.fail(failure, cx);
            }
            Some((container, _)) => {
                self.save_children(container, &mut cursor);
                self.child_failed(container, cursor.position(), failure, cx);
            }
        }
    }

    /// Returns whether a value is within the limits of size and depth.
    pub(super) fn is_within_limits(&self, value: &Value) -> bool {
        value.json_len() <= self.limits.payload_bytes && value.depth() <= self.limits.value_depth
    }

    /// Converts a failed evaluation to the failure of the state. Writes EvaluationFailed for
    /// JSONata.
    pub(super) fn query_failed(
        &mut self,
        id: CursorId,
        error: &QueryError,
        state: &str,
    ) -> Failure {
        let entered = self.cursors.get(id).map_or(0, |cursor| cursor.entered);
        // A test of one state has no events whose id the cause could contain.
        let failure = match self.inspection() {
            Some(_) => Failure::new(error.error.as_ref(), &error.cause),
            None => Failure::of_query(error, state, entered),
        };
        if error.error == errors::QUERY_EVALUATION_ERROR {
            let payload = Details::Evaluation {
                error: failure.error.clone().unwrap_or_default(),
                cause: failure.cause.clone().unwrap_or_default(),
                location: error.location.as_deref().map(Into::into),
            };
            self.write(id, EventKind::EvaluationFailed, payload.into());
        }
        failure
    }

    /// Returns the context object of a cursor.
    pub(super) fn context<'a>(&'a self, cursor: &'a Cursor) -> ContextView<'a> {
        ContextView {
            about: &self.about,
            program: &self.program,
            cursors: &self.cursors,
            cursor,
            item: None,
            test_context: self.inspection().and_then(|test| test.context.as_ref()),
            state_name: self.is_inspected().then_some(TESTED_STATE),
        }
    }

    /// Returns the values that the expressions of a cursor's state read.
    pub(super) fn scope<'a>(
        &'a self,
        cursor: &'a Cursor,
        context: &'a dyn Context,
        input: &'a Value,
    ) -> Scope<'a> {
        Scope {
            input,
            result: None,
            error_output: None,
            context,
            variables: &cursor.variables,
            entropy: &self.entropy,
            now_millis: self.now.unix_millis(),
        }
    }
}
