//! The states of a definition in an execution, as marks for a diagram.

use std::collections::HashMap;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::history::History;

use super::coverage::Coverage;
use super::recorded::{RecordedEvent, RecordedHistory, steps};

/// Marks the states and transitions of a definition with their statuses in an execution.
///
/// A state that was entered several times has the mark of its worst visit: failed, in progress, stopped, caught, succeeded. Its badge and
/// notes contain the number of visits of each kind. A state that failed without its own event inside a Parallel counts as failed only if no
/// other state was active there: a history does not contain more. States inside a Distributed Map have no marks, because its items are
/// executions with separate histories.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_asl::overlay::Status;
/// use stepwright_runtime::testing::overlay;
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
    of_steps(definition, &steps(history), history.redaction())
}

impl RecordedHistory {
    /// Marks the states and transitions of a definition with their statuses in the recorded execution, as [`overlay`] does.
    pub fn overlay(&self, definition: &Asl) -> Overlay {
        let overlay = of_steps(definition, &self.steps, &self.redaction);
        if self.has_more_events {
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
        for step in self.steps.iter().filter(|step| is_entered(step)) {
            let state = step.state.as_deref().unwrap_or_default();
            if !entered.contains(&state) {
                entered.push(state);
            }
        }
        entered
    }
}

fn is_entered(step: &RecordedEvent) -> bool {
    step.kind.ends_with("StateEntered")
}

/// One visit of a state.
struct StateVisit<'s> {
    state: &'s str,
    scope: &'s [String],
    /// Its status; running until it has ended.
    status: Status,
    /// Whether its last attempt failed.
    failed: bool,
    attempts: u32,
    error: Option<String>,
}

impl StateVisit<'_> {
    fn is_open(&self) -> bool {
        self.status == Status::Running
    }
}

struct HistoryWalk<'s> {
    /// The fields whose values are masked in causes.
    redaction: &'s Redaction,
    visits: Vec<StateVisit<'s>>,
    /// The last visit of each state in each iteration and branch.
    last: HashMap<(&'s [String], &'s str), usize>,
    title: String,
}

