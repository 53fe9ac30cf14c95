//! The host of a plain run: virtual time, mocks, and failures that are no value of an error type.
//!
//! The host is set for each poll of the outermost future, in a thread-local variable. A failure
//! outside of the error types is stored in the host by the future that fails, which then stays
//! pending. The combinators above it look for such a failure after each poll of a child.

use super::failure::Failure;
use super::record::PlainCall;
use serde_json::Value;
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The start of virtual time, in seconds since 1970: the engine's, 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Host>>> = const { RefCell::new(None) };
}

/// A mock of one task: it gets the arguments and the task token, and returns the result; `None` if
/// the call is never answered.
pub(super) type MockFn = Rc<dyn Fn(&[Value], Option<&str>) -> Option<Result<Value, Failure>>>;

/// The state of one plain run.
#[derive(Default)]
pub(super) struct Host {
    start: Cell<i64>,
    now: Cell<Duration>,
    /// The time at which the current run began.
    begun: Cell<Duration>,
    timers: RefCell<BTreeMap<(Duration, u64), ()>>,
    timer_count: Cell<u64>,
    token_count: Cell<u64>,
    /// The handlers that wait for something real.
    real: Cell<usize>,
    raised: RefCell<Option<Failure>>,
    pub(super) calls: RefCell<Vec<PlainCall>>,
    /// By the type of the task: tasks of several modules may have one name.
    pub(super) mocks: RefCell<HashMap<TypeId, MockFn>>,
    /// The items of Distributed Maps, by the bucket and the key of the objects.
    pub(super) items: RefCell<HashMap<(String, String), Vec<Value>>>,
    /// The functions of calls that wait for an answer without a mock.
    pub(super) unanswered: RefCell<Vec<&'static str>>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("now", &self.now.get())
            .finish_non_exhaustive()
    }
}

impl Host {
    pub(super) fn new() -> Rc<Host> {
        let host = Host::default();
        host.start.set(START);
        Rc::new(host)
    }

    pub(super) fn current() -> Option<Rc<Host>> {
        CURRENT.with(|current| current.borrow().clone())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.now.get()
    }

    /// Begins a run at the current time.
    pub(super) fn begin(&self) {
        self.begun.set(self.now.get());
    }

    /// The time since the run began.
    pub(super) fn age(&self) -> Duration {
        self.now.get().saturating_sub(self.begun.get())
    }

    /// The milliseconds from 1970 to the virtual time.
    pub(super) fn now_millis(&self) -> i64 {
        let elapsed = i64::try_from(self.now.get().as_millis()).unwrap_or(i64::MAX);
        (self.start.get() * 1_000).saturating_add(elapsed)
    }

    /// The virtual time that remains until a timestamp.
    pub(super) fn until(&self, timestamp: &str) -> Result<Duration, Failure> {
        let Ok(at) = OffsetDateTime::parse(timestamp, &Rfc3339) else {
            return Err(Failure::outside(
                "States.Runtime",
                format!("`{timestamp}` is not a timestamp such as 2026-01-31T08:00:00Z"),
            ));
        };
        let start = i128::from(self.start.get()) * 1_000_000_000;
        let now = start + i128::try_from(self.now.get().as_nanos()).unwrap_or(i128::MAX);
        let remaining = (at.unix_timestamp_nanos() - now).max(0);
        Ok(Duration::from_nanos(
            u64::try_from(remaining).unwrap_or(u64::MAX),
        ))
    }

    pub(super) fn new_token(&self) -> String {
        self.token_count.set(self.token_count.get() + 1);
        format!("token-{}", self.token_count.get())
    }

    pub(super) fn timer(self: &Rc<Self>, delay: Duration) -> Timer {
        let number = self.timer_count.get();
        self.timer_count.set(number + 1);
        let key = (self.now.get().saturating_add(delay), number);
        self.timers.borrow_mut().insert(key, ());
        Timer {
            host: Rc::clone(self),
            key,
        }
    }

    pub(super) fn raise(&self, failure: Failure) {
        self.raised.borrow_mut().get_or_insert(failure);
    }

