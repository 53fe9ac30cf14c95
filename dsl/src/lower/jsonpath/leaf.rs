//! A computed value in JSONPath: a path, or a call of an intrinsic function.

use crate::shape::Shape;

/// A computed value.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Leaf {
    pub(in crate::lower) text: String,
    pub(in crate::lower) shape: Shape,
    pub(in crate::lower) call: bool,
    /// The field that may be absent, in which case JSONPath fails.
    pub(in crate::lower) absent: Option<String>,
    /// The value of a flattened field: the path is that of the object that contains it.
    pub(in crate::lower) flattened: bool,
}

impl Leaf {
    pub(in crate::lower) fn path(text: impl Into<String>, shape: Shape) -> Leaf {
        Leaf {
            text: text.into(),
            shape,
            call: false,
            absent: None,
            flattened: false,
        }
    }

    pub(in crate::lower) fn call(text: impl Into<String>, shape: Shape) -> Leaf {
        Leaf {
            call: true,
            ..Leaf::path(text, shape)
        }
    }

    /// A placeholder as an argument: a text.
    pub(super) fn placeholder(name: &str) -> Leaf {
        Leaf::call(
            format!("'{}'", stepwright_asl::placeholder::text(name)),
            Shape::String,
        )
    }

    /// A placeholder for an expression that could not be lowered.
    pub(in crate::lower) fn nothing() -> Leaf {
        Leaf::path("$", Shape::Any)
    }
}
