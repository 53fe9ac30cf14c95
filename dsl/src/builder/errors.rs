//! What a `retry` and a `catch` are for.

use crate::expr::{Expr, Text, error_field, error_name};
use crate::sealed::Sealed;
use crate::task::{ErrorOutput, TaskError};
use crate::type_block::Witness;
use std::fmt;
use std::marker::PhantomData;

/// Some of the errors of `E`, with what a catch of them hands on: an [`ErrorOutput`], or the fields that are named.
///
/// [`errors!`](macro@crate::errors) makes it.
pub struct Errors<E, Caught = ErrorOutput> {
    names: Vec<Text>,
    caught: Expr,
    types: PhantomData<fn() -> (E, Caught)>,
}

impl<E, Caught> Clone for Errors<E, Caught> {
    fn clone(&self) -> Self {
        Errors {
            names: self.names.clone(),
            caught: self.caught.clone(),
            types: PhantomData,
        }
    }
}

impl<E, Caught> fmt::Debug for Errors<E, Caught> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Errors").field(&self.names).finish()
    }
}

/// What [`errors!`](macro@crate::errors) makes of variants.
#[doc(hidden)]
pub fn errors_of<E: TaskError>(_of: Witness<E>, variants: &[&str]) -> Errors<E> {
    Errors {
        names: variants
            .iter()
            .map(|variant| error_name::<E>(last(variant)))
            .collect(),
        caught: Expr::error_output(),
        types: PhantomData,
    }
}

/// What [`errors!`](macro@crate::errors) makes of a variant with a field.
#[doc(hidden)]
pub fn field_of<E: TaskError, Caught>(
    of: Witness<E>,
    _field: Witness<Caught>,
    variant: &str,
    fields: &[&str],
) -> Errors<E, Caught> {
    let mut caught = fields
        .iter()
        .map(|field| error_field::<E>(last(variant), field.trim_start_matches("r#")))
        .collect::<Vec<_>>();
    Errors {
        caught: match caught.len() {
            1 => caught.remove(0),
            _ => Expr::tuple(caught),
        },
        names: errors_of(of, &[variant]).names,
        types: PhantomData,
    }
}

/// The variant's own name in its path as it was written.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// Errors that no type of the program has: those of Step Functions itself, of services and of other people's tasks.
///
/// ```
/// use stepwright::builder::States;
///
/// let throttled = States::named("Lambda.TooManyRequestsException");
/// # let _ = (throttled, States::TIMEOUT);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States {
    name: Text,
}

impl States {
    /// `States.ALL`: every error that can be caught. It stands alone, in the last retry or catch.
    pub const ALL: States = States::of("States.ALL");
    /// `States.TaskFailed`: every error of a task but a timeout.
    pub const TASK_FAILED: States = States::of("States.TaskFailed");
    /// `States.Timeout`: a task ran too long, or its heartbeat stayed away.
    pub const TIMEOUT: States = States::of("States.Timeout");
    /// `States.HeartbeatTimeout`: the heartbeat stayed away.
    pub const HEARTBEAT_TIMEOUT: States = States::of("States.HeartbeatTimeout");
    /// `States.DataLimitExceeded`: a value is larger than Step Functions carries.
    pub const DATA_LIMIT_EXCEEDED: States = States::of("States.DataLimitExceeded");

    const fn of(name: &'static str) -> States {
        States {
            name: Text::Borrowed(name),
        }
    }

    /// An error by its name in ASL.
    pub fn named(name: impl Into<Text>) -> States {
        States { name: name.into() }
    }
}

/// Errors that a state which fails with `E` can have.
#[diagnostic::on_unimplemented(
    message = "a state that fails with `{E}` cannot have the errors `{Self}`",
    label = "these are not the state's errors",
    note = "`errors!(Error::Variant)` names errors of the task's own error type, `States::ALL` and its like those of Step Functions"
)]
pub trait ErrorsOf<E>: Sealed {
    /// What a catch of them hands on.
    type Caught;

    /// Their names in ASL.
    #[doc(hidden)]
    fn names(&self) -> Vec<Text>;

    /// What a catch hands on, as an expression.
    #[doc(hidden)]
    fn caught(&self) -> Expr;
}

impl Sealed for States {}
impl<E, Caught> Sealed for Errors<E, Caught> {}

impl<E> ErrorsOf<E> for States {
    type Caught = ErrorOutput;

    fn names(&self) -> Vec<Text> {
        vec![self.name.clone()]
    }

    fn caught(&self) -> Expr {
        Expr::error_output()
    }
}

impl<E: TaskError, Caught> ErrorsOf<E> for Errors<E, Caught> {
    type Caught = Caught;

    fn names(&self) -> Vec<Text> {
        self.names.clone()
    }

    fn caught(&self) -> Expr {
        self.caught.clone()
    }
}

/// The errors of what is inside of a parallel: any.
#[derive(Clone, Copy, Debug)]
pub enum InParallel {}

/// The errors of what is inside of a map: any.
#[derive(Clone, Copy, Debug)]
pub enum InMap {}

macro_rules! any_inside {
    ($($inside:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E: TaskError, Caught> ErrorsOf<$inside> for Errors<E, Caught> {
            type Caught = Caught;

            fn names(&self) -> Vec<Text> {
                self.names.clone()
            }

            fn caught(&self) -> Expr {
                self.caught.clone()
            }
        }
    )*};
}
any_inside!(InParallel, InMap);

/// Names errors of a task, for [`retry`](crate::builder::Fallible::retry) and
/// [`catch`](crate::builder::Fallible::catch) of the typed builder. rustc checks the variants and the fields.
///
/// ```
/// use stepwright::builder::Errors;
/// use stepwright::{TaskError, errors};
///
/// #[derive(Debug, thiserror::Error, TaskError)]
/// enum PaymentError {
///     #[error("the gateway did not answer")]
///     GatewayTimeout,
///     #[error("declined: {reason}")]
///     Declined { reason: String },
/// }
///
/// let both: Errors<PaymentError> = errors!(PaymentError::GatewayTimeout | PaymentError::Declined);
/// // A catch of this hands on the reason, a `String`.
/// let declined: Errors<PaymentError, String> = errors!(PaymentError::Declined { reason });
/// # let _ = (both, declined);
/// ```
#[macro_export]
macro_rules! errors {
    ($variant:path { $($field:ident),+ $(,)? }) => {{
        let error = $crate::__::Witness::new();
        let caught = $crate::__::Witness::new();
        #[allow(unused, unreachable_code, clippy::all)]
        {
            if false {
                loop {}
                match error.get() {
                    $variant { $($field,)+ .. } => caught.see(($($field),+)),
                    _ => {}
                }
            }
        }
        $crate::__::field_of(error, caught, stringify!($variant), &[$(stringify!($field)),+])
    }};
    ($($variant:path)|+) => {{
        let error = $crate::__::Witness::new();
        #[allow(unused, unreachable_code, clippy::all)]
        {
            if false {
                loop {}
                $(match error.get() {
                    $variant { .. } => {}
                    _ => {}
                })+
            }
        }
        $crate::__::errors_of(error, &[$(stringify!($variant)),+])
    }};
}
