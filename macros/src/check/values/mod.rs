//! Expressions: what each of the user's expressions lowers to, which variables it reads, and what cannot run.

mod alone;
mod blocks;
mod calls;
mod casts;
mod earlier;
mod expression;
mod hints;
mod literals;
mod names;
mod paths;
mod placeholder;
mod places;
mod rewrite;
mod templates;
mod told;
mod walk;

pub(crate) use self::alone::{Alone, alone};
pub(crate) use self::earlier::Earlier;
pub(crate) use self::literals::literal_type;
pub(super) use self::placeholder::in_texts;
pub(super) use self::places::resolve;
pub(crate) use self::rewrite::{beside, witness};
pub(crate) use self::templates::{Align, Spec};
pub(crate) use self::told::told;

use proc_macro2::{Ident, Span};
use std::ops::Range;
use std::rc::Rc;
use syn::{Expr, Lit, Pat, Path, Type};

/// An expression as the flow tree will have it: names are resolved, sugar is gone.
#[derive(Clone)]
pub(crate) enum Value {
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
    Field(Box<Value>, String),
    TupleField(Box<Value>, u32),
    Index(Box<Value>, Box<Value>),
    Method(Box<Value>, String, Vec<Value>),
    Not(Box<Value>),
    Negative(Box<Value>),
    Binary(&'static str, Box<Value>, Box<Value>),
    If(Box<Value>, Box<Value>, Box<Value>),
    /// `match`, and `if let`: patterns, guards, values.
    Match(Box<Value>, Vec<(Pat, Option<Value>, Value)>),
    Record(Record),
    Tuple(Vec<Value>),
    Array(Vec<Value>),
    Format(Vec<Piece>),
    /// The parameters, each with the witness of its type, and the body.
    Closure(Vec<(String, Option<usize>)>, Box<Value>),
    /// Names for values, each known to those behind it, and what is computed with them.
    Let(Vec<(String, Value)>, Box<Value>),
    Some(Box<Value>),
    None,
    /// A value of the type that a witness has seen.
    Typed(usize, Box<Value>),
    /// The default of the type that a witness has seen.
    Default(usize),
    Function(String, Vec<Value>),
    /// A function of `stepwright::functions` by its path as the user wrote it.
    Library(Path, Vec<Value>),
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
}

/// A struct literal, a variant, or a call of a tuple struct.
#[derive(Clone)]
pub(crate) struct Record {
    /// The path as the user wrote it.
    pub(crate) path: Path,
    pub(crate) variant: Option<String>,
    /// Whether it was written as a call: `Wrapper(x)`.
    pub(crate) called: bool,
    pub(crate) fields: Vec<(String, Value)>,
    /// `..base`
    pub(crate) base: Option<Box<Value>>,
}

/// A piece of a `format!`.
#[derive(Clone)]
pub(crate) enum Piece {
    Text(String),
    Value(Value, Option<Spec>),
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

/// What a name of a state's own stands for.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// The text of a literal and where it stands.
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) span: Span,
}
