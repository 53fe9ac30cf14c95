//! Expressions as data: the form of Rust expressions of `workflow!` and `expr!` before they become
//! JSONata or JSONPath.
//!
//! The tree is untyped. rustc has checked the types of the Rust expression; when the tree is
//! lowered, names and meanings come from [shapes](crate::shape).

mod error;
mod inlined;
pub(crate) mod methods;
mod node;
mod pattern;
mod rename;
mod spec;
mod walk;

pub use self::error::{
    ErrorNames, called_error_field, called_error_names, called_error_names_of_variant, error_field,
    error_names, error_names_of, error_names_of_variant, error_variant,
};
#[doc(hidden)]
pub use self::inlined::{
    ExpressionFunction, InlinedFunction, ValueFunction, inlined, plain_function,
};
pub use self::methods::{METHODS, Method};
pub use self::node::{Binary, Case, Piece, Unary};
pub(crate) use self::node::{ExprNode, Parameter, Record};
pub use self::pattern::Pattern;
pub use self::spec::{Align, Spec};

use crate::shape::{Fields, Payload, Presence, Shape};
use crate::workflow::SourceLocation;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A name or text, borrowed where it is known at compile time.
pub type Text = Cow<'static, str>;

/// The function that writes a value as JSON with all digits of its numbers. Only this crate calls
/// it, so it is no function of [`functions`](crate::functions).
pub(crate) const ALL_DIGITS: &str = "functions::all_digits";

/// The local that holds the base of a struct literal. It is not a Rust identifier, so no user's
/// name can shadow it.
const BASE: &str = "base'";

/// Computes the shape of a type.
#[doc(hidden)]
pub type ShapeOf = fn() -> Shape;

/// A value that a workflow computes.
///
/// ```
/// use stepwright::expr::{Binary, Expr};
///
/// // checked.total > 1000.0
/// let condition = Expr::variable("checked")
///     .field("total")
///     .binary(Binary::Gt, Expr::literal(1000.0));
/// # let _ = condition;
/// ```
#[derive(Clone, Debug)]
pub struct Expr {
    pub(crate) node: Box<ExprNode>,
    /// Its location in the source, known for each complete expression of a user.
    pub(crate) place: Option<SourceLocation>,
}

