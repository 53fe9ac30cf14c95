//! The nodes of the expression tree.

use super::{Expr, Pattern, Spec, Text};
use crate::shape::Shape;
use serde_json::Value;

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Neg,
}

/// An operator between its operands, with Rust's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binary {
    /// `+`: sum of numbers, concatenation of texts.
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: truncates for integers.
    Div,
    /// `%`
    Rem,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A piece of a `format!`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Piece {
    /// Text between the braces.
    Text(Text),
    /// The value of one `{}`.
    Value(Expr),
    /// The value of one `{:..}`.
    Formatted(Expr, Spec),
}

/// One arm of a `match` in an expression: the pattern, the guard, the value.
#[derive(Clone, Debug)]
pub struct Case {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) value: Expr,
}

impl Case {
    /// The value of an arm whose pattern and guard match. Bound names are [`Expr::local`] in both.
    #[must_use]
    pub fn new(pattern: Pattern, guard: Option<Expr>, value: Expr) -> Case {
        Case {
            pattern,
            guard,
            value,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) shape: fn() -> Shape,
    pub(crate) variant: Option<&'static str>,
    pub(crate) fields: Vec<(Text, Expr)>,
}

/// A closure's parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Text,
    /// Its shape, if rustc has determined it.
    pub(crate) shape: Option<fn() -> Shape>,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprNode {
    Variable(Text),
    Parameter,
    /// The state's input, with its shape.
    Input(fn() -> Shape),
    Item(Text),
    Result,
    TaskToken,
    ErrorOutput,
    /// A field of a caught error: its name, the variant's name for messages, its shape.
    ErrorField(Text, fn() -> Shape),
    Local(Text),
    Literal(Value),
    Placeholder(Text),
    Field(Expr, Text),
    Index(Expr, Expr),
    TupleField(Expr, usize),
    Method(Expr, Text, Vec<Expr>),
    Unary(Unary, Expr),
    Binary(Binary, Expr, Expr),
    If(Expr, Expr, Expr),
    Match(Expr, Vec<Case>),
    Record(Record),
    Tuple(Vec<Expr>),
    Array(Vec<Expr>),
    Object(Vec<(Text, Expr)>),
    Format(Vec<Piece>),
    Closure(Vec<Parameter>, Expr),
    /// Names with values, each visible in the values after it, and the value that is computed with
    /// them.
    Let(Vec<(Text, Expr)>, Expr),
    Some(Expr),
    /// A value with this shape instead of the inferred one.
    Typed(Expr, fn() -> Shape),
    None,
    Function(Text, Vec<Expr>),
    Jsonata(Text, fn() -> Shape),
    Path(Text, fn() -> Shape),
    Intrinsic(Text, fn() -> Shape),
    /// A path of the context object.
    Context(&'static str),
    /// An expression that could not be built, with the reason.
    Refused(String),
}
