//! The errors that a `retry` or a `catch` applies to.

use super::to::Route;
use crate::expr::{ErrorNames, Expr, ExprNode, Text, error_field, error_names_of_variant};
use crate::sealed::Sealed;
use crate::task::{ErrorOutput, ErrorVariant, NoError, TaskError};
use crate::type_block::Witness;
use std::fmt;
use std::marker::PhantomData;
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::words::quoted;

/// Some errors of `E`, with the data that a catch of them passes on: an [`ErrorOutput`], or the
/// named fields.
///
/// Created by [`errors!`](macro@crate::errors).
pub struct Errors<E, Caught = ErrorOutput> {
    set: ErrorSet,
    types: PhantomData<fn() -> (E, Caught)>,
}

/// Errors without their types.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct ErrorSet {
    /// Their names in ASL.
    pub(super) names: Vec<Text>,
    /// The data that a catch of them passes on, as an expression.
    pub(super) caught: Expr,
    /// The faults of these errors.
    pub(super) mistakes: Vec<String>,
}

impl ErrorSet {
    fn add(&mut self, errors: ErrorNames) {
        self.names.extend(errors.names);
        self.mistakes.extend(errors.unclear);
    }

    /// The output of a catch that passes the data on. ASL's default output is not written, nor is
    /// an output that the target ignores.
    pub(super) fn output(&self, to: &Route) -> Option<Expr> {
        match &*self.caught.node {
            ExprNode::ErrorOutput => None,
            _ if to.is_step => None,
            _ => Some(self.caught.clone()),
        }
    }
}

impl<E: TaskError> Errors<E> {
    /// Selects errors by names from a table: variants of `E` (`"GatewayTimeout"`), or their names
    /// in ASL (`"PaymentError.GatewayTimeout"`). A name that `E` does not have is a fault of
    /// `build`.
    ///
    /// ```
    /// use stepwright::builder::Errors;
    /// # use stepwright::TaskError;
    /// # #[derive(Debug, thiserror::Error, TaskError)]
    /// # enum PaymentError { #[error("no answer")] GatewayTimeout, #[error("busy")] Busy }
    ///
    /// let table = [("GatewayTimeout", 2), ("Busy", 30)];
    /// for (name, _interval) in table {
    ///     let _errors = Errors::<PaymentError>::named([name]);
    /// }
    /// ```
    pub fn named<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let mut errors = Errors::new(Vec::new(), Expr::error_output());
        for name in names {
            let name = name.as_ref();
            let is_own = E::VARIANTS.iter().any(|row| row.variant == name);
            let is_named = |row: &ErrorVariant| row.error == name;
            if is_own || E::variants_inside(name).is_some() {
                errors.set.add(error_names_of_variant::<E>(name));
            } else if let Some(found) = E::variants().into_iter().find(is_named) {
                errors.set.names.push(Text::Borrowed(found.error));
            } else {
                errors.set.mistakes.push(unknown::<E>(name));
            }
        }
        errors
    }
}

impl<E, Caught> Errors<E, Caught> {
    fn new(names: Vec<Text>, caught: Expr) -> Self {
        Errors::of(ErrorSet {
            names,
            caught,
            mistakes: Vec::new(),
        })
    }

    fn of(set: ErrorSet) -> Self {
        Errors {
            set,
            types: PhantomData,
        }
    }

    /// Adds other errors of the same task that carry the same data.
    #[must_use]
    pub fn or(self, other: Errors<E, Caught>) -> Errors<E, Caught> {
        self.joined(other)
    }

    /// Adds errors of another task inside of the same Parallel or Map that carry the same data.
    #[must_use]
    pub fn or_of<F>(self, other: Errors<F, Caught>) -> AnyErrors<Caught> {
        AnyErrors {
            errors: self.joined(other),
        }
    }

