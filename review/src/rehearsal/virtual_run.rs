//! Runs one execution of the new definition on virtual time, with recorded answers.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::{AttemptEnd, CallKey, numbered_scope};
use stepwright_interpreter::distributed::{ChildResult, TransferError};
use stepwright_interpreter::execution::{
    Calls, ChildStart, Command, CommandQueue, Execution, Input, Outcome, ResolvedExecutor,
    ResolvedTask, Step, TaskCommand, TaskRequest, VirtualTimer, VirtualTimers,
};
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::{
    ExecutionInfo, Limits, MachineInfo, Names, Status, TimerKind, Timestamp, WaitId,
};

use super::answers::{AnswerOrder, RecordedAnswers, resource_of};
use super::recorded_end::RecordedEnd;
use super::rehearsed_execution::{RehearsedCall, RehearsedExecution};
use super::resolved_answer::{is_still_open, missing_activity, resolved, unanswered};
use super::run_caller::{RunCaller, RunSeed, environment};
use super::session::Session;

/// How many transitions one step makes, as in the engine.
const STEP_BUDGET: u32 = 256;
/// How many steps and timers a run may have. A definition that loops forever without an answer ends
/// by its limit of events long before.
const MAX_ROUNDS: usize = 1_000_000;

/// Why a history cannot be rehearsed.
pub(super) type Unusable = String;

/// Runs the executions of one recorded execution.
pub(super) struct VirtualRun<'a> {
    program: &'a Arc<Program>,
    recorded: &'a RecordedHistory,
    order: AnswerOrder,
    limits: Arc<Limits>,
    caller: RunCaller<'a>,
    now: Timestamp,
    /// When the recording was cut, in recorded time; `None` if the execution ended by its
    /// definition.
    cut: Option<Timestamp>,
    sessions: Vec<Session>,
    /// The recorded children that were assigned to children of this run.
    taken_children: HashSet<usize>,
    unusable: Option<Unusable>,
}

impl<'a> VirtualRun<'a> {
    /// Prepares the run of an execution with the recorded input, start time and answers.
    pub(super) fn new(
        program: &'a Arc<Program>,
        recorded: &'a RecordedHistory,
        order: AnswerOrder,
        seed: RunSeed,
    ) -> Self {
        let started = recorded.started() + seed.later;
        let region = recorded.region().unwrap_or("us-east-1");
        let name = match seed.number {
            0 => "rehearsal",
            _ => "other",
        };
        let prefix = format!("arn:aws:states:{region}:123456789012:execution:{name}:");
        let mut machine = MachineInfo::new(
            format!("arn:aws:states:{region}:123456789012:stateMachine:{name}"),
            prefix.as_str(),
        );
        machine.role_arn = recorded.role_arn().unwrap_or_default().into();
        let about = ExecutionInfo::new(
            Arc::new(machine),
            Names::with_prefix(&prefix, name),
            recorded.input(),
            started,
        );
        let end = RecordedEnd::of(recorded.events());
        let limits = Limits::default();
        let limits = Arc::new(match end {
            // The limit may have been another one than AWS's.
            RecordedEnd::Full => limits.events(recorded.events().len() as u32),
            _ => limits,
        });
        let cut = recorded.events().last().filter(|_| end.is_cut());
        let cut = cut.map(|last| last.at);
        let (about, events) = (Arc::new(about), limits.events);
        let mut execution =
            Execution::new(program.clone(), about, limits.clone(), events, seed.number);
        execution.begin();
        let mut run = Self {
            program,
            recorded,
            order,
            limits,
            caller: RunCaller {
                seed,
                missing_items: RefCell::default(),
                program,
            },
            now: started,
            cut,
            sessions: Vec::new(),
            taken_children: HashSet::new(),
            unusable: None,
        };
        let deadline = run.deadline(program.entry().timeout, started);
        let answers = RecordedAnswers::of(recorded.events(), order);
        let session = Session::new(execution, deadline, answers, None, None);
        run.sessions.push(session);
        run
    }

    /// Returns when an execution that starts at this time ends by its timeout. For one that ran
    /// when its recording was cut, a later timeout is not known.
    fn deadline(&self, timeout: Option<Duration>, start: Timestamp) -> Option<Timestamp> {
        let deadline = start + timeout?;
        let is_known = self.known_until().is_none_or(|until| deadline <= until);
        is_known.then_some(deadline)
    }

