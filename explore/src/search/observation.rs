//! Passes the events of a path to its monitors and rules.

use stepwright_interpreter::history::EventKind;

use super::event_tracker::EventTracker;
use super::machine::ExploredMachine;
use super::path_state::PathState;
use crate::event::PathEvent;

impl PathState {
    /// Observes the events since the last point.
    pub(super) fn observe(&mut self, machine: &ExploredMachine) {
        let started = self.execution.about().started();
        let history = self.execution.history();
        while let Some(event) = self.tracker.reader.next(&history) {
            let scope = event.scope();
            for path_event in self.tracker.path_events(machine, &event, started) {
                let properties = machine.settings.properties.iter();
                for (property, monitor) in properties.zip(&mut self.monitors) {
                    monitor.observe(&property.formula, &path_event);
                }
                self.rules.observe(machine, &scope, &path_event);
            }
            if is_lost_attempt(event.kind()) {
                let state = event.state_name().unwrap_or_default();
                self.rules.attempt_lost(&scope, state);
            }
        }
    }
}

/// Returns whether the event shows that an earlier attempt of a container failed: its failure, or
/// the start of a further attempt.
fn is_lost_attempt(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ParallelStateFailed
            | EventKind::MapStateFailed
            | EventKind::ParallelStateStarted
            | EventKind::MapStateStarted
    )
}

/// Returns all events of a history as events of a path.
pub(super) fn events_of(machine: &ExploredMachine, path: &PathState) -> Vec<PathEvent> {
    let mut tracker = EventTracker::default();
    let started = path.execution.about().started();
    let history = path.execution.history();
    let mut events = Vec::new();
    while let Some(event) = tracker.reader.next(&history) {
        events.extend(tracker.path_events(machine, &event, started));
    }
    events
}