    /// Takes the failure that a child raised.
    pub(super) fn take_raised(&self) -> Option<Failure> {
        self.raised.borrow_mut().take()
    }

    /// Moves the time to the next timer; returns whether there is one.
    fn advance(&self) -> bool {
        let next = self.timers.borrow().keys().next().copied();
        match next {
            Some((at, _)) => {
                self.now.set(at.max(self.now.get()));
                true
            }
            None => false,
        }
    }

    /// Polls a future of the run until it is ready, fails, or waits for something real.
    pub(super) fn drive<F: Future + ?Sized>(
        self: &Rc<Self>,
        mut future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Failure>> {
        loop {
            let polled = {
                let _entered = Entered::new(self);
                poll_child(future.as_mut(), cx)
            };
            match polled {
                Ok(Poll::Ready(value)) => return Poll::Ready(Ok(value)),
                Err(failure) => return Poll::Ready(Err(failure)),
                Ok(Poll::Pending) => {}
            }
            if let Some(failure) = self.take_raised() {
                return Poll::Ready(Err(failure));
            }
            if self.real.get() > 0 {
                return Poll::Pending;
            }
            if !self.advance() {
                return Poll::Ready(Err(self.stuck()));
            }
        }
    }

    /// Nothing can continue.
    fn stuck(&self) -> Failure {
        let unanswered = self.unanswered.borrow();
        let message = match unanswered.first() {
            Some(name) => format!(
                "`{name}` waits for an answer to its task token that never comes: give the run one with `PlainRun::answer::<{name}, _>`, or the call a timeout"
            ),
            None => "the function waits for a future that is no call, no `sleep` and no combinator of a workflow".to_owned(),
        };
        Failure::outside("States.Runtime", message)
    }
}

/// The host whose future is polled.
pub(super) fn host() -> Rc<Host> {
    match Host::current() {
        Some(host) => host,
        None => panic!(
            "a function workflow runs in a plain run only: await the function itself, or `PlainRun::run` of it"
        ),
    }
}

/// Sets the current host while a future is polled.
struct Entered(Option<Rc<Host>>);

impl Entered {
    fn new(host: &Rc<Host>) -> Entered {
        Entered(CURRENT.with(|current| current.borrow_mut().replace(Rc::clone(host))))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| *current.borrow_mut() = self.0.take());
    }
}

/// Polls a future; a panic is the failure of the workflow.
pub(super) fn poll_child<F: Future + ?Sized>(
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Result<Poll<F::Output>, Failure> {
    catch_unwind(AssertUnwindSafe(|| future.poll(cx))).map_err(Failure::of_panic)
}

/// A timer on virtual time.
#[derive(Debug)]
pub(super) struct Timer {
    host: Rc<Host>,
    key: (Duration, u64),
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.host.now.get() < self.key.0 {
            return Poll::Pending;
        }
        self.host.timers.borrow_mut().remove(&self.key);
        Poll::Ready(())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.host.timers.borrow_mut().remove(&self.key);
    }
}

/// A handler's future, which may wait for I/O: virtual time does not advance until it is ready.
pub(super) struct RealFuture<F> {
    future: F,
    host: Rc<Host>,
    is_counted: bool,
}

impl<F> RealFuture<F> {
    pub(super) fn new(host: &Rc<Host>, future: F) -> RealFuture<F> {
        RealFuture {
            future,
            host: Rc::clone(host),
            is_counted: false,
        }
    }

    fn count(&mut self, waits: bool) {
        let real = self.host.real.get();
        match (self.is_counted, waits) {
            (false, true) => self.host.real.set(real + 1),
            (true, false) => self.host.real.set(real.saturating_sub(1)),
            _ => {}
        }
        self.is_counted = waits;
    }
}

impl<F: Future + Unpin> Future for RealFuture<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = Pin::new(&mut self.future).poll(cx);
        self.count(polled.is_pending());
        polled
    }
}

impl<F> Drop for RealFuture<F> {
    fn drop(&mut self) {
        self.count(false);
    }
}
