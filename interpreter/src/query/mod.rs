//! Queries over values: paths, payload templates, intrinsic functions, Choice conditions and
//! JSONata. Each is compiled once when a program is built, and evaluated as on the service.
//!
//! | type | meaning |
//! |---|---|
//! | [`Expr`] | a field that yields a value: a path, a template, an intrinsic call, a JSONata expression |
//! | [`Assignments`] | an `Assign` block |
//! | [`Condition`] | the condition of a Choice rule |
//! | [`ReferencePath`] | the position of a `ResultPath` |
//! | [`Scope`] | the input of an evaluation: input, result, error output, context object, variables, random numbers, time |
//! | [`TimeBudget`] | the time that the expressions of one step share |
//! | [`Variables`], [`VariableNames`] | workflow variables by index |
//! | [`QueryError`], [`CompileError`] | errors at run time and at compile time |

mod assign;
mod code_units;
mod condition;
pub mod digest;
mod entropy;
mod error;
mod expected;
mod expr;
mod field;
#[cfg(test)]
mod fixture;
mod intrinsic;
mod java;
#[cfg(feature = "jsonata")]
mod jsonata;
#[cfg(not(feature = "jsonata"))]
#[path = "no_jsonata.rs"]
mod jsonata;
mod path;
mod reference;
mod scope;
mod time_budget;
mod variables;

pub use assign::Assignments;
pub use condition::Condition;
#[doc(hidden)]
pub use entropy::{Entropy, SharedEntropy};
pub use error::{CompileError, QueryError};
pub use expected::Expected;
pub use expr::Expr;
pub use reference::ReferencePath;
pub use scope::{CONTEXT_MEMBERS, Context, Scope};
pub use time_budget::TimeBudget;
pub use variables::{VariableIx, VariableNames, Variables};

#[cfg(test)]
mod tests;
