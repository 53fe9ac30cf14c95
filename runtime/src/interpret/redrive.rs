//! Where an execution that did not succeed goes on when it is redriven.
//!
//! AWS documents which states run again, not all of the events. What is taken here: a Task, Wait, Parallel or Map goes on
//! as if it were retried, without a second StateEntered; the others are entered again; an iteration that goes on writes
//! MapIterationStarted again; a Distributed Map that has started children goes on with its Map Run and writes MapRunRedriven.

use std::sync::Arc;

use super::cursor::{Children, Cursor, Waiting};
use super::execution::{Execution, most_events};
use super::map_run::MapRun;
use super::resume::{Inside, Open, Resume, Stopped};
use crate::history::{Details, EventKind, History, Payload, Recorder, ScopeId};
use crate::limits::Limits;
use crate::program::{Entry, Kind, Program, StateIx};
use crate::query::Entropy;
use crate::wait_id::CursorId;

impl Execution {
    /// The same execution, once more.
    pub(crate) fn redriven(
        program: Arc<Program>,
        about: Arc<crate::ExecutionInfo>,
        limits: Arc<Limits>,
        entry: Entry,
        history: &History,
        kept: u32,
        resume: Resume,
    ) -> Self {
        let recorder = Recorder::resumed(history, kept, resume.events);
        let mut execution = Self::new(program, about, limits, 0, 0).entering(entry);
        execution.recorder = recorder;
        execution
            .recorder
            .limit(most_events(entry, &execution.limits));
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
        execution.reopen(resume.stopped, None);
        execution
    }

    /// What a redrive needs, once the execution is over.
    pub(crate) fn take_resume(&mut self) -> Option<Resume> {
        Some(Resume {
            stopped: self.rare.as_mut()?.stopped.take().map(|open| open.0)?,
            calls: std::mem::take(&mut self.calls),
            entropy: self.entropy.state(),
            events: self.recorder.count(),
        })
    }

    fn reopen(&mut self, stopped: Stopped, parent: Option<(CursorId, u32)>) {
        let Stopped {
            state,
            input,
            variables,
            entered,
            entered_at,
            scope,
            item,
            inside,
        } = stopped;
        let cursor = |waiting| Cursor {
            entered,
            item,
            waiting,
            ..Cursor::at(state, input, variables, entered_at, scope, parent)
        };
        let (items, results, next, open) = match inside {
            Inside::Enter => {
                self.spawn(cursor(Waiting::Enter));
                return;
            }
            Inside::Attempt => {
                self.spawn(cursor(Waiting::Attempt));
                return;
            }
            Inside::Children {
                items,
                results,
                next,
                open,
            } => (items, results, next, open),
            Inside::Run(run) => return self.reopen_run(cursor(Waiting::Busy), *run),
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
        for (index, Open(inner)) in open {
            if is_map {
                let kind = EventKind::MapIterationStarted;
                self.write_at(state, inner.scope, kind, Payload::None);
            }
            self.reopen(inner, Some((id, index)));
        }
    }

    /// Goes on with a Map Run.
    fn reopen_run(&mut self, cursor: Cursor, run: MapRun) {
        let run = run.redriven(self.now);
        let id = self.spawn(cursor);
        let redriven = Details::MapRunRedriven(run.view.arn.clone(), run.view.redrive_count);
        self.write(id, EventKind::MapRunRedriven, redriven.into());
        self.wait(id, Waiting::Run(Box::new(run)));
    }

    /// Remembers a Map Run that failed. One that has started no child is begun anew.
    pub(super) fn note_run(&mut self, id: CursorId, run: Box<MapRun>) {
        if self.is_redrivable
            && !run.results.is_empty()
            && let Some(cursor) = self.cursors.get_mut(id)
        {
            cursor.stopped = Some(Box::new(Inside::Run(run)));
        }
    }

    /// Remembers where all of it stands, which is about to be cut short.
    pub(super) fn note_cut(&mut self) {
        if !self.is_redrivable {
            return;
        }
        let is_top = |(_, cursor): &(CursorId, &Cursor)| cursor.parent.is_none();
        let top = self.cursors.iter().find(is_top);
        let stopped = top.map(|(id, cursor)| {
            let inside = self.inside(id, cursor);
            Box::new(Open(self.stopped_at(cursor, inside)))
        });
        self.rare().stopped = stopped;
    }

    /// Remembers where the top level failed.
    pub(super) fn note_failed(&mut self, cursor: &mut Cursor) {
        if self.is_redrivable {
            let inside = cursor.stopped.take().map(|inside| *inside);
            let inside = inside.unwrap_or_else(|| self.again(cursor.state));
            self.rare().stopped = Some(Box::new(Open(self.stopped_at(cursor, inside))));
        }
    }

    /// Remembers in a container what of it goes on, before a failed child takes the others with it.
    pub(super) fn note_inside(&mut self, container: CursorId, child: &mut Cursor) {
        if !self.is_redrivable {
            return;
        }
        let Some((_, index)) = child.parent else {
            return;
        };
        let own = child.stopped.take().map(|inside| *inside);
        let own = own.unwrap_or_else(|| self.again(child.state));
        let failed = Open(self.stopped_at(child, own));
        let Some(cursor) = self.cursors.get(container) else {
            return;
        };
        let mut inside = self.inside(container, cursor);
        if let Inside::Children { open, .. } = &mut inside {
            let at = open.partition_point(|(other, _)| *other < index);
            open.insert(at, (index, failed));
        }
        if let Some(cursor) = self.cursors.get_mut(container) {
            cursor.stopped = Some(Box::new(inside));
        }
    }

    fn stopped_at(&self, cursor: &Cursor, inside: Inside) -> Stopped {
        Stopped {
            state: cursor.state,
            input: cursor.input.clone(),
            variables: cursor.variables.clone(),
            entered: cursor.entered,
            entered_at: cursor.entered_at,
            scope: cursor.scope,
            item: cursor.item.clone(),
            inside,
        }
    }

    /// How a state is done again of which nothing is kept.
    fn again(&self, state: StateIx) -> Inside {
        match self.program.state(state).kind {
            Kind::Task(_) | Kind::Wait(_) | Kind::Parallel(_) | Kind::Map(_) => Inside::Attempt,
            _ => Inside::Enter,
        }
    }

    /// What of a cursor that is still there goes on.
    fn inside(&self, id: CursorId, cursor: &Cursor) -> Inside {
        let children = match &cursor.waiting {
            Waiting::Enter => return Inside::Enter,
            Waiting::Children(children) => children,
            Waiting::Run(run) if !run.results.is_empty() => return Inside::Run(run.clone()),
            _ => return self.again(cursor.state),
        };
        let mut open: Vec<(u32, Open)> = self
            .cursors
            .iter()
            .filter_map(|(child, inner)| match inner.parent {
                Some((parent, index)) if parent == id => {
                    let inside = self.inside(child, inner);
                    Some((index, Open(self.stopped_at(inner, inside))))
                }
                _ => None,
            })
            .collect();
        open.sort_unstable_by_key(|(index, _)| *index);
        Inside::Children {
            items: children.items.clone(),
            results: children.results.clone(),
            next: children.next,
            open,
        }
    }
}
