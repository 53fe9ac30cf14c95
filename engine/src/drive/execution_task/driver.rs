//! Drives an execution in a spawned task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Handle, Id};

use super::{DriveOutcome, ExecutionTask};
use crate::drive::runtimes::RuntimeHandle;
use crate::drive::start_runtimes::StartRuntime;
use crate::execution::parked_execution::ParkedExecution;

/// Drives an execution in a separate task, as long as it can make progress. While it only waits for
/// messages there is no task: it is parked in its state, and the next message spawns it again on
/// the runtime that ran it last.
pub(crate) struct Driver(Option<Box<ExecutionTask>>);

impl Driver {
    pub(crate) fn new(task: Box<ExecutionTask>) -> Self {
        Self(Some(task))
    }

    /// Begins to drive an execution that was just started. On real time the caller steps it up to
    /// the first state that calls external code: many executions wait or end before that. A caller
    /// on another runtime does not, because it answers requests. On virtual time executions begin
    /// one after the other, in the order of their tasks.
    pub(crate) fn begin(mut task: Box<ExecutionTask>, start: &StartRuntime) {
        let is_virtual = task.resources.engine.clock.is_virtual();
        let runtime = start.handle();
        if is_virtual || task.journaled.is_some() || !start.is_current {
            runtime.spawn(Self::new(task));
            return;
        }
        task.is_on_caller = true;
        // The spawned task polls once more, and registers its waker.
        let left = match task.drive(&mut Context::from_waker(Waker::noop())) {
            DriveOutcome::Ended => None,
            DriveOutcome::Pending => Some(task),
            // An execution with a message continues in a task: it may call external code, and wait
            // many times.
            DriveOutcome::Idle => task.park(),
        };
        if let Some(mut task) = left {
            task.is_on_caller = false;
            runtime.spawn(Self::new(task));
        }
    }

    fn poll_task(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(mut task) = self.0.take() {
            match task.drive(cx) {
                DriveOutcome::Ended => {}
                DriveOutcome::Pending => {
                    self.0 = Some(task);
                    return Poll::Pending;
                }
                DriveOutcome::Idle => self.0 = task.park(),
            }
        }
        Poll::Ready(())
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().poll_task(cx)
    }
}

impl ExecutionTask {
    /// Spawns a task for each execution that this one has started.
    pub(super) fn spawn_pending_executions(&mut self) {
        let started = std::mem::take(&mut self.resources.pending_executions);
        if started.is_empty() {
            return;
        }
        let engine = &self.resources.engine;
        match Handle::try_current() {
            // Executions on virtual time begin in the order of their tasks.
            Ok(runtime) if engine.clock.is_virtual() => {
                for pending_execution in started {
                    let task = Self::new(engine.clone(), pending_execution);
                    runtime.spawn(Driver::new(task));
                }
            }
            Ok(runtime) => Self::enqueue(engine, &runtime, started.into_iter()),
            Err(_) => {
                for pending_execution in started {
                    // Where there is no runtime any more, dropping the task ends its execution.
                    drop(Self::new(engine.clone(), pending_execution));
                }
            }
        }
    }

    /// Parks the execution in its state. Returns it when it has messages.
    fn park(mut self: Box<Self>) -> Option<Box<Self>> {
        self.is_on_caller = false;
        if self.runtime.is_none() {
            self.runtime = RuntimeHandle::current(&self.resources.engine);
        }
        let (state, runtime) = (self.resources.state.clone(), self.runtime.clone());
        let awake = state.park(self);
        // The runtime may have shut down between the check and storing the task, so check again.
        if let Some(runtime) = runtime.filter(|runtime| awake.is_none() && runtime.has_ended()) {
            drop(state.take_parked(runtime.handle().id()));
        }
        awake
    }
}

impl ParkedExecution for ExecutionTask {
    fn respawn(self: Box<Self>) {
        // If its runtime has ended, dropping the task ends the execution.
        if let Some(runtime) = self.runtime.clone() {
            runtime.handle().spawn(Driver::new(self));
        }
    }

    fn is_driven_by(&self, id: Id) -> bool {
        let runtime = self.runtime.as_ref();
        runtime.is_some_and(|runtime| runtime.handle().id() == id)
    }
}
