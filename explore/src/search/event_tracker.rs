//! Turns the events of the interpreter into events of a path.

use std::time::Duration;

use smol_str::SmolStr;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::{Event, EventGroup, EventKind, HistoryReader};
use stepwright_interpreter::value::Value;

use super::machine::ExploredMachine;
use super::visit::visit_of;
use crate::event::{Action, PathEvent, TaskNames};

/// The state between the events of one path.
#[derive(Clone, Debug, Default)]
pub(super) struct EventTracker {
    pub(super) reader: HistoryReader,
    /// The attempts that have begun and not ended.
    open: Vec<Attempt>,
    /// How often each state was entered.
    visits: Vec<(SmolStr, u32)>,
    /// The states that were entered since the last point.
    pub(super) entered: Vec<SmolStr>,
}

#[derive(Clone, Debug)]
struct Attempt {
    visit: SmolStr,
    task: TaskNames,
    arguments: Value,
    attempt: u32,
}

impl EventTracker {
    /// Returns the number of events so far.
    pub(super) fn events(&self) -> u32 {
        self.reader.read()
    }

    /// Returns how often a state was entered.
    pub(super) fn visits(&self, visit: &str) -> u32 {
        let mut visits = self.visits.iter();
        let found = visits.find(|(known, _)| known == visit);
        found.map_or(0, |(_, count)| *count)
    }

    /// Returns how often the state was entered that was entered most.
    pub(super) fn most_visits(&self) -> u32 {
        let visits = self.visits.iter().map(|(_, count)| *count);
        visits.max().unwrap_or_default()
    }

    fn count_visit(&mut self, visit: &SmolStr) {
        match self.visits.iter_mut().find(|(known, _)| known == visit) {
            Some((_, count)) => *count += 1,
            None => self.visits.push((visit.clone(), 1)),
        }
        // A new visit begins with the first attempt.
        self.open.retain(|attempt| attempt.visit != *visit);
    }

    /// Returns the events of the path for an event of the history.
    pub(super) fn path_events(
        &mut self,
        machine: &ExploredMachine,
        event: &Event,
        started: Timestamp,
    ) -> Vec<PathEvent> {
        let time = event.timestamp().since(started);
        let kind = event.kind();
        let name = SmolStr::new(event.state_name().unwrap_or_default());
        let value = || event.value().cloned().unwrap_or_default();
        match kind.group() {
            EventGroup::Execution => self.execution_events(event, time),
            EventGroup::Entered => {
                self.count_visit(&visit_of(&event.scope(), &name));
                self.entered.push(name.clone());
                vec![PathEvent::new(Action::Entered, name, time).with("input", value())]
            }
            EventGroup::Exited => {
                let exited = PathEvent::new(Action::Exited, name, time).with("output", value());
                let mut events = vec![exited];
                let details = event.details();
                if let Some(assigned) = details.get("assignedVariables").and_then(Value::as_object)
                {
                    events.extend(assigned.iter().map(|(variable, value)| {
                        PathEvent::new(Action::Assigned, variable, time)
                            .with("value", value.clone())
                    }));
                }
                events
            }
            EventGroup::Scheduled => vec![self.scheduled(machine, event, name, time)],
            EventGroup::Succeeded | EventGroup::Failed => self.ended(event, name, time),
            _ => Vec::new(),
        }
    }

    fn execution_events(&mut self, event: &Event, time: Duration) -> Vec<PathEvent> {
        let status = match event.kind() {
            EventKind::ExecutionStarted => {
                let input = event.value().cloned().unwrap_or_default();
                return vec![PathEvent::new(Action::Started, "", time).with("input", input)];
            }
            EventKind::ExecutionSucceeded => "succeeded",
            EventKind::ExecutionFailed => "failed",
            EventKind::ExecutionTimedOut => "timed-out",
            EventKind::ExecutionAborted => "aborted",
            _ => return Vec::new(),
        };
        let mut ended = PathEvent::new(Action::Ended, status, time);
        if let Some(output) = event.value() {
            ended = ended.with("output", output.clone());
        }
        vec![with_error(ended, event)]
    }

    fn scheduled(
        &mut self,
        machine: &ExploredMachine,
        event: &Event,
        name: SmolStr,
        time: Duration,
    ) -> PathEvent {
        let visit = visit_of(&event.scope(), &name);
        let arguments = event.value().cloned().unwrap_or_default();
        let known = machine.program.find(&name);
        let known = known.and_then(|state| machine.tasks.get(state.index())?.as_ref());
        let task = match event.resource() {
            Some(resource) => match resource.target_in(&arguments) {
                Some(target) => TaskNames::of_resource(resource, Some(target)),
                None => known
                    .cloned()
                    .unwrap_or_else(|| TaskNames::of_resource(resource, None)),
            },
            None => TaskNames::of_function(&name),
        };
        let before = self.open.iter().position(|attempt| attempt.visit == visit);
        let attempt = match before {
            Some(at) => self.open.swap_remove(at).attempt + 1,
            None => 0,
        };
        self.open.push(Attempt {
            visit,
            task: task.clone(),
            arguments: arguments.clone(),
            attempt,
        });
        PathEvent::new(Action::Called, name, time)
            .of_task(task)
            .with("arguments", arguments)
            .with("attempt", attempt)
    }

    fn ended(&mut self, event: &Event, name: SmolStr, time: Duration) -> Vec<PathEvent> {
        let visit = visit_of(&event.scope(), &name);
        let Some(attempt) = self.open.iter().find(|attempt| attempt.visit == visit) else {
            return Vec::new();
        };
        let action = match event.kind().group() {
            EventGroup::Succeeded => Action::Succeeded,
            _ => Action::Failed,
        };
        let mut ended = PathEvent::new(action, name, time)
            .of_task(attempt.task.clone())
            .with("arguments", attempt.arguments.clone())
            .with("attempt", attempt.attempt);
        if let Some(result) = event.value() {
            ended = ended.with("result", result.clone());
        }
        vec![with_error(ended, event)]
    }
}

fn with_error(mut ended: PathEvent, event: &Event) -> PathEvent {
    if let Some(error) = event.error() {
        ended = ended.with("error", error);
    }
    if let Some(cause) = event.cause() {
        ended = ended.with("cause", cause);
    }
    ended
}
