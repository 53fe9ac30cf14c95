//! `try_join!`: branches that run concurrently.

use super::body::{Body, BodyHandle, Operation, raise, wait_for};
use super::call::{Catching, Caught};
use super::failure::Failure;
use super::host::{Host, poll_child};
use crate::shape::Payload;
use crate::task::TaskError;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

/// Runs calls concurrently: a Parallel state.
///
/// Each branch is a call without `.await`, or an `async` block. Awaited, it returns a `Result` of a
/// tuple with the results. The first error ends the other branches. All branches that return a
/// `Result` have the same error type.
///
/// ```
/// use stepwright::function::*;
///
/// #[derive(Debug, thiserror::Error, TaskError)]
/// enum BookError {
///     #[error("no seats")]
///     Full,
/// }
///
/// #[task]
/// async fn book_hotel(city: String) -> Result<String, BookError> {
///     Ok(format!("hotel in {city}"))
/// }
///
/// #[task]
/// async fn book_flight(city: String) -> Result<String, BookError> {
///     Ok(format!("flight to {city}"))
/// }
///
/// #[workflow]
/// async fn travel(city: String) -> Result<(String, String), BookError> {
///     try_join!(book_hotel(&city), book_flight(&city)).await
/// }
///
/// let trip = PlainRun::new().block_on(travel("Bern".to_owned())).unwrap();
/// assert_eq!(trip.1, "flight to Bern");
/// ```
#[doc(inline)]
pub use crate::__try_join as try_join;

/// The failure of a branch.
enum BranchFailure<E> {
    Error(E),
    Outside(Failure),
}

/// The code of all branches.
type JoinCode<'a, O, E> = Box<dyn FnOnce() -> Result<O, BranchFailure<E>> + 'a>;

/// The operation of [`try_join!`].
#[must_use = "a workflow runs the branches when it is awaited"]
pub struct TryJoin<'a, O, E> {
    code: JoinCode<'a, O, E>,
}

impl<O, E> fmt::Debug for TryJoin<'_, O, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TryJoin")
    }
}

impl<O, E> TryJoin<'_, O, E> {
    /// Names the state.
    pub fn named(self, _name: &'static str) -> Self {
        self
    }

    /// Returns every failure as a value, because the code has an arm for every failure.
    #[doc(hidden)]
    pub fn catching(self) -> Catching<Self> {
        Catching(self)
    }
}

impl<O, E> Operation for TryJoin<'_, O, E> {
    type Output = Result<O, E>;

    fn run(self) -> Self::Output {
        (self.code)().map_err(|failure| match failure {
            BranchFailure::Error(error) => error,
            BranchFailure::Outside(failure) => raise(failure),
        })
    }
}

impl<O, E> Operation for Catching<TryJoin<'_, O, E>> {
    type Output = Result<O, Caught<E>>;

    fn run(self) -> Self::Output {
        (self.0.code)().map_err(|failure| match failure {
            BranchFailure::Error(error) => Caught::Error(error),
            BranchFailure::Outside(_) => Caught::Outside,
        })
    }
}

/// The output of a branch: a value, or a `Result` with the error of all branches.
#[diagnostic::on_unimplemented(
    message = "a branch of `try_join!` returns `{Self}`, and another branch fails with `{E}`",
    label = "this branch has another error type",
    note = "all branches that fail have one error type: convert the error inside of the branch"
)]
pub trait Branch<E> {
    /// The result.
    type Output;

    /// Converts it to a `Result`.
    fn branch(self) -> Result<Self::Output, E>;
}

#[diagnostic::do_not_recommend]
impl<T: Payload, E> Branch<E> for T {
    type Output = T;

    fn branch(self) -> Result<T, E> {
        Ok(self)
    }
}

impl<T: Payload, E> Branch<E> for Result<T, E> {
    type Output = T;

    fn branch(self) -> Result<T, E> {
        self
    }
}

/// The error type of a `try_join!`.
#[derive(Debug)]
pub struct JoinError<E>(PhantomData<fn() -> E>);

/// Some error type, which the branches or the code around determine.
pub fn some_error<E>() -> JoinError<E> {
    JoinError(PhantomData)
}

/// The error type of branches that cannot fail.
pub fn no_error() -> JoinError<CannotFail> {
    JoinError(PhantomData)
}

/// The error type of a branch; that of the other branches if it cannot fail.
pub fn error_of<C, R, E>(
    _branch: &C,
    _others: JoinError<E>,
) -> JoinError<<R::Fails as FailsWith<E>>::Error>
where
    C: FnOnce() -> R,
    R: BranchOutput<Fails: FailsWith<E>>,
{
    JoinError(PhantomData)
}

