//! Queries over values: paths, payload templates, intrinsic functions, Choice conditions and
//! JSONata, each compiled once when a program is built and evaluated as the service evaluates it.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Expr`] | a field that yields a value: a path, a template, an intrinsic call, a JSONata expression |
//! | [`Assignments`] | an `Assign` block |
//! | [`Condition`] | the condition of a Choice rule |
//! | [`ReferencePath`] | where a `ResultPath` puts its value |
//! | [`Scope`] | what an evaluation reads: input, result, error output, context object, variables, chance, time |
//! | [`Variables`], [`VariableNames`] | workflow variables by index |
//! | [`QueryError`], [`CompileError`] | what fails at run time and at compile time |

mod assign;
mod code_units;
mod condition;
pub(crate) mod digest;
mod entropy;
mod error;
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
mod variables;

pub use assign::Assignments;
pub use condition::Condition;
pub use entropy::Entropy;
pub(crate) use entropy::SharedEntropy;
pub use error::{CompileError, QueryError};
pub use expr::{Expected, Expr};
pub use reference::ReferencePath;
pub use scope::{Context, Scope};
pub use variables::{VariableIx, VariableNames, Variables};

#[cfg(test)]
mod tests;
