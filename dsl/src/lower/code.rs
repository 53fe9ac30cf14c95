//! A JSONata expression with static information about its value.

use super::syntax::Syntax;
use crate::shape::{Fields, Shape, Tagging};
use serde_json::Value;

/// Whether a value is a list. JSONata flattens a list inside of another list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum ListKind {
    Never,
    Always,
    Perhaps,
}

impl ListKind {
    pub(in crate::lower) fn of(shape: &Shape) -> ListKind {
        match shape.plain() {
            Shape::Array(_) | Shape::Set { .. } | Shape::Tuple(_) => ListKind::Always,
            Shape::Struct(shape) if matches!(shape.fields, Fields::Tuple(_)) => ListKind::Always,
            Shape::Any | Shape::Custom(_) => ListKind::Perhaps,
            Shape::Option(inner) if ListKind::of(&inner) == ListKind::Never => ListKind::Never,
            Shape::Option(_) => ListKind::Perhaps,
            Shape::Enum(shape) => {
                let untagged = shape.variants.iter().any(|variant| variant.untagged);
                if untagged || shape.tagging == Tagging::Untagged {
                    ListKind::Perhaps
                } else {
                    ListKind::Never
                }
            }
            _ => ListKind::Never,
        }
    }
}

/// The Rust meaning of an undefined value.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) enum UndefinedMeaning {
    /// The value is never undefined.
    Never,
    /// `None`.
    Null,
    /// The default value of its field.
    Default(fn() -> Value),
    /// A panic, with this message. AWS itself fails on a field that is undefined.
    Panic(&'static str),
}

/// A JSONata expression with static information about its value.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Code {
    pub(in crate::lower) syntax: Syntax,
    pub(in crate::lower) shape: Shape,
    pub(in crate::lower) absent: UndefinedMeaning,
    /// The value of a flattened field: the expression is the object that contains it.
    pub(in crate::lower) flattened: bool,
    /// In Rust a lazy iterator that is not consumed yet, with the method whose closure can fail.
    /// JSONata evaluates the closure for all items immediately.
    pub(in crate::lower) deferred: Option<&'static str>,
}

impl Code {
    pub(in crate::lower) fn new(syntax: Syntax, shape: Shape) -> Code {
        Code {
            syntax,
            shape,
            absent: UndefinedMeaning::Never,
            flattened: false,
            deferred: None,
        }
    }

    /// A condition.
    pub(in crate::lower) fn test(syntax: Syntax) -> Code {
        Code::new(syntax, Shape::Bool)
    }

    /// A placeholder for an expression that could not be lowered.
    pub(in crate::lower) fn nothing() -> Code {
        Code::new(Syntax::Null, Shape::Any)
    }

    #[must_use]
    pub(in crate::lower) fn shaped(mut self, shape: Shape) -> Code {
        self.shape = shape;
        self
    }

    /// The same value in another form.
    #[must_use]
    pub(in crate::lower) fn with(&self, syntax: Syntax) -> Code {
        Code {
            syntax,
            ..self.clone()
        }
    }

    #[must_use]
    pub(in crate::lower) fn absent(mut self, absent: UndefinedMeaning) -> Code {
        self.absent = absent;
        self
    }

    /// Whether it may be undefined or null.
    pub(in crate::lower) fn is_option(&self) -> bool {
        matches!(self.shape.plain(), Shape::Option(_))
    }

    /// The value of an option that is known to be `Some`.
    pub(in crate::lower) fn some(&self) -> Code {
        Code {
            absent: UndefinedMeaning::Never,
            ..self.clone().shaped(self.shape.some())
        }
    }
}