fn of_steps(definition: &Asl, steps: &[RecordedEvent], redaction: &Redaction) -> Overlay {
    let mut walk = HistoryWalk {
        redaction,
        visits: Vec::new(),
        last: HashMap::new(),
        title: "execution in progress".to_owned(),
    };
    for step in steps {
        walk.step(step);
    }
    let mut overlay = Overlay::new(walk.title.clone());
    let mut visits: HashMap<&str, Vec<&StateVisit<'_>>> = HashMap::new();
    for visit in &walk.visits {
        visits.entry(visit.state).or_default().push(visit);
    }
    let graph = Graph::of(definition);
    let elsewhere = in_child_executions(&graph);
    for (index, state) in graph.states().iter().enumerate() {
        let found = visits.get(state.name);
        if found.is_some() || !elsewhere[index] {
            let found = found.map(Vec::as_slice).unwrap_or_default();
            overlay.state(state.name, mark(found));
        }
    }
    let mut coverage = Coverage::of_definition(definition);
    coverage.add_steps(steps);
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
    for way in coverage.transitions() {
        if is_here(&way.from, way.count) {
            let status = taken(Status::Succeeded, way.count);
            overlay.transition(&way.from, &way.to, status, way.count);
        }
    }
    for way in coverage.catchers() {
        if is_here(&way.state, way.count) {
            let status = taken(Status::Caught, way.count);
            overlay.catcher(&way.state, &way.to, status, way.count);
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
fn mark(visits: &[&StateVisit<'_>]) -> Mark {
    const WORST_FIRST: [Status; 5] = [
        Status::Failed,
        Status::Running,
        Status::Stopped,
        Status::Caught,
        Status::Succeeded,
    ];
    let count = |status: Status| visits.iter().filter(|visit| visit.status == status).count();
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
    let again: u32 = visits
        .iter()
        .map(|visit| visit.attempts.saturating_sub(1))
        .sum();
    match again {
        0 => {}
        1 => mark = mark.note("tried again once"),
        again => mark = mark.note(format!("tried again {again} times")),
    }
    let errors = visits.iter().rev().filter(|visit| visit.status == status);
    if let Some(error) = errors.filter_map(|visit| visit.error.as_deref()).next() {
        mark = mark.note(format!("last error: {error}"));
    }
    mark
}

impl<'s> HistoryWalk<'s> {
    fn step(&mut self, step: &'s RecordedEvent) {
        let kind = step.kind.as_str();
        let scope = step.scope.as_slice();
        let state = step.state.as_deref().unwrap_or_default();
        if kind.starts_with("Execution") {
            self.execution(step);
        } else if is_entered(step) {
            self.entered(scope, state, kind == "FailStateEntered");
        } else if kind.starts_with("MapIteration") {
            // The state of the event is the Map, its scope the iteration.
            match kind {
                "MapIterationFailed" => self.close(scope, scope.len(), true),
                "MapIterationAborted" => self.close(scope, scope.len(), false),
                _ => {}
            }
        } else if let Some(&at) = self.last.get(&(scope, state)) {
            let visit = &mut self.visits[at];
            if kind.ends_with("StateExited") {
                visit.status = if visit.failed {
                    Status::Caught
                } else {
                    Status::Succeeded
                };
            } else if kind.ends_with("Aborted") {
                // A failed visit inside a container is aborted when the container fails.
                visit.status = if visit.failed {
                    Status::Failed
                } else {
                    Status::Stopped
                };
            } else if is_attempt(kind) {
                visit.failed = false;
                visit.attempts += 1;
            } else if is_failure(kind) {
                visit.failed = true;
                visit.error = error(step, self.redaction).or(visit.error.take());
                if ["MapStateFailed", "ParallelStateFailed"].contains(&kind) {
                    self.close(scope, scope.len() + 1, false);
                }
            }
        }
    }

    fn entered(&mut self, scope: &'s [String], state: &'s str, fails: bool) {
        // A state is left before it is entered again, except after a redrive, which may enter an unsuccessful state again.
        let again = self.last.get(&(scope, state)).copied();
        let at = match again.filter(|at| self.visits[*at].is_open()) {
            Some(at) => at,
            None => {
                self.visits.push(StateVisit {
                    state,
                    scope,
                    status: Status::Running,
                    failed: false,
                    attempts: 0,
                    error: None,
                });
                self.visits.len() - 1
            }
        };
        self.visits[at].status = Status::Running;
        self.visits[at].failed = fails;
        self.last.insert((scope, state), at);
    }

    fn execution(&mut self, step: &RecordedEvent) {
        self.title = match step.kind.as_str() {
            "ExecutionSucceeded" => "execution succeeded".to_owned(),
            "ExecutionRedriven" => {
                self.reopen();
                "execution redriven, in progress".to_owned()
            }
            "ExecutionFailed" => {
                self.close(&[], 0, true);
                ended("failed", step)
            }
            "ExecutionAborted" => {
                self.stop();
                ended("aborted", step)
            }
            "ExecutionTimedOut" => {
                self.stop();
                "execution timed out".to_owned()
            }
            _ => return,
        };
        if step.kind == "ExecutionFailed"
            && let Some(error) = error(step, self.redaction)
        {
            let failed = self.visits.iter_mut().rev();
            let mut failed = failed.filter(|visit| visit.status == Status::Failed);
            if let Some(visit) = failed.find(|visit| visit.scope.is_empty()) {
                visit.error.get_or_insert(error);
            }
        }
    }

    /// Ends the active visits in a scope and, from `depth` on, deeper: the iteration, branches or execution around them failed or was stopped.
    fn close(&mut self, scope: &[String], depth: usize, fails: bool) {
        let inside = |visit: &StateVisit<'_>| {
            visit.is_open() && visit.scope.len() >= depth && visit.scope.starts_with(scope)
        };
        let open: Vec<usize> = (0..self.visits.len())
            .filter(|at| inside(&self.visits[*at]))
            .collect();
        let failed = open.iter().any(|at| {
            let visit = &self.visits[*at];
            visit.failed && visit.scope.len() >= depth
        });
        for &at in &open {
            let own = fails && self.visits[at].scope.len() == scope.len();
            let only = !failed && open.len() == 1;
            let visit = &mut self.visits[at];
            visit.status = if visit.failed || own || only {
                Status::Failed
            } else {
                Status::Stopped
            };
        }
    }

    /// Reopens visits that had not succeeded when the execution ended. Failures inside a container that caught or retried them stay unchanged.
    fn reopen(&mut self) {
        let mut last: HashMap<&[String], usize> = HashMap::new();
        for at in 0..self.visits.len() {
            last.insert(self.visits[at].scope, at);
        }
        // A container was entered before the states inside it.
        for at in 0..self.visits.len() {
            let visit = &self.visits[at];
            let goes_on = match visit.scope.split_last() {
                None => last.get(visit.scope) == Some(&at),
                Some((frame, around)) => last.get(around).is_some_and(|container| {
                    let container = &self.visits[*container];
                    container.is_open() && frame.starts_with(container.state)
                }),
            };
            if goes_on && matches!(visit.status, Status::Failed | Status::Stopped) {
                self.visits[at].status = Status::Running;
                self.visits[at].failed = false;
            }
        }
    }

    /// Ends all active visits: the execution was stopped, or timed out.
    fn stop(&mut self) {
        for visit in self.visits.iter_mut().filter(|visit| visit.is_open()) {
            visit.status = Status::Stopped;
        }
    }
}

fn ended(how: &str, step: &RecordedEvent) -> String {
    match step.details["error"].as_str() {
        Some(error) => format!("execution {how}: {error}"),
        None => format!("execution {how}"),
    }
}

/// Returns whether the event starts an attempt of a task, or iterations or branches.
fn is_attempt(kind: &str) -> bool {
    kind.ends_with("Scheduled")
        || ["MapStateStarted", "ParallelStateStarted", "MapRunRedriven"].contains(&kind)
}

/// Returns whether such an attempt failed.
fn is_failure(kind: &str) -> bool {
    kind.ends_with("Failed") || kind.ends_with("TimedOut")
}

/// Returns the error of an event, with its cause.
fn error(step: &RecordedEvent, redaction: &Redaction) -> Option<String> {
    let error = step.details["error"].as_str();
    let cause = step.details["cause"]
        .as_str()
        .filter(|cause| !cause.is_empty());
    match (error, cause) {
        (Some(error), Some(cause)) => Some(format!("{error}: {}", redaction.text(cause))),
        (error, cause) => error
            .map(str::to_owned)
            .or_else(|| Some(redaction.text(cause?).into_owned())),
    }
}
