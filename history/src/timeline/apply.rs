//! Builds a timeline: adds one event of a history after the other to the visits of states.

use std::sync::Arc;

use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_interpreter::history::{EventGroup, EventKind};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{Status, Timestamp};

use super::Timeline;
use super::attempt::{Attempt, AttemptOutcome};
use super::event::TimelineEvent;
use super::failure_origin::FailureOrigin;
use super::iterations::Iterations;
use super::visit::{EarlierVariables, Visit};
use crate::recorded_kind::RecordedKind;

/// How many visits a reader of variables goes back at most. A smaller number needs more memory.
const MOST_DISTANCE: usize = 64;

impl Timeline {
    /// Adds the next event of the history.
    pub(crate) fn apply(&mut self, event: &TimelineEvent) {
        match event.kind.group() {
            Some(EventGroup::Execution) => self.execution(event),
            Some(EventGroup::Entered) => self.entered(event),
            Some(EventGroup::Iteration) => self.iteration(event),
            _ => {
                let state = event.state.as_deref().unwrap_or_default();
                if let Some(at) = self.index.last_of(&event.scope, state) {
                    self.visit_event(at, event);
                }
            }
        }
    }

    /// Counts an event of a visit.
    fn count(&mut self, at: usize, event: &TimelineEvent) {
        let visit = &mut self.visits[at];
        visit.events += 1;
        visit.last_event = event.id;
    }

    fn end(&mut self, at: usize, when: Timestamp, status: VisitStatus) {
        let visit = &mut self.visits[at];
        self.index.close(at, visit);
        visit.end(when, status);
    }

    fn visit_event(&mut self, at: usize, event: &TimelineEvent) {
        let group = event.kind.group();
        self.count(at, event);
        let visit = &mut self.visits[at];
        let has_failed = visit.has_failed;
        if group == Some(EventGroup::Exited) {
            visit.output = event.value("output");
            if let Some(assigned) = event.details.get("assignedVariables")
                && let Some(assigned) = assigned.as_object()
            {
                let assigned = assigned.iter();
                visit.assigned = assigned
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect();
            }
            let status = if has_failed {
                VisitStatus::Caught
            } else {
                VisitStatus::Succeeded
            };
            self.end(at, event.at, status);
        } else if group == Some(EventGroup::Aborted) {
            // A failed visit inside a container is aborted when the container fails.
            let status = if has_failed {
                VisitStatus::Failed
            } else {
                VisitStatus::Stopped
            };
            self.end(at, event.at, status);
        } else if event.kind.is_attempt() || event.kind == EventKind::MapRunRedriven {
            self.attempt(at, event);
        } else if event.kind.is_task_failure() || event.kind.is_container_failure() {
            self.failure(at, event);
        } else if group == Some(EventGroup::Started) || event.kind == EventKind::MapRunStarted {
            if let Some(attempt) = visit.open_attempt() {
                attempt.started.get_or_insert(event.at);
                attempt.worker = event.text("workerName").or(attempt.worker.take());
                attempt.map_run = event.map_run.clone().or(attempt.map_run.take());
            }
        } else if event.kind == EventKind::TaskSubmitted
            && let Some(attempt) = visit.open_attempt()
        {
            attempt.started_execution(event.details.get("output"));
        } else if has_succeeded(&event.kind)
            && let Some(attempt) = visit.open_attempt()
        {
            attempt.result = event.value("output");
            attempt.started_execution(event.details.get("output"));
            attempt.end(event.at, AttemptOutcome::Succeeded);
        }
    }

