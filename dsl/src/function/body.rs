//! The code of a function, on a separate thread.
//!
//! `#[workflow]` replaces each `.await` by a call of [`wait`], so rustc compiles an ordinary
//! function. An async function with hundreds of `.await`s takes rustc several times as long,
//! because it compares all values that are alive across them.
//!
//! The host of a run is a future. A call blocks its thread until the host has the result. Only one
//! thread runs at a time: the host resumes the code of one body, and continues when that code makes
//! its next call or ends. So the order of all calls is the same in each run. Code that the host no
//! longer needs ends by unwinding: its thread then drops its values concurrently.

use super::failure::Failure;
use super::host::Host;
use std::cell::RefCell;
use std::future::{Future, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{self, Context, Poll};
use std::thread::{self, Builder, Scope};

/// An operation for which the code of a function waits: a call, [`sleep`](super::sleep),
/// [`map`](super::map()), [`try_join!`](super::try_join).
#[diagnostic::on_unimplemented(
    message = "a function workflow cannot await a `{Self}`",
    label = "this is not a call of a task or a workflow",
    note = "a workflow awaits tasks, other workflows, and the functions of `stepwright::function`"
)]
pub trait Operation {
    /// The result.
    type Output;

    /// Blocks the thread of the body until the host has the result.
    fn run(self) -> Self::Output;
}

/// Runs an operation: `.await` in the source.
pub fn wait<O: Operation>(operation: O) -> O::Output {
    operation.run()
}

/// A call that the host polls.
type CallFuture = Pin<Box<dyn Future<Output = ()>>>;

/// Begins a call on the thread of the host.
type CallStart = Box<dyn FnOnce(Rc<Host>) -> CallFuture + Send>;

/// A message from the thread of a body.
enum Report<R> {
    Call(CallStart),
    /// The code returned or panicked.
    Ended(thread::Result<R>),
}

/// The payload of the panic that ends code whose result is no longer needed.
struct Cancelled;

/// Sends a call to the host.
type SendCall = Box<dyn Fn(CallStart)>;

thread_local! {
    /// The host of the body that this thread runs.
    static CALLS: RefCell<Option<SendCall>> = const { RefCell::new(None) };
}

/// Blocks this thread until the host has polled a call to its end.
pub(super) fn wait_for<T, F>(call: impl FnOnce(Rc<Host>) -> F + Send + 'static) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + 'static,
{
    let (reply, replies) = channel();
    let start: CallStart = Box::new(move |host| {
        let call = call(host);
        Box::pin(async move {
            // The thread waits for this message, so it receives it.
            let _ = reply.send(call.await);
        })
    });
    CALLS.with_borrow(|calls| match calls {
        Some(send) => send(start),
        None => panic!(
            "a function workflow makes calls in a plain run only: await the function itself, or `PlainRun::run` of it"
        ),
    });
    match replies.recv() {
        Ok(result) => result,
        // The host has dropped the call.
        Err(_) => resume_unwind(Box::new(Cancelled)),
    }
}

/// Whether this thread runs the code of a function.
pub(super) fn is_in_body() -> bool {
    CALLS.with_borrow(Option::is_some)
}

/// The milliseconds from 1970 to the virtual time, if this thread runs the code of a function.
pub(crate) fn virtual_now() -> Option<i64> {
    is_in_body().then(|| wait_for(|host| ready(host.now_millis())))
}

/// Ends the code with a failure that is no value of its error type: the nearest combinator or the
/// run itself takes it.
pub(super) fn raise(failure: Failure) -> ! {
    wait_for(move |host| {
        host.raise(failure);
        pending::<()>()
    });
    resume_unwind(Box::new(Cancelled))
}

/// The host's end of the channels to the thread of a body.
pub(super) struct BodyHandle<I, R> {
    inputs: Sender<I>,
    reports: Receiver<Report<R>>,
}

/// The thread's end of these channels.
struct BodyThread<I, R> {
    inputs: Receiver<I>,
    reports: Sender<Report<R>>,
}

fn channels<I, R>() -> (BodyHandle<I, R>, BodyThread<I, R>) {
    let (inputs, thread_inputs) = channel();
    let (thread_reports, reports) = channel();
    let thread = BodyThread {
        inputs: thread_inputs,
        reports: thread_reports,
    };
    (BodyHandle { inputs, reports }, thread)
}

fn builder() -> Builder {
    let builder = Builder::new();
    match thread::current().name() {
        Some(name) => builder.name(name.to_owned()),
        None => builder,
    }
}

fn no_thread(error: &std::io::Error) -> Failure {
    Failure::outside(
        "States.Runtime",
        format!("the operating system cannot start a thread for the function: {error}"),
    )
}

impl<R: Send + 'static> BodyHandle<(), R> {
    /// Creates a thread with this name for the code of a function.
    pub(super) fn function(
        name: &str,
        code: impl FnOnce() -> R + Send + 'static,
    ) -> Result<BodyHandle<(), R>, Failure> {
        let (handle, thread) = channels();
        let started = Builder::new()
            .name(name.to_owned())
            .spawn(move || thread.run_once(code));
        match started {
            Ok(_) => Ok(handle),
            Err(error) => Err(no_thread(&error)),
        }
    }

    /// Creates a thread for the code of a branch.
    pub(super) fn branch<'scope>(
        scope: &'scope Scope<'scope, '_>,
        code: impl FnOnce() -> R + Send + 'scope,
    ) -> BodyHandle<(), R> {
        let (handle, thread) = channels();
        match builder().spawn_scoped(scope, move || thread.run_once(code)) {
            Ok(_) => handle,
            Err(error) => raise(no_thread(&error)),
        }
    }
}

