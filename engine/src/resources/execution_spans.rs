//! The `tracing` spans of one execution.

use rustc_hash::FxHashMap;
use stepwright_interpreter::execution::SpanChange;
use stepwright_interpreter::program::{Kind, Program};
use stepwright_interpreter::{CursorId, ExecutionInfo, Status};
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Span};

use crate::spans::{TARGET, TracePropagator};

/// The level of all spans.
const LEVEL: Level = Level::INFO;

/// The spans of an execution, its open states and its task attempts.
pub(crate) struct ExecutionSpans {
    execution: Span,
    states: FxHashMap<CursorId, StateSpans>,
}

struct StateSpans {
    state: Span,
    task: Option<Span>,
}

impl ExecutionSpans {
    /// Creates the span of an execution; `None` if no subscriber is interested in spans.
    pub(crate) fn new(
        about: &ExecutionInfo,
        propagator: Option<&dyn TracePropagator>,
    ) -> Option<Box<Self>> {
        // Executions are short: no more than this comparison may be done for each of them.
        if LevelFilter::current() < LEVEL {
            return None;
        }
        let execution = tracing::span!(
            target: TARGET,
            LEVEL,
            "execution",
            machine = %about.machine.name,
            name = %about.shown_name(),
            arn = %about.shown_arn(),
            status = Empty,
            error = Empty,
        );
        if let (Some(propagator), Some(parent)) = (propagator, about.trace_context()) {
            propagator.set_parent(&execution, parent);
        }
        Some(Box::new(Self {
            execution,
            states: FxHashMap::default(),
        }))
    }

    /// Returns the span of the execution.
    pub(crate) fn execution(&self) -> &Span {
        &self.execution
    }

    /// Returns the span of the task attempt of a cursor, or the innermost span around it.
    pub(crate) fn innermost(&self, cursor: CursorId) -> &Span {
        let state = self.states.get(&cursor);
        state.map_or(&self.execution, |spans| {
            spans.task.as_ref().unwrap_or(&spans.state)
        })
    }

    /// Opens and closes the spans of a cursor.
    pub(crate) fn change(&mut self, program: &Program, cursor: CursorId, change: SpanChange) {
        match change {
            SpanChange::Entered { parent, state } => {
                let state = program.state(state);
                let (state, kind) = (state.name.as_str(), state.kind.name());
                let parent = parent.and_then(|parent| self.states.get(&parent));
                let parent = parent.map_or(&self.execution, |spans| &spans.state);
                let state = tracing::span!(target: TARGET, parent: parent, LEVEL, "state", state, "type" = kind);
                let spans = StateSpans { state, task: None };
                self.states.insert(cursor, spans);
            }
            SpanChange::Left => {
                self.states.remove(&cursor);
            }
            SpanChange::TaskBegun { state, attempt } => {
                if let (Some(spans), Kind::Task(task)) =
                    (self.states.get_mut(&cursor), &program.state(state).kind)
                {
                    let resource = task.resource.as_str();
                    let parent = &spans.state;
                    let task = tracing::span!(
                        target: TARGET,
                        parent: parent,
                        LEVEL,
                        "task",
                        resource,
                        attempt,
                        error = Empty,
                    );
                    spans.task = Some(task);
                }
            }
            SpanChange::TaskEnded { error } => {
                let spans = self.states.get_mut(&cursor);
                if let (Some(task), Some(error)) =
                    (spans.and_then(|spans| spans.task.take()), error)
                {
                    task.record("error", error.as_str());
                }
            }
        }
    }

    /// Closes all spans, at the end or the suspension of the execution.
    pub(crate) fn end(self, status: Status, error: Option<&str>) {
        drop(self.states);
        self.execution.record("status", status.as_str());
        if let Some(error) = error {
            self.execution.record("error", error);
        }
    }
}
