//! Effects of a durable execution that wait for its next commit.

use std::sync::{Arc, Weak};

use stepwright_interpreter::distributed::WriteRequest;
use stepwright_interpreter::execution::{ChildStart, Failure, QueuedInput};
use stepwright_interpreter::task::Integration;

use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;
use crate::nested::map_runs::MapRunRecord;
use crate::outbox::job_stopper::job_stop;
use crate::outbox::stop_message::StopMessage;
use crate::shared::EngineShared;
use crate::task::{JobStop, TaskEffect};

/// An effect that others can see. It must not happen before its cause is committed.
pub(super) enum AfterCommit {
    Perform(TaskEffect),
    Queue(Box<QueuedInput>),
    StartChild(Box<ChildStart>),
    /// Writes a part of an object. Its content is the same in whichever process the execution
    /// resumes.
    Write(Box<WriteRequest>),
    Stop(StopTarget),
}

impl AfterCommit {
    /// Returns whether a shutdown that prevents it must be recorded in its task: the next process
    /// cannot know otherwise that a handler was not called. It repeats the others in any case.
    pub(super) fn is_held_by_its_task(&self) -> bool {
        match self {
            Self::Perform(TaskEffect::Work { .. }) => true,
            // An Express execution that this process may have run is lost.
            Self::Perform(TaskEffect::Start(start)) => start.integration == Integration::SdkSync,
            _ => false,
        }
    }
}

/// A target that is stopped when the wait for it ends.
pub(super) enum StopTarget {
    /// The execution that a task started.
    Execution(Weak<ExecutionState>),
    /// The running children of a Map Run.
    Children(Arc<MapRunRecord>),
    /// A job of a service.
    Job(Box<JobStop>),
}

impl StopTarget {
    /// Returns the message that makes another process stop it; `None` if no other process can.
    pub(super) fn message(&self) -> Option<StopMessage> {
        match self {
            Self::Execution(execution) => {
                let execution = execution.upgrade()?;
                Some(StopMessage::Execution(execution.about.arn().to_string()))
            }
            Self::Job(stop) => match &**stop {
                JobStop::Request(request) => Some(StopMessage::Job(request.clone())),
                JobStop::Now(_) => None,
            },
            // The next engine stops children whose parent has ended.
            Self::Children(_) => None,
        }
    }

    pub(super) fn stop(self, engine: &EngineShared) {
        match self {
            Self::Execution(execution) => {
                if let Some(job) = execution.upgrade() {
                    // An execution that has ended ignores the message.
                    let _ = job.send(Message::Stop(Failure::stopped(None, None)));
                }
            }
            Self::Children(run) => run.stop_children(),
            Self::Job(stop) => match tokio::runtime::Handle::try_current() {
                Ok(runtime) => match *stop {
                    JobStop::Now(stop) => drop(runtime.spawn(stop)),
                    JobStop::Request(request) => match job_stop(engine.sources.all(), &request) {
                        Some(stop) => drop(runtime.spawn(stop)),
                        None => tracing::warn!(
                            "a job is not stopped, because no source of the engine stops it"
                        ),
                    },
                },
                Err(_) => tracing::warn!("a job is not stopped, because no runtime of tokio runs"),
            },
        }
    }
}
