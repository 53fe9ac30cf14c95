//! One execution on its own virtual time: performs the commands of the interpreter.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_engine::task::{TaskCall, TaskResult};
use stepwright_engine::test_support::STEP_BUDGET;
use stepwright_interpreter::distributed::{ChildResult, TransferError};
use stepwright_interpreter::execution::{
    Caller, Command, CommandQueue, CursorStage, CursorView, Environment, Execution, Failure, Input,
    Outcome, ResolvedDetails, ResolvedExecutor, ResolvedTask, TaskCommand, TaskRequest,
    VirtualTimer, VirtualTimers,
};
use stepwright_interpreter::program::{Program, StateIx};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{CursorId, ExecutionInfo, Status, Timestamp, WaitId};

use super::position::{
    ExecutionEnd, OtherCursor, PendingCall, PendingChild, Position, PositionKind, StateVisit,
};

/// The error of an ItemReader without items in the options.
const NO_ITEMS: &str = "The debugger reads no objects; start it with the items of this state (in Rust: `DebugOptions::items`)";

/// The answer to a pending call or child.
#[derive(Clone, Debug)]
pub(super) struct DebugAnswer {
    pub(super) result: TaskResult,
    /// How long the task takes.
    pub(super) delay: Duration,
}

/// The failure of a state.
#[derive(Debug)]
pub(super) struct StateFailure {
    pub(super) state: StateIx,
    pub(super) failure: Failure,
}

/// An execution, its timers, and what waits for the caller's answer. A clone is a position to which
/// the debugger can go back.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) execution: Execution,
    now: Timestamp,
    timers: VirtualTimers,
    /// The execution's own timeout.
    deadline: Option<Timestamp>,
    /// The maximum lifetime.
    bound: Timestamp,
    /// The task that needs an answer.
    request: Option<TaskRequest>,
    /// The children of Distributed Maps that need answers, oldest first.
    children: VecDeque<StartedChild>,
    /// How many transitions are left until another cursor continues, as in the engine.
    budget: u32,
}

#[derive(Clone, Debug)]
struct StartedChild {
    wait_id: WaitId,
    number: u32,
    about: Arc<ExecutionInfo>,
}

/// The caller of the interpreter for one step.
struct DebugCaller<'a> {
    items: &'a BTreeMap<String, Value>,
    failures: RefCell<Vec<StateFailure>>,
}

impl Caller for DebugCaller<'_> {
    fn has_handler(&self, _: StateIx) -> bool {
        false
    }

    /// Returns the same token each time: it completes nothing.
    fn new_token(&self, _: &ExecutionInfo, state: &str, _: u32) -> SmolStr {
        format!("token of {state}").into()
    }

    fn items_of_reader(
        &self,
        _: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<Value, TransferError>> {
        self.items.get(state).cloned().map(Ok)
    }

    fn state_failed(&self, state: StateIx, failure: &Failure) {
        self.failures.borrow_mut().push(StateFailure {
            state,
            failure: failure.clone(),
        });
    }
}

impl Session {
    /// Starts an execution.
    pub(super) fn begin(
        mut execution: Execution,
        deadline: Option<Timestamp>,
        bound: Timestamp,
    ) -> Self {
        let now = execution.about().started;
        execution.begin();
        Self {
            execution,
            now,
            timers: VirtualTimers::default(),
            deadline,
            bound,
            request: None,
            children: VecDeque::new(),
            budget: STEP_BUDGET,
        }
    }

    /// Makes one transition, answers the pending call or fires the next timer. Then it continues
    /// until the next cursor is about to enter a state. Returns the failures of states.
    pub(super) fn advance(
        &mut self,
        items: &BTreeMap<String, Value>,
        answer: Option<DebugAnswer>,
    ) -> Vec<StateFailure> {
        let caller = DebugCaller {
            items,
            failures: RefCell::default(),
        };
        match answer {
            Some(answer) => self.answer(&caller, answer),
            None if self.execution.next_cursor().is_some() => self.transition(&caller),
            None => self.fire(&caller),
        }
        while self.request.is_none() && self.is_continuing() {
            self.transition(&caller);
        }
        caller.failures.into_inner()
    }

    /// Returns whether the next cursor continues in its state.
    fn is_continuing(&self) -> bool {
        let next = self.next_view();
        next.is_some_and(|view| view.stage == CursorStage::Continuing)
    }

    fn next_view(&self) -> Option<CursorView> {
        let next = self.execution.next_cursor()?;
        self.execution.cursor_view(next)
    }

    fn transition(&mut self, caller: &DebugCaller<'_>) {
        if self.budget == 0 {
            self.execution.yield_turn();
            self.budget = STEP_BUDGET;
        }
        self.budget -= 1;
        self.step(caller, None, 1, CommandQueue::default());
    }

