//! A catch of every error.

use super::errors::{ErrorSet, Errors, ErrorsOf, States};
use super::to::{Route, To};
use crate::task::{ErrorOutput, TaskError};
use crate::type_block::Witness;
use std::fmt;
use std::marker::PhantomData;

/// Every error of a task, each with its target state; created by [`every!`](macro@crate::every).
#[must_use = "a task takes it: `.catch_every(every)`"]
pub struct EveryCatch<In, E> {
    pub(super) arms: Vec<(ErrorSet, Route)>,
    types: PhantomData<fn(In) -> E>,
}

impl<In, E: TaskError> EveryCatch<In, E> {
    /// An empty list.
    #[doc(hidden)]
    pub fn of(_error: Witness<E>) -> Self {
        EveryCatch {
            arms: Vec::new(),
            types: PhantomData,
        }
    }

    /// Sends errors to a state.
    #[doc(hidden)]
    pub fn arm<Caught>(
        mut self,
        errors: Errors<E, Caught>,
        to: impl To<(In, Caught), Caught>,
    ) -> Self {
        self.arms.push((ErrorsOf::<E>::set(&errors), to.route()));
        self
    }

    /// Sends every other error to a state.
    #[doc(hidden)]
    pub fn others(mut self, to: impl To<(In, ErrorOutput), ErrorOutput>) -> Self {
        self.arms
            .push((ErrorsOf::<E>::set(&States::ALL), to.route()));
        self
    }
}

impl<In, E> fmt::Debug for EveryCatch<In, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.arms.iter().flat_map(|(errors, _)| &errors.names);
        f.debug_list().entries(names).finish()
    }
}

/// Every error of a task with its target state, for
/// [`catch_every`](crate::builder::Fallible::catch_every) of the typed builder. rustc checks that
/// none is missing. `_` matches all other errors and must come last.
///
/// ```
/// use stepwright::builder::FlowBuilder;
/// use stepwright::{TaskError, every, expr, task};
///
/// #[derive(Debug, thiserror::Error, TaskError)]
/// pub enum PaymentError {
///     #[error("the gateway did not answer")]
///     GatewayTimeout,
///     #[error("declined: {reason}")]
///     Declined { reason: String },
/// }
///
/// #[task]
/// async fn charge_card(amount: f64) -> Result<String, PaymentError>;
///
/// let flow = FlowBuilder::<f64, String>::new("Checkout");
/// let (charge, reject, late) = (flow.declare("Charge"), flow.declare("Reject"), flow.step("Late"));
/// flow.start_at(&charge);
/// flow.task(&charge, charge_card {})
///     .catch_every(every!(
///         PaymentError::Declined { reason } => &reject,
///         PaymentError::GatewayTimeout => &late,
///     ))
///     .end();
/// flow.fail(&reject, "Rejected", expr!(|reason: String| reason));
/// flow.fail(&late, "Late", ());
/// assert!(flow.build().is_ok());
/// ```
#[macro_export]
macro_rules! every {
    (@write ($(($($variant:path)|+ ; $({ $($field:ident),+ })? ; $to:expr))+) $($others:expr)?) => {{
        let error = $crate::__::Witness::new();
        #[allow(unused, unreachable_code, clippy::all)]
        {
            if false {
                loop {}
                match error.get() {
                    $($($variant { .. })|+ => {})+
                    $(_ => { let _ = stringify!($others); })?
                }
            }
        }
        $crate::builder::EveryCatch::of(error)
            $(.arm($crate::errors!($($variant)|+ $({ $($field),+ })?), $to))+
            $(.others($others))?
    }};
    (@arms ($($done:tt)+) _ => $others:expr $(,)?) => {
        $crate::every!(@write ($($done)+) $others)
    };
    (@arms ($($done:tt)+)) => {
        $crate::every!(@write ($($done)+))
    };
    (
        @arms ($($done:tt)*)
        $($variant:path)|+ $({ $($field:ident),+ $(,)? })? => $to:expr $(, $($rest:tt)*)?
    ) => {
        $crate::every!(
            @arms ($($done)* ($($variant)|+ ; $({ $($field),+ })? ; $to)) $($($rest)*)?
        )
    };
    ($($arms:tt)+) => {
        $crate::every!(@arms () $($arms)+)
    };
}