    fn joined<F, Of>(self, other: Errors<F, Caught>) -> Errors<Of, Caught> {
        let (mut set, other) = (self.set, other.set);
        set.mistakes.extend(other.mistakes);
        if carried(&set.caught) != carried(&other.caught) {
            set.mistakes.push(format!(
                "the errors {} do not carry the same fields; catch them apart",
                quoted(set.names.iter().chain(&other.names))
            ));
        }
        set.names.extend(other.names);
        Errors::of(set)
    }
}

/// The names of the fields that a catch passes on.
fn carried(caught: &Expr) -> Vec<Text> {
    let mut fields = Vec::new();
    caught.walk(&mut |node| {
        if let ExprNode::ErrorField(name, _) = node {
            fields.push(name.clone());
        }
    });
    fields
}

fn unknown<E: TaskError>(name: &str) -> String {
    let known = E::VARIANTS.iter().map(|row| row.variant);
    let of = std::any::type_name::<E>();
    let of = of.rsplit("::").next().unwrap_or(of);
    match did_you_mean(name, known.clone()) {
        Some(close) => format!("`{of}` has no error `{name}`, {close}"),
        None => format!(
            "`{of}` has no error `{name}`; it has {}",
            quoted(known.map(Text::from).collect::<Vec<_>>().iter())
        ),
    }
}

/// Errors of several tasks, for the `retry` and `catch` of the Parallel or Map that contains the
/// tasks. Created by [`Errors::or_of`].
pub struct AnyErrors<Caught = ErrorOutput> {
    errors: Errors<NoError, Caught>,
}

impl<Caught> AnyErrors<Caught> {
    /// Adds errors of a further task.
    #[must_use]
    pub fn or_of<F>(self, other: Errors<F, Caught>) -> AnyErrors<Caught> {
        self.errors.or_of(other)
    }
}

impl<Caught> Clone for AnyErrors<Caught> {
    fn clone(&self) -> Self {
        AnyErrors {
            errors: self.errors.clone(),
        }
    }
}

impl<Caught> fmt::Debug for AnyErrors<Caught> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.errors.fmt(f)
    }
}

impl<E> From<States> for Errors<E> {
    fn from(states: States) -> Errors<E> {
        Errors::new(states.names(), Expr::error_output())
    }
}

impl<E, Caught> Clone for Errors<E, Caught> {
    fn clone(&self) -> Self {
        Errors::of(self.set.clone())
    }
}

debug_with!([E, Caught] Errors<E, Caught>: set.names);

/// The expansion of [`errors!`](macro@crate::errors) for variants.
#[doc(hidden)]
pub fn errors_of<E: TaskError>(_of: Witness<E>, variants: &[&str]) -> Errors<E> {
    let names = variants.iter();
    let mut errors = Errors::new(Vec::new(), Expr::error_output());
    for variant in names {
        errors.set.add(error_names_of_variant::<E>(last(variant)));
    }
    errors
}

/// The expansion of [`errors!`](macro@crate::errors) for a variant with a field.
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
    let caught = match caught.len() {
        1 => caught.remove(0),
        _ => Expr::tuple(caught),
    };
    Errors::new(errors_of(of, &[variant]).set.names, caught)
}

/// The last segment of the variant's path.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// Errors without a type in the program: errors of Step Functions, of services and of external
/// tasks.
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
    more: Vec<Text>,
}

impl States {
    /// `States.ALL`: every error that can be caught. It must be the only name, in the last retry or
    /// catch.
    pub const ALL: States = States::of("States.ALL");
    /// `States.TaskFailed`: every error of a task except a timeout.
    pub const TASK_FAILED: States = States::of("States.TaskFailed");
    /// `States.Timeout`: a task ran too long or sent no heartbeat.
    pub const TIMEOUT: States = States::of("States.Timeout");
    /// `States.HeartbeatTimeout`: a task sent no heartbeat.
    pub const HEARTBEAT_TIMEOUT: States = States::of("States.HeartbeatTimeout");
    /// `States.DataLimitExceeded`: a value exceeds the size limit of Step Functions.
    pub const DATA_LIMIT_EXCEEDED: States = States::of("States.DataLimitExceeded");

