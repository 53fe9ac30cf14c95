//! Executions inside of the explored one: those that states start, and the children of Map Runs.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_interpreter::distributed::{ChildResult, WriteResponse};
use stepwright_interpreter::execution::{ChildStart, Input};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::task::{
    Integration, NestedEnd, NestedStart, Resource, TaskCall, TaskFailure, nested_result,
    start_response,
};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{Status, WaitId};

use super::event_tracker::EventTracker;
use super::machine::ExploredMachine;
use super::path_execution::{ExecutionId, PathExecution, Starter, StarterKind};
use super::path_record::{InnerHistory, RecordEntry};
use super::path_state::{Answerer, OpenCall, PathState, execution_info, new_execution};
use super::path_step::PathStep;
use super::visit::visit_of;
use crate::event::TaskNames;
use crate::outcomes::CalledTask;

/// How often a state machine may be among the executions that started an execution of it. Deeper
/// starts have the outcomes of any task.
const MAX_RECURSION: usize = 2;

/// The start of an execution of a definition of the search.
pub(super) struct NestedExecution {
    pub(super) start: NestedStart,
    pub(super) definition: usize,
    pub(super) wait_id: WaitId,
    pub(super) token: Option<SmolStr>,
    pub(super) is_submitted: bool,
    /// The containers around the execution.
    scope: Vec<String>,
}

impl NestedExecution {
    /// Returns whether the execution ends the call: by its end, or by an answer to the token.
    /// Without such an answer in its definition, another holder of the token sends it.
    pub(super) fn ends_call(&self, machine: &ExploredMachine) -> bool {
        self.start.integration.waits()
            || self.token.is_some() && machine.definitions[self.definition].answers_tokens
    }
}

