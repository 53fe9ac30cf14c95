//! Handles the ends of the branches of a Parallel and of the iterations of a Map.

use crate::execution::cursor::{Children, CursorPosition, Waiting};
use crate::execution::failure::Failure;
use crate::execution::span_change::SpanChange;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::history::{EventKind, Payload};
use crate::program::Kind;
use crate::value::Value;
use crate::wait_id::{CursorId, WaitId};

/// Shared handling of the branches of a Parallel and the iterations of a Map.
impl Execution {
    /// Makes a cursor wait for this number of children. Without children it continues with an empty
    /// list, and the result is false.
    pub(super) fn wait_for_children(&mut self, id: CursorId, items: Value, count: usize) -> bool {
        if count == 0 {
            let results = Vec::<Value>::new().into_iter().collect();
            self.resume(id, Waiting::Joined(results));
            return false;
        }
        let children = Children {
            items,
            results: vec![None; count],
            left: u32::try_from(count).unwrap_or(u32::MAX),
            next: 0,
        };
        self.wait(id, Waiting::Children(Box::new(children)));
        true
    }

    /// Handles the success of a branch or iteration.
    pub(crate) fn child_succeeded(
        &mut self,
        container: CursorId,
        index: u32,
        child: CursorPosition,
        output: Value,
        cx: &mut StepContext<'_>,
    ) {
        self.write_iteration(container, child, EventKind::MapIterationSucceeded, cx);
        self.add_child_result(container, index, output, cx);
    }

    /// Stores a result, then starts the next item or, after the last result, resumes the container.
    fn add_child_result(
        &mut self,
        container: CursorId,
        index: u32,
        output: Value,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.cursors.get_mut(container) else {
            return;
        };
        let Waiting::Children(children) = &mut cursor.waiting else {
            return;
        };
        if let Some(result) = children.results.get_mut(index as usize) {
            *result = Some(output);
        }
        children.left = children.left.saturating_sub(1);
        if children.left > 0 {
            if let Kind::Map(map) = &cx.program.state(cursor.state).kind
                && let Err(failure) = self.start_next(container, map)
            {
                self.abort_inside(container, cx);
                self.handle_failure(container, failure.inner(), cx);
            }
            return;
        }
        let results = std::mem::take(&mut children.results);
        let results = results.into_iter().map(Option::unwrap_or_default);
        let results: Value = results.collect();
        self.resume(container, Waiting::Joined(results));
    }

    /// Leaves the container with the array of the outputs of its branches or iterations.
    pub(crate) fn exit_joined(
        &mut self,
        id: CursorId,
        results: Value,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(StateProgress::Wait);
        };
        let state = cx.program.state(cursor.state);
        let kind = match &state.kind {
            Kind::Map(map) => {
                if map.distributed.is_some() {
                    self.write(id, EventKind::MapRunSucceeded, Payload::None);
                }
                EventKind::MapStateSucceeded
            }
            _ => EventKind::ParallelStateSucceeded,
        };
        self.write(id, kind, Payload::None);
        match self.exit_with_result(id, state, results) {
            Ok(exit) => Ok(StateProgress::Exit(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    /// Handles the failure of a branch or iteration: aborts its siblings, and fails the container
    /// with its error.
    pub(crate) fn child_failed(
        &mut self,
        container: CursorId,
        child: CursorPosition,
        failure: Failure,
        cx: &mut StepContext<'_>,
    ) {
        self.write_iteration(container, child, EventKind::MapIterationFailed, cx);
        if failure.by_task && matches!(cx.program.state(child.state).kind, Kind::Task(_)) {
            let kind = EventKind::TaskStateAborted;
            self.write_at(child.state, child.scope, kind, Payload::None);
        }
        self.abort_inside(container, cx);
        let failure = Failure {
            by_query: false,
            ..failure.inner()
        };
        self.handle_failure(container, failure, cx);
    }

    /// Writes the Failed event of a Map or Parallel.
    pub(crate) fn write_container_failed(&mut self, id: CursorId, cx: &mut StepContext<'_>) {
        let Some(cursor) = self.cursors.get(id) else {
            return;
        };
        let kind = match cx.program.state(cursor.state).kind {
            Kind::Map(_) => EventKind::MapStateFailed,
            Kind::Parallel(_) => EventKind::ParallelStateFailed,
            _ => return,
        };
        self.write(id, kind, Payload::None);
    }

    /// Removes all cursors inside a container, innermost first, and writes the Aborted events of
    /// open states.
    pub(crate) fn abort_inside(&mut self, container: CursorId, cx: &mut StepContext<'_>) {
        let mut inside: Vec<(u32, CursorId)> = self
            .cursors
            .iter()
            .filter_map(|(id, cursor)| match cursor.parent {
                Some((parent, index)) if parent == container => Some((index, id)),
                _ => None,
            })
            .collect();
        inside.sort_unstable_by_key(|(index, _)| *index);
        for (_, id) in inside {
            self.abort_inside(id, cx);
            let Some(cursor) = self.cursors.remove(id) else {
                continue;
            };
            cx.release(WaitId {
                cursor: id,
                wait: cursor.wait,
            });
            cx.change_span(id, || SpanChange::Left);
            if matches!(cursor.waiting, Waiting::Run(_)) {
                let kind = EventKind::MapRunAborted;
                self.write_at(cursor.state, cursor.scope, kind, Payload::None);
            }
            let is_open = !matches!(cursor.waiting, Waiting::Enter);
            let aborted = match cx.program.state(cursor.state).kind {
                Kind::Task(_) if is_open => Some(EventKind::TaskStateAborted),
                Kind::Wait(_) if is_open => Some(EventKind::WaitStateAborted),
                Kind::Map(_) if is_open => Some(EventKind::MapStateAborted),
                Kind::Parallel(_) if is_open => Some(EventKind::ParallelStateAborted),
                _ => None,
            };
            self.write_iteration(
                container,
                cursor.position(),
                EventKind::MapIterationAborted,
                cx,
            );
            if let Some(kind) = aborted {
                self.write_at(cursor.state, cursor.scope, kind, Payload::None);
            }
        }
    }

    /// Writes an event of an iteration; branches have none.
    fn write_iteration(
        &mut self,
        container: CursorId,
        child: CursorPosition,
        kind: EventKind,
        cx: &mut StepContext<'_>,
    ) {
        let Some(cursor) = self.cursors.get(container) else {
            return;
        };
        if matches!(cx.program.state(cursor.state).kind, Kind::Map(_)) {
            let state = cursor.state;
            self.write_at(state, child.scope, kind, Payload::None);
        }
    }
}
