//! Turns the events of the interpreter into events of a path.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::{Event, EventGroup, EventKind, HistoryReader};
use stepwright_interpreter::value::Value;

use super::definition::ExploredDefinition;
use super::visit::visit_of;
use crate::event::{Action, PathEvent, TaskNames};

/// The state between the events of one execution.
#[derive(Clone, Debug)]
pub(super) struct EventTracker {
    pub(super) reader: HistoryReader,
    /// The containers around the execution: the states that started it and those before.
    pub(super) scope: Arc<[String]>,
    /// The attempts that have begun and not ended.
    open: Vec<Attempt>,
}

#[derive(Clone, Debug)]
struct Attempt {
    visit: SmolStr,
    task: TaskNames,
    arguments: Value,
    attempt: u32,
}

impl EventTracker {
    pub(super) fn new(scope: Arc<[String]>) -> Self {
        Self {
            reader: HistoryReader::default(),
            scope,
            open: Vec::new(),
        }
    }

    /// Returns the bytes of the open attempts. Their values are shared.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.open.as_slice())
    }

    /// Returns the containers around an event, also those around the execution.
    pub(super) fn scope_of(&self, event: &Event) -> Vec<String> {
        let mut scope = self.scope.to_vec();
        scope.extend(event.scope());
        scope
    }

    /// Returns the name of the execution inside of the explored one.
    pub(super) fn label(&self) -> Option<SmolStr> {
        let scope = !self.scope.is_empty();
        scope.then(|| SmolStr::new(self.scope.join("/")))
    }

    /// Returns the events of the path for an event of the history.
    pub(super) fn path_events(
        &mut self,
        definition: &ExploredDefinition,
        event: &Event,
        started: Timestamp,
    ) -> Vec<PathEvent> {
        let mut events = self.events_of(definition, event, started);
        let label = self.label();
        for event in &mut events {
            event.execution.clone_from(&label);
        }
        events
    }

    fn events_of(
        &mut self,
        definition: &ExploredDefinition,
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
                // A new visit begins with the first attempt.
                let visit = visit_of(&event.scope(), &name);
                self.open.retain(|attempt| attempt.visit != visit);
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
            EventGroup::Scheduled => vec![self.scheduled(definition, event, name, time)],
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
        definition: &ExploredDefinition,
        event: &Event,
        name: SmolStr,
        time: Duration,
    ) -> PathEvent {
        let visit = visit_of(&event.scope(), &name);
        let arguments = event.value().cloned().unwrap_or_default();
        let known = definition.program.find(&name);
        let known = known.and_then(|state| definition.tasks.get(state.index())?.as_ref());
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