    fn answer(&mut self, caller: &DebugCaller<'_>, answer: DebugAnswer) {
        let DebugAnswer { result, delay } = answer;
        if let Some(request) = self.request.take() {
            let mut commands = CommandQueue::with_task(request);
            commands.set_resolved(ResolvedTask {
                executor: ResolvedExecutor::Result(result),
                details: Some(Box::new(ResolvedDetails {
                    delay,
                    ..ResolvedDetails::default()
                })),
            });
            return self.step(caller, Some(Input::Resolved), 0, commands);
        }
        let Some(child) = self.children.pop_front() else {
            return;
        };
        self.now = self.now + delay;
        let (output, failure) = match result {
            Ok(output) => (Some(output), None),
            Err(failure) => (None, Some(failure)),
        };
        let status = match failure {
            None => Status::Succeeded,
            Some(_) => Status::Failed,
        };
        let failure = failure.unwrap_or_default();
        self.receive(
            caller,
            Input::ChildEnded(
                child.wait_id,
                child.number,
                Box::new(ChildResult {
                    status,
                    output,
                    error: failure.error.map(SmolStr::from),
                    cause: failure.cause.map(SmolStr::from),
                    stopped: self.now,
                }),
            ),
        );
    }

    /// Jumps to the next timers, and delivers all timers of that moment. Of these, the execution's
    /// own timeout fires first, and the maximum lifetime last.
    fn fire(&mut self, caller: &DebugCaller<'_>) {
        self.budget = STEP_BUDGET;
        let end = self.end_of_life();
        let due = self.timers.take_next(end);
        let time = due.first().map_or(end, |timer| timer.at);
        self.now = self.now.max(time);
        if self.deadline != Some(time) {
            for VirtualTimer { wait_id, kind, .. } in due {
                self.receive(caller, Input::Timer(wait_id, kind));
            }
        }
        if time == end {
            self.receive(caller, Input::TimedOut);
        }
    }

    fn end_of_life(&self) -> Timestamp {
        self.deadline
            .map_or(self.bound, |deadline| deadline.min(self.bound))
    }

    fn step(
        &mut self,
        caller: &DebugCaller<'_>,
        reply: Option<Input>,
        mut budget: u32,
        mut commands: CommandQueue,
    ) {
        let program = self.execution.program().clone();
        let environment = environment(&program, self.now, caller);
        self.execution
            .step_in_order(reply, &mut budget, environment, &mut commands);
        self.perform(caller, commands);
    }

    fn receive(&mut self, caller: &DebugCaller<'_>, input: Input) {
        let mut commands = CommandQueue::default();
        let program = self.execution.program().clone();
        let environment = environment(&program, self.now, caller);
        self.execution.receive(input, environment, &mut commands);
        self.perform(caller, commands);
    }

    /// Performs commands in their order, and delivers their replies.
    fn perform(&mut self, caller: &DebugCaller<'_>, mut commands: CommandQueue) {
        let program = self.execution.program().clone();
        while let Some(command) = commands.pop() {
            let replies = match command {
                Command::Arm { wait_id, kind, at } => {
                    self.timers.arm(VirtualTimer { at, wait_id, kind });
                    continue;
                }
                Command::Disarm { wait_id, kind } => {
                    self.timers.disarm(wait_id, kind);
                    continue;
                }
                Command::Release { wait_id } => {
                    self.timers.release(wait_id);
                    self.children.retain(|child| child.wait_id != wait_id);
                    continue;
                }
                Command::StartChild { wait_id, child } => {
                    self.children.push_back(StartedChild {
                        wait_id,
                        number: child.number,
                        about: child.about,
                    });
                    continue;
                }
                Command::StopChildren { wait_id } => self.stopped_children(wait_id),
                Command::Read { wait_id, .. } => {
                    vec![Input::ObjectRead(
                        wait_id,
                        Box::new(Err(TransferError::new(NO_ITEMS))),
                    )]
                }
                Command::Write {
                    wait_id, request, ..
                } => {
                    let response = Ok(request.whole_object_response());
                    vec![Input::ObjectWritten(wait_id, Box::new(response))]
                }
                // The execution has no handlers, no spans and no earlier process. Its Map Runs have
                // no readers.
                _ => continue,
            };
            for reply in replies {
                let environment = environment(&program, self.now, caller);
                self.execution.receive(reply, environment, &mut commands);
            }
        }
        // The command to start a resolved task has no effect: no task of this execution has a
        // handler.
        if let Some((TaskCommand::Resolve, request)) = commands.pop_task() {
            self.request = Some(request.clone());
        }
    }

