//! Starts the children of Map Runs, and continues them.

use std::sync::Arc;

use stepwright_asl::model::MachineType;

use super::map_runs::MapRunRecord;
use crate::engine::completion::ends;
use crate::engine::completion::follower::{Follower, Role};
use crate::engine::drive::state::{ExecutionState, Message};
use crate::engine::host::EngineHost;
use crate::engine::journaled::{First, Journaled, Place};
use crate::engine::start::prepared::{Begin, Child, Prepared};
use crate::execution_info::ExecutionInfo;
use crate::interpret::{ChildStart, Written};
use crate::status::Status;
use crate::store::{StoreError, StoredChild};
use crate::task::Responder;
use crate::wait_id::WaitId;

/// The earlier state of a child that is started.
enum Before {
    /// None: the child starts anew.
    Nothing,
    /// The child was running when an earlier process ended.
    AtWork(Box<Prepared>),
    /// The child has ended; with its position in the store, if it is durable.
    Over(Arc<ExecutionState>, Option<Place>),
}

impl EngineHost {
    /// Starts a child of a Map Run, or continues it.
    pub(in crate::engine) fn start_child_now(&mut self, wait_id: WaitId, child: ChildStart) {
        let Some(run) = self.run(wait_id).cloned() else {
            return;
        };
        let is_standard = child.entry.machine_type == MachineType::Standard;
        // Express executions are not durable, and neither are the children of an execution that is not durable.
        let parent = self.place().filter(|_| is_standard).cloned();
        let before = match child.is_again {
            true => self.before(&run, &child, parent.is_some()),
            false => Ok(Before::Nothing),
        };
        let before = match before {
            Ok(before) => before,
            Err(error) => {
                // The store has the child's end but cannot read it. A child that has ended ignores the message.
                let _over = self.state.send(Message::NotKept(error.to_string()));
                return;
            }
        };
        let ChildStart {
            number,
            about,
            entry,
            seed,
            is_again,
        } = child;
        let responder = Responder::new(&self.state, wait_id);
        let child = match self.place() {
            Some(_) => Child::OfKept,
            None => Child::Yes,
        };
        let anew = |begin, journaled| Prepared {
            state: ExecutionState::new(about.clone(), &self.engine.clock),
            program: self.program.clone(),
            entry,
            child,
            source: self.source().cloned(),
            begin,
            journaled,
        };
        let prepared = match before {
            Before::AtWork(prepared) => *prepared,
            Before::Over(state, place) => {
                if let Some(report) = state.final_report()
                    && (report.status == Status::Succeeded
                        || place.is_some() && is_same_try(&state.about, &about))
                {
                    // It ended before this state was notified.
                    responder.child_ended(number, ends::of_child(report));
                    return;
                }
                let resume = state.final_report().and_then(|report| {
                    let history = report.history.clone();
                    let resume = state.redrivable()?.resume;
                    Some(Begin::Redrive(Box::new((history, resume))))
                });
                let again = |place| Journaled::new(place, First::Redrive, Written::default());
                anew(
                    resume.unwrap_or(Begin::Start { seed }),
                    place.map(again).map(Box::new),
                )
            }
            Before::Nothing => {
                let child_of = || StoredChild {
                    map_run: run.arn().to_string(),
                    number,
                };
                let durable = self.engine.durable.as_ref();
                let journaled = durable.zip(parent).map(|(durable, parent)| {
                    Box::new(durable.start_child(&parent, child_of(), &about))
                });
                anew(Begin::Start { seed }, journaled)
            }
        };
        run.started(number, &prepared.state, is_again);
        prepared.state.follow(Follower {
            parent: responder,
            role: Role::Child {
                run: run.arn().clone(),
                number,
            },
        });
        self.prepared.push(prepared);
    }

    fn before(
        &self,
        run: &MapRunRecord,
        child: &ChildStart,
        is_kept: bool,
    ) -> Result<Before, StoreError> {
        if !is_kept {
            let remembered = run.numbered(child.number);
            let over = remembered.filter(|state| state.final_report().is_some());
            return Ok(over.map_or(Before::Nothing, |state| Before::Over(state, None)));
        }
        let id = child.about.arn();
        if let Some(durable) = &self.engine.durable
            && let Some(prepared) = durable.recovered().take(id)
        {
            return Ok(Before::AtWork(Box::new(prepared)));
        }
        let over = self.engine.over_in_store(id)?;
        Ok(over.map_or(Before::Nothing, |over| {
            Before::Over(over.state, Some(over.place))
        }))
    }
}

/// Whether two infos are of the same execution in the same redrive.
fn is_same_try(one: &ExecutionInfo, other: &ExecutionInfo) -> bool {
    one.redriven == other.redriven
}