/// The type that a branch returns.
pub trait BranchOutput {
    /// Its error type, or [`CannotFail`].
    type Fails;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> BranchOutput for T {
    type Fails = CannotFail;
}

impl<T: Payload, E: TaskError> BranchOutput for Result<T, E> {
    type Fails = E;
}

/// A branch that returns no `Result`.
#[derive(Debug)]
pub enum CannotFail {}

/// Chooses the error type of a branch, or that of the others.
pub trait FailsWith<Others> {
    /// The error type.
    type Error;
}

impl<Others> FailsWith<Others> for CannotFail {
    type Error = Others;
}

impl<Others, E: TaskError> FailsWith<Others> for E {
    type Error = E;
}

/// A branch that runs, or its result.
struct Slot<R, O> {
    body: Option<Body<(), R>>,
    result: Option<O>,
}

impl<R, O> Slot<R, O> {
    fn new(handle: BodyHandle<(), R>) -> Slot<R, O> {
        Slot {
            body: Some(Body::started(handle)),
            result: None,
        }
    }

    /// Polls the branch; returns its failure.
    fn poll<E>(&mut self, host: &Host, cx: &mut Context<'_>) -> Option<BranchFailure<E>>
    where
        R: Branch<E, Output = O>,
    {
        let body = self.body.as_mut()?;
        let value = match poll_child(Pin::new(body), cx) {
            Ok(Poll::Ready(value)) => value,
            Ok(Poll::Pending) => return host.take_raised().map(BranchFailure::Outside),
            Err(failure) => return Some(BranchFailure::Outside(failure)),
        };
        self.body = None;
        match value.branch() {
            Ok(result) => {
                self.result = Some(result);
                None
            }
            Err(error) => Some(BranchFailure::Error(error)),
        }
    }
}

macro_rules! try_joins {
    ($($function:ident($($branch:ident: $code:ident -> $ty:ident),+);)+) => {$(
        /// The branches of `try_join!`.
        #[doc(hidden)]
        #[allow(clippy::too_many_arguments)]
        pub fn $function<'a, E: Send + 'static, $($code, $ty),+>(
            _error: JoinError<E>,
            $($branch: $code),+
        ) -> TryJoin<'a, ($($ty::Output,)+), E>
        where
            $($code: FnOnce() -> $ty + Send + 'a, $ty: Branch<E, Output: Send + 'static> + Send + 'static),+
        {
            let code = move || {
                thread::scope(|scope| {
                    $(let $branch = BodyHandle::branch(scope, $branch);)+
                    wait_for(move |host| {
                        $(let mut $branch = Slot::new($branch);)+
                        poll_fn(move |cx| {
                            $(
                                if let Some(failure) = $branch.poll(&host, cx) {
                                    return Poll::Ready(Err(failure));
                                }
                            )+
                            if $($branch.result.is_none())||+ {
                                return Poll::Pending;
                            }
                            match ($($branch.result.take(),)+) {
                                ($(Some($branch),)+) => Poll::Ready(Ok(($($branch,)+))),
                                _ => Poll::Pending,
                            }
                        })
                    })
                })
            };
            TryJoin { code: Box::new(code) }
        }
    )+};
}

try_joins! {
    try_join1(a: FA -> A);
    try_join2(a: FA -> A, b: FB -> B);
    try_join3(a: FA -> A, b: FB -> B, c: FC -> C);
    try_join4(a: FA -> A, b: FB -> B, c: FC -> C, d: FD -> D);
    try_join5(a: FA -> A, b: FB -> B, c: FC -> C, d: FD -> D, e: FE -> F);
    try_join6(a: FA -> A, b: FB -> B, c: FC -> C, d: FD -> D, e: FE -> F, f: FF -> G);
    try_join7(a: FA -> A, b: FB -> B, c: FC -> C, d: FD -> D, e: FE -> F, f: FF -> G, g: FG -> H);
    try_join8(a: FA -> A, b: FB -> B, c: FC -> C, d: FD -> D, e: FE -> F, f: FF -> G, g: FG -> H, h: FH -> I);
}

/// [`try_join!`](crate::function::try_join), under the name that a macro of a crate needs.
#[doc(hidden)]
#[macro_export]
macro_rules! __try_join {
    ($error:expr => $a:expr) => {
        $crate::__::plain::try_join1($error, $a)
    };
    ($error:expr => $a:expr, $b:expr) => {
        $crate::__::plain::try_join2($error, $a, $b)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr) => {
        $crate::__::plain::try_join3($error, $a, $b, $c)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr, $d:expr) => {
        $crate::__::plain::try_join4($error, $a, $b, $c, $d)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr, $d:expr, $e:expr) => {
        $crate::__::plain::try_join5($error, $a, $b, $c, $d, $e)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr) => {
        $crate::__::plain::try_join6($error, $a, $b, $c, $d, $e, $f)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr, $g:expr) => {
        $crate::__::plain::try_join7($error, $a, $b, $c, $d, $e, $f, $g)
    };
    ($error:expr => $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr, $g:expr, $h:expr) => {
        $crate::__::plain::try_join8($error, $a, $b, $c, $d, $e, $f, $g, $h)
    };
    ($($branch:expr),+ $(,)?) => {
        $crate::__try_join!($crate::__::plain::some_error() => $($branch),+)
    };
}
