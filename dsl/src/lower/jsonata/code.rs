//! A piece of JSONata with what is needed to put it into a larger one.

use crate::shape::{Fields, Shape, Tagging};
use serde_json::Value;

/// How tightly a piece holds together: JSONata's binding powers.
pub(in crate::lower) mod level {
    /// Anything: must be put into parentheses.
    pub(in crate::lower) const LOOSE: u8 = 0;
    /// `a ? b : c`
    pub(in crate::lower) const CONDITIONAL: u8 = 20;
    /// `or`
    pub(in crate::lower) const OR: u8 = 25;
    /// `and`
    pub(in crate::lower) const AND: u8 = 30;
    /// `=`, `<`, `in`, ..
    pub(in crate::lower) const COMPARISON: u8 = 40;
    /// `+`, `-`, `&`
    pub(in crate::lower) const SUM: u8 = 50;
    /// `*`, `/`, `%`
    pub(in crate::lower) const PRODUCT: u8 = 60;
    /// `-x`
    pub(in crate::lower) const NEGATION: u8 = 70;
    /// A path, a call, a literal.
    pub(in crate::lower) const ATOM: u8 = 100;
}

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
            Shape::Array(_) | Shape::Tuple(_) => Listed::Always,
            Shape::Struct(shape) if matches!(shape.fields, Fields::Tuple(_)) => Listed::Always,
            Shape::Any => Listed::Perhaps,
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
}

/// A piece of JSONata.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Code {
    pub(in crate::lower) text: String,
    pub(in crate::lower) level: u8,
    pub(in crate::lower) shape: Shape,
    pub(in crate::lower) absent: Absent,
    /// Short enough to be written twice: a path, a variable, a literal.
    pub(in crate::lower) simple: bool,
    /// The value of a flattened field: the text is that of the object that holds it.
    pub(in crate::lower) flattened: bool,
    /// An array literal, `[..]`.
    pub(in crate::lower) array: bool,
}

impl Code {
    pub(in crate::lower) fn new(text: impl Into<String>, level: u8, shape: Shape) -> Code {
        Code {
            text: text.into(),
            level,
            shape,
            absent: Absent::Never,
            simple: false,
            flattened: false,
            array: false,
        }
    }

    /// A path or variable.
    pub(in crate::lower) fn path(text: impl Into<String>, shape: Shape) -> Code {
        Code {
            simple: true,
            ..Code::new(text, level::ATOM, shape)
        }
    }

    /// A call of a function.
    pub(in crate::lower) fn atom(text: impl Into<String>, shape: Shape) -> Code {
        Code::new(text, level::ATOM, shape)
    }

    /// `[items]`
    pub(in crate::lower) fn array(items: &str, shape: Shape) -> Code {
        Code {
            array: true,
            ..Code::atom(format!("[{items}]"), shape)
        }
    }

    /// `a ? b : c`
    pub(in crate::lower) fn conditional(text: impl Into<String>, shape: Shape) -> Code {
        Code::new(text, level::CONDITIONAL, shape)
    }

    /// What stands where nothing could be lowered.
    pub(in crate::lower) fn nothing() -> Code {
        Code::path("null", Shape::Any)
    }

    /// The text for a place that asks for at least this level.
    pub(in crate::lower) fn at(&self, level: u8) -> String {
        if self.level >= level {
            self.text.clone()
        } else {
            format!("({})", self.text)
        }
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
}
