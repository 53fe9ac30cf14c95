//! Intrinsic functions: `States.Format('order {}', $.id)`.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>
//!
//! ```
//! use stepwright_asl::intrinsic::{Argument, Function, IntrinsicCall};
//!
//! let call = IntrinsicCall::parse("States.Format('order {} of {}', $.id, States.UUID())")?;
//! assert_eq!(call.function, Function::Format);
//! let Argument::String(template) = &call.arguments[0] else { unreachable!() };
//! assert_eq!(template.placeholders, [6, 12]);
//!
//! let error = IntrinsicCall::parse("States.Fromat('{}', 1)").unwrap_err();
//! assert_eq!(error.suggestion(), Some("did you mean `States.Format`?".to_owned()));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod call;
mod function;
mod reader;

pub use call::{
    Argument, Expression, IntrinsicCall, Literal, MAX_NESTING, unmatched_brace_message,
};
pub use function::Function;

#[cfg(test)]
mod tests;
