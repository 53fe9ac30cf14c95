//! The state of one path: its executions, their pending work, and what observes them.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::limits::MAX_EVENTS;
use stepwright_interpreter::distributed::WriteResponse;
use stepwright_interpreter::execution::{AttemptBound, Execution, Failure, ValueRole};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::task::TaskResult;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{
    ExecutionInfo, Limits, MachineInfo, Names, TimerKind, Timestamp, WaitId,
};

use super::definition::ExploredDefinition;
use super::event_tracker::EventTracker;
use super::machine::{ExploredMachine, PathStart};
use super::path_execution::{ExecutionId, PathExecution};
use super::path_part::PathPart;
use super::path_record::PathRecord;
use super::path_rules::PathRules;
use super::visit::{VisitCounts, visit_of};
use crate::budget::SharedMemory;
use crate::monitor::Monitor;
use crate::outcomes::{CalledTask, Outcome};

/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600_000_000;
/// Attempts after which a retried call succeeds, so that a Retrier of many attempts does not make
/// a path without end.
pub(super) const MAX_ATTEMPTS: u32 = 100;
/// Retries of which the search distinguishes the number, if the retrier allows more than
/// [`MAX_ATTEMPTS`]: after them, an attempt fails and continues as the one before.
const DISTINCT_RETRIES: u32 = 3;
const ARN: &str = "arn:aws:states:us-east-1:123456789012";

/// A call that waits for its outcome.
#[derive(Clone, Debug)]
pub(super) struct OpenCall {
    pub(super) execution: ExecutionId,
    /// The number of the definition of its execution.
    pub(super) definition: usize,
    pub(super) wait_id: WaitId,
    pub(super) state: StateIx,
    pub(super) called: Arc<CalledTask>,
    pub(super) answerer: Answerer,
    /// The visit: the containers around the state, and its name.
    pub(super) visit: SmolStr,
    /// The name of its execution inside of the explored one.
    pub(super) label: Option<SmolStr>,
    pub(super) is_inside: bool,
    pub(super) attempt: u32,
    /// It is never answered in time; only its timers end it.
    pub(super) is_silent: bool,
    /// The answer that comes after its end.
    pub(super) late: Option<TaskResult>,
}

/// What ends a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answerer {
    /// The search, with each outcome.
    Search,
    /// An execution that it has started, or one that has its token.
    Execution,
    /// The object store: it writes a file of results.
    Store(WriteResponse),
    /// The search; its success answers the token of a call, or is a heartbeat of it.
    Token(TokenCall),
}

/// A call that answers the token of another one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TokenCall {
    pub(super) execution: ExecutionId,
    pub(super) wait_id: WaitId,
    /// `None` for a heartbeat.
    pub(super) answer: Option<TaskResult>,
}

/// A timer that is armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ArmedTimer {
    pub(super) execution: ExecutionId,
    pub(super) wait_id: WaitId,
    pub(super) kind: TimerKind,
    pub(super) at: Timestamp,
}

/// One path up to a point at which its executions wait.
#[derive(Clone, Debug)]
pub(super) struct PathState {
    /// The executions that have not ended, and the explored one, which is the first. An execution
    /// comes after the one that started it.
    pub(super) executions: Vec<PathExecution>,
    pub(super) next_id: ExecutionId,
    /// The number of its start.
    pub(super) start: usize,
    pub(super) now: Timestamp,
    pub(super) calls: Vec<OpenCall>,
    pub(super) timers: Vec<ArmedTimer>,
    pub(super) monitors: Vec<Monitor>,
    pub(super) rules: PathRules,
    pub(super) faults: u32,
    /// The number of events so far.
    pub(super) events: u32,
    pub(super) visits: VisitCounts,
    /// The parts of the explored definition that were reached since the last point.
    pub(super) reached: Vec<PathPart>,
    /// The outcome of the last call in each visit that was a fault, or is inside a container.
    pub(super) last: Vec<(SmolStr, Outcome)>,
    /// The fields that could not be evaluated since the last point, with their definitions.
    pub(super) evaluations: Vec<(usize, StateIx, Failure)>,
    /// Whether the steps since the last point did not come to a wait.
    pub(super) is_endless: bool,
    /// Whether a state machine started itself more often than the search follows.
    pub(super) has_deep_nesting: bool,
    /// The Map Runs that have written a result.
    pub(super) writing: Vec<(ExecutionId, WaitId)>,
    /// The events and the ended executions, while a path is shown.
    pub(super) record: Option<PathRecord>,
    /// The bytes of the events and values since the last point.
    pub(super) new_bytes: usize,
    /// The memory of the events and values up to the last point.
    pub(super) shared: Option<Rc<SharedMemory>>,
}