impl PathState {
    /// Returns the execution that a call starts, if its definition is one of the search, or why it
    /// cannot start.
    pub(super) fn nested_execution(
        &self,
        machine: &ExploredMachine,
        index: usize,
        (wait_id, call): (WaitId, &TaskCall<'_>),
    ) -> Option<Result<NestedExecution, TaskFailure>> {
        let integration = Integration::of(call.resource())?;
        let definition = machine.definition_of(call.target()?)?;
        let explored = &self.executions[index];
        let mut around = 0;
        let mut next = Some(index);
        while let Some(at) = next {
            around += usize::from(self.executions[at].definition == definition);
            let starter = self.executions[at].starter.as_ref();
            next = starter.and_then(|starter| self.index_of(starter.execution));
        }
        if around >= MAX_RECURSION {
            return None;
        }
        let parameters = call.parameters();
        let input = match parameters.get("Input") {
            None | Some(Value::Null) => Value::empty_object(),
            // Text is parsed as the JSON of the input.
            Some(Value::Str(text)) => match Value::from_text(text) {
                Ok(input) => input,
                Err(error) => {
                    let service = if integration.is_sdk() {
                        "Sfn"
                    } else {
                        "StepFunctions"
                    };
                    let error = format!("Invalid State Machine Execution Input: '{error}'");
                    return Some(Err(TaskFailure::new(
                        format!("{service}.InvalidExecutionInputException"),
                        error,
                    )));
                }
            },
            Some(input) => input.clone(),
        };
        let machine_name = machine.definitions[definition].name.as_str();
        // A name that does not depend on the number of calls, so that paths meet again.
        let own_name = [
            call.execution().name(),
            call.state(),
            &call.attempt().to_string(),
        ]
        .join("-");
        let name = parameters.get("Name").and_then(Value::as_str);
        let name = name.unwrap_or(&own_name);
        let about = execution_info(machine_name, name, Value::Null, self.now);
        let mut scope = explored.scope().to_vec();
        scope.extend(call.scope());
        scope.push(format!("{}/{machine_name}", call.state()));
        let is_token = integration == Integration::Token;
        Some(Ok(NestedExecution {
            start: NestedStart {
                integration,
                machine: machine_name.into(),
                name: name.into(),
                execution: about.to_arn(),
                root: call.execution().root_arn().clone(),
                input,
                depth: call.execution().depth + 1,
                request: call.request_id(),
            },
            definition,
            wait_id,
            token: is_token.then(|| SmolStr::new(call.token().unwrap_or_default())),
            is_submitted: integration.is_submitted(call.resource().pattern()),
            scope,
        }))
    }

    /// Starts an execution. Returns the response of the start, unless the state waits for the end
    /// only.
    pub(super) fn start_nested(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        nested: NestedExecution,
    ) -> Option<Value> {
        let NestedExecution {
            start,
            definition,
            wait_id,
            token,
            scope,
            ..
        } = nested;
        let name = &machine.definitions[definition].name;
        let about = execution_info(name, &start.name, start.input.clone(), self.now);
        let response = start_response(&about, start.integration, &start.request);
        let mut execution = new_execution(&machine.definitions[definition], about, 1);
        execution.begin();
        let integration = start.integration;
        self.add_execution(PathExecution {
            id: 0,
            definition,
            execution,
            tracker: EventTracker::new(Arc::from(scope)),
            starter: Some(Starter {
                execution: self.executions[index].id,
                wait_id,
                kind: StarterKind::Nested(integration, token),
            }),
        });
        (integration != Integration::SdkSync).then_some(response)
    }

    /// Starts a child of a Map Run.
    pub(super) fn start_child(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        wait_id: WaitId,
        child: ChildStart,
    ) {
        let parent = &self.executions[index];
        let definition = parent.definition;
        let mut scope = parent.scope().to_vec();
        let cursor = parent.execution.cursor_view(wait_id.cursor);
        if let Some(cursor) = cursor {
            scope.extend(cursor.scope);
            scope.push(format!("{}[{}]", cursor.name, child.number));
        }
        let execution = new_execution(&machine.definitions[definition], child.about, child.seed);
        let mut execution = execution.with_entry(child.entry);
        execution.begin();
        let starter = Starter {
            execution: parent.id,
            wait_id,
            kind: StarterKind::MapRun(child.number),
        };
        self.add_execution(PathExecution {
            id: 0,
            definition,
            execution,
            tracker: EventTracker::new(Arc::from(scope)),
            starter: Some(starter),
        });
    }

    /// Stops the children of a Map Run. Returns their ends.
    pub(super) fn stop_children(
        &mut self,
        machine: &ExploredMachine,
        parent: ExecutionId,
        wait_id: WaitId,
    ) -> Vec<Input> {
        let children: Vec<(ExecutionId, u32)> = self
            .executions
            .iter()
            .filter_map(|execution| match &execution.starter {
                Some(Starter {
                    execution: starter,
                    wait_id: wait,
                    kind: StarterKind::MapRun(number),
                }) if (*starter, *wait) == (parent, wait_id) => Some((execution.id, *number)),
                _ => None,
            })
            .collect();
        let ends = children.into_iter().map(|(id, number)| {
            self.stop(machine, id);
            let result = ChildResult {
                status: Status::Aborted,
                output: None,
                error: None,
                cause: None,
                stopped: self.now,
            };
            Input::ChildEnded(wait_id, number, Box::new(result))
        });
        ends.collect()
    }

    /// Writes a result of a Map Run. The first write of a run may fail, by a fault.
    pub(super) fn write_result(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        (wait_id, state): (WaitId, StateIx),
        response: WriteResponse,
    ) -> Vec<Input> {
        let execution = &self.executions[index];
        let run = (execution.id, wait_id);
        if self.writing.contains(&run) {
            return vec![Input::ObjectWritten(wait_id, Box::new(Ok(response)))];
        }
        let name = machine.state_name(execution.definition, state);
        let mut scope = execution.scope().to_vec();
        if let Some(cursor) = execution.execution.cursor_view(wait_id.cursor) {
            scope.extend(cursor.scope);
        }
        let called = CalledTask {
            state: name.to_owned(),
            resource: Resource::parse("arn:aws:states:::s3:putObject"),
            names: TaskNames::of_function(name),
            has_token: false,
            has_timeout: false,
            has_heartbeat: false,
        };
        self.calls.push(OpenCall {
            execution: execution.id,
            definition: execution.definition,
            wait_id,
            state,
            called: Arc::new(called),
            answerer: Answerer::Store(response),
            visit: visit_of(&scope, &format!("{name} results")),
            label: execution.tracker.label(),
            is_inside: !scope.is_empty(),
            attempt: 0,
            is_silent: false,
            late: None,
        });
        self.writing.push(run);
        Vec::new()
    }

    pub(super) fn record_failed_write(&mut self, call: &OpenCall) {
        let state = call.called.state.clone();
        if let Some(record) = &mut self.record {
            let step = PathStep::WriteFailed { state };
            record.entries.push(RecordEntry::Step(step));
        }
    }

    /// Passes the end of an execution to the state that waits for it. Returns whether one had
    /// ended.
    pub(super) fn deliver_end(&mut self, machine: &ExploredMachine) -> bool {
        let ended = self
            .executions
            .iter()
            .rposition(|execution| execution.id != 0 && execution.has_ended());
        let Some(index) = ended else {
            return false;
        };
        let ended = self.executions.remove(index);
        self.forget_work(ended.id);
        self.record_end(&ended);
        let (Some(starter), Some(outcome)) = (&ended.starter, ended.execution.outcome()) else {
            return true;
        };
        let status = outcome.status();
        let (output, failure) = outcome.clone().into_parts();
        let error = failure.as_ref().and_then(|failure| failure.error.clone());
        let cause = failure.and_then(|failure| failure.cause);
        let input = match &starter.kind {
            StarterKind::MapRun(number) => {
                let result = ChildResult {
                    status,
                    output,
                    error,
                    cause,
                    stopped: self.now,
                };
                Input::ChildEnded(starter.wait_id, *number, Box::new(result))
            }
            StarterKind::Nested(integration, _) if integration.waits() => {
                let end = NestedEnd {
                    status,
                    output: output.as_ref(),
                    error: error.as_deref(),
                    cause: cause.as_deref(),
                    stopped: self.now,
                };
                let result = nested_result(ended.execution.about(), &end, *integration);
                Input::Answered(starter.wait_id, result)
            }
            StarterKind::Nested(..) => return true,
        };
        self.receive(machine, starter.execution, input);
        true
    }

    /// Releases what a wait of an execution has: its timers and its call, and the execution that
    /// it waits for.
    pub(super) fn release(
        &mut self,
        machine: &ExploredMachine,
        execution: ExecutionId,
        wait_id: WaitId,
    ) {
        let is_of_wait = |id: ExecutionId, wait: WaitId| (id, wait) == (execution, wait_id);
        self.timers
            .retain(|timer| !is_of_wait(timer.execution, timer.wait_id));
        self.calls
            .retain(|call| !is_of_wait(call.execution, call.wait_id));
        let mut stopped = Vec::new();
        for started in &mut self.executions {
            let Some(starter) = &started.starter else {
                continue;
            };
            if !is_of_wait(starter.execution, starter.wait_id) {
                continue;
            }
            match &starter.kind {
                StarterKind::Nested(integration, _) if integration.is_job() => {
                    stopped.push(started.id);
                }
                StarterKind::MapRun(_) => stopped.push(started.id),
                // A request to an Express child cannot be cancelled.
                StarterKind::Nested(Integration::SdkSync, _) => started.starter = None,
                StarterKind::Nested(..) => {}
            }
        }
        for id in stopped {
            self.stop(machine, id);
        }
    }

    /// Stops an execution that has not ended, and those that it waits for.
    fn stop(&mut self, machine: &ExploredMachine, id: ExecutionId) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let Some(index) = self.index_of(id) else {
                continue;
            };
            self.observe(machine, index);
            let stopped = self.executions.remove(index);
            self.forget_work(id);
            self.record_end(&stopped);
            for execution in &mut self.executions {
                let is_started = |starter: &Starter| starter.execution == id;
                if !execution.starter.as_ref().is_some_and(is_started) {
                    continue;
                }
                if execution.is_awaited() {
                    open.push(execution.id)
                } else {
                    execution.starter = None
                }
            }
        }
    }

    fn forget_work(&mut self, id: ExecutionId) {
        self.timers.retain(|timer| timer.execution != id);
        self.calls.retain(|call| call.execution != id);
    }

    fn record_end(&mut self, ended: &PathExecution) {
        if let Some(record) = &mut self.record {
            record.inner.push(inner_history(ended));
        }
    }

    /// Returns whether a call waits for an answer to its token that its execution has not sent.
    pub(super) fn is_unanswered(&self, call: &OpenCall) -> bool {
        call.answerer == Answerer::Execution && call.called.has_token && !self.may_be_slow(call)
    }

    /// Returns whether a call may be too slow: an execution inside of it waits for an answer.
    pub(super) fn may_be_slow(&self, call: &OpenCall) -> bool {
        let is_inside = |id: ExecutionId| {
            let mut next = self.index_of(id);
            while let Some(index) = next {
                let Some(starter) = &self.executions[index].starter else {
                    return false;
                };
                if (starter.execution, starter.wait_id) == (call.execution, call.wait_id) {
                    return true;
                }
                next = self.index_of(starter.execution);
            }
            false
        };
        let mut open = self.calls.iter();
        open.any(|open| !open.is_silent && is_inside(open.execution))
    }
}

/// Returns the history of an execution inside of the explored one.
pub(super) fn inner_history(execution: &PathExecution) -> InnerHistory {
    let is_child = execution
        .starter
        .as_ref()
        .is_some_and(|starter| matches!(starter.kind, StarterKind::MapRun(_)));
    InnerHistory {
        label: execution.tracker.label().unwrap_or_default(),
        is_child,
        history: execution.execution.history(),
    }
}

/// The error of a Map whose results cannot be written.
pub(super) const WRITE_FAILED: &str = errors::RESULT_WRITER_FAILED;
