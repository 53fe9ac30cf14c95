use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{FuturesUnordered, Stream};
use smol_str::SmolStr;

use super::activities::Queued;
use super::cell::{Responder, RunCell};
use super::error::TokenError;
use super::shared::Shared;
use super::tokens::new_token;
use crate::about::About;
use crate::clock::{Alarm, Clock, Timestamp};
use crate::interpret::{Host, Ring, Ticket};
use crate::task::handler::PANICKED;
use crate::task::{Answer, External, TaskCall, TaskFailure, TaskFuture, TaskResult, TaskSource};

/// What an execution has in the world: timers, pending handlers, open tokens.
pub(super) struct Wires {
    pub(super) engine: Arc<Shared>,
    pub(super) cell: Arc<RunCell>,
    /// Asked before the engine's own sources.
    pub(super) source: Option<Arc<dyn TaskSource>>,
    /// How deep this execution was started by others.
    pub(super) depth: u32,
    /// What each wait has; a wait that has nothing is not here.
    waits: HashMap<u32, Held>,
    work: FuturesUnordered<Abortable<Work>>,
    /// Of the poll that is under way.
    pub(super) waker: Waker,
}

#[derive(Default)]
struct Held {
    alarms: Vec<(Ring, Alarm)>,
    work: Option<AbortHandle>,
    token: Option<SmolStr>,
    activity: Option<SmolStr>,
    /// A timeout or heartbeat rang; a late answer to the token is told so.
    timed_out: bool,
}

impl Wires {
    pub(super) fn new(
        engine: Arc<Shared>,
        cell: Arc<RunCell>,
        source: Option<Arc<dyn TaskSource>>,
        depth: u32,
    ) -> Self {
        Self {
            engine,
            cell,
            source,
            depth,
            waits: HashMap::new(),
            work: FuturesUnordered::new(),
            waker: Waker::noop().clone(),
        }
    }

    /// The next handler that answered.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<(Ticket, TaskResult)> {
        loop {
            match Pin::new(&mut self.work).poll_next(cx) {
                Poll::Ready(Some(Ok(answered))) => return Poll::Ready(answered),
                // It was given up.
                Poll::Ready(Some(Err(Aborted))) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// A timer rang: it is not armed any more.
    pub(super) fn rang(&mut self, ticket: Ticket, ring: Ring) {
        if let Some(held) = self.waits.get_mut(&ticket.wait) {
            held.alarms.retain(|(armed, _)| *armed != ring);
            held.timed_out |= matches!(ring, Ring::Timeout | Ring::Heartbeat);
        }
    }

    fn let_go(&self, held: Held) {
        for (_, alarm) in held.alarms {
            self.engine.clock.disarm(alarm);
        }
        if let Some(work) = held.work {
            work.abort();
        }
        if let Some(token) = held.token {
            if let Some(activity) = held.activity {
                self.engine.activities.forget(&activity, &token);
            }
            let why = if held.timed_out {
                TokenError::TaskTimedOut
            } else {
                TokenError::TaskDoesNotExist
            };
            self.engine.tokens.close(&token, why);
            self.engine.clock.closed();
        }
    }

    fn held(&mut self, ticket: Ticket) -> &mut Held {
        self.waits.entry(ticket.wait).or_default()
    }
}

impl Host for Wires {
    fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    fn new_token(&mut self, about: &About, state: &str) -> SmolStr {
        let chosen = catch_unwind(AssertUnwindSafe(|| {
            self.engine.chosen_token(about, state, self.source.as_ref())
        }));
        match chosen {
            Ok(Some(token)) => token.into(),
            // A source that panics chooses nothing here; it is told of when it answers.
            Ok(None) | Err(_) => new_token(),
        }
    }

    fn answer(&mut self, call: &TaskCall<'_>, ticket: Ticket) -> Answer {
        let responder = Responder::new(&self.cell, ticket);
        let answered = catch_unwind(AssertUnwindSafe(|| {
            self.engine
                .answer(call, self.source.as_ref(), responder, self.depth)
        }));
        answered.unwrap_or_else(|panic| Answer::result(Err(panicked(&*panic))))
    }

    fn poll(&mut self, ticket: Ticket, work: TaskFuture) -> Option<TaskResult> {
        let mut work = Work {
            ticket,
            future: work,
            pending: None,
        };
        let waker = self.waker.clone();
        if let Poll::Ready(result) = work.poll_guarded(&mut Context::from_waker(&waker)) {
            return Some(result);
        }
        work.pending = Some(Pending::new(self.engine.clock.clone()));
        let (handle, registration) = AbortHandle::new_pair();
        self.held(ticket).work = Some(handle);
        self.work.push(Abortable::new(work, registration));
        None
    }

    fn hand_over(&mut self, ticket: Ticket, external: External) {
        let responder = Responder::new(&self.cell, ticket);
        match external {
            External::Activity { arn, input } => {
                let held = self.held(ticket);
                held.activity = Some(arn.clone());
                let Some(token) = held.token.clone() else {
                    return;
                };
                let task = Queued {
                    token,
                    input,
                    responder,
                };
                self.engine.activities.push(&arn, task, &self.engine.clock);
            }
            External::Child(start) => start(responder),
        }
    }

    fn open_token(&mut self, ticket: Ticket, token: &SmolStr) {
        let responder = Responder::new(&self.cell, ticket);
        self.engine.tokens.open(token, responder);
        self.engine.clock.opened();
        self.held(ticket).token = Some(token.clone());
    }

    fn arm(&mut self, ticket: Ticket, ring: Ring, at: Timestamp) {
        let responder = Responder::new(&self.cell, ticket);
        let alarm = self
            .engine
            .clock
            .arm(at, Box::new(move || responder.ring(ring)));
        self.held(ticket).alarms.push((ring, alarm));
    }

    fn disarm(&mut self, ticket: Ticket, ring: Ring) {
        let Some(held) = self.waits.get_mut(&ticket.wait) else {
            return;
        };
        let clock = &self.engine.clock;
        held.alarms.retain(|(armed, alarm)| {
            if *armed == ring {
                clock.disarm(*alarm);
            }
            *armed != ring
        });
    }

    fn forget(&mut self, ticket: Ticket) {
        if let Some(held) = self.waits.remove(&ticket.wait) {
            self.let_go(held);
        }
    }
}

/// Whatever way an execution ends, nothing of it stays in the world.
impl Drop for Wires {
    fn drop(&mut self) {
        for (_, held) in std::mem::take(&mut self.waits) {
            self.let_go(held);
        }
    }
}

/// A handler's future, and whose it is.
struct Work {
    ticket: Ticket,
    future: TaskFuture,
    pending: Option<Pending>,
}

impl Work {
    /// Polls; a panic is a failure of the task.
    fn poll_guarded(&mut self, cx: &mut Context<'_>) -> Poll<TaskResult> {
        catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(cx)))
            .unwrap_or_else(|panic| Poll::Ready(Err(panicked(&*panic))))
    }
}

impl Future for Work {
    type Output = (Ticket, TaskResult);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.poll_guarded(cx);
        polled.map(|result| {
            self.pending = None;
            (self.ticket, result)
        })
    }
}

/// Tells the clock that a handler is pending, for as long as it lives.
struct Pending(Clock);

impl Pending {
    fn new(clock: Clock) -> Self {
        clock.handler_pends();
        Self(clock)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.handler_ended();
    }
}

/// The failure of a handler that panicked.
fn panicked(panic: &(dyn std::any::Any + Send)) -> TaskFailure {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the task panicked");
    TaskFailure::internal(PANICKED, message)
}
