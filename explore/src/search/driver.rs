//! Performs the commands of the execution of a path, up to the next point at which it waits.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::execution::{
    Caller, Calls, Command, CommandQueue, Environment, Input, ResolvedExecutor, ResolvedTask, Step,
    TaskCommand,
};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::task::{TaskFailure, TaskResult};
use stepwright_interpreter::value::Value;

use super::machine::ExploredMachine;
use super::path_state::{ArmedTimer, OpenCall, PathState};
use super::visit::visit_of;
use crate::event::TaskNames;
use crate::outcomes::{CalledTask, Outcome};

/// Transitions without a wait after which a path counts as endless: more than fit in a history.
const MAX_TRANSITIONS: u32 = 30_000;
const TRANSITIONS_OF_STEP: u32 = 1_000;

struct ExploringCaller;

impl Caller for ExploringCaller {
    fn has_handler(&self, _: StateIx) -> bool {
        false
    }

    /// The token of a state is always the same, so that paths which differ only in the ids of
    /// events meet again.
    fn new_token(&self, _: &ExecutionInfo, state: &str, _: u32) -> SmolStr {
        SmolStr::new(format!("token of {state}"))
    }

    fn items_of_reader(&self, _: &ExecutionInfo, _: &str) -> Option<Result<Value, String>> {
        None
    }
}

impl PathState {
    /// Advances the execution until it waits or ends, and observes the new events.
    pub(super) fn run(&mut self, machine: &ExploredMachine) {
        let mut commands = CommandQueue::default();
        self.continue_run(machine, &mut commands);
    }

    fn continue_run(&mut self, machine: &ExploredMachine, commands: &mut CommandQueue) {
        self.perform(machine, commands);
        let mut transitions = 0;
        loop {
            let environment = Environment {
                program: &machine.program,
                now: self.now,
                caller: &ExploringCaller,
                has_spans: false,
            };
            let mut budget = TRANSITIONS_OF_STEP;
            let step = self
                .execution
                .step(None, &mut budget, Calls::Made, environment, commands);
            self.perform(machine, commands);
            transitions += TRANSITIONS_OF_STEP - budget;
            match step {
                Step::Replies | Step::Budget if transitions < MAX_TRANSITIONS => {}
                Step::Replies | Step::Budget => {
                    self.is_endless = true;
                    break;
                }
                Step::Waits | Step::Held | Step::Ended => break,
            }
        }
        self.observe(machine);
    }

    fn receive(&mut self, machine: &ExploredMachine, input: Input, commands: &mut CommandQueue) {
        let environment = Environment {
            program: &machine.program,
            now: self.now,
            caller: &ExploringCaller,
            has_spans: false,
        };
        self.execution.receive(input, environment, commands);
    }

    fn perform(&mut self, machine: &ExploredMachine, commands: &mut CommandQueue) {
        loop {
            while let Some(command) = commands.pop() {
                self.perform_command(command);
            }
            let reply = match commands.pop_task() {
                None => return,
                Some((TaskCommand::Resolve, request)) => {
                    let tasks = &machine.tasks;
                    let wait_id = request.wait_id;
                    let call = self.execution.with_call(request, None, |call| {
                        let scope = call.scope();
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
                            is_timed: call.timeout().is_some() || call.heartbeat().is_some(),
                        };
                        OpenCall {
                            wait_id,
                            state: call.at,
                            called: Arc::new(called),
                            visit: visit_of(&scope, call.state()),
                            is_inside: !scope.is_empty(),
                            attempt: call.attempt(),
                            is_silent: false,
                        }
                    });
                    self.calls.extend(call);
                    commands.set_resolved(ResolvedTask {
                        executor: ResolvedExecutor::Handler {
                            submits: false,
                            by_fallback: false,
                        },
                        details: None,
                    });
                    Input::Resolved
                }
                Some((TaskCommand::Perform | TaskCommand::Call, _)) => Input::Performed(None),
            };
            self.receive(machine, reply, commands);
        }
    }

    fn perform_command(&mut self, command: Command) {
        match command {
            Command::Arm { wait_id, kind, at } => {
                self.timers.push(ArmedTimer { wait_id, kind, at });
            }
            Command::Disarm { wait_id, kind } => {
                self.timers
                    .retain(|timer| (timer.wait_id, timer.kind) != (wait_id, kind));
            }
            Command::Release { wait_id } => {
                self.timers.retain(|timer| timer.wait_id != wait_id);
                self.calls.retain(|call| call.wait_id != wait_id);
            }
            Command::ReportEvaluationFailure { state, failure } => {
                self.evaluations.push((state, *failure));
            }
            // The search answers calls by their waits, and Distributed Maps are inline.
            _ => {}
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
        let (wait_id, visit) = (open.wait_id, open.visit.clone());
        let is_timed = open.called.is_timed;
        let result: TaskResult = match outcome {
            Outcome::Success(number) => {
                let result = results.get(*number).cloned();
                Ok(result.unwrap_or_else(Value::empty_object))
            }
            Outcome::Failure(error) => Err(failure(error)),
            Outcome::Timeout if !is_timed => Err(failure(errors::TIMEOUT)),
            Outcome::Timeout | Outcome::Silence => {
                open.is_silent = true;
                self.set_last_outcome(&visit, outcome.clone());
                return;
            }
        };
        self.set_last_outcome(&visit, outcome.clone());
        self.calls.remove(call);
        let mut commands = CommandQueue::default();
        self.receive(
            machine,
            Input::WorkCompleted(wait_id, result),
            &mut commands,
        );
        self.continue_run(machine, &mut commands);
    }

    /// Lets the time pass until a timer fires, and continues.
    pub(super) fn fire(&mut self, machine: &ExploredMachine, timer: ArmedTimer) {
        let mut commands = CommandQueue::default();
        let deadline = self.deadline();
        if let Some(deadline) = deadline.filter(|deadline| *deadline <= timer.at) {
            self.now = deadline;
            self.receive(machine, Input::TimedOut, &mut commands);
        } else {
            self.now = self.now.max(timer.at);
            self.timers.retain(|armed| *armed != timer);
            // A timer of a task ends its call.
            let kind = timer.kind;
            let is_of_call = kind != stepwright_interpreter::TimerKind::Wait;
            self.calls
                .retain(|call| !(is_of_call && call.wait_id == timer.wait_id));
            self.receive(machine, Input::Timer(timer.wait_id, kind), &mut commands);
        }
        self.continue_run(machine, &mut commands);
    }

    /// Ends the execution by its timeout.
    pub(super) fn time_out(&mut self, machine: &ExploredMachine) {
        let Some(deadline) = self.deadline() else {
            return;
        };
        let mut commands = CommandQueue::default();
        self.now = self.now.max(deadline);
        self.receive(machine, Input::TimedOut, &mut commands);
        self.continue_run(machine, &mut commands);
    }

    /// Returns when the timeout of the state machine ends the execution.
    pub(super) fn deadline(&self) -> Option<stepwright_interpreter::Timestamp> {
        let timeout = self.execution.entry().timeout?;
        Some(self.execution.about().started + timeout)
    }
}

/// A Lambda function reports an error with a JSON text as its cause.
fn failure(error: &str) -> TaskFailure {
    let cause = format!(r#"{{"errorType":"{error}","errorMessage":"explored"}}"#);
    TaskFailure::new(error, cause)
}
