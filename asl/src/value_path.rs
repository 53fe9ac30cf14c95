//! The current location of a walk over a definition.

use crate::json::escape;

/// One step of a walk, linked to the previous step. It is only converted to a pointer for a
/// diagnostic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValuePath<'a> {
    parent: Option<&'a ValuePath<'a>>,
    step: ValuePathStep<'a>,
}

#[derive(Debug, Clone, Copy)]
enum ValuePathStep<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> ValuePath<'a> {
    /// The whole definition.
    pub(crate) const ROOT: ValuePath<'static> = ValuePath {
        parent: None,
        step: ValuePathStep::Root,
    };

    /// A member.
    pub(crate) fn key(&'a self, key: &'a str) -> ValuePath<'a> {
        ValuePath {
            parent: Some(self),
            step: ValuePathStep::Key(key),
        }
    }

    /// An item.
    pub(crate) fn index(&'a self, index: usize) -> ValuePath<'a> {
        ValuePath {
            parent: Some(self),
            step: ValuePathStep::Index(index),
        }
    }

    /// The RFC 6901 pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.parent.map(ValuePath::pointer).unwrap_or_default();
        match self.step {
            ValuePathStep::Root => {}
            ValuePathStep::Key(key) => {
                pointer.push('/');
                pointer.push_str(&escape(key));
            }
            ValuePathStep::Index(index) => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
        }
        pointer
    }
}