    /// Returns the time of the run until which the recording is known, if it was cut.
    fn known_until(&self) -> Option<Timestamp> {
        Some(self.cut? + self.caller.seed.later)
    }

    /// Runs until everything has ended, or waits for an answer that was not recorded. A redriven
    /// execution is redriven when it has failed.
    ///
    /// # Errors
    ///
    /// The reason why the history lacks data that the run needs.
    pub(super) fn run(mut self) -> Result<Vec<RehearsedExecution>, Unusable> {
        let redrives = self.recorded.events().iter();
        let redrives = redrives.filter(|event| event.kind == EventKind::ExecutionRedriven);
        let mut redrives: Vec<Timestamp> = redrives.map(|event| event.at).collect();
        redrives.reverse();
        let mut rounds = 0;
        loop {
            rounds += 1;
            if rounds > MAX_ROUNDS {
                return Err("the new definition does not end within a million steps".to_owned());
            }
            let mut has_advanced = false;
            let mut index = 0;
            while index < self.sessions.len() {
                has_advanced |= self.step(index);
                index += 1;
            }
            self.check_items();
            if let Some(reason) = self.unusable.take() {
                return Err(reason);
            }
            if has_advanced {
                continue;
            }
            if let Some(next) = self.next_moment() {
                self.advance(next);
                continue;
            }
            match redrives.pop() {
                Some(at) if self.redrive(at) => {}
                _ => break,
            }
        }
        Ok(self.sessions.into_iter().map(Session::finish).collect())
    }

    fn check_items(&mut self) {
        if let Some(state) = self.caller.missing_items.borrow_mut().take() {
            self.unusable.get_or_insert_with(|| {
                format!(
                    "the Map `{state}` reads its items from objects, which are not in the history"
                )
            });
        }
    }

    /// Steps an execution until it waits. Returns whether anything happened.
    fn step(&mut self, index: usize) -> bool {
        if self.sessions[index].has_ended || !self.sessions[index].execution.has_runnable_cursors()
        {
            return self.notice_end(index);
        }
        loop {
            let mut commands = CommandQueue::default();
            let step = self.sessions[index].execution.step(
                None,
                &mut { STEP_BUDGET },
                Calls::Made,
                environment(&self.caller, self.now),
                &mut commands,
            );
            self.perform(index, commands);
            if self.unusable.is_some() || !matches!(step, Step::Replies | Step::Budget) {
                break;
            }
        }
        self.notice_end(index);
        true
    }

    /// Passes the end of a child to its parent.
    fn notice_end(&mut self, index: usize) -> bool {
        let now = self.now;
        let session = &mut self.sessions[index];
        let Some(outcome) = session.execution.outcome().filter(|_| !session.has_ended) else {
            return false;
        };
        let status = outcome.status();
        let (output, failure) = outcome.clone().into_parts();
        session.has_ended = true;
        session.timers = VirtualTimers::default();
        if let Some((parent, wait_id, number)) = session.parent {
            let result = ChildResult {
                status,
                output,
                error: failure.as_ref().and_then(|failure| failure.error.clone()),
                cause: failure.and_then(|failure| failure.cause),
                stopped: now,
            };
            self.receive(parent, Input::ChildEnded(wait_id, number, Box::new(result)));
        }
        true
    }

    fn receive(&mut self, index: usize, input: Input) {
        let mut commands = CommandQueue::default();
        let environment = environment(&self.caller, self.now);
        let execution = &mut self.sessions[index].execution;
        execution.receive(input, environment, &mut commands);
        self.perform(index, commands);
    }

