//! Arguments for seconds, counts, texts, results and branches.

use super::expression::{Expression, UntypedExpression};
use super::scope::BuilderScope;
use crate::expr::Text;
use crate::sealed::{Is, Sealed};
use crate::type_block::{Percentage, Seconds, WholeNumber};
use std::rc::Rc;

/// A number of seconds for a state that takes an `In`: a number, or an expression over its input.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of seconds",
    label = "not a number of seconds",
    note = "give a `u32`, or `expr!(|input: {In}| input.seconds)` with a whole number"
)]
pub trait SecondsOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn seconds(self) -> UntypedExpression;
}

/// A count: a number, or an expression over the input of a state that takes an `In`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of items",
    label = "not a number of items",
    note = "give a `u32`, or `expr!(|input: {In}| input.limit)` with a whole number"
)]
pub trait CountOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn count(self) -> UntypedExpression;
}

impl<In> CountOf<In> for u32 {
    fn count(self) -> UntypedExpression {
        UntypedExpression::literal(self)
    }
}

impl<In, N: WholeNumber> CountOf<In> for Expression<In, N> {
    fn count(self) -> UntypedExpression {
        self.tree
    }
}

/// A percentage from 0 to 100: a number, or an expression over the input of a state that takes an
/// `In`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a percentage",
    label = "not a percentage",
    note = "give a number from 0 to 100, or `expr!(|input: {In}| input.share)` with one"
)]
pub trait PercentageOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn percentage(self) -> UntypedExpression;
}

impl<In> PercentageOf<In> for u32 {
    fn percentage(self) -> UntypedExpression {
        UntypedExpression::literal(self)
    }
}

impl<In> PercentageOf<In> for f64 {
    fn percentage(self) -> UntypedExpression {
        UntypedExpression::literal(self)
    }
}

impl<In, N: Percentage> PercentageOf<In> for Expression<In, N> {
    fn percentage(self) -> UntypedExpression {
        self.tree
    }
}

impl Sealed for u32 {}
impl Sealed for f64 {}
impl Sealed for str {}
impl Sealed for String {}
impl Sealed for Text {}
impl Sealed for () {}
impl<In, Out> Sealed for Expression<In, Out> {}

impl<In> SecondsOf<In> for u32 {
    fn seconds(self) -> UntypedExpression {
        UntypedExpression::literal(self)
    }
}

impl<In, N: Seconds> SecondsOf<In> for Expression<In, N> {
    fn seconds(self) -> UntypedExpression {
        self.tree
    }
}

/// A text for a state that takes an `In`: a text, an expression over its input, or `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text",
    label = "not a text",
    note = "give a `&str` or a `String`, `()` for none, or `expr!(|input: {In}| input.reason)` with a `String`"
)]
pub trait TextOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn text(self) -> Option<UntypedExpression>;
}

impl<In> TextOf<In> for &str {
    fn text(self) -> Option<UntypedExpression> {
        Some(UntypedExpression::literal(self))
    }
}

impl<In> TextOf<In> for String {
    fn text(self) -> Option<UntypedExpression> {
        Some(UntypedExpression::literal(self))
    }
}

impl<In> TextOf<In> for Text {
    fn text(self) -> Option<UntypedExpression> {
        Some(UntypedExpression::literal(self.into_owned()))
    }
}

impl<In> TextOf<In> for () {
    fn text(self) -> Option<UntypedExpression> {
        None
    }
}

impl<In> TextOf<In> for Expression<In, String> {
    fn text(self) -> Option<UntypedExpression> {
        Some(self.tree)
    }
}

/// The result type of a body. A body with a declared result type may end only with an `Out` of that
/// type.
#[diagnostic::on_unimplemented(
    message = "this state ends with a `{Out}`, but the declared type is `{Self}`",
    label = "ends with a `{Out}`",
    note = "compute the declared type with `.output(expr!(..))`, or continue with `.next(&state)`"
)]
pub trait DeclaredOutput<Out>: Is<Out> {}

impl<T> DeclaredOutput<T> for T {}

/// A task that takes an `In`: as its only argument, or as a tuple of its arguments. `#[task]`
/// implements it.
#[diagnostic::on_unimplemented(
    message = "the task `{Self}` does not take a `{In}`",
    label = "does not take a `{In}`",
    note = "`flow.task_with(&state, task {{}}, expr!(|input: ..| ..))` computes its arguments from the state's input"
)]
pub trait TaskWithInput<In> {}

/// Branches that all take an `In`: a tuple of two to eight [`Body`](super::Body)s, or a `Vec` of
/// bodies of one type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not branches of a parallel that takes a `{In}`",
    label = "not the branches of this parallel",
    note = "branches are a tuple or a `Vec` of `Body<{In}, _>`: each gets the state's input"
)]
pub trait Branches<In>: Sealed {
    /// The output of the Parallel.
    type Outputs;

    /// The bodies, in order.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "only this package calls it")]
    fn bodies(self) -> Vec<Rc<BuilderScope>>;
}