    /// Stops the children of a Map Run that need answers.
    fn stopped_children(&mut self, wait_id: WaitId) -> Vec<Input> {
        let (stopped, left) = std::mem::take(&mut self.children)
            .into_iter()
            .partition(|child| child.wait_id == wait_id);
        self.children = left;
        let stopped: VecDeque<StartedChild> = stopped;
        let ended = stopped.into_iter().map(|child| {
            let result = ChildResult {
                status: Status::Aborted,
                output: None,
                error: None,
                cause: None,
                stopped: self.now,
            };
            Input::ChildEnded(wait_id, child.number, Box::new(result))
        });
        ended.collect()
    }

    /// Describes the position.
    pub(super) fn position(&self) -> Position {
        let (cursor, kind) = self.position_kind();
        let mut waits = self.execution.waits();
        let views = self.execution.cursor_views().into_iter();
        let others =
            views.filter(|view| Some(view.id) != cursor && view.stage != CursorStage::Containing);
        let others = others.map(|view| {
            let wait = waits.iter().position(|wait| wait.id().cursor == view.id);
            OtherCursor {
                wait: wait.map(|index| waits.swap_remove(index)),
                visit: visit(view),
            }
        });
        Position {
            time: self.now,
            others: others.collect(),
            events: self.execution.history().written(),
            kind,
            cursor,
        }
    }

    /// Returns what happens next, and the cursor that continues.
    pub(super) fn position_kind(&self) -> (Option<CursorId>, PositionKind) {
        if let Some(outcome) = self.execution.outcome() {
            return (None, PositionKind::Ended(execution_end(outcome)));
        }
        let view = |id: CursorId| self.execution.cursor_view(id).map(visit);
        if let Some(request) = &self.request
            && let Some(visit) = view(request.wait_id.cursor)
            && let Some(call) = self.pending_call(request)
        {
            let id = request.wait_id.cursor;
            return (Some(id), PositionKind::Call(visit, call));
        }
        if let Some(next) = self.next_view() {
            return (Some(next.id), PositionKind::Entering(visit(next)));
        }
        if let Some(child) = self.children.front()
            && let Some(visit) = view(child.wait_id.cursor)
        {
            let id = child.wait_id.cursor;
            let child = PendingChild {
                number: child.number,
                arn: child.about.arn().to_string(),
                input: child.about.input.clone(),
            };
            return (Some(id), PositionKind::Child(visit, child));
        }
        let end_of_life = self.end_of_life();
        let timer = self.timers.next();
        let timer = timer.filter(|timer| timer.at < end_of_life);
        if let Some(timer) = timer
            && let Some(visit) = view(timer.wait_id.cursor)
            && let Some(wait) = self
                .execution
                .waits()
                .into_iter()
                .find(|wait| wait.id() == timer.wait_id)
        {
            let id = timer.wait_id.cursor;
            return (Some(id), PositionKind::Waiting(visit, wait));
        }
        let kind = PositionKind::ExecutionTimeout(end_of_life);
        (None, kind)
    }

    /// Applies a function to the pending call.
    pub(super) fn with_call<T>(&self, read: impl FnOnce(&TaskCall<'_>) -> T) -> Option<T> {
        let request = self.request.as_ref()?;
        self.execution.with_call(request, None, read)
    }

    fn pending_call(&self, request: &TaskRequest) -> Option<PendingCall> {
        self.execution.with_call(request, None, |call| PendingCall {
            resource: call.resource().as_str().to_owned(),
            target: call.target().map(str::to_owned),
            arguments: call.parameters().clone(),
            call: call.call(),
            timeout: call.timeout(),
            heartbeat: call.heartbeat(),
        })
    }
}

fn environment<'a>(
    program: &'a Program,
    now: Timestamp,
    caller: &'a DebugCaller<'_>,
) -> Environment<'a> {
    Environment {
        program,
        now,
        caller,
        has_spans: false,
    }
}

fn visit(view: CursorView) -> StateVisit {
    let variables = view.variables.into_iter();
    StateVisit {
        state: view.name.to_string(),
        scope: view.scope,
        input: view.input,
        variables: variables
            .map(|(name, value)| (name.to_string(), value))
            .collect(),
        retries: view.retries,
    }
}

fn execution_end(outcome: &Outcome) -> ExecutionEnd {
    let status = outcome.status();
    let (output, failure) = outcome.clone().into_parts();
    let (error, cause) = failure.map_or((None, None), |failure| (failure.error, failure.cause));
    ExecutionEnd {
        status,
        output,
        error: error.map(String::from),
        cause: cause.map(String::from),
    }
}
