//! Passes the events of a path to its monitors and rules.

use std::time::Duration;

use smol_str::SmolStr;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::task::TaskResult;
use stepwright_interpreter::value::Value;

use super::machine::ExploredMachine;
use super::path_execution::PathExecution;
use super::path_part::TransitionReader;
use super::path_record::RecordEntry;
use super::path_state::{OpenCall, PathState, START};
use super::visit::visit_of;
use crate::event::{Action, PathEvent};

/// The bytes of an event without its value.
const EVENT_BYTES: usize = 64;
/// The bytes of memory for each byte of a value's JSON. Values of two events are often the same, or
/// share most of their members.
const BYTES_OF_TEXT: usize = 4;

impl PathState {
    /// Observes the events of an execution since the last point. The start and the end of an
    /// execution inside of the explored one are no start and no end of the path.
    pub(super) fn observe(&mut self, machine: &ExploredMachine, index: usize) {
        let started = Timestamp::from_unix_micros(START);
        let PathExecution {
            id,
            definition: number,
            execution,
            tracker,
            ..
        } = &mut self.executions[index];
        let definition = &machine.definitions[*number];
        let history = execution.history();
        let mut observed = Vec::new();
        let mut transitions = TransitionReader::default();
        let mut bytes = 0;
        while let Some(event) = tracker.reader.next(&history) {
            self.events += 1;
            bytes += EVENT_BYTES + event.value().map_or(0, value_bytes);
            let scope = tracker.scope_of(&event);
            if *number == 0 {
                self.reached.extend(transitions.next(&event, &scope));
            }
            let events = tracker.path_events(definition, &event, started);
            let lost = is_lost_attempt(event.kind()).then(|| {
                let state = event.state_name().unwrap_or_default();
                SmolStr::new(state)
            });
            observed.push((scope, events, lost));
        }
        let (id, number) = (*id, *number);
        self.new_bytes += bytes;
        for (scope, events, lost) in observed {
            for event in events {
                if event.action == Action::Entered {
                    self.visits.count(&visit_of(&scope, &event.name));
                }
                let is_bound = matches!(event.action, Action::Started | Action::Ended);
                if id == 0 || !is_bound {
                    self.pass(machine, (id, number), &scope, &event);
                }
                if let Some(record) = &mut self.record {
                    record.entries.push(RecordEntry::Event(event));
                }
            }
            if let Some(state) = lost {
                self.rules.attempt_lost(&scope, &state);
            }
        }
    }

    /// Observes an answer to a token whose task has ended.
    pub(super) fn observe_late(
        &mut self,
        machine: &ExploredMachine,
        call: &OpenCall,
        answer: &TaskResult,
    ) {
        let time: Duration = self.elapsed();
        let called = &call.called;
        let mut event =
            PathEvent::new(Action::Late, called.state.as_str(), time).of_task(called.names.clone());
        event = match answer {
            Ok(result) => event.with("result", result.clone()),
            Err(failure) => event.with("error", failure.error.clone().unwrap_or_default()),
        };
        event.execution.clone_from(&call.label);
        let definition = call.definition;
        self.pass(machine, (call.execution, definition), &[], &event);
        if let Some(record) = &mut self.record {
            record.entries.push(RecordEntry::Event(event));
        }
    }

    fn pass(
        &mut self,
        machine: &ExploredMachine,
        (id, definition): (u32, usize),
        scope: &[String],
        event: &PathEvent,
    ) {
        let properties = machine.settings.properties.iter();
        for (property, monitor) in properties.zip(&mut self.monitors) {
            monitor.observe(&property.formula, event);
        }
        self.rules.observe(machine, (id, definition), scope, event);
    }
}

fn value_bytes(value: &Value) -> usize {
    let text = usize::try_from(value.json_len()).unwrap_or(usize::MAX);
    text.saturating_mul(BYTES_OF_TEXT)
}

/// Returns whether the event shows that an earlier attempt of a container failed: its failure, or
/// the start of a further attempt.
fn is_lost_attempt(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ParallelStateFailed
            | EventKind::MapStateFailed
            | EventKind::MapRunFailed
            | EventKind::ParallelStateStarted
            | EventKind::MapStateStarted
    )
}
