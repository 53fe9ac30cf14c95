//! What is done when its reason is kept.

use std::sync::{Arc, Weak};

use smol_str::SmolStr;

use crate::distributed::WriteRequest;
use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::drive::message::Message;
use crate::engine::nested::map_runs::MapRunRecord;
use crate::interpret::{ChildStart, Failure};
use crate::task::TaskEffect;
use crate::value::Value;

/// What others see of an execution, and must not see before it is kept.
pub(super) enum Deferred {
    Perform(TaskEffect),
    Queue {
        activity: SmolStr,
        input: Value,
    },
    StartChild(ChildStart),
    /// A part of an object, whose content is the same wherever the execution goes on.
    Write(WriteRequest),
    Stop(Stop),
}

/// What is stopped with the wait for it.
pub(super) enum Stop {
    /// What a task has started.
    Execution(Weak<ExecutionState>),
    /// What a Map Run has at work.
    Children(Arc<MapRunRecord>),
}

impl Stop {
    pub(super) fn stop(&self) {
        match self {
            Self::Execution(execution) => {
                if let Some(job) = execution.upgrade() {
                    // One that is over needs not be told.
                    let _ = job.send(Message::Stop(Failure::stopped(None, None)));
                }
            }
            Self::Children(run) => run.stop_children(),
        }
    }
}