    fn attempt(&mut self, at: usize, event: &TimelineEvent) {
        // A Map or Parallel that tries again writes no event of its failure.
        let origin = self.visits[at].origin.take();
        let origin = origin.or_else(|| self.origin_inside(at));
        if matches!(
            event.kind.known(),
            Some(EventKind::MapStateStarted | EventKind::ParallelStateStarted)
        ) {
            // A failed state inside of the attempt before has no event of its end.
            self.close(&event.scope, event.scope.len() + 1, false, event.at);
        }
        let visit = &mut self.visits[at];
        visit.end_attempt(event.at, AttemptOutcome::Stopped);
        let mut attempt = Attempt::new(event);
        attempt.retry_delay = visit.failed_at.take().map(|failed| event.at - failed);
        attempt.is_redriven = std::mem::take(&mut visit.is_redriven);
        if event.kind.group() != Some(EventGroup::Scheduled) {
            attempt.started = Some(event.at);
        }
        if event.kind == EventKind::MapStateStarted {
            let length = event.details.get("length").and_then(Value::as_i64);
            visit.iterations = length
                .and_then(|length| u64::try_from(length).ok())
                .map(Iterations::of_total);
        }
        attempt.retried = origin.filter(|_| !attempt.is_redriven);
        visit.attempts.push(attempt);
        visit.has_failed = false;
        visit.failure = None;
    }

    fn failure(&mut self, at: usize, event: &TimelineEvent) {
        let is_evaluation = event.kind == EventKind::EvaluationFailed;
        let has_branches = matches!(
            event.kind.known(),
            Some(EventKind::MapStateFailed | EventKind::ParallelStateFailed)
        );
        let visit = &mut self.visits[at];
        visit.has_failed = true;
        visit.failed_at = Some(event.at);
        if is_evaluation {
            visit.failed_evaluations += 1;
        }
        let failure = event.failure();
        if !has_branches {
            visit.failure = Some((event.text("error"), event.text("cause")));
        }
        if let Some((error, cause)) = &failure {
            visit.error.clone_from(error);
            visit.cause.clone_from(cause);
        }
        // An expression fails before the attempt, or after its success.
        if !is_evaluation
            && let Some(attempt) = visit.attempts.last_mut()
            && attempt.outcome != AttemptOutcome::Succeeded
        {
            let outcome = if event.kind.is_timeout() {
                AttemptOutcome::TimedOut
            } else {
                AttemptOutcome::Failed
            };
            attempt.end(event.at, outcome);
            if let Some((error, cause)) = failure {
                // The cause of a nested execution's failure is its description.
                if let Some(cause) = cause.as_deref().filter(|_| attempt.starts_execution()) {
                    attempt.started_execution(Value::from_text(cause).ok().as_ref());
                }
                (attempt.error, attempt.cause) = (error, cause);
            }
        }
        if has_branches {
            self.close(&event.scope, event.scope.len() + 1, false, event.at);
        }
        let error = event.text("error");
        let inside = if has_branches && error.is_none() {
            self.origin_inside(at)
        } else {
            None
        };
        let visit = &mut self.visits[at];
        // A failed Map Run has a separate event before that of its Map.
        let is_of_map_run = has_branches && error.is_none() && visit.origin.is_some();
        if inside.is_some() {
            visit.origin = inside;
        } else if !is_of_map_run {
            visit.origin = Some(FailureOrigin::of(&visit.state, error));
        }
    }

    /// Returns where the last failure inside of the last attempt of a Map or Parallel began. A Map
    /// or Parallel inside may have failed without an event.
    fn origin_inside(&self, mut container: usize) -> Option<FailureOrigin> {
        let mut origin = None;
        loop {
            let attempt = self.visits[container].attempts.len();
            let inside = self.index.inside(container).iter().copied();
            let failed = inside.filter(|at| {
                let visit = &self.visits[*at];
                let has_failed =
                    visit.status == VisitStatus::Failed || (visit.is_open() && visit.has_failed);
                visit.container_attempt == attempt && has_failed
            });
            let Some(last) = failed.max_by_key(|at| self.visits[*at].last_event) else {
                return origin;
            };
            let visit = &self.visits[last];
            if visit.origin.is_some() {
                return visit.origin.clone();
            }
            origin = Some(FailureOrigin::of(&visit.state, None));
            container = last;
        }
    }

