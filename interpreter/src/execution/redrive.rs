//! Redrives executions: resumes an execution that did not succeed.
//!
//! AWS documents which states run again, but not all of the events. This module assumes: a Task,
//! Wait, Parallel or Map resumes like a retry, without a second StateEntered; other states are
//! entered again; an iteration that resumes writes MapIterationStarted again; a Distributed Map
//! that has started children resumes its Map Run and writes MapRunRedriven.

use std::sync::Arc;

use super::cursor::{Children, Cursor, Waiting};
use super::map_run::MapRun;
use super::resume_point::{RemainingWork, ResumePoint, StoppedCursor, StoppedScope};
use super::step_loop::{Execution, max_events};
use crate::history::{Details, EventKind, History, Payload, Recorder, ScopeId};
use crate::limits::Limits;
use crate::program::{Entry, Kind, Program, StateIx};
use crate::query::Entropy;
use crate::wait_id::CursorId;

impl Execution {
    /// Creates the execution for a redrive.
    pub fn redriven(
        program: Arc<Program>,
        about: Arc<crate::ExecutionInfo>,
        limits: Arc<Limits>,
        entry: Entry,
        history: &History,
        max_retained: u32,
        resume: ResumePoint,
    ) -> Self {
        let recorder = Recorder::resumed(history, max_retained, resume.events);
        let mut execution = Self::new(program, about, limits, 0, 0).with_entry(entry);
        execution.recorder = recorder;
        execution
            .recorder
            .limit(max_events(entry, &execution.limits));
        execution.entropy = Entropy::new(resume.entropy);
        execution.calls = resume.calls;
        execution.now = execution.about.redriven().unwrap_or(execution.now);
        let count = execution.about.redrive_count().unwrap_or_default();
        execution.recorder.write(
            execution.now,
            EventKind::ExecutionRedriven,
            StateIx::NONE,
            ScopeId::TOP,
            Details::Redriven(count).into(),
        );
        execution.restore_scope(resume.stopped, None);
        execution
    }

    /// Whether the execution has ended with data for a redrive.
    pub fn can_resume(&self) -> bool {
        let cold = self.cold.as_ref();
        cold.is_some_and(|cold| cold.stopped.is_some())
    }

    /// Takes the data for a redrive, after the end of the execution.
    pub fn take_resume(&mut self) -> Option<ResumePoint> {
        Some(ResumePoint {
            stopped: self.cold.as_mut()?.stopped.take().map(|open| open.0)?,
            calls: std::mem::take(&mut self.calls),
            entropy: self.entropy.state(),
            events: self.recorder.count(),
        })
    }

    fn restore_scope(&mut self, stopped: StoppedCursor, parent: Option<(CursorId, u32)>) {
        let StoppedCursor {
            state,
            input,
            variables,
            entered,
            entered_at,
            scope,
            item,
            remaining_work,
        } = stopped;
        let cursor = |waiting| Cursor {
            entered,
            item,
            waiting,
            ..Cursor::at(state, input, variables, entered_at, scope, parent)
        };
        let (items, results, next, open) = match remaining_work {
            RemainingWork::Enter => {
                self.spawn(cursor(Waiting::Enter));
                return;
            }
            RemainingWork::Attempt => {
                self.spawn(cursor(Waiting::Attempt));
                return;
            }
            RemainingWork::Children {
                items,
                results,
                next,
                open,
            } => (items, results, next, open),
            RemainingWork::Run(run) => return self.restore_run(cursor(Waiting::Busy), *run),
        };
        let id = self.cursors.insert(cursor(Waiting::Busy));
        let left = results.iter().filter(|result| result.is_none()).count();
        self.wait(
            id,
            Waiting::Children(Box::new(Children {
                items,
                results,
                left: u32::try_from(left).unwrap_or(u32::MAX),
                next,
            })),
        );
        let is_map = matches!(self.program.state(state).kind, Kind::Map(_));
        for (index, StoppedScope(inner)) in open {
            if is_map {
                let kind = EventKind::MapIterationStarted;
                self.write_at(state, inner.scope, kind, Payload::None);
            }
            self.restore_scope(inner, Some((id, index)));
        }
    }

    /// Resumes a Map Run.
    fn restore_run(&mut self, cursor: Cursor, run: MapRun) {
        let run = run.redriven(self.now);
        let id = self.spawn(cursor);
        let redriven = Details::MapRunRedriven(run.view.arn.clone(), run.view.redrive_count);
        self.write(id, EventKind::MapRunRedriven, redriven.into());
        self.wait(id, Waiting::Run(Box::new(run)));
    }

