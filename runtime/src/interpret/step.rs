use stepwright_asl::errors;

use super::context::ContextView;
use super::cursor::{Cursor, Visit, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use super::inspection::TESTED_STATE;
use crate::history::{Details, EventKind, Payload};
use crate::program::{Kind, StateIx};
use crate::query::{Context, QueryError, Scope, VariableIx};
use crate::value::Value;
use crate::wait_id::CursorId;

/// What a state's work came to.
pub(super) type Stepped = Result<Done, Failure>;

/// A state that did not fail.
#[derive(Debug)]
pub(super) enum Done {
    /// It is left.
    Exits(Exit),
    /// It waits.
    Waits,
}

/// How a state is left.
#[derive(Debug)]
pub(super) struct Exit {
    pub(super) output: Value,
    pub(super) assigned: Vec<(VariableIx, Value)>,
    /// `None` when the state ends its scope.
    pub(super) next: Option<StateIx>,
}

impl Execution {
    /// Moves a runnable cursor by one transition.
    pub(super) fn advance(&mut self, id: CursorId, cx: &mut Cx<'_>) {
        let stepped = match self.cursors.get(id).map(|cursor| &cursor.waiting) {
            None => return,
            Some(Waiting::Run(_)) => match self.cursors.take_run(id) {
                Some(run) => self.run_on(id, run, cx),
                None => return,
            },
            Some(Waiting::Enter) => {
                self.enter(id, cx);
                self.attempt(id, cx)
            }
            Some(Waiting::Joined(_)) => match self.cursors.get_mut(id).map(Cursor::attempting) {
                Some(Waiting::Joined(results)) => self.joined(id, results, cx),
                _ => return,
            },
            Some(_) => self.attempt(id, cx),
        };
        self.conclude(id, stepped, cx);
    }

    /// Writes that a state is entered.
    fn enter(&mut self, id: CursorId, cx: &mut Cx<'_>) {
        let entered_at = self.not_before_history(self.now);
        let Some(cursor) = self.cursors.get_mut(id) else {
            return;
        };
        cursor.waiting = Waiting::Attempt;
        cursor.entered_at = entered_at;
        cursor.visit = Visit::default();
        cursor.stopped = None;
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

    /// Does a state's work, or begins it.
    fn attempt(&mut self, id: CursorId, cx: &mut Cx<'_>) -> Stepped {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(Done::Waits);
        };
        let state = cx.program.state(cursor.state);
        if let Some(why) = &state.lacks {
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

    /// Draws the consequences of a state's work.
    pub(super) fn conclude(&mut self, id: CursorId, stepped: Stepped, cx: &mut Cx<'_>) {
        match stepped {
            Ok(Done::Waits) => {}
            Ok(Done::Exits(exit)) => {
                if let Err(failure) = self.exit(id, exit, cx) {
                    self.failed(id, failure, cx);
                }
            }
            Err(failure) => self.failed(id, failure, cx),
        }
    }

    /// Leaves a state.
    pub(super) fn exit(
        &mut self,
        id: CursorId,
        exit: Exit,
        cx: &mut Cx<'_>,
    ) -> Result<(), Failure> {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(());
        };
        let state = cx.program.state(cursor.state);
        if !self.fits(&exit.output) {
            return Err(Failure::too_large(&state.name));
        }
        if !exit.assigned.is_empty() {
            self.check_assigned(cursor, &exit, cx)?;
        }
        if self.is_inspected() {
            self.left(exit, cx);
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
        // What a transition changes, it changes at once.
        let Some(cursor) = self.cursors.get_mut(id) else {
            return Ok(());
        };
        let payload = || match assigned.is_empty() {
            true => Payload::Value(output.clone()),
            false => {
                let assigned = assigned
                    .iter()
                    .map(|(variable, value)| (cx.program.variable_name(*variable), value.clone()))
                    .collect();
                Payload::from(Details::Exited {
                    output: output.clone(),
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
        for (variable, value) in assigned {
            cursor.variables.set(variable, value);
        }
        let Some(next) = next else {
            self.scope_ends(id, output, cx);
            return Ok(());
        };
        cursor.state = next;
        cursor.input = output;
        cursor.waiting = Waiting::Enter;
        self.runs_on(id);
        Ok(())
    }

    /// Whether the service takes what a state assigns. AWS documents the sizes and not the error: it is the one of all
    /// other values that are too large.
    fn check_assigned(&self, cursor: &Cursor, exit: &Exit, cx: &Cx<'_>) -> Result<(), Failure> {
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
            // What is assigned anew counts once.
            for (variable, value) in &exit.assigned {
                variables.set(*variable, value.clone());
            }
            if variables.bytes() > limits.variables_bytes {
                return refused("The size of all variables");
            }
        }
        Ok(())
    }

    /// A state failed: Retry, then Catch, then the container around it.
    pub(super) fn failed(&mut self, id: CursorId, failure: Failure, cx: &mut Cx<'_>) {
        if let Some(inspection) = self.inspection_mut() {
            inspection.failure = Some(failure.clone());
        }
        self.tell_evaluation(id, &failure, cx);
        if self.retries(id, &failure, cx) {
            return self.would_retry(failure, cx);
        }
        if failure.is_inner {
            self.write_container_failed(id, cx);
        }
        match self.caught(id, &failure, cx) {
            None => self.scope_fails(id, failure, cx),
            Some(Ok(exit)) => {
                if let Err(failure) = self.exit(id, exit, cx) {
                    self.scope_fails(id, failure, cx);
                }
            }
            Some(Err(failure)) => {
                self.tell_evaluation(id, &failure, cx);
                self.scope_fails(id, failure, cx);
            }
        }
    }

    /// Tells the observer that a field could not be evaluated.
    fn tell_evaluation(&self, id: CursorId, failure: &Failure, cx: &mut Cx<'_>) {
        if failure.by_query
            && let Some(cursor) = self.cursors.get(id)
        {
            let state = &cx.program.state(cursor.state).name;
            cx.host.evaluation_failed(state, failure);
        }
    }

    /// The last state of a scope was left.
    fn scope_ends(&mut self, id: CursorId, output: Value, cx: &mut Cx<'_>) {
        let is_top = |cursor: &Cursor| cursor.parent.is_none();
        if self.cursors.get(id).is_some_and(is_top) {
            self.cursors.end_all();
            return self.succeed(output, cx);
        }
        if let Some(ended) = self.cursors.end(id)
            && let Some((container, index)) = ended.parent
        {
            self.child_ended(container, index, ended, output, cx);
        }
    }

    /// A failure that nobody in its scope takes.
    fn scope_fails(&mut self, id: CursorId, failure: Failure, cx: &mut Cx<'_>) {
        let Some(mut cursor) = self.cursors.remove(id) else {
            return;
        };
        match cursor.parent {
            None => {
                self.note_failed(&mut cursor);
                self.fail(failure, cx.host);
            }
            Some((container, _)) => {
                self.note_inside(container, &mut cursor);
                self.child_failed(container, cursor.ended(), failure, cx);
            }
        }
    }

    /// Whether the service takes a value of this size.
    pub(super) fn fits(&self, value: &Value) -> bool {
        value.json_len() <= self.limits.payload_bytes && value.depth() <= self.limits.value_depth
    }

    /// A failed evaluation as the state's failure. JSONata's are written down.
    pub(super) fn query_failed(
        &mut self,
        id: CursorId,
        error: &QueryError,
        state: &str,
    ) -> Failure {
        let entered = self.cursors.get(id).map_or(0, |cursor| cursor.entered);
        // A test has no events that a cause could name.
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

    /// The context object of a cursor.
    pub(super) fn context<'a>(&'a self, cursor: &'a Cursor) -> ContextView<'a> {
        ContextView {
            about: &self.about,
            program: &self.program,
            cursors: &self.cursors,
            cursor,
            item: None,
            given: self.inspection().and_then(|test| test.context.as_ref()),
            name: self.is_inspected().then_some(TESTED_STATE),
        }
    }

    /// What expressions of a cursor's state read.
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