impl PathState {
    /// Starts the execution of this number.
    pub(super) fn of_start(machine: &ExploredMachine, start: usize) -> Self {
        Self::start(machine, start, None)
    }

    /// Starts the execution of this number, and records what happens.
    pub(super) fn recorded(machine: &ExploredMachine, start: usize) -> Self {
        Self::start(machine, start, Some(PathRecord::default()))
    }

    fn start(machine: &ExploredMachine, start: usize, record: Option<PathRecord>) -> Self {
        let chosen = &machine.starts[start];
        let main = machine.main();
        let input = main.outcomes.inputs().values.get(chosen.input).cloned();
        let now = Timestamp::from_unix_micros(START);
        let about = execution_info(&main.name, "counterexample", input.unwrap_or_default(), now);
        let properties = machine.settings.properties.iter();
        let mut path = Self {
            executions: Vec::new(),
            next_id: 0,
            start,
            now,
            calls: Vec::new(),
            timers: Vec::new(),
            monitors: properties
                .map(|property| Monitor::new(&property.formula))
                .collect(),
            rules: PathRules::new(&machine.settings),
            faults: u32::from(chosen.failing.is_some()),
            events: 0,
            visits: VisitCounts::default(),
            reached: Vec::new(),
            last: Vec::new(),
            evaluations: Vec::new(),
            is_endless: false,
            has_deep_nesting: false,
            writing: Vec::new(),
            record,
            new_bytes: 0,
            shared: None,
        };
        let mut execution = new_execution(main, about, 1);
        execution.begin();
        path.add_execution(PathExecution {
            id: 0,
            definition: 0,
            execution,
            tracker: EventTracker::new(Arc::default()),
            starter: None,
        });
        path.advance(machine);
        path
    }

    /// Adds an execution, and gives it its number.
    pub(super) fn add_execution(&mut self, mut execution: PathExecution) {
        execution.id = self.next_id;
        self.next_id += 1;
        self.executions.push(execution);
    }

    /// Returns the explored execution.
    pub(super) fn main(&self) -> &PathExecution {
        &self.executions[0]
    }

    /// Returns the position of an execution that has not ended.
    pub(super) fn index_of(&self, id: ExecutionId) -> Option<usize> {
        self.executions
            .iter()
            .position(|execution| execution.id == id)
    }

