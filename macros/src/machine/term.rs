//! Expressions with what their names stand for.

use proc_macro2::{Ident, Span};
use std::ops::Range;
use std::rc::Rc;
use syn::{Expr, Lit, Pat, Path, Type};

/// An expression as the flow tree will have it: names are resolved, sugar is gone.
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
    /// What an earlier `let` of the same state stands for; none is left when a place is resolved.
    Inline(Rc<Earlier>),
    Literal(Lit),
    /// `()`
    Unit,
    /// A Rust constant by its path, with the workflow's names that it may have been meant for.
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
    Format(Vec<Piece>),
    /// The parameters, each with the witness of its type, and the body.
    Closure(Vec<(String, Option<usize>)>, Box<Term>),
    /// Names for values, each known to those behind it, and what is computed with them.
    Let(Vec<(String, Term)>, Box<Term>),
    Some(Box<Term>),
    None,
    /// A value of the type that a witness has seen.
    Typed(usize, Box<Term>),
    /// A value that depends on the code of the type that a witness has seen: it must agree with the type's JSON.
    Checked(usize, Box<Term>),
    /// The default of the type that a witness has seen.
    Default(usize),
    Function(String, Vec<Term>),
    /// A function of `stepwright::functions` by its path as the user wrote it.
    Library(Path, Vec<Term>),
    /// `jsonata!`, `path!` or `intrinsic!`, its text, and its type where one is ascribed.
    Raw(&'static str, String, Option<Rc<Type>>),
    /// `placeholder!("Topic")`, by its name.
    Placeholder(String),
    /// Something that is a mistake already.
    Faulty,
}

/// An expression as rustc takes it, and the witnesses in it.
pub(crate) struct Rewritten {
    pub(crate) code: Expr,
    pub(crate) witnesses: Range<usize>,
}

/// What is asked of the type that a witness sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    /// Its shape.
    Shape,
    /// Its shape and its default.
    Default,
    /// Its shape, and that its `==` is that of its JSON.
    Equal,
    /// Its shape, and that its `<` is that of its JSON.
    PartiallyOrdered,
    /// Its shape, and that its `Ord` is the order of its JSON.
    Ordered,
    /// Its shape, and that its clones have its JSON.
    Cloned,
    /// The same, also where the type has a method `clone` or `to_owned` itself.
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

/// A piece of a `format!`.
#[derive(Clone)]
pub(crate) enum Piece {
    Text(String),
    Value(Term, Option<Spec>),
}

/// One reading of a workflow variable.
pub(crate) struct Read {
    pub(crate) variable: usize,
    pub(crate) state: usize,
    pub(crate) span: Span,
    pub(crate) expression: usize,
}

/// One reading of what came into a map's body: of its item, or of a value from outside of a Distributed Map.
pub(crate) struct ItemRead {
    pub(crate) name: String,
    /// The map's body.
    pub(crate) scope: usize,
    pub(crate) state: usize,
    pub(crate) span: Span,
    pub(crate) expression: usize,
    /// In the text of a `jsonata!` or `path!`, where it stands for a variable.
    pub(crate) in_text: bool,
}

/// An earlier `let`.
pub(crate) struct Earlier {
    pub(crate) name: String,
    pub(crate) value: Term,
    /// It is a variable too, which is computed apart from those that read it here.
    pub(crate) assigned: bool,
    /// It gives another value each time that it is computed.
    pub(crate) changes: bool,
}

/// The side on which a value stands in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// What stands behind the colon of `{:>8.2}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) fill: Option<char>,
    pub(crate) align: Option<Align>,
    pub(crate) sign: bool,
    pub(crate) zero: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
}

/// Something to say that does not keep the workflow from being built.
pub(crate) struct Warning {
    /// The lint that says it.
    pub(crate) lint: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
}
