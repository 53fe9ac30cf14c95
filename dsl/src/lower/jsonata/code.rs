//! A JSONata expression with what is known about its value.

use super::syntax::Syntax;
use crate::shape::{Fields, Shape, Tagging};
use serde_json::Value;

/// Whether a value is a list, which JSONata takes apart where it stands in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    Never,
    Always,
    Perhaps,
}

impl Listed {
    pub(super) fn of(shape: &Shape) -> Listed {
        match shape.plain() {
            Shape::Array(_) | Shape::Set { .. } | Shape::Tuple(_) => Listed::Always,
            Shape::Struct(shape) if matches!(shape.fields, Fields::Tuple(_)) => Listed::Always,
            Shape::Any | Shape::Custom(_) => Listed::Perhaps,
            Shape::Option(inner) if Listed::of(&inner) == Listed::Never => Listed::Never,
            Shape::Option(_) => Listed::Perhaps,
            Shape::Enum(shape) => {
                let untagged = shape.variants.iter().any(|variant| variant.untagged);
                if untagged || shape.tagging == Tagging::Untagged {
                    Listed::Perhaps
                } else {
                    Listed::Never
                }
            }
            _ => Listed::Never,
        }
    }
}

/// What an undefined value stands for in Rust.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) enum Absent {
    /// It is never undefined.
    Never,
    /// `None`.
    Null,
    /// The default of its field.
    Default(fn() -> Value),
    /// A panic, with this message. AWS fails by itself on a field that is undefined.
    Panic(&'static str),
}

/// A JSONata expression with what is known about its value.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Code {
    pub(in crate::lower) syntax: Syntax,
    pub(in crate::lower) shape: Shape,
    pub(in crate::lower) absent: Absent,
    /// The value of a flattened field: the expression is that of the object that holds it.
    pub(in crate::lower) flattened: bool,
    /// In Rust an iterator that nothing has run yet, with the method whose closure can fail. JSONata runs the closure for
    /// all items at once.
    pub(in crate::lower) deferred: Option<&'static str>,
}

impl Code {
    pub(in crate::lower) fn new(syntax: Syntax, shape: Shape) -> Code {
        Code {
            syntax,
            shape,
            absent: Absent::Never,
            flattened: false,
            deferred: None,
        }
    }

    /// A condition.
    pub(in crate::lower) fn test(syntax: Syntax) -> Code {
        Code::new(syntax, Shape::Bool)
    }

    /// What stands where nothing could be lowered.
    pub(in crate::lower) fn nothing() -> Code {
        Code::new(Syntax::Null, Shape::Any)
    }

    #[must_use]
    pub(in crate::lower) fn shaped(mut self, shape: Shape) -> Code {
        self.shape = shape;
        self
    }

    #[must_use]
    pub(in crate::lower) fn absent(mut self, absent: Absent) -> Code {
        self.absent = absent;
        self
    }

    /// Whether it may be undefined or null.
    pub(in crate::lower) fn is_option(&self) -> bool {
        matches!(self.shape.plain(), Shape::Option(_))
    }

    /// The value of an option that is known to be there.
    pub(in crate::lower) fn some(&self) -> Code {
        Code {
            absent: Absent::Never,
            ..self.clone().shaped(self.shape.some())
        }
    }
}
