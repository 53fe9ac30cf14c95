//! What stands where seconds, a text or a promised value is asked for.

use super::expression::Expression;
use crate::expr::{Expr, Text};
use crate::sealed::{Is, Sealed};
use crate::type_block::Seconds;

/// A number of seconds that a state which takes an `In` knows: a number, or an expression over its input.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of seconds",
    label = "not a number of seconds",
    note = "give a `u32`, or `expr!(|input: {In}| input.seconds)` with a whole number"
)]
pub trait SecondsOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn seconds(self, input: &Expr) -> Expr;
}

impl Sealed for u32 {}
impl Sealed for &str {}
impl Sealed for String {}
impl Sealed for Text {}
impl Sealed for () {}
impl<In, Out> Sealed for Expression<In, Out> {}

impl<In> SecondsOf<In> for u32 {
    fn seconds(self, _: &Expr) -> Expr {
        Expr::literal(self)
    }
}

impl<In, N: Seconds> SecondsOf<In> for Expression<In, N> {
    fn seconds(self, input: &Expr) -> Expr {
        self.over(input)
    }
}

/// A text that a state which takes an `In` knows: a text, an expression over its input, or `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text",
    label = "not a text",
    note = "give a `&str` or a `String`, `()` for none, or `expr!(|input: {In}| input.reason)` with a `String`"
)]
pub trait TextOf<In>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn text(self, input: &Expr) -> Option<Expr>;
}

impl<In> TextOf<In> for &str {
    fn text(self, _: &Expr) -> Option<Expr> {
        Some(Expr::literal(self))
    }
}

impl<In> TextOf<In> for String {
    fn text(self, _: &Expr) -> Option<Expr> {
        Some(Expr::literal(self))
    }
}

impl<In> TextOf<In> for Text {
    fn text(self, _: &Expr) -> Option<Expr> {
        Some(Expr::literal(self.into_owned()))
    }
}

impl<In> TextOf<In> for () {
    fn text(self, _: &Expr) -> Option<Expr> {
        None
    }
}

impl<In> TextOf<In> for Expression<In, String> {
    fn text(self, input: &Expr) -> Option<Expr> {
        Some(self.over(input))
    }
}

/// A body that promises a value of its own type may end with an `Out`: with that type and no other.
#[diagnostic::on_unimplemented(
    message = "this state ends with a `{Out}`, where a `{Self}` is promised",
    label = "ends with a `{Out}`",
    note = "`.output(expr!(..))` makes the promised value of it; `.next(&state)` goes on instead"
)]
pub trait EndsWith<Out>: Is<Out> {}

impl<T> EndsWith<T> for T {}

/// A task that takes the values of an `In`: as its only argument, or as a tuple of its arguments. `#[task]` implements it.
#[diagnostic::on_unimplemented(
    message = "the task `{Self}` does not take a `{In}`",
    label = "does not take a `{In}`",
    note = "`flow.task_with(&state, task {{}}, expr!(|input: ..| ..))` makes its arguments of the state's input"
)]
pub trait Takes<In> {}