    /// Handles an event of an iteration: the state of the event is the Map, its scope the
    /// iteration.
    fn iteration(&mut self, event: &TimelineEvent) {
        let around = event
            .scope
            .split_last()
            .map_or(&[][..], |(_, around)| around);
        let state = event.state.as_deref().unwrap_or_default();
        if let Some(at) = self.index.last_of(around, state) {
            self.count(at, event);
            if let Some(iterations) = &mut self.visits[at].iterations
                && let Some(kind) = event.kind.known()
            {
                iterations.count(kind);
            }
        }
        let depth = event.scope.len();
        match event.kind.known() {
            Some(EventKind::MapIterationFailed) => self.close(&event.scope, depth, true, event.at),
            Some(EventKind::MapIterationAborted) => {
                self.close(&event.scope, depth, false, event.at)
            }
            _ => {}
        }
    }

    fn entered(&mut self, event: &TimelineEvent) {
        let state = event.state.as_deref().unwrap_or_default();
        // A state is left before it is entered again, except after a redrive, which may enter an
        // unsuccessful state again.
        let again = self.index.last_of(&event.scope, state);
        let at = match again.filter(|at| self.visits[*at].is_open()) {
            Some(at) => at,
            None => self.add(event),
        };
        let visit = &mut self.visits[at];
        visit.has_failed = event.kind == EventKind::FailStateEntered;
        if visit.has_failed {
            visit.origin = Some(FailureOrigin::of(&visit.state, None));
        }
        if let Some(input) = event.value("input") {
            visit.input = Some(input);
        }
        self.count(at, event);
    }

    fn add(&mut self, event: &TimelineEvent) -> usize {
        let container = self.container_of(&event.scope);
        let mut visit = Visit::new(event, self.index.names_of(&event.scope));
        visit.container = container;
        visit.container_attempt = container.map_or(0, |at| self.visits[at].attempts.len());
        visit.previous = self.index.last_in(&event.scope).filter(|last| {
            let last = &self.visits[*last];
            (last.container, last.container_attempt) == (visit.container, visit.container_attempt)
        });
        if let Some(previous) = visit.previous {
            visit.distance = self.visits[previous].distance + 1;
            if visit.distance > MOST_DISTANCE {
                visit.distance = 0;
                visit.earlier_variables = Some(Arc::new(self.variables_after(previous)));
            }
        }
        let at = self.visits.len();
        self.index.add(at, &visit);
        self.visits.push(visit);
        at
    }

    /// Returns the variables that a visit and the earlier ones of its scope assigned.
    fn variables_after(&self, visit: usize) -> EarlierVariables {
        let mut variables = EarlierVariables::new();
        let mut next = Some(visit);
        while let Some(at) = next {
            let visit = &self.visits[at];
            for (name, _) in &visit.assigned {
                if !variables.contains_key(name) {
                    variables.insert(name.clone(), at);
                }
            }
            if let Some(earlier) = &visit.earlier_variables {
                for (name, at) in earlier.iter() {
                    variables.entry(name.clone()).or_insert(*at);
                }
                break;
            }
            next = visit.previous;
        }
        variables
    }

    /// Returns the visit of the Map or Parallel around a scope. Its states run one after the other,
    /// so it is the last one there.
    fn container_of(&self, scope: &[String]) -> Option<usize> {
        let (frame, around) = scope.split_last()?;
        let last = self.index.last_in(around)?;
        let rest = frame.strip_prefix(self.visits[last].state())?;
        rest.starts_with(['[', '/']).then_some(last)
    }

