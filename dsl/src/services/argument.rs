//! Arguments of requests.

use crate::builder::Expression;
use crate::expr;
use crate::sealed::Sealed;
use crate::type_block::WholeNumber;

/// A text parameter.
#[derive(Clone, Copy, Debug)]
pub enum Text {}

/// An integer parameter.
#[derive(Clone, Copy, Debug)]
pub enum Number {}

/// A boolean parameter.
#[derive(Clone, Copy, Debug)]
pub enum Flag {}

/// A parameter that takes any JSON: a structure of the service's API, or a value that a service
/// passes on unchanged.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

/// An argument of the kind `Kind`, in a state that takes a `From`: a value, a [`placeholder`], or
/// an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what this parameter takes: {Kind}",
    label = "not for this parameter",
    note = "give a value (`&str` or `String`, `u32`, `bool`, `serde_json::Value`), `placeholder(\"Name\")`, or `expr!(|input: {From}| ..)` of that type"
)]
pub trait Argument<From, Kind>: Sealed {
    /// As an expression over the state's input.
    #[doc(hidden)]
    fn argument(self) -> Expression<From, serde_json::Value>;
}

/// A text that is set at deployment, as `placeholder!("Name")` in expressions: `${Name}` in the
/// definition.
#[derive(Clone, Debug)]
pub struct Placeholder(String);

/// Returns the placeholder with this name: a letter, then letters, digits and `_`. Any other name
/// is an error of `build`.
///
/// ```
/// use stepwright::services::{placeholder, sns};
///
/// let _request = sns::publish::<()>(placeholder("TopicArn"), "done");
/// ```
#[must_use]
pub fn placeholder(name: impl Into<String>) -> Placeholder {
    Placeholder(name.into())
}

impl Sealed for Placeholder {}
impl Sealed for bool {}
impl Sealed for serde_json::Value {}

macro_rules! constants {
    ($($ty:ty: $($kind:ident)+;)+) => {
        $($(
            impl<From> Argument<From, $kind> for $ty {
                fn argument(self) -> Expression<From, serde_json::Value> {
                    Expression::constant(self)
                }
            }
        )+)+
    };
}

constants! {
    &str: Text Json;
    String: Text Json;
    u32: Number Json;
    bool: Flag Json;
    serde_json::Value: Json;
}

impl<From> Argument<From, Text> for Placeholder {
    fn argument(self) -> Expression<From, serde_json::Value> {
        Expression::of_no_input(expr::Expr::placeholder(self.0))
    }
}

impl<From> Argument<From, Json> for Placeholder {
    fn argument(self) -> Expression<From, serde_json::Value> {
        Argument::<From, Text>::argument(self)
    }
}

macro_rules! expressions {
    ($($kind:ident$(<$parameter:ident$(: $bound:ident)?>)?: $ty:ty;)+) => {$(
        impl<From$(, $parameter$(: $bound)?)?> Argument<From, $kind> for Expression<From, $ty> {
            fn argument(self) -> Expression<From, serde_json::Value> {
                self.untyped()
            }
        }
    )+};
}

expressions! {
    Text: String;
    Text: &'static str;
    Number<N: WholeNumber>: N;
    Flag: bool;
    Json<Out>: Out;
}