    /// `States.ExceedToleratedFailureThreshold`: more items of a Distributed Map failed than it
    /// tolerates.
    pub const EXCEED_TOLERATED_FAILURE_THRESHOLD: States =
        States::of("States.ExceedToleratedFailureThreshold");
    /// `States.ItemReaderFailed`: a Distributed Map could not read its items.
    pub const ITEM_READER_FAILED: States = States::of("States.ItemReaderFailed");
    /// `States.ResultWriterFailed`: a Distributed Map could not write its results.
    pub const RESULT_WRITER_FAILED: States = States::of("States.ResultWriterFailed");
    /// `States.QueryEvaluationError`: a JSONata expression failed.
    pub const QUERY_EVALUATION_ERROR: States = States::of("States.QueryEvaluationError");
    /// `States.Permissions`: the state machine's role does not allow the call.
    pub const PERMISSIONS: States = States::of("States.Permissions");

    const fn of(name: &'static str) -> States {
        States {
            name: Text::Borrowed(name),
            more: Vec::new(),
        }
    }

    /// An error, by its name in ASL.
    pub fn named(name: impl Into<Text>) -> States {
        States {
            name: name.into(),
            more: Vec::new(),
        }
    }

    /// Adds other errors.
    #[must_use]
    pub fn or(mut self, other: States) -> States {
        self.more.extend(other.names());
        self
    }

    fn names(&self) -> Vec<Text> {
        let more = self.more.iter().cloned();
        std::iter::once(self.name.clone()).chain(more).collect()
    }
}

/// Errors of a state whose work fails with `E`.
#[diagnostic::on_unimplemented(
    message = "a state that fails with `{E}` cannot have the errors `{Self}`",
    label = "these are not the state's errors",
    note = "`errors!(Error::Variant)` names errors of the task's own error type; `States::ALL` and similar constants name those of Step Functions"
)]
pub trait ErrorsOf<E>: Sealed {
    /// The data that a catch of them passes on.
    type Caught;

    /// The errors without their types.
    #[doc(hidden)]
    fn set(&self) -> ErrorSet;
}

impl Sealed for States {}
impl<E, Caught> Sealed for Errors<E, Caught> {}
impl<Caught> Sealed for AnyErrors<Caught> {}

impl<E> ErrorsOf<E> for States {
    type Caught = ErrorOutput;

    fn set(&self) -> ErrorSet {
        Errors::<E>::from(self.clone()).set
    }
}

impl<E: TaskError, Caught> ErrorsOf<E> for Errors<E, Caught> {
    type Caught = Caught;

    fn set(&self) -> ErrorSet {
        self.set.clone()
    }
}

/// The errors inside of a Parallel: any.
#[derive(Clone, Copy, Debug)]
pub enum InParallel {}

/// The errors inside of a Map: any.
#[derive(Clone, Copy, Debug)]
pub enum InMap {}

/// The errors of a nested workflow: any.
#[derive(Clone, Copy, Debug)]
pub enum InChild {}

macro_rules! any_inside {
    ($($inside:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E: TaskError, Caught> ErrorsOf<$inside> for Errors<E, Caught> {
            type Caught = Caught;

            fn set(&self) -> ErrorSet {
                self.set.clone()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<Caught> ErrorsOf<$inside> for AnyErrors<Caught> {
            type Caught = Caught;

            fn set(&self) -> ErrorSet {
                self.errors.set.clone()
            }
        }
    )*};
}
any_inside!(InParallel, InMap, InChild);

/// Selects errors of a task, for [`retry`](crate::builder::Fallible::retry) and
/// [`catch`](crate::builder::Fallible::catch) of the typed builder. rustc checks the variants and
/// the fields.
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