    /// Performs commands in their order, and delivers their replies.
    fn perform(&mut self, index: usize, mut commands: CommandQueue) {
        loop {
            while let Some(command) = commands.pop() {
                for reply in self.perform_command(index, command) {
                    let environment = environment(&self.caller, self.now);
                    let execution = &mut self.sessions[index].execution;
                    execution.receive(reply, environment, &mut commands);
                }
            }
            let reply = match commands.pop_task() {
                Some((TaskCommand::Resolve, request)) => {
                    let request = request.clone();
                    let resolved = self.resolve(index, &request);
                    commands.set_resolved(resolved);
                    Input::Resolved
                }
                // Only requests that were refused are performed.
                Some((TaskCommand::Perform | TaskCommand::Call, request)) => {
                    let refused = &mut self.sessions[index].refused;
                    let result = refused.remove(&request.wait_id).map(Err);
                    commands.set_result(result);
                    Input::Performed
                }
                None => return,
            };
            let environment = environment(&self.caller, self.now);
            let execution = &mut self.sessions[index].execution;
            execution.receive(reply, environment, &mut commands);
        }
    }

    fn perform_command(&mut self, index: usize, command: Command) -> Vec<Input> {
        let now = self.now;
        let session = &mut self.sessions[index];
        match command {
            Command::Arm { wait_id, kind, at } => {
                let is_bound = matches!(kind, TimerKind::Timeout | TimerKind::Heartbeat);
                if !(is_bound && session.answered.contains(&wait_id)) {
                    session.timers.arm(VirtualTimer { at, wait_id, kind });
                }
            }
            Command::Disarm { wait_id, kind } => session.timers.disarm(wait_id, kind),
            Command::Release { wait_id } => {
                session.timers.release(wait_id);
                session.answered.remove(&wait_id);
            }
            Command::StartChild { wait_id, child } => self.start_child(index, wait_id, *child),
            Command::StopChildren { wait_id } => return self.stop_children(index, wait_id, now),
            Command::Read { wait_id, .. } => {
                let error = TransferError::new("a rehearsal reads no objects");
                self.unusable.get_or_insert_with(|| {
                    "a Map reads its items from objects, which are not in the history".to_owned()
                });
                return vec![Input::ObjectRead(wait_id, Box::new(Err(error)))];
            }
            Command::Write {
                wait_id, request, ..
            } => {
                let response = Ok(request.whole_object_response());
                return vec![Input::ObjectWritten(wait_id, Box::new(response))];
            }
            // The execution has no handlers, no spans, no queues and no earlier process.
            _ => {}
        }
        Vec::new()
    }

    /// Returns the recorded answer to a task.
    fn resolve(&mut self, index: usize, request: &TaskRequest) -> ResolvedTask {
        let wait_id = request.wait_id;
        let (program, recorded) = (self.caller.program, self.recorded);
        let cut = self.cut;
        let is_gone = |state: &str| program.find(state).is_none();
        let Session {
            execution,
            answers,
            calls,
            counter,
            answered,
            refused,
            ..
        } = &mut self.sessions[index];
        let resolved = execution.with_call(request, None, |call| {
            let key: CallKey = (numbered_scope(call), call.state().to_owned());
            let cut = answers.ended_at(&key.0).or(cut);
            let answer = answers.take(call, key.clone(), is_gone);
            if answer.is_none()
                && let Some(reason) = missing_activity(call, recorded)
            {
                let executor = ResolvedExecutor::Refused(reason);
                let details = None;
                return ResolvedTask { executor, details };
            }
            let attempt = answer.as_ref().and_then(|found| answers.attempt(found));
            let (resolved, is_in_time) = match attempt {
                Some(attempt) if is_still_open(call, attempt, cut) => (unanswered(), false),
                Some(attempt) => resolved(call, attempt),
                None => (unanswered(), false),
            };
            if is_in_time {
                answered.insert(wait_id);
            }
            if let (ResolvedExecutor::Handler { .. }, Some(attempt)) = (&resolved.executor, attempt)
                && let AttemptEnd::Failure(failure) = &attempt.end
            {
                refused.insert(wait_id, failure.clone());
            }
            calls.push(RehearsedCall {
                number: counter.next(&key),
                key,
                resource: resource_of(call),
                target: call.target().map(str::to_owned),
                arguments: call.parameters().clone(),
                lacks_timeout: matches!(resolved.executor, ResolvedExecutor::Unhandled)
                    && attempt.is_some_and(|attempt| matches!(attempt.end, AttemptEnd::TimedOut)),
                answer,
            });
            resolved
        });
        resolved.unwrap_or_else(unanswered)
    }

