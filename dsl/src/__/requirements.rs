//! The items that compile errors name, under a path without `#[doc(hidden)]`: rustc prints the
//! short names of such items only.

pub use crate::expr::plain_function::PlainFunction;
pub use crate::expr::{ExpressionFunction, ValueFunction};
pub use crate::flow::Call;
pub use crate::function::plain::*;
pub use crate::task::CallOutcome;
pub use crate::type_block::*;
