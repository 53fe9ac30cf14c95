//! Where an execution is driven that nobody waits for in place.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Handle, Id};

use super::{Advanced, ExecutionTask};
use crate::engine::homes::Home;

/// Drives an execution in a task of its own, as long as it has something to do. While it waits for news alone there is no task: it rests
/// in its state, and whoever brings news has it driven on by the runtime that drove it before.
pub(in crate::engine) struct Drive(Option<Box<ExecutionTask>>);

impl Drive {
    pub(in crate::engine) fn new(task: Box<ExecutionTask>) -> Self {
        Self(Some(task))
    }

    /// Begins to drive an execution that was started just now. On real time the caller steps it up to the first state that calls somebody
    /// outside: many wait or end before. On virtual time executions begin one after the other, in the order of their tasks.
    pub(in crate::engine) fn begin(mut task: Box<ExecutionTask>, runtime: &Handle) {
        let is_virtual = task.host.engine.clock.is_virtual();
        if is_virtual || task.journaled.is_some() {
            runtime.spawn(Self::new(task));
            return;
        }
        task.is_on_caller = true;
        // Whoever is to be woken is polled once more by the task.
        let left = match task.drive(&mut Context::from_waker(Waker::noop())) {
            Advanced::Over => None,
            Advanced::Waits => Some(task),
            // What has news already is gone on with elsewhere: it may call somebody outside, and wait again and again.
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
    /// Has the execution rest in its state. Gives it back when there are news.
    fn lay_down(mut self: Box<Self>) -> Option<Box<Self>> {
        self.is_on_caller = false;
        if self.home.is_none() {
            self.home = Home::here(&self.host.engine);
        }
        let (state, home) = (self.host.state.clone(), self.home.clone());
        let awake = state.lay_down(self);
        // Whoever ended what rests there may have looked before.
        if let Some(home) = home.filter(|home| awake.is_none() && home.has_ended()) {
            drop(state.take_resting(home.runtime().id()));
        }
        awake
    }

    /// Has an execution that rested driven on.
    pub(in crate::engine) fn drive_on(self: Box<Self>) {
        // Where its runtime has ended, dropping it ends the execution.
        if let Some(home) = self.home.clone() {
            home.runtime().spawn(Drive::new(self));
        }
    }

    /// Whether a runtime drives it on.
    pub(in crate::engine) fn is_driven_by(&self, runtime: Id) -> bool {
        let home = self.home.as_ref();
        home.is_some_and(|home| home.runtime().id() == runtime)
    }
}
