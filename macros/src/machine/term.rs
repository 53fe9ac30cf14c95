//! Expressions with resolved names.

use crate::checked_type::DeclaredType;
use proc_macro2::{Ident, Span};
use std::ops::Range;
use std::rc::Rc;
use stepwright_asl::front_end::Lint;
use syn::{Expr, Lit, Pat, Path};

/// An expression for the flow tree: with resolved names and without syntactic sugar.
#[derive(Clone)]
pub(crate) enum Term {
    Parameter,
    Item(String),
    Variable(String),
    Result,
    TaskToken,
    ErrorOutput,
    /// A field of the error that a `catch` binds: its variant's path and the field's name.
    ErrorField(Path, String),
    Local(String),
    /// The value of an earlier `let` of the same state; none remains when a position is resolved.
    Inline(Rc<EarlierLet>),
    Literal(Lit),
    /// `()`
    Unit,
    /// A Rust constant by its path, with the workflow's names that may have been meant.
    Constant(Path, Vec<Ident>),
    Field(Box<Term>, String),
    TupleField(Box<Term>, u32),
    Index(Box<Term>, Box<Term>),
    Method(Box<Term>, String, Vec<Term>),
    Not(Box<Term>),
    Negative(Box<Term>),
    Binary(&'static str, Box<Term>, Box<Term>),
    If(Box<Term>, Box<Term>, Box<Term>),
    /// `match`, and `if let`: patterns, guards, values.
    Match(Box<Term>, Vec<(Pat, Option<Term>, Term)>),
    Record(Record),
    Tuple(Vec<Term>),
    Array(Vec<Term>),
    /// The object of a `json!`.
    Object(Vec<(String, Term)>),
    Format(Vec<FormatPiece>),
    /// The parameters, each with the witness of its type, and the body.
    Closure(Vec<(String, Option<usize>)>, Box<Term>),
    /// Names with values, each visible in the values after it, and the value that is computed with
    /// them.
    Let(Vec<(String, Term)>, Box<Term>),
    Some(Box<Term>),
    None,
    /// A value with the type of a witness.
    Typed(usize, Box<Term>),
    /// A value that depends on the code of a witness's type, which must agree with the type's JSON.
    Checked(usize, Box<Term>),
    /// The default of a witness's type.
    Default(usize),
    Function(String, Vec<Term>),
    /// A function of `stepwright::functions`, by the path that the user wrote.
    Library(Path, Vec<Term>),
    /// A call of a function with `#[expression]`, by the path that the user wrote.
    Inlined(Path, Vec<Term>),
    /// `jsonata!`, `path!` or `intrinsic!`: its text, and its type if one is ascribed.
    Raw(&'static str, String, Option<Rc<DeclaredType>>),
    /// `placeholder!("Topic")`, by its name.
    Placeholder(String),
    /// An expression with an error that is already reported.
    Faulty,
}

/// An expression rewritten for rustc, and the witnesses in it.
pub(crate) struct RewrittenExpression {
    pub(crate) code: Expr,
    pub(crate) witnesses: Range<usize>,
}

/// The request about the type of a witness.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    /// Its shape.
    Shape,
    /// Its shape and its default.
    Default,
    /// Its shape, and whether its `==` agrees with its JSON.
    Equal,
    /// Its shape, and whether its `<` agrees with its JSON.
    PartiallyOrdered,
    /// Its shape, and whether its `Ord` agrees with its JSON.
    Ordered,
    /// Its shape, and whether its clones have its JSON.
    Cloned,
    /// The same, including inherent methods `clone` or `to_owned`.
    MethodClone,
}

/// A struct literal, a variant, or a call of a tuple struct.
#[derive(Clone)]
pub(crate) struct Record {
    /// The path as the user wrote it.
    pub(crate) path: Path,
    pub(crate) variant: Option<String>,
    /// Whether it was written as a call: `Wrapper(x)`.
    pub(crate) called: bool,
    pub(crate) fields: Vec<(String, Term)>,
    /// `..base`
    pub(crate) base: Option<Box<Term>>,
}

/// The path of a [`Record`] that is a value with another field: `order.total = 5.0` assigns
/// `_Update { total: 5.0, ..order }`. The type is that of its base.
pub(crate) const UPDATE: &str = "_Update";

/// A piece of a `format!`.
#[derive(Clone)]
pub(crate) enum FormatPiece {
    Text(String),
    Value(Term, Option<Spec>),
}

/// A read of a workflow variable.
pub(crate) struct VariableRead {
    pub(crate) variable: usize,
    pub(crate) state: usize,
    pub(crate) span: Span,
    pub(crate) expression: usize,
}

/// A read of the input of a map's body: of its item, or of an outer value of a Distributed Map.
pub(crate) struct ItemRead {
    pub(crate) name: String,
    /// The map's body.
    pub(crate) scope: usize,
    pub(crate) state: usize,
    pub(crate) span: Span,
    pub(crate) expression: usize,
    /// Whether it is in the text of a `jsonata!` or `path!`, where it is written as a variable.
    pub(crate) in_text: bool,
}

/// An earlier `let`.
pub(crate) struct EarlierLet {
    pub(crate) name: String,
    pub(crate) value: Term,
    /// It is also a variable, whose value is computed independently of the reads in this state.
    pub(crate) assigned: bool,
    /// Each evaluation produces a different value.
    pub(crate) changes: bool,
}

/// The alignment of a value in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// The format after the colon of `{:>8.2}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) fill: Option<char>,
    pub(crate) align: Option<Align>,
    pub(crate) sign: bool,
    pub(crate) zero: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
}

/// A diagnostic that does not prevent the workflow from being built.
pub(crate) struct Warning {
    /// The lint that reports it.
    pub(crate) lint: Lint,
    pub(crate) span: Span,
    pub(crate) message: String,
}
