use stepwright_asl::errors;

use super::cursor::{Cursor, CursorId, Tolerance, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::{Cx, Ticket};
use super::step::{Done, Stepped};
use crate::history::{EventKind, Payload};
use crate::program::Kind;
use crate::value::Value;

/// What the branches of a Parallel and the iterations of a Map have in common.
impl Execution {
    /// A branch or iteration ended well.
    pub(super) fn child_ended(
        &mut self,
        container: CursorId,
        index: u32,
        child: &Cursor,
        output: Value,
        cx: &mut Cx<'_>,
    ) {
        self.write_iteration(container, child, EventKind::MapIterationSucceeded, cx);
        self.child_gave(container, index, Some(output), cx);
    }

    /// Takes a result, or that there is none, starts the next item, and goes on when all are there.
    fn child_gave(
        &mut self,
        container: CursorId,
        index: u32,
        output: Option<Value>,
        cx: &mut Cx<'_>,
    ) {
        let Some(cursor) = self.cursors.get_mut(container) else {
            return;
        };
        let Waiting::Children(children) = &mut cursor.waiting else {
            return;
        };
        if let Some(place) = children.results.get_mut(index as usize) {
            *place = output;
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
        let leaves_out_failed = children.tolerance.is_some();
        let results = std::mem::take(&mut children.results);
        let results: Value = if leaves_out_failed {
            results.into_iter().flatten().collect()
        } else {
            results.into_iter().map(Option::unwrap_or_default).collect()
        };
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
        let exit = self
            .cursor(id)
            .and_then(|cursor| self.exit_with_result(cursor, state, results));
        match exit {
            Ok(exit) => Ok(Done::Exits(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    /// A branch or iteration failed: its siblings are aborted, and the container fails with its error.
    pub(super) fn child_failed(
        &mut self,
        container: CursorId,
        index: u32,
        child: &Cursor,
        failure: Failure,
        cx: &mut Cx<'_>,
    ) {
        if self.tolerates(container) {
            return self.item_failed(container, index, cx);
        }
        self.write_iteration(container, child, EventKind::MapIterationFailed, cx);
        let muted = child.child.is_some();
        if failure.by_task && matches!(cx.program.state(child.state).kind, Kind::Task(_)) {
            let kind = EventKind::TaskStateAborted;
            self.write_at(child.state, child.scope, muted, kind, Payload::None);
        }
        self.abort_inside(container, cx);
        self.failed(container, failure.inner(), cx);
    }

    fn tolerates(&self, container: CursorId) -> bool {
        let cursor = self.cursors.get(container);
        cursor.is_some_and(|cursor| {
            matches!(&cursor.waiting, Waiting::Children(children) if children.tolerance.is_some())
        })
    }

    /// An item of a Distributed Map failed.
    fn item_failed(&mut self, container: CursorId, index: u32, cx: &mut Cx<'_>) {
        let Some(cursor) = self.cursors.get_mut(container) else {
            return;
        };
        let Waiting::Children(children) = &mut cursor.waiting else {
            return;
        };
        let total = children.results.len();
        let is_exceeded = children
            .tolerance
            .as_mut()
            .is_some_and(|tolerance: &mut Tolerance| {
                tolerance.failed += 1;
                tolerance.is_exceeded(total)
            });
        if !is_exceeded {
            return self.child_gave(container, index, None, cx);
        }
        self.abort_inside(container, cx);
        let failure = Failure::new(
            errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
            "The specified tolerated failure threshold was exceeded",
        );
        let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
        self.write(container, EventKind::MapRunFailed, payload);
        self.failed(container, failure.inner(), cx);
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
            cx.host.forget(Ticket {
                cursor: id,
                wait: cursor.wait,
            });
            let is_open = !matches!(cursor.waiting, Waiting::Enter);
            let aborted = match cx.program.state(cursor.state).kind {
                Kind::Task(_) if is_open => Some(EventKind::TaskStateAborted),
                Kind::Wait(_) if is_open => Some(EventKind::WaitStateAborted),
                Kind::Map(_) if is_open => Some(EventKind::MapStateAborted),
                Kind::Parallel(_) if is_open => Some(EventKind::ParallelStateAborted),
                _ => None,
            };
            if let Some(kind) = aborted {
                let muted = cursor.child.is_some();
                self.write_at(cursor.state, cursor.scope, muted, kind, Payload::None);
            }
            self.write_iteration(container, &cursor, EventKind::MapIterationAborted, cx);
        }
    }

    /// Writes an event of an iteration; branches have none.
    fn write_iteration(
        &mut self,
        container: CursorId,
        child: &Cursor,
        kind: EventKind,
        cx: &mut Cx<'_>,
    ) {
        let Some(cursor) = self.cursors.get(container) else {
            return;
        };
        if matches!(cx.program.state(cursor.state).kind, Kind::Map(_)) {
            let (state, muted) = (cursor.state, child.child.is_some());
            self.write_at(state, child.scope, muted, kind, Payload::None);
        }
    }
}