    pub(super) fn chosen_start<'m>(&self, machine: &'m ExploredMachine) -> &'m PathStart {
        &machine.starts[self.start]
    }

    /// Returns the time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.now.since(Timestamp::from_unix_micros(START))
    }

    /// Returns whether all executions of the path have ended.
    pub(super) fn has_ended(&self) -> bool {
        self.executions.iter().all(PathExecution::has_ended)
    }

    /// Returns the outcome of the last call of a visit.
    pub(super) fn last_outcome(&self, visit: &str) -> Option<&Outcome> {
        let mut last = self.last.iter();
        last.find(|(known, _)| known == visit)
            .map(|(_, outcome)| outcome)
    }

    pub(super) fn set_last_outcome(&mut self, visit: &SmolStr, outcome: Outcome) {
        match self.last.iter_mut().find(|(known, _)| known == visit) {
            Some((_, last)) => *last = outcome,
            None => self.last.push((visit.clone(), outcome)),
        }
    }

    /// Counts the memory of the events and values since the last point.
    pub(super) fn count_memory(&mut self, machine: &ExploredMachine) {
        let before = self.shared.take();
        let new = std::mem::take(&mut self.new_bytes);
        self.shared = Some(SharedMemory::after(before, &machine.budget, new));
    }

    /// Returns about how many bytes the path takes that no other path shares.
    pub(super) fn own_bytes(&self) -> usize {
        let executions = self.executions.iter();
        let executions = executions.map(|execution| {
            size_of::<PathExecution>()
                + execution.execution.clone_bytes()
                + execution.tracker.bytes()
        });
        size_of::<Self>()
            + executions.sum::<usize>()
            + size_of_val(self.calls.as_slice())
            + size_of_val(self.timers.as_slice())
            + size_of_val(self.last.as_slice())
            + self.visits.bytes()
            + self.rules.bytes()
            + self.monitors.iter().map(Monitor::bytes).sum::<usize>()
    }

    /// Writes what decides how the path continues and which verdicts it gets.
    pub(super) fn write_fingerprint(&self, machine: &ExploredMachine, to: &mut String) {
        use std::fmt::Write as _;
        // Delays grow with the number of retries.
        let is_exact = machine.is_timed || machine.reads_attempts;
        let attempts = (!is_exact).then_some(AttemptBound {
            caller: MAX_ATTEMPTS,
            distinct: DISTINCT_RETRIES,
        });
        let mut executions: Vec<String> = self
            .executions
            .iter()
            .map(|execution| {
                let definition = &machine.definitions[execution.definition];
                let write_value = |state, role, value: &Value, to: &mut String| {
                    write_live(definition, state, role, value, to);
                };
                let mut text = String::new();
                if let Some(starter) = &execution.starter {
                    // Writing to a string never fails.
                    let _ = write!(text, "{:?} in {:?} ", starter.kind, execution.scope());
                }
                let execution = &execution.execution;
                execution.write_fingerprint(self.now, attempts, &write_value, &mut text);
                text
            })
            .collect();
        // The children of a Map Run may start in any order.
        executions[1..].sort();
        for execution in executions {
            to.push_str(&execution);
        }
        // Only a Map that has not begun makes a difference, but few definitions have a reader.
        if machine.starts.len() > machine.main().outcomes.inputs().values.len() {
            let start = self.chosen_start(machine);
            let _ = write!(to, "items {} {:?} ", start.items, start.failing);
        }
        if !self.writing.is_empty() {
            let _ = write!(to, "writing {} ", self.writing.len());
        }
        if machine.is_timed {
            let _ = write!(to, "at {} ", self.elapsed().as_millis());
        }
        for call in &self.calls {
            // Only a retry, and a call inside of a container, repeats the last outcome.
            if call.attempt > 0 || call.is_inside {
                let last = self.last_outcome(&call.visit);
                let _ = write!(to, "{} {last:?} ", call.visit);
            }
            if call.is_silent {
                let _ = write!(to, "silent {} {} ", call.visit, call.late.is_some());
            }
            if call.answerer == Answerer::Execution {
                let _ = write!(to, "awaits {} ", call.visit);
            }
        }
        for (property, monitor) in machine.settings.properties.iter().zip(&self.monitors) {
            if monitor.verdict().is_none() || property.formula.patterns().is_empty() {
                monitor.write_fingerprint(self.elapsed(), to);
            } else {
                let _ = write!(to, "{:?}", monitor.verdict());
            }
        }
        self.rules.write_fingerprint(to);
        // A path that waits between two attempts repeats the last outcome, too.
        for execution in &self.executions {
            for view in execution.execution.cursor_views() {
                if view.retries > 0 {
                    let mut scope = execution.scope().to_vec();
                    scope.extend(view.scope);
                    let visit = visit_of(&scope, &view.name);
                    let _ = write!(to, "{:?}", self.last_outcome(&visit));
                }
            }
        }
    }
}

/// Creates an execution of a definition.
pub(super) fn new_execution(
    definition: &ExploredDefinition,
    about: Arc<ExecutionInfo>,
    seed: u64,
) -> Execution {
    let limits = Arc::new(Limits::default());
    Execution::new(definition.program.clone(), about, limits, MAX_EVENTS, seed)
}

/// Creates the identity of an execution of a state machine.
pub(super) fn execution_info(
    machine: &str,
    name: &str,
    input: Value,
    now: Timestamp,
) -> Arc<ExecutionInfo> {
    let prefix = format!("{ARN}:execution:{machine}:");
    let info = MachineInfo::new(format!("{ARN}:stateMachine:{machine}"), prefix.as_str());
    let names = Names::with_prefix(&prefix, name);
    Arc::new(ExecutionInfo::new(info.into(), names, input, now))
}

/// Writes the part of a value that makes a difference for the rest of the path.
fn write_live(
    definition: &ExploredDefinition,
    state: StateIx,
    role: ValueRole,
    value: &Value,
    to: &mut String,
) {
    let name = &definition.program.state(state).name;
    match (role, &definition.live) {
        // The outcomes of a call do not depend on its arguments, and the end has its verdicts.
        (ValueRole::Task | ValueRole::Output, _) => {}
        (ValueRole::Input, Some(live)) => live.write_input(name, value, to),
        // A Wait forwards its input, unless InputPath selects a part.
        (ValueRole::Other, Some(live)) if definition.forwards_input(name) => {
            live.write_input(name, value, to);
        }
        (ValueRole::Variable(variable), Some(live)) => {
            let variable = definition.program.variable_name(variable);
            live.write_variable(name, &variable, value, to);
        }
        (ValueRole::Result(branch), Some(live)) => {
            live.write_result(name, branch as usize, value, to);
        }
        _ => value.write_to(to),
    }
}
