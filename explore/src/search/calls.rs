//! The calls of tasks: what ends each of them, and how.

use std::sync::Arc;

use stepwright_asl::errors;
use stepwright_interpreter::distributed::TransferError;
use stepwright_interpreter::execution::{Input, ResolvedExecutor, ResolvedTask, TaskRequest};
use stepwright_interpreter::task::{TaskCall, TaskResult};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{TimerKind, WaitId};

use super::inner_executions::NestedExecution;
use super::machine::ExploredMachine;
use super::path_execution::ExecutionId;
use super::path_state::{Answerer, ArmedTimer, OpenCall, PathState};
use super::visit::visit_of;
use crate::event::TaskNames;
use crate::outcomes::{CalledTask, Outcome};

impl PathState {
    /// Finds what ends a call: an execution that is explored with this one, or the search.
    pub(super) fn resolve(
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
        let outcomes = &machine.definitions[open.definition].outcomes;
        let failure = |error: &str| outcomes.failure(&machine.settings, &open.called, error);
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
                        Err(TransferError::new("the results cannot be written"))
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
}