/// Defines functions that create a node from their arguments.
macro_rules! nodes {
    ($($(#[$docs:meta])* $name:ident($($parameters:tt)*) => $node:expr;)+) => {$(
        $(#[$docs])*
        #[must_use]
        pub fn $name($($parameters)*) -> Expr {
            Expr::new($node)
        }
    )+};
}

impl Expr {
    pub(crate) fn new(node: ExprNode) -> Expr {
        Expr {
            node: Box::new(node),
            place: None,
        }
    }

    /// Returns the same value with the location of its first token in the source, for messages of
    /// faults.
    #[doc(hidden)]
    #[must_use]
    pub fn at(mut self, file: &'static str, line: u32, column: u32) -> Expr {
        self.place = Some(SourceLocation::new(file, line, column));
        self
    }

    nodes! {
        /// A workflow variable: `$name`.
        variable(name: impl Into<Text>) => ExprNode::Variable(name.into());
        /// The workflow's parameter: the input of the execution.
        parameter() => ExprNode::Parameter;
        /// The input of the current state, with its shape: the output of the previous state.
        input(shape: fn() -> Shape) => ExprNode::Input(shape);
        /// The item of the Map whose `for` has this name.
        item(name: impl Into<Text>) => ExprNode::Item(name.into());
        /// The result of the state's task, branches or Map.
        ///
        /// For a Lambda task this is the function's result, without the envelope around it.
        result() => ExprNode::Result;
        /// The task token, with which an external system completes the task.
        task_token() => ExprNode::TaskToken;
        /// On a catch edge, the error: a [`ErrorOutput`](crate::task::ErrorOutput).
        error_output() => ExprNode::ErrorOutput;
        /// A name that a closure or a pattern binds.
        local(name: impl Into<Text>) => ExprNode::Local(name.into());
        /// A JSON value, verbatim.
        literal(value: impl Into<Value>) => ExprNode::Literal(value.into());
    }

    /// A Rust constant, serialized now.
    ///
    /// A value that serde cannot serialize becomes a fault when the flow is lowered.
    pub fn constant<T: Serialize + ?Sized>(value: &T) -> Expr {
        Expr::new(match serde_json::to_value(value) {
            Ok(value) => ExprNode::Literal(value),
            Err(error) => ExprNode::Refused(format!(
                "a constant of type `{}` cannot be written as JSON: {error}",
                std::any::type_name::<T>()
            )),
        })
    }

    nodes! {
        /// A value that a template engine replaces before deployment: `${name}`.
        placeholder(name: impl Into<Text>) => ExprNode::Placeholder(name.into());
        /// A field, by its Rust name.
        field(self, name: impl Into<Text>) => ExprNode::Field(self, name.into());
        /// An item of a collection, from 0.
        index(self, index: Expr) => ExprNode::Index(self, index);
        /// A field of a tuple or tuple struct.
        tuple_field(self, index: usize) => ExprNode::TupleField(self, index);
        /// A method call, by its Rust name. [`METHODS`] lists the methods that a workflow can
        /// evaluate.
        method(self, name: impl Into<Text>, arguments: Vec<Expr>) => ExprNode::Method(self, name.into(), arguments);
        /// `-value` or `!value`.
        unary(operator: Unary, value: Expr) => ExprNode::Unary(operator, value);
        /// `self operator right`.
        binary(self, operator: Binary, right: Expr) => ExprNode::Binary(operator, self, right);
        /// `if condition { then } else { otherwise }`.
        if_else(condition: Expr, then: Expr, otherwise: Expr) => ExprNode::If(condition, then, otherwise);
        /// `match subject { .. }`: the value of the first case that matches. The last case also
        /// applies when none matches.
        match_on(subject: Expr, cases: Vec<Case>) => ExprNode::Match(subject, cases);
    }

    /// A struct literal or an enum variant, in serde's JSON form.
    ///
    /// Fields carry their Rust names; those of tuples are `"0"`, `"1"`, ..
    #[must_use]
    pub fn record<T: Payload>(
        variant: Option<&'static str>,
        fields: Vec<(&'static str, Expr)>,
    ) -> Expr {
        let fields = fields.into_iter();
        Expr::new(ExprNode::Record(Record {
            shape: T::shape,
            variant,
            fields: fields.map(|(name, value)| (name.into(), value)).collect(),
        }))
    }

    /// A struct literal that takes its remaining fields from another value:
    /// `Receipt { total, ..order }`.
    #[must_use]
    pub fn record_from<T: Payload>(fields: Vec<(&'static str, Expr)>, base: Expr) -> Expr {
        Expr::updated(T::shape, fields, base)
    }

    /// A value of this shape that takes its remaining fields from another one.
    pub(crate) fn updated(shape: ShapeOf, fields: Vec<(&'static str, Expr)>, base: Expr) -> Expr {
        let named: Vec<(Text, Expr)> = fields
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect();
        // A computed base is bound to a local, so that it is computed once.
        let (bound, base) = if base.is_place() {
            (None, base)
        } else {
            (Some(base), Expr::local(BASE))
        };
        let mut all = named.clone();
        if let Shape::Struct(of) = shape().resolve()
            && let Fields::Named(declared) = &of.fields
        {
            for field in declared {
                let is_given = named.iter().any(|(name, _)| *name == field.name);
                if is_given || matches!(field.presence, Presence::Never) {
                    continue;
                }
                let value = match base.untyped() {
                    ExprNode::Literal(Value::Object(object))
                        if !field.flatten && field.shape.custom().is_none() =>
                    {
                        // Fields that the type leaves out of its JSON are left out here, too.
                        let Some(value) = object.get(&*field.wire) else {
                            continue;
                        };
                        Expr::literal(value.clone())
                    }
                    _ => base.clone().field(field.name.clone()),
                };
                all.push((field.name.clone(), value));
            }
        }
        let record = Expr::new(ExprNode::Record(Record {
            shape,
            variant: None,
            fields: all,
        }));
        match bound {
            Some(base) => Expr::let_in(vec![(BASE, base)], record),
            None => record,
        }
    }

    nodes! {
        /// A tuple: a JSON array of fixed length.
        tuple(items: Vec<Expr>) => ExprNode::Tuple(items);
        /// An array.
        array(items: Vec<Expr>) => ExprNode::Array(items);
        /// A JSON object with these keys.
        object(entries: Vec<(Text, Expr)>) => ExprNode::Object(entries);
        /// `format!(..)`: text and values, in order.
        format(pieces: Vec<Piece>) => ExprNode::Format(pieces);
    }

    /// A closure, as the argument of a method. Its parameters are [locals](Expr::local) of its
    /// body.
    #[must_use]
    pub fn closure<N: Into<Text>>(parameters: Vec<N>, body: Expr) -> Expr {
        let parameters = parameters.into_iter().map(|name| Parameter {
            name: name.into(),
            shape: None,
        });
        Expr::new(ExprNode::Closure(parameters.collect(), body))
    }

    /// A closure with the shapes of its parameters, as far as they are known.
    #[doc(hidden)]
    #[must_use]
    pub fn typed_closure(parameters: Vec<(&'static str, Option<ShapeOf>)>, body: Expr) -> Expr {
        let parameters = parameters.into_iter();
        let parameters = parameters.map(|(name, shape)| Parameter {
            name: name.into(),
            shape,
        });
        Expr::new(ExprNode::Closure(parameters.collect(), body))
    }

    /// Whether it refers to a value without computing one: a name or a literal, or fields of one.
    fn is_place(&self) -> bool {
        match &*self.node {
            ExprNode::Variable(_)
            | ExprNode::Parameter
            | ExprNode::Input(_)
            | ExprNode::Item(_)
            | ExprNode::Result
            | ExprNode::ErrorOutput
            | ExprNode::ErrorField(..)
            | ExprNode::Local(_)
            | ExprNode::Literal(_)
            | ExprNode::Path(..)
            | ExprNode::Refused(_) => true,
            ExprNode::Field(base, _) | ExprNode::TupleField(base, _) | ExprNode::Typed(base, _) => {
                base.is_place()
            }
            ExprNode::Method(base, name, arguments) => {
                arguments.is_empty() && methods::is_identity(name) && base.is_place()
            }
            _ => false,
        }
    }

    /// The node itself, without type annotations.
    pub(crate) fn untyped(&self) -> &ExprNode {
        match &*self.node {
            ExprNode::Typed(value, _) => value.untyped(),
            node => node,
        }
    }

    /// Converts into the node, without type annotations.
    pub(crate) fn into_untyped(self) -> ExprNode {
        match *self.node {
            ExprNode::Typed(value, _) => value.into_untyped(),
            node => node,
        }
    }

    /// The value of a constant; for a placeholder, its form in ASL.
    pub(crate) fn constant_value(&self) -> Option<serde_json::Value> {
        match self.untyped() {
            ExprNode::Literal(value) => Some(value.clone()),
            ExprNode::Placeholder(name) => Some(format!("${{{name}}}").into()),
            _ => None,
        }
    }

    /// An expression that cannot be built, with the reason.
    pub(crate) fn refused(why: impl Into<String>) -> Expr {
        Expr::new(ExprNode::Refused(why.into()))
    }

    /// `{ let name = value; .. body }`: each name is a [local](Expr::local) in the values after it
    /// and in the body.
    #[must_use]
    pub fn let_in<N: Into<Text>>(bindings: Vec<(N, Expr)>, body: Expr) -> Expr {
        let bindings = bindings.into_iter();
        let bindings = bindings.map(|(name, value)| (name.into(), value)).collect();
        Expr::new(ExprNode::Let(bindings, body))
    }

    nodes! {
        /// `Some(value)`.
        some(value: Expr) => ExprNode::Some(value);
        /// `None`.
        none() => ExprNode::None;
        /// A call of a function by its path as written, such as `String::from`.
        function(path: impl Into<Text>, arguments: Vec<Expr>) => ExprNode::Function(path.into(), arguments);
        /// The same value with a known shape.
        #[doc(hidden)]
        typed(self, shape: fn() -> Shape) => ExprNode::Typed(self, shape);
        /// A JSONata expression, verbatim (the text between `{%` and `%}`), with the shape of its
        /// result.
        jsonata(text: impl Into<Text>, shape: fn() -> Shape) => ExprNode::Jsonata(text.into(), shape);
        /// A JSONPath, verbatim, with the shape of its result.
        path(text: impl Into<Text>, shape: fn() -> Shape) => ExprNode::Path(text.into(), shape);
        /// A call of an intrinsic function, verbatim, with the shape of its result.
        intrinsic(text: impl Into<Text>, shape: fn() -> Shape) => ExprNode::Intrinsic(text.into(), shape);
    }
}