    fn execution(&mut self, event: &TimelineEvent) {
        let failure = event.failure();
        let how = match event.kind.known() {
            Some(EventKind::ExecutionStarted) => {
                self.started = Some(event.at);
                self.input = event.value("input");
                return;
            }
            Some(EventKind::ExecutionRedriven) => {
                self.reopen();
                self.is_redriven = true;
                self.status = Status::Running;
                (self.ended, self.error, self.cause) = (None, None, None);
                self.title = "execution redriven, in progress".to_owned();
                return;
            }
            Some(EventKind::ExecutionSucceeded) => {
                self.status = Status::Succeeded;
                self.output = event.value("output");
                "execution succeeded"
            }
            Some(EventKind::ExecutionFailed) => {
                self.status = Status::Failed;
                self.close(&[], 0, true, event.at);
                "execution failed"
            }
            Some(EventKind::ExecutionAborted) => {
                self.status = Status::Aborted;
                self.stop(event.at);
                "execution aborted"
            }
            Some(EventKind::ExecutionTimedOut) => {
                self.status = Status::TimedOut;
                self.stop(event.at);
                "execution timed out"
            }
            _ => return,
        };
        self.ended = Some(event.at);
        (self.error, self.cause) = failure.unwrap_or_default();
        let has_error = matches!(self.status, Status::Failed | Status::Aborted);
        self.title = match &self.error {
            Some(error) if has_error => format!("{how}: {error}"),
            _ => how.to_owned(),
        };
        if self.status == Status::Failed {
            self.explain_failure();
        }
    }

    /// Adds the error of the execution to the state that failed, if it has no event of its failure.
    fn explain_failure(&mut self) {
        let failed = self.visits.iter_mut().rev();
        let mut failed = failed.filter(|visit| visit.status == VisitStatus::Failed);
        if let Some(visit) = failed.find(|visit| visit.scope.is_empty())
            && visit.error.is_none()
            && visit.cause.is_none()
        {
            visit.error.clone_from(&self.error);
            visit.cause.clone_from(&self.cause);
        }
    }

    /// Ends the active visits in a scope and, from `depth` on, deeper: the iteration, branches or
    /// execution around them failed or was stopped.
    fn close(&mut self, scope: &[String], depth: usize, fails: bool, at: Timestamp) {
        let mut open = self.index.open_in(scope);
        open.retain(|visit| self.visits[*visit].scope.len() >= depth);
        let has_failed = open.iter().any(|visit| self.visits[*visit].has_failed);
        let only = !has_failed && open.len() == 1;
        for visit in open {
            let own = fails && self.visits[visit].scope.len() == scope.len();
            let status = if self.visits[visit].has_failed || own || only {
                VisitStatus::Failed
            } else {
                VisitStatus::Stopped
            };
            self.end(visit, at, status);
        }
    }

    /// Reopens visits that had not succeeded when the execution ended. Failures inside a container
    /// that caught or retried them stay unchanged.
    fn reopen(&mut self) {
        // The states inside the last state of the top level come after it.
        let Some(first) = self.index.last_in(&[]) else {
            return;
        };
        for at in first..self.visits.len() {
            let visit = &self.visits[at];
            let is_inside = match visit.container {
                None => at == first,
                Some(container) => {
                    let container = &self.visits[container];
                    container.is_open() && container.attempts.len() == visit.container_attempt
                }
            };
            let unsuccessful = [VisitStatus::Failed, VisitStatus::Stopped];
            if !is_inside || !unsuccessful.contains(&visit.status) {
                continue;
            }
            if self.index.last_in(&visit.scope) == Some(at) {
                self.index.open(at, visit);
                self.visits[at].reopen();
            }
        }
    }

    /// Ends all active visits: the execution was stopped, or timed out.
    fn stop(&mut self, when: Timestamp) {
        for at in self.index.open_in(&[]) {
            self.end(at, when, VisitStatus::Stopped);
        }
    }
}

/// Returns whether an attempt at a task, or at iterations or branches, succeeded.
fn has_succeeded(kind: &RecordedKind) -> bool {
    kind.group() == Some(EventGroup::Succeeded)
        || matches!(
            kind.known(),
            Some(
                EventKind::MapStateSucceeded
                    | EventKind::ParallelStateSucceeded
                    | EventKind::MapRunSucceeded
            )
        )
}
