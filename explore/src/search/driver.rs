//! Performs the commands of the executions of a path, up to the next point at which all wait.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_interpreter::execution::{
    Caller, Calls, Command, CommandQueue, Environment, Input, ResolvedExecutor, ResolvedTask, Step,
    TaskCommand, TaskRequest,
};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::task::{TaskCall, TaskFailure, TaskResult};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, TimerKind, Timestamp, WaitId};

use super::inner_executions::NestedExecution;
use super::machine::{ExploredMachine, PathStart};
use super::path_execution::ExecutionId;
use super::path_state::{Answerer, ArmedTimer, OpenCall, PathState};
use super::visit::visit_of;
use crate::event::TaskNames;
use crate::outcomes::{CalledTask, Outcome};

/// Transitions without a wait after which a path counts as endless: more than fit in a history.
const MAX_TRANSITIONS: u32 = 30_000;
const TRANSITIONS_OF_STEP: u32 = 1_000;

/// The caller of one execution.
struct ExploringCaller<'a> {
    machine: &'a ExploredMachine,
    definition: usize,
    start: &'a PathStart,
    /// The containers around the execution.
    scope: Arc<[String]>,
}

impl Caller for ExploringCaller<'_> {
    fn has_handler(&self, _: StateIx) -> bool {
        false
    }

    /// The token of a state is always the same, so that paths which differ only in the ids of
    /// events meet again.
    fn new_token(&self, _: &ExecutionInfo, state: &str, _: u32) -> SmolStr {
        SmolStr::new(format!("token of {}", visit_of(&self.scope, state)))
    }

    fn items_of_reader(&self, _: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        let is_failing = self
            .start
            .failing
            .as_ref()
            .is_some_and(|(definition, reader)| *definition == self.definition && reader == state);
        if is_failing {
            return Some(Err("the items cannot be read".to_owned()));
        }
        let choices = &self.machine.definitions[self.definition].read_items;
        let choice = choices.get(self.start.items % choices.len().max(1))?;
        let items = choice.iter().find(|(reader, _)| reader == state);
        items.map(|(_, items)| Ok(items.clone()))
    }
}

impl PathState {
    /// Advances all executions until they wait or end, and observes the new events.
    pub(super) fn advance(&mut self, machine: &ExploredMachine) {
        let mut transitions = 0;
        loop {
            let mut has_advanced = false;
            let mut index = 0;
            while index < self.executions.len() {
                has_advanced |= self.step(machine, index, &mut transitions);
                index += 1;
            }
            if self.is_endless {
                return;
            }
            has_advanced |= self.deliver_end(machine);
            if !has_advanced {
                return;
            }
        }
    }

    /// Steps an execution until it waits. Returns whether it made a step.
    fn step(&mut self, machine: &ExploredMachine, index: usize, transitions: &mut u32) -> bool {
        let advanced = &self.executions[index];
        let can_advance = !advanced.has_ended() && advanced.execution.has_runnable_cursors();
        if can_advance {
            let mut commands = CommandQueue::default();
            loop {
                let caller = self.caller(machine, index);
                let environment = environment(&caller, self.now);
                let mut budget = TRANSITIONS_OF_STEP;
                let execution = &mut self.executions[index].execution;
                let step =
                    execution.step(None, &mut budget, Calls::Made, environment, &mut commands);
                self.perform(machine, index, &mut commands);
                *transitions += TRANSITIONS_OF_STEP - budget;
                match step {
                    Step::Replies | Step::Budget if *transitions < MAX_TRANSITIONS => {}
                    Step::Replies | Step::Budget => {
                        self.is_endless = true;
                        break;
                    }
                    Step::Waits | Step::Held | Step::Ended => break,
                }
            }
        }
        self.observe(machine, index);
        can_advance
    }

