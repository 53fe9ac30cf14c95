//! Starts the children of Map Runs, and continues them.

use std::sync::Arc;

use stepwright_asl::model::MachineType;
use stepwright_interpreter::execution::{ChildStart, Command, RecordEncoder};
use stepwright_interpreter::{ExecutionInfo, Status, WaitId};

use crate::execution::execution_state::ExecutionState;
use crate::execution::parent_link::{ChildRole, ParentLink};
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::journaled_execution::{FirstChange, JournalPosition, JournaledExecution};
use crate::nested::map_runs::MapRunRecord;
use crate::nested::notify_parent;
use crate::resources::ExecutionResources;
use crate::store::{StoreError, StoredChild};
use crate::task::Responder;

/// The earlier state of a child that is started.
enum EarlierChild {
    /// None: the child starts anew.
    None,
    /// The child was running when an earlier process ended.
    Running(Box<PendingExecution>),
    /// The child has ended; with its position in the store, if it is durable.
    Ended(Arc<ExecutionState>, Option<JournalPosition>),
}

impl ExecutionResources {
    /// Starts a child of a Map Run, or continues it.
    pub(crate) fn start_child_now(&mut self, wait_id: WaitId, child: ChildStart) {
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        let is_standard = child.entry.machine_type == MachineType::Standard;
        // Express executions are not durable, and neither are the children of an execution that is
        // not durable.
        let parent = self.journal_position().filter(|_| is_standard).cloned();
        let before = if child.is_restart {
            self.before(&run, &child, parent.is_some())
        } else {
            Ok(EarlierChild::None)
        };
        let before = match before {
            Ok(before) => before,
            // Perhaps the store has the end of the child.
            Err(error) => {
                let child = Box::new(child);
                return self.wait_for_store(error, Command::ResumeChild { wait_id, child });
            }
        };
        let ChildStart {
            number,
            about,
            entry,
            seed,
            is_restart,
        } = child;
        let about = self.with_trace(wait_id, about);
        let responder = Responder::new(&self.state, wait_id);
        let child = match self.journal_position() {
            Some(_) => ChildKind::OfDurable,
            None => ChildKind::OfVolatile,
        };
        let anew = |begin, journaled| PendingExecution {
            state: ExecutionState::new(about.clone(), &self.engine.clock),
            program: self.program.clone(),
            entry,
            child,
            source: self.source().cloned(),
            begin,
            journaled,
        };
        let pending_execution = match before {
            EarlierChild::Running(pending_execution) => *pending_execution,
            EarlierChild::Ended(state, place) => {
                if let Some(report) = state.final_report()
                    && (report.status == Status::Succeeded
                        || place.is_some() && is_same_redrive(&state.about, &about))
                {
                    // It ended before this state was notified.
                    responder.child_ended(number, notify_parent::child_result(report));
                    return;
                }
                let resume = state.final_report().and_then(|report| {
                    let history = report.history.clone();
                    let resume = state.redrivable()?.resume;
                    Some(StartPoint::Redrive(Box::new((history, resume))))
                });
                let again = |place| {
                    JournaledExecution::new(place, FirstChange::Redrive, RecordEncoder::default())
                };
                anew(
                    resume.unwrap_or(StartPoint::Start { seed }),
                    place.map(again).map(Box::new),
                )
            }
            EarlierChild::None => {
                let child_of = || StoredChild {
                    map_run: run.arn().to_string(),
                    number,
                };
                let durable = self.engine.durable.as_ref();
                let journaled = durable.zip(parent).map(|(durable, parent)| {
                    Box::new(durable.start_child(&parent, child_of(), &about))
                });
                anew(StartPoint::Start { seed }, journaled)
            }
        };
        run.started(number, &pending_execution.state, is_restart);
        pending_execution.state.add_parent_link(ParentLink {
            parent: responder,
            role: ChildRole::Child {
                run: run.arn().clone(),
                number,
            },
        });
        self.pending_executions.push(pending_execution);
    }

    /// Returns the description of a child that continues the trace of the span of its Map.
    fn with_trace(&self, wait_id: WaitId, about: Arc<ExecutionInfo>) -> Arc<ExecutionInfo> {
        let Some(trace) = self.trace_of(wait_id.cursor) else {
            return about;
        };
        let mut about = Arc::unwrap_or_clone(about);
        Arc::make_mut(&mut about.machine).trace = Some(trace);
        Arc::new(about)
    }

    fn before(
        &self,
        run: &MapRunRecord,
        child: &ChildStart,
        is_kept: bool,
    ) -> Result<EarlierChild, Option<StoreError>> {
        if !is_kept {
            let remembered = run.numbered(child.number);
            let over = remembered.filter(|state| state.final_report().is_some());
            return Ok(over.map_or(EarlierChild::None, |state| EarlierChild::Ended(state, None)));
        }
        let id = child.about.arn();
        if let Some(durable) = &self.engine.durable
            && let Some(pending_execution) = durable.recovered().take(id)
        {
            return Ok(EarlierChild::Running(Box::new(pending_execution)));
        }
        let over = self.read_store(|engine| engine.closed_in_store(id))?;
        Ok(over.map_or(EarlierChild::None, |over| {
            EarlierChild::Ended(over.state, Some(over.place))
        }))
    }
}

/// Whether two infos are of the same execution in the same redrive.
fn is_same_redrive(one: &ExecutionInfo, other: &ExecutionInfo) -> bool {
    one.redriven == other.redriven
}
