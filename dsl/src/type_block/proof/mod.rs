//! Proves that rustc resolves the names that a workflow calls to the standard library's
//! definitions.
//!
//! The lowering uses names: `order.status.len()` becomes `$length(..)` because the method is called
//! `len`. A type of the user may have its own `len`, a trait in scope may add one to `String`, and
//! a macro of the user may be called `format!`. The checked block therefore retains the user's call
//! and adds code that compiles only if the call means the standard library's definition:
//!
//! - [`receiver`]: the receiver of a method, the base of an index and the operand of a `*` are
//!   types of the standard library (or references to them) that have the method.
//! - [`operand`]: the operands of `+`, `-`, `!` and of comparisons with literals are numbers, texts
//!   or `bool`s; values that become text have the text of the standard library.
//! - [`comparison`]: both sides of other comparisons have one type. The comparison of a user's type
//!   cannot be proven, so samples of it are compared when the definition is built.
//! - [`time`]: `Utc::now` is the clock of `chrono`, and durations are those of `chrono` and of the
//!   standard library.
//! - [`scope`]: no trait in scope adds a method of the same name to a standard type, and macros,
//!   types and variants have their usual meaning.

pub(crate) mod comparison;
pub(crate) mod operand;
pub(crate) mod receiver;
pub(crate) mod scope;
pub(crate) mod time;
