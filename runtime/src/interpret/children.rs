use super::cursor::{Ended, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use super::step::{Done, Stepped};
use crate::history::{EventKind, Payload};
use crate::program::Kind;
use crate::value::Value;
use crate::wait_id::CursorId;
use crate::wait_id::WaitId;

/// What the branches of a Parallel and the iterations of a Map have in common.
impl Execution {
    /// A branch or iteration ended well.
    pub(super) fn child_ended(
        &mut self,
        container: CursorId,
        index: u32,
        child: Ended,
        output: Value,
        cx: &mut Cx<'_>,
    ) {
        self.write_iteration(container, child, EventKind::MapIterationSucceeded, cx);
        self.child_gave(container, index, output, cx);
    }

    /// Takes a result, starts the next item, and goes on when all are there.
    fn child_gave(&mut self, container: CursorId, index: u32, output: Value, cx: &mut Cx<'_>) {
        let Some(cursor) = self.cursors.get_mut(container) else {
            return;
        };
        let Waiting::Children(children) = &mut cursor.waiting else {
            return;
        };
        if let Some(place) = children.results.get_mut(index as usize) {
            *place = Some(output);
        }
        children.left = children.left.saturating_sub(1);
        if children.left > 0 {
            if let Kind::Map(map) = &cx.program.state(cursor.state).kind
                && let Err(failure) = self.start_next(container, map)
            {
                self.abort_inside(container, cx);
                self.failed(container, failure.inner(), cx);
            }
            return;
        }
        let results = std::mem::take(&mut children.results);
        let results = results.into_iter().map(Option::unwrap_or_default);
        let results: Value = results.collect();
        self.resume(container, Waiting::Joined(results));
    }

    /// All branches or iterations ended: the state is left with the array of their outputs.
    pub(super) fn joined(&mut self, id: CursorId, results: Value, cx: &mut Cx<'_>) -> Stepped {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(Done::Waits);
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
            Ok(exit) => Ok(Done::Exits(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    /// A branch or iteration failed: its siblings are aborted, and the container fails with its error.
    pub(super) fn child_failed(
        &mut self,
        container: CursorId,
        child: Ended,
        failure: Failure,
        cx: &mut Cx<'_>,
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
        self.failed(container, failure, cx);
    }

    /// Writes that the Map or Parallel failed.
    pub(super) fn write_container_failed(&mut self, id: CursorId, cx: &mut Cx<'_>) {
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

    /// Removes everything inside a container, innermost first, and writes what was open.
    pub(super) fn abort_inside(&mut self, container: CursorId, cx: &mut Cx<'_>) {
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
            cx.host.forget(WaitId {
                cursor: id,
                wait: cursor.wait,
            });
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
                cursor.ended(),
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
        child: Ended,
        kind: EventKind,
        cx: &mut Cx<'_>,
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
