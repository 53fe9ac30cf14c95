//! The state of one path: the execution, its pending work, and what observes it.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_interpreter::execution::{Execution, Failure, ValueRole};
use stepwright_interpreter::program::StateIx;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{
    ExecutionInfo, Limits, MachineInfo, Names, TimerKind, Timestamp, WaitId,
};

use super::event_tracker::EventTracker;
use super::machine::ExploredMachine;
use super::path_rules::PathRules;
use super::visit::visit_of;
use crate::monitor::Monitor;
use crate::outcomes::{CalledTask, Outcome};

/// The events that are retained: all of an execution of a Standard state machine.
const HISTORY: u32 = 25_000;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000;
const ARN: &str = "arn:aws:states:us-east-1:123456789012";

/// A call that waits for its outcome.
#[derive(Clone, Debug)]
pub(super) struct OpenCall {
    pub(super) wait_id: WaitId,
    pub(super) state: StateIx,
    pub(super) called: Arc<CalledTask>,
    /// The visit: the containers around the state, and its name.
    pub(super) visit: SmolStr,
    pub(super) is_inside: bool,
    pub(super) attempt: u32,
    /// It is never answered; only its timers end it.
    pub(super) is_silent: bool,
}

/// A timer that is armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ArmedTimer {
    pub(super) wait_id: WaitId,
    pub(super) kind: TimerKind,
    pub(super) at: Timestamp,
}

/// One path up to a point at which the execution waits.
#[derive(Clone, Debug)]
pub(super) struct PathState {
    pub(super) execution: Execution,
    pub(super) now: Timestamp,
    pub(super) calls: Vec<OpenCall>,
    pub(super) timers: Vec<ArmedTimer>,
    pub(super) tracker: EventTracker,
    pub(super) monitors: Vec<Monitor>,
    pub(super) rules: PathRules,
    pub(super) faults: u32,
    /// The outcome of the last call in each visit that was a fault, or is inside a container.
    pub(super) last: Vec<(SmolStr, Outcome)>,
    /// The fields that could not be evaluated since the last point.
    pub(super) evaluations: Vec<(StateIx, Failure)>,
    /// Whether the steps since the last point did not come to a wait.
    pub(super) is_endless: bool,
}

impl PathState {
    /// Starts the execution of this number: an input, and a choice of the items of readers.
    pub(super) fn of_start(machine: &ExploredMachine, start: usize) -> Self {
        let inputs = &machine.outcomes.inputs().values;
        let count = inputs.len().max(1);
        let input = inputs.get(start % count).cloned();
        let items = machine.read_items.get(start / count);
        let items = items.map_or(&[][..], Vec::as_slice);
        Self::start(machine, input.unwrap_or_default(), items)
    }

    /// Starts an execution with an input, and with the items of readers.
    fn start(machine: &ExploredMachine, input: Value, items: &[(String, Value)]) -> Self {
        let now = Timestamp::from_unix_micros(START);
        let name = &machine.settings.machine_name;
        let prefix = format!("{ARN}:execution:{name}:");
        let about = MachineInfo::new(format!("{ARN}:stateMachine:{name}"), prefix.as_str());
        let names = Names::with_prefix(&prefix, "counterexample");
        let about = Arc::new(ExecutionInfo::new(about.into(), names, input, now));
        let limits = Arc::new(Limits::default());
        let mut execution = Execution::new(machine.program.clone(), about, limits, HISTORY, 1);
        execution.begin();
        if let Some(cursor) = execution.next_cursor() {
            for (variable, value) in items {
                // A Map that no state leads to has no variable.
                let _ = execution.set_variable(cursor, variable, value.clone());
            }
        }
        let properties = machine.settings.properties.iter();
        let mut path = Self {
            execution,
            now,
            calls: Vec::new(),
            timers: Vec::new(),
            tracker: EventTracker::default(),
            monitors: properties
                .map(|property| Monitor::new(&property.formula))
                .collect(),
            rules: PathRules::new(&machine.settings),
            faults: 0,
            last: Vec::new(),
            evaluations: Vec::new(),
            is_endless: false,
        };
        path.run(machine);
        path
    }

    /// Returns the time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.now.since(Timestamp::from_unix_micros(START))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.execution.outcome().is_some()
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

    /// Writes what decides how the path continues and which verdicts it gets.
    pub(super) fn write_fingerprint(&self, machine: &ExploredMachine, to: &mut String) {
        use std::fmt::Write as _;
        let write_value = |state, role, value: &Value, to: &mut String| {
            write_live(machine, state, role, value, to);
        };
        self.execution.write_fingerprint(self.now, &write_value, to);
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
                let _ = write!(to, "silent {} ", call.visit);
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
        for view in self.execution.cursor_views() {
            if view.retries > 0 {
                let visit = visit_of(&view.scope, &view.name);
                let _ = write!(to, "{:?}", self.last_outcome(&visit));
            }
        }
    }
}

/// Writes the part of a value that makes a difference for the rest of the path.
fn write_live(
    machine: &ExploredMachine,
    state: StateIx,
    role: ValueRole,
    value: &Value,
    to: &mut String,
) {
    let name = &machine.program.state(state).name;
    match (role, &machine.live) {
        // The outcomes of a call do not depend on its arguments, and the end has its verdicts.
        (ValueRole::Task | ValueRole::Output, _) => {}
        (ValueRole::Input, Some(live)) => live.write_input(name, value, to),
        // A Wait forwards its input, unless InputPath selects a part.
        (ValueRole::Other, Some(live)) if machine.forwards_input(name) => {
            live.write_input(name, value, to);
        }
        (ValueRole::Variable(variable), Some(live)) => {
            let variable = machine.program.variable_name(variable);
            live.write_variable(name, &variable, value, to);
        }
        (ValueRole::Result(branch), Some(live)) => {
            live.write_result(name, branch as usize, value, to);
        }
        _ => value.write_to(to),
    }
}