    /// Saves a Map Run that failed. A run without children starts from the beginning in a redrive.
    pub(super) fn save_run(&mut self, id: CursorId, run: Box<MapRun>) {
        if self.is_redrivable
            && !run.results.is_empty()
            && let Some(cursor) = self.cursors.get_mut(id)
        {
            cursor.remaining_work = Some(Box::new(RemainingWork::Run(run)));
        }
    }

    /// Saves the position of all cursors of an execution that is about to be aborted.
    pub(super) fn save_aborted(&mut self) {
        if !self.is_redrivable {
            return;
        }
        let is_top = |(_, cursor): &(CursorId, &Cursor)| cursor.parent.is_none();
        let top = self.cursors.iter().find(is_top);
        let stopped = top.map(|(id, cursor)| {
            let remaining_work = self.remaining_work(id, cursor);
            Box::new(StoppedScope(self.stopped_cursor(cursor, remaining_work)))
        });
        self.cold().stopped = stopped;
    }

    /// Saves the position of a failure at the top level.
    pub(super) fn save_failed(&mut self, cursor: &mut Cursor) {
        if self.is_redrivable {
            let remaining_work = cursor
                .remaining_work
                .take()
                .map(|remaining_work| *remaining_work);
            let remaining_work = remaining_work.unwrap_or_else(|| self.restart_work(cursor.state));
            self.cold().stopped = Some(Box::new(StoppedScope(
                self.stopped_cursor(cursor, remaining_work),
            )));
        }
    }

    /// Saves in a container the children that a redrive resumes, before the failure of one child
    /// removes the others.
    pub(super) fn save_children(&mut self, container: CursorId, child: &mut Cursor) {
        if !self.is_redrivable {
            return;
        }
        let Some((_, index)) = child.parent else {
            return;
        };
        let remaining = child
            .remaining_work
            .take()
            .map(|remaining_work| *remaining_work);
        let remaining = remaining.unwrap_or_else(|| self.restart_work(child.state));
        let failed = StoppedScope(self.stopped_cursor(child, remaining));
        let Some(cursor) = self.cursors.get(container) else {
            return;
        };
        let mut remaining_work = self.remaining_work(container, cursor);
        if let RemainingWork::Children { open, .. } = &mut remaining_work {
            let at = open.partition_point(|(other, _)| *other < index);
            open.insert(at, (index, failed));
        }
        if let Some(cursor) = self.cursors.get_mut(container) {
            cursor.remaining_work = Some(Box::new(remaining_work));
        }
    }

    fn stopped_cursor(&self, cursor: &Cursor, remaining_work: RemainingWork) -> StoppedCursor {
        StoppedCursor {
            state: cursor.state,
            input: cursor.input.clone(),
            variables: cursor.variables.clone(),
            entered: cursor.entered,
            entered_at: cursor.entered_at,
            scope: cursor.scope,
            item: cursor.item.clone(),
            remaining_work,
        }
    }

    /// Returns how a redrive restarts a state without saved children.
    fn restart_work(&self, state: StateIx) -> RemainingWork {
        match self.program.state(state).kind {
            Kind::Task(_) | Kind::Wait(_) | Kind::Parallel(_) | Kind::Map(_) => {
                RemainingWork::Attempt
            }
            _ => RemainingWork::Enter,
        }
    }

    /// Returns the work that a redrive resumes for an open cursor.
    fn remaining_work(&self, id: CursorId, cursor: &Cursor) -> RemainingWork {
        let children = match &cursor.waiting {
            Waiting::Enter => return RemainingWork::Enter,
            Waiting::Children(children) => children,
            Waiting::Run(run) if !run.results.is_empty() => return RemainingWork::Run(run.clone()),
            _ => return self.restart_work(cursor.state),
        };
        let mut open: Vec<(u32, StoppedScope)> = self
            .cursors
            .iter()
            .filter_map(|(child, inner)| match inner.parent {
                Some((parent, index)) if parent == id => {
                    let remaining_work = self.remaining_work(child, inner);
                    Some((
                        index,
                        StoppedScope(self.stopped_cursor(inner, remaining_work)),
                    ))
                }
                _ => None,
            })
            .collect();
        open.sort_unstable_by_key(|(index, _)| *index);
        RemainingWork::Children {
            items: children.items.clone(),
            results: children.results.clone(),
            next: children.next,
            open,
        }
    }
}