impl<I: Send + 'static, R: Send + 'static> BodyHandle<I, R> {
    /// Creates a thread that runs code for one input after the other.
    pub(super) fn worker<'scope>(
        scope: &'scope Scope<'scope, '_>,
        code: impl Fn(I) -> R + Send + 'scope,
    ) -> BodyHandle<I, R> {
        let (handle, thread) = channels();
        match builder().spawn_scoped(scope, move || thread.run_each(code)) {
            Ok(_) => handle,
            Err(error) => raise(no_thread(&error)),
        }
    }
}

/// The code of a function, of a branch or of an item, as a future of the host.
pub(super) struct Body<I, R> {
    handle: BodyHandle<I, R>,
    call: Option<CallFuture>,
}

impl<R> Body<(), R> {
    /// The code of a function or of a branch, which runs when the body is polled first.
    pub(super) fn started(handle: BodyHandle<(), R>) -> Body<(), R> {
        let mut body = Body::new(handle);
        body.start(());
        body
    }
}

impl<I, R> Body<I, R> {
    pub(super) fn new(handle: BodyHandle<I, R>) -> Body<I, R> {
        Body { handle, call: None }
    }

    /// Runs the code with this input when the body is polled next. Code that waits for a call is
    /// cancelled.
    pub(super) fn start(&mut self, input: I) {
        self.call = None;
        // A thread that has ended is reported by `poll`.
        let _ = self.handle.inputs.send(input);
    }
}

impl<I, R> Future for Body<I, R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        loop {
            if let Some(call) = &mut self.call {
                task::ready!(call.as_mut().poll(cx));
                self.call = None;
            }
            match self.handle.reports.recv() {
                Ok(Report::Call(start)) => self.call = Some(start(super::host::host())),
                Ok(Report::Ended(Ok(value))) => return Poll::Ready(value),
                Ok(Report::Ended(Err(payload))) => resume_unwind(payload),
                Err(_) => panic!("the thread of the function has ended"),
            }
        }
    }
}

// The fields are not pinned.
impl<I, R> Unpin for Body<I, R> {}

impl<I, R: 'static> BodyThread<I, R> {
    fn run_once(self, code: impl FnOnce() -> R) {
        self.connect();
        if self.inputs.recv().is_ok() {
            self.run(code);
        }
    }

    fn run_each(self, code: impl Fn(I) -> R) {
        self.connect();
        while let Ok(input) = self.inputs.recv() {
            self.run(|| code(input));
        }
    }

    fn connect(&self) {
        let reports = self.reports.clone();
        // If the host has dropped the body, the call is dropped, and `wait_for` ends the code.
        let send = move |call| drop(reports.send(Report::Call(call)));
        CALLS.set(Some(Box::new(send)));
    }

    fn run(&self, code: impl FnOnce() -> R) {
        let ended = catch_unwind(AssertUnwindSafe(code));
        if matches!(&ended, Err(payload) if payload.is::<Cancelled>()) {
            return;
        }
        // The host no longer needs the end of a body that it has dropped.
        let _ = self.reports.send(Report::Ended(ended));
    }
}