    fn caller<'a>(&self, machine: &'a ExploredMachine, index: usize) -> ExploringCaller<'a> {
        let execution = &self.executions[index];
        ExploringCaller {
            machine,
            definition: execution.definition,
            start: self.chosen_start(machine),
            scope: execution.scope().clone(),
        }
    }

    /// Passes an input to an execution. Returns whether it accepts it.
    pub(super) fn receive(
        &mut self,
        machine: &ExploredMachine,
        id: ExecutionId,
        input: Input,
    ) -> bool {
        let Some(index) = self.index_of(id) else {
            return false;
        };
        let mut commands = CommandQueue::default();
        let is_accepted = self.receive_at(machine, index, input, &mut commands);
        self.perform(machine, index, &mut commands);
        is_accepted
    }

    fn receive_at(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        input: Input,
        commands: &mut CommandQueue,
    ) -> bool {
        let caller = self.caller(machine, index);
        let environment = environment(&caller, self.now);
        let execution = &mut self.executions[index].execution;
        execution.receive(input, environment, commands)
    }

    fn perform(&mut self, machine: &ExploredMachine, index: usize, commands: &mut CommandQueue) {
        let mut nested: Option<NestedExecution> = None;
        loop {
            while let Some(command) = commands.pop() {
                for reply in self.perform_command(machine, index, command) {
                    self.receive_at(machine, index, reply, commands);
                }
            }
            let reply = match commands.pop_task() {
                None => return,
                Some((TaskCommand::Resolve, request)) => {
                    let request = request.clone();
                    let (resolved, start) = self.resolve(machine, index, &request);
                    nested = start;
                    commands.set_resolved(resolved);
                    Input::Resolved
                }
                Some((TaskCommand::Perform | TaskCommand::Call, _)) => {
                    let response = nested
                        .take()
                        .and_then(|nested| self.start_nested(machine, index, nested));
                    Input::Performed(response.map(Ok))
                }
            };
            self.receive_at(machine, index, reply, commands);
        }
    }

    /// Finds what ends a call: an execution that is explored with this one, or the search.
    fn resolve(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        request: &TaskRequest,
    ) -> (ResolvedTask, Option<NestedExecution>) {
        let resolved = |executor| ResolvedTask {
            executor,
            details: None,
        };
        let by_search = ResolvedExecutor::Handler {
            submits: false,
            by_fallback: false,
        };
        let explored = &self.executions[index];
        let definition = &machine.definitions[explored.definition];
        let found = explored.execution.with_call(request, None, |call| {
            let mut open = self.open_call(machine, index, request.wait_id, call);
            let nested = self.nested_execution(machine, index, (request.wait_id, call));
            if let Some(token) = self.token_call(machine, index, call) {
                open.answerer = Answerer::Token(token);
            }
            (open, nested)
        });
        let Some((mut open, nested)) = found else {
            return (resolved(by_search), None);
        };
        match nested {
            None => {
                let is_nested = definition.integration(open.state).is_some();
                self.has_deep_nesting |=
                    is_nested && definition.linked.contains(&open.called.state);
                self.calls.push(open);
                (resolved(by_search), None)
            }
            Some(Err(failure)) => (resolved(ResolvedExecutor::Result(Err(failure))), None),
            Some(Ok(nested)) => {
                if nested.ends_call(machine) {
                    open.answerer = Answerer::Execution;
                }
                // A start that nothing waits for has its response at once.
                if nested.start.integration.waits() || nested.token.is_some() {
                    self.calls.push(open);
                }
                let executor = ResolvedExecutor::Execution {
                    start: Box::new(nested.start.clone()),
                    submits: nested.is_submitted,
                };
                (resolved(executor), Some(nested))
            }
        }
    }

    fn open_call(
        &self,
        machine: &ExploredMachine,
        index: usize,
        wait_id: WaitId,
        call: &TaskCall<'_>,
    ) -> OpenCall {
        let execution = &self.executions[index];
        let tasks = &machine.definitions[execution.definition].tasks;
        let mut scope = execution.scope().to_vec();
        scope.extend(call.scope());
        let resource = call.resource();
        let names = match call.target() {
            Some(target) => TaskNames::of_resource(resource, Some(target)),
            None => match tasks.get(call.at.index()) {
                Some(Some(names)) => names.clone(),
                _ => TaskNames::of_resource(resource, None),
            },
        };
        let is_job = resource.pattern().is_sync();
        let called = CalledTask {
            state: call.state().to_owned(),
            resource: resource.clone(),
            names,
            has_token: resource.has_token() && !is_job,
            has_timeout: call.timeout().is_some(),
            has_heartbeat: call.heartbeat().is_some(),
        };
        OpenCall {
            execution: execution.id,
            definition: execution.definition,
            wait_id,
            state: call.at,
            called: Arc::new(called),
            answerer: Answerer::Search,
            visit: visit_of(&scope, call.state()),
            label: execution.tracker.label(),
            is_inside: !scope.is_empty(),
            attempt: call.attempt(),
            is_silent: false,
            late: None,
        }
    }

    fn perform_command(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        command: Command,
    ) -> Vec<Input> {
        let (execution, definition) = {
            let execution = &self.executions[index];
            (execution.id, execution.definition)
        };
        match command {
            Command::Arm { wait_id, kind, at } => {
                self.timers.push(ArmedTimer {
                    execution,
                    wait_id,
                    kind,
                    at,
                });
            }
            Command::Disarm { wait_id, kind } => {
                self.timers.retain(|timer| {
                    (timer.execution, timer.wait_id, timer.kind) != (execution, wait_id, kind)
                });
            }
            Command::Release { wait_id } => self.release(machine, execution, wait_id),
            Command::ReportEvaluationFailure { state, failure } => {
                self.evaluations.push((definition, state, *failure));
            }
            Command::StartChild { wait_id, child } => {
                self.start_child(machine, index, wait_id, *child);
            }
            Command::StopChildren { wait_id } => {
                return self.stop_children(machine, execution, wait_id);
            }
            Command::Read { wait_id, .. } => {
                // The caller has the items of each reader.
                let refused = Err("a search reads no objects".to_owned());
                return vec![Input::ObjectRead(wait_id, Box::new(refused))];
            }
            Command::Write {
                wait_id,
                state,
                request,
            } => {
                let response = request.whole_object_response();
                return self.write_result(machine, index, (wait_id, state), response);
            }
            // The search answers calls by their waits.
            _ => {}
        }
        Vec::new()
    }

    /// Ends a call with an outcome, and continues.
    pub(super) fn complete(
        &mut self,
        machine: &ExploredMachine,
        call: usize,
        outcome: &Outcome,
        results: &[Value],
    ) {
        let Some(open) = self.calls.get_mut(call) else {
            return;
        };
        let (id, wait_id, visit) = (open.execution, open.wait_id, open.visit.clone());
        let is_timed = open.called.is_timed();
        let success = |number: usize| {
            let result = results.get(number).cloned();
            result.unwrap_or_else(Value::empty_object)
        };
        let result: TaskResult = match outcome {
            Outcome::Success(number) => Ok(success(*number)),
            Outcome::SecondAnswer => Ok(success(0)),
            Outcome::Failure(error) => Err(failure(error)),
            Outcome::Timeout if open.answerer == Answerer::Execution => {
                self.set_last_outcome(&visit, outcome.clone());
                self.end_by_timer(machine, id, wait_id);
                return;
            }
            Outcome::Timeout if !is_timed => Err(failure(errors::TIMEOUT)),
            Outcome::Timeout | Outcome::LateAnswer if open.called.has_timeout => {
                open.is_silent = true;
                open.late = (*outcome == Outcome::LateAnswer).then(|| Ok(success(0)));
                // The heartbeats continue.
                self.timers.retain(|timer| {
                    (timer.execution, timer.wait_id, timer.kind)
                        != (id, wait_id, TimerKind::Heartbeat)
                });
                self.set_last_outcome(&visit, Outcome::Timeout);
                return;
            }
            Outcome::Timeout
            | Outcome::LateAnswer
            | Outcome::MissedHeartbeat
            | Outcome::Silence => {
                open.is_silent = true;
                open.late = (*outcome == Outcome::LateAnswer).then(|| Ok(success(0)));
                self.set_last_outcome(&visit, outcome.clone());
                return;
            }
        };
        self.set_last_outcome(&visit, outcome.clone());
        let ended = self.calls.remove(call);
        let input = match &ended.answerer {
            Answerer::Store(response) => {
                let response = match &result {
                    Ok(_) => Ok(response.clone()),
                    Err(_) => {
                        self.record_failed_write(&ended);
                        Err("the results cannot be written".to_owned())
                    }
                };
                Input::ObjectWritten(wait_id, Box::new(response))
            }
            _ => Input::WorkCompleted(wait_id, result.clone()),
        };
        self.receive(machine, id, input);
        if let (Answerer::Token(token), Ok(_)) = (&ended.answerer, &result) {
            self.answer_token(machine, token);
        }
        self.advance(machine);
        if *outcome == Outcome::SecondAnswer {
            self.answer_late(machine, &ended, result);
        }
    }

    /// Lets the time pass until the next timer of a wait fires.
    fn end_by_timer(&mut self, machine: &ExploredMachine, id: ExecutionId, wait_id: WaitId) {
        let of_wait = |timer: &&ArmedTimer| (timer.execution, timer.wait_id) == (id, wait_id);
        let next = self
            .timers
            .iter()
            .filter(of_wait)
            .min_by_key(|timer| timer.at);
        if let Some(timer) = next.copied() {
            self.fire(machine, timer);
        }
    }

    /// Lets the time pass until a timer fires, and continues.
    pub(super) fn fire(&mut self, machine: &ExploredMachine, timer: ArmedTimer) {
        if let Some((id, deadline)) = self.deadline().filter(|(_, at)| *at <= timer.at) {
            self.now = self.now.max(deadline);
            self.receive(machine, id, Input::TimedOut);
            self.advance(machine);
            return;
        }
        self.now = self.now.max(timer.at);
        self.timers.retain(|armed| *armed != timer);
        // A timer of a task ends its call.
        let is_of_call = timer.kind != TimerKind::Wait;
        let ended = self.calls.iter().position(|call| {
            is_of_call && (call.execution, call.wait_id) == (timer.execution, timer.wait_id)
        });
        let ended = ended.map(|call| self.calls.remove(call));
        let input = Input::Timer(timer.wait_id, timer.kind);
        self.receive(machine, timer.execution, input);
        self.advance(machine);
        if let Some(mut ended) = ended
            && let Some(answer) = ended.late.take()
        {
            self.answer_late(machine, &ended, answer);
        }
    }

    /// Ends an execution by the timeout of its state machine.
    pub(super) fn time_out(&mut self, machine: &ExploredMachine) {
        let Some((id, deadline)) = self.deadline() else {
            return;
        };
        self.now = self.now.max(deadline);
        self.receive(machine, id, Input::TimedOut);
        self.advance(machine);
    }

    /// Returns the next timeout of a state machine, and the execution that it ends.
    pub(super) fn deadline(&self) -> Option<(ExecutionId, Timestamp)> {
        let deadlines = self.executions.iter();
        deadlines
            .filter_map(|execution| Some((execution.id, execution.deadline()?)))
            .min_by_key(|(_, at)| *at)
    }
}

fn environment<'a>(caller: &'a ExploringCaller<'_>, now: Timestamp) -> Environment<'a> {
    Environment {
        program: &caller.machine.definitions[caller.definition].program,
        now,
        caller,
        has_spans: false,
    }
}

/// A Lambda function reports an error with a JSON text as its cause.
fn failure(error: &str) -> TaskFailure {
    let cause = format!(r#"{{"errorType":"{error}","errorMessage":"explored"}}"#);
    TaskFailure::new(error, cause)
}
