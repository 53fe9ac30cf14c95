//! Drives an execution in a spawned task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Handle, Id};

use super::{Advanced, ExecutionTask};
use crate::engine::drive::homes::Home;

/// Drives an execution in a separate task, as long as it can make progress. While it only waits for messages there is no task: it is parked
/// in its state, and the next message spawns it again on the runtime that ran it last.
pub(in crate::engine) struct Drive(Option<Box<ExecutionTask>>);

impl Drive {
    pub(in crate::engine) fn new(task: Box<ExecutionTask>) -> Self {
        Self(Some(task))
    }

    /// Begins to drive an execution that was just started. On real time the caller steps it up to the first state that calls external code:
    /// many executions wait or end before that. On virtual time executions begin one after the other, in the order of their tasks.
    pub(in crate::engine) fn begin(mut task: Box<ExecutionTask>, runtime: &Handle) {
        let is_virtual = task.host.engine.clock.is_virtual();
        if is_virtual || task.journaled.is_some() {
            runtime.spawn(Self::new(task));
            return;
        }
        task.is_on_caller = true;
        // The spawned task polls once more, and registers its waker.
        let left = match task.drive(&mut Context::from_waker(Waker::noop())) {
            Advanced::Over => None,
            Advanced::Waits => Some(task),
            // An execution with a message continues in a task: it may call external code, and wait many times.
            Advanced::Rests => task.lay_down(),
        };
        if let Some(mut task) = left {
            task.is_on_caller = false;
            runtime.spawn(Self::new(task));
        }
    }

    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(mut task) = self.0.take() {
            match task.drive(cx) {
                Advanced::Over => {}
                Advanced::Waits => {
                    self.0 = Some(task);
                    return Poll::Pending;
                }
                Advanced::Rests => self.0 = task.lay_down(),
            }
        }
        Poll::Ready(())
    }
}

impl Future for Drive {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().go_on(cx)
    }
}

impl ExecutionTask {
    /// Parks the execution in its state. Returns it when it has messages.
    fn lay_down(mut self: Box<Self>) -> Option<Box<Self>> {
        self.is_on_caller = false;
        if self.home.is_none() {
            self.home = Home::here(&self.host.engine);
        }
        let (state, home) = (self.host.state.clone(), self.home.clone());
        let awake = state.lay_down(self);
        // The runtime may have shut down between the check and storing the task, so check again.
        if let Some(home) = home.filter(|home| awake.is_none() && home.has_ended()) {
            drop(state.take_resting(home.runtime().id()));
        }
        awake
    }

    /// Spawns a parked execution again.
    pub(in crate::engine) fn drive_on(self: Box<Self>) {
        // If its runtime has ended, dropping the task ends the execution.
        if let Some(home) = self.home.clone() {
            home.runtime().spawn(Drive::new(self));
        }
    }

    /// Whether this runtime ran the execution last.
    pub(in crate::engine) fn is_driven_by(&self, runtime: Id) -> bool {
        let home = self.home.as_ref();
        home.is_some_and(|home| home.runtime().id() == runtime)
    }
}
