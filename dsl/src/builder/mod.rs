//! The typed builder, for workflows that are computed, for example in a loop or from configuration.
//!
//! It produces the same [flow tree](crate::flow) as `workflow!`. States are typed
//! [handles](StateHandle), so a misspelled name or a value of the wrong type does not compile;
//! conditions and values are [`expr!`](macro@crate::expr)s, checked by rustc on the real types.
//!
//! Values are passed as ASL state input and output: a handle has the input type of its state, and
//! the output of a state is the input of the next one. `docs/reference/builder.md` shows the ASL of
//! each call.
//!
//! ```
//! use stepwright::builder::{FlowBuilder, Retry, States};
//! use stepwright::{TaskError, errors, expr, task};
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! pub enum PaymentError {
//!     #[error("the gateway did not answer")]
//!     GatewayTimeout,
//!     #[error("declined: {reason}")]
//!     Declined { reason: String },
//! }
//!
//! #[task]
//! async fn charge_card(amount: f64) -> Result<String, PaymentError>;
//!
//! let flow = FlowBuilder::<f64, String>::new("Checkout");
//! let charge = flow.declare::<f64>("Charge");
//! let reject = flow.declare::<String>("Reject");
//! flow.start_at(&charge);
//! flow.task(&charge, charge_card {})
//!     .retry(Retry::on(errors!(PaymentError::GatewayTimeout)).interval(2))
//!     .catch(errors!(PaymentError::Declined { reason }), &reject)
//!     .end();
//! flow.fail(&reject, "Rejected", expr!(|reason: String| reason));
//!
//! let checkout = flow.build().unwrap();
//! assert!(checkout.to_json().contains(r#""Payload":"{% $states.input %}""#));
//! ```

#[macro_use]
mod implementations;

mod arms;
mod assigning_edge;
mod assignment;
mod bindings;
mod body;
mod branches;
mod built;
mod calls;
mod choice;
mod diagnostics;
mod distributed;
mod errors;
mod every;
mod expression;
mod flow;
mod fragment;
mod handle;
mod items;
mod open;
mod retry;
mod scope;
mod to;
mod uses;
mod values;
mod variable;

pub use self::arms::Arms;
pub use self::assigning_edge::AssigningEdge;
pub use self::bindings::{Bindings, BoundItems, BoundTask, BoundWorkflow};
pub use self::body::Body;
pub use self::built::BuiltWorkflow;
pub use self::choice::Choice;
pub use self::distributed::{Access, Batches};
pub use self::errors::{AnyErrors, Errors, ErrorsOf, InChild, InMap, InParallel, States};
#[doc(hidden)]
pub use self::errors::{errors_of, field_of};
pub use self::every::EveryCatch;
pub use self::expression::Expression;
#[doc(hidden)]
pub use self::expression::ExpressionTypes;
pub use self::flow::FlowBuilder;
pub use self::fragment::{ArgumentsOf, ExitTargets, IncludedFragment, OpenFragment};
pub use self::handle::{AnyInput, StateHandle, StepHandle};
pub use self::open::{Fallible, Open};
pub use self::retry::Retry;
pub use self::to::To;
pub use self::values::{
    Branches, CountOf, DeclaredOutput, PercentageOf, SecondsOf, TaskWithInput, TextOf,
};
pub use self::variable::{InputHandle, Readable, Variable, Variables};
#[doc(hidden)]
pub use self::variable::{value_of, witness_of};
pub use crate::rules::Lint;

#[cfg(test)]
mod tests;