    /// Starts a child of a Map Run with the answers of a recorded child: the first one with its
    /// input, otherwise the first remaining one.
    fn start_child(&mut self, parent: usize, wait_id: WaitId, child: ChildStart) {
        let recorded = self.recorded.children();
        let free = (0..recorded.len()).filter(|number| !self.taken_children.contains(number));
        let free: Vec<usize> = free.collect();
        let has_input = |number: &&usize| recorded[**number].input() == *child.about.input();
        let Some(number) = free.iter().find(has_input).or(free.first()).copied() else {
            self.unusable.get_or_insert_with(|| {
                "a Distributed Map has items whose histories are missing; put them into the list `children` next to `events`".to_owned()
            });
            return;
        };
        self.taken_children.insert(number);
        let ChildStart {
            number: index,
            about,
            entry,
            seed,
            ..
        } = child;
        let (limits, events) = (self.limits.clone(), self.limits.events);
        let execution = Execution::new(self.program.clone(), about, limits, events, seed);
        let mut execution = execution.with_entry(entry);
        execution.begin();
        let deadline = self.deadline(entry.timeout, self.now);
        self.sessions.push(Session::new(
            execution,
            deadline,
            RecordedAnswers::of(recorded[number].events(), self.order),
            Some((parent, wait_id, index)),
            Some(number),
        ));
    }

    fn stop_children(&mut self, parent: usize, wait_id: WaitId, now: Timestamp) -> Vec<Input> {
        let mut stopped = Vec::new();
        for session in &mut self.sessions {
            if let Some((of, wait, number)) = session.parent
                && (of, wait) == (parent, wait_id)
                && !session.has_ended
            {
                session.has_ended = true;
                session.timers = VirtualTimers::default();
                let result = ChildResult {
                    status: Status::Aborted,
                    output: None,
                    error: None,
                    cause: None,
                    stopped: now,
                };
                stopped.push(Input::ChildEnded(wait_id, number, Box::new(result)));
            }
        }
        stopped
    }

    /// Returns the time of the next timers. `None` if no timer is armed, and if it is after the end
    /// of a recording that was cut.
    fn next_moment(&self) -> Option<Timestamp> {
        let running = self.sessions.iter().filter(|session| !session.has_ended);
        let next = running.filter_map(|session| {
            let timer = session.timers.next().map(|timer| timer.at);
            [timer, session.deadline].into_iter().flatten().min()
        });
        let next = next.min()?;
        let is_late = self.known_until().is_some_and(|until| next > until);
        let mut sessions = self.sessions.iter();
        let is_needed = !is_late || sessions.any(|session| !session.answers.are_used_in(&[]));
        is_needed.then_some(next)
    }

    /// Advances the time, and delivers the timers of that moment. A timeout of an execution fires
    /// first.
    fn advance(&mut self, next: Timestamp) {
        self.now = self.now.max(next);
        for index in 0..self.sessions.len() {
            let session = &mut self.sessions[index];
            if session.has_ended {
                continue;
            }
            if session.deadline.is_some_and(|deadline| deadline <= next) {
                session.deadline = None;
                self.receive(index, Input::TimedOut);
                continue;
            }
            let due = session.timers.take_next(next);
            for VirtualTimer { wait_id, kind, .. } in due {
                self.receive(index, Input::Timer(wait_id, kind));
            }
        }
    }

    /// Redrives the execution at the recorded time, if it has failed.
    fn redrive(&mut self, at: Timestamp) -> bool {
        let at = (at + self.caller.seed.later).max(self.now);
        let session = &mut self.sessions[0];
        if !session.has_ended || matches!(session.execution.outcome(), Some(Outcome::Succeeded(_)))
        {
            return false;
        }
        let Some(resume) = session.execution.take_resume() else {
            return false;
        };
        let history = session.execution.history();
        let entry = session.execution.entry();
        let about = Arc::new(session.execution.about().redriven_at(at, None));
        session.execution = Execution::redriven(
            self.program.clone(),
            about,
            self.limits.clone(),
            entry,
            &history,
            self.limits.events,
            resume,
        );
        session.has_ended = false;
        let deadline = self.deadline(entry.timeout, at);
        self.sessions[0].deadline = deadline;
        self.now = at;
        true
    }
}
