//! Performs the commands of the executions of a path, up to the next point at which all wait.

use std::cell::RefCell;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::distributed::TransferError;
use stepwright_interpreter::execution::{
    Caller, Calls, Command, CommandQueue, Environment, Failure, FailureHandler, Input, Step,
    TaskCommand,
};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, TimerKind, Timestamp};

use super::inner_executions::NestedExecution;
use super::machine::{ExploredMachine, PathStart};
use super::path_execution::ExecutionId;
use super::path_part::PathPart;
use super::path_state::{ArmedTimer, PathState};
use super::visit::visit_of;

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
    evaluations: RefCell<Vec<(StateIx, Failure)>>,
    handled: RefCell<Vec<(StateIx, FailureHandler)>>,
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

    fn items_of_reader(
        &self,
        _: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<Value, TransferError>> {
        let is_failing = self
            .start
            .failing
            .as_ref()
            .is_some_and(|(definition, reader)| *definition == self.definition && reader == state);
        if is_failing {
            return Some(Err(TransferError::new("the items cannot be read")));
        }
        let choices = &self.machine.definitions[self.definition].read_items;
        let choice = choices.get(self.start.items % choices.len().max(1))?;
        let items = choice.iter().find(|(reader, _)| reader == state);
        items.map(|(_, items)| Ok(items.clone()))
    }

    fn evaluation_failed(&self, state: StateIx, failure: &Failure) {
        (self.evaluations.borrow_mut()).push((state, failure.clone()));
    }

    fn failure_handled(&self, state: StateIx, handler: FailureHandler) {
        self.handled.borrow_mut().push((state, handler));
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
                self.add_reports(caller);
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
            evaluations: RefCell::default(),
            handled: RefCell::default(),
        }
    }

    /// Adds what the interpreter reported to a caller.
    fn add_reports(&mut self, caller: ExploringCaller<'_>) {
        let definition = caller.definition;
        let evaluations = caller.evaluations.into_inner().into_iter();
        self.evaluations
            .extend(evaluations.map(|(state, failure)| (definition, state, failure)));
        if definition == 0 {
            let handled = caller.handled.into_inner().into_iter();
            self.reached
                .extend(handled.map(|(state, handler)| PathPart::Handler(state, handler)));
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
        let is_accepted = execution.receive(input, environment, commands);
        self.add_reports(caller);
        is_accepted
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
                    commands.set_result(response.map(Ok));
                    Input::Performed
                }
            };
            self.receive_at(machine, index, reply, commands);
        }
    }

    fn perform_command(
        &mut self,
        machine: &ExploredMachine,
        index: usize,
        command: Command,
    ) -> Vec<Input> {
        let execution = self.executions[index].id;
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
            Command::StartChild { wait_id, child } => {
                self.start_child(machine, index, wait_id, *child);
            }
            Command::StopChildren { wait_id } => {
                return self.stop_children(machine, execution, wait_id);
            }
            Command::Read { wait_id, .. } => {
                // The caller has the items of each reader.
                let refused = Err(TransferError::new("a search reads no objects"));
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
