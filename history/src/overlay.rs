//! The states of a definition in an execution, as marks for a diagram.

use std::collections::HashMap;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::history::{EventGroup, History};

use crate::coverage::Coverage;
use crate::recorded::RecordedHistory;
use crate::recorded_event::RecordedEvent;
use crate::timeline::{Timeline, Visit};

/// Marks the states and transitions of a definition with their statuses in an execution.
///
/// A state that was entered several times has the mark of its worst visit: failed, in progress,
/// stopped, caught, succeeded. Its badge and notes contain the number of visits of each kind. A
/// state that failed without its own event inside a Parallel counts as failed only if no other
/// state was active there: a history does not contain more. States inside a Distributed Map have no
/// marks, because its items are executions with separate histories.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_asl::overlay::Status;
/// use stepwright_history::overlay;
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Give up", "States": {"Give up": {"Type": "Fail", "Error": "TooLate"}}}"#)?;
/// let engine = Engine::builder().register_definition("m", &machine, MachineType::Standard).virtual_time().build()?;
/// let report = engine.execute_machine("m", json!({}), StartOptions::new()).await?;
///
/// let overlay = overlay(&machine.to_value(), &report.history);
/// assert_eq!(overlay.title(), "execution failed: TooLate");
/// assert_eq!(overlay.mark("Give up").map(|mark| mark.status), Some(Status::Failed));
/// # Ok(()) }
/// ```
pub fn overlay(definition: &Asl, history: &History) -> Overlay {
    timeline_overlay(definition, &Timeline::of(history), history.redaction())
}

impl RecordedHistory {
    /// Marks the states and transitions of a definition with their statuses in the recorded
    /// execution, as [`overlay`] does.
    pub fn overlay(&self, definition: &Asl) -> Overlay {
        self.timeline_overlay(definition, &self.timeline())
    }

    /// Returns the same as [`overlay`](Self::overlay), for a caller that has the timeline of the
    /// recording.
    pub fn timeline_overlay(&self, definition: &Asl, timeline: &Timeline) -> Overlay {
        let overlay = timeline_overlay(definition, timeline, self.redaction());
        if self.has_more_events() {
            let title = format!(
                "{}, as far as this part of its history goes",
                overlay.title()
            );
            return overlay.titled(title);
        }
        overlay
    }

    /// Returns the states that were entered, each once, in the order of their first entries.
    pub fn entered(&self) -> Vec<&str> {
        let mut entered: Vec<&str> = Vec::new();
        for step in self.events().iter().filter(|step| is_entered(step)) {
            let state = step.state.as_deref().unwrap_or_default();
            if !entered.contains(&state) {
                entered.push(state);
            }
        }
        entered
    }
}

fn is_entered(step: &RecordedEvent) -> bool {
    step.kind.group() == Some(EventGroup::Entered)
}

/// Returns the same as [`overlay`], for a caller that has the timeline of the history. The
/// redaction is that of the history.
pub fn timeline_overlay(definition: &Asl, timeline: &Timeline, redaction: &Redaction) -> Overlay {
    let mut coverage = Coverage::of_definition(definition);
    coverage.add_timeline(timeline);
    let mut overlay = Overlay::new(timeline.title());
    let mut visits: HashMap<&str, Vec<&Visit>> = HashMap::new();
    for visit in timeline.visits() {
        visits.entry(visit.state()).or_default().push(visit);
    }
    let graph = Graph::of(definition);
    let elsewhere = in_child_executions(&graph);
    for (index, state) in graph.states().iter().enumerate() {
        let found = visits.get(state.name);
        if found.is_some() || !elsewhere[index] {
            let found = found.map(Vec::as_slice).unwrap_or_default();
            overlay.state(state.name, mark(found, redaction));
        }
    }
    let elsewhere: HashMap<&str, bool> = graph
        .states()
        .iter()
        .zip(elsewhere)
        .map(|(state, elsewhere)| (state.name, elsewhere))
        .collect();
    let is_here =
        |state: &str, count: u64| count > 0 || !elsewhere.get(state).is_some_and(|it| *it);
    let taken = |status: Status, count: u64| {
        if count == 0 {
            Status::NotEntered
        } else {
            status
        }
    };
    for edge in coverage.transitions() {
        if is_here(&edge.from, edge.count) {
            let status = taken(Status::Succeeded, edge.count);
            overlay.transition(&edge.from, &edge.to, status, edge.count);
        }
    }
    for edge in coverage.catchers() {
        if is_here(&edge.state, edge.count) {
            let status = taken(Status::Caught, edge.count);
            overlay.catcher(&edge.state, &edge.to, status, edge.count);
        }
    }
    overlay
}

/// Returns which states are inside a Distributed Map.
fn in_child_executions(graph: &Graph<'_>) -> Vec<bool> {
    let mut elsewhere = vec![false; graph.states().len()];
    // A state comes after its container.
    for (index, state) in graph.states().iter().enumerate() {
        let container = &graph.containers()[state.container];
        let distributed = container.object.get("ProcessorConfig");
        let mode = distributed.and_then(|config| config.get("Mode")?.as_str());
        let around = container.parent.is_some_and(|parent| elsewhere[parent]);
        elsewhere[index] = around || mode == Some("DISTRIBUTED");
    }
    elsewhere
}

/// Returns the worst status of the visits, with the number of visits of each kind.
fn mark(visits: &[&Visit], redaction: &Redaction) -> Mark {
    const WORST_FIRST: [Status; 5] = [
        Status::Failed,
        Status::Running,
        Status::Stopped,
        Status::Caught,
        Status::Succeeded,
    ];
    let count = |status: Status| {
        visits
            .iter()
            .filter(|visit| visit.status() == status)
            .count()
    };
    let found: Vec<(Status, usize)> = WORST_FIRST
        .into_iter()
        .map(|status| (status, count(status)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let Some(&(status, worst)) = found.first() else {
        return Mark::new(Status::NotEntered);
    };
    let all = visits.len();
    let mut mark = Mark::new(status);
    if all > 1 {
        mark = mark.badge(if worst == all {
            format!("×{all}")
        } else {
            format!("{worst} of {all}")
        });
        let each: Vec<String> = found
            .iter()
            .map(|(status, count)| format!("{count} {}", status.as_str()))
            .collect();
        mark = mark.note(format!("entered {all} times: {}", each.join(", ")));
    }
    let again: usize = visits
        .iter()
        .map(|visit| visit.attempts().len().saturating_sub(1))
        .sum();
    match again {
        0 => {}
        1 => mark = mark.note("tried again once"),
        again => mark = mark.note(format!("tried again {again} times")),
    }
    let errors = visits.iter().rev().filter(|visit| visit.status() == status);
    if let Some(error) = errors.filter_map(|visit| error(visit, redaction)).next() {
        mark = mark.note(format!("last error: {error}"));
    }
    mark
}

/// Returns the last error of a visit, with its cause.
fn error(visit: &Visit, redaction: &Redaction) -> Option<String> {
    match (visit.error(), visit.cause()) {
        (Some(error), Some(cause)) => Some(format!("{error}: {}", redaction.text(cause))),
        (error, cause) => error
            .map(str::to_owned)
            .or_else(|| Some(redaction.text(cause?).into_owned())),
    }
}
