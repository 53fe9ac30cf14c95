//! Rust patterns, as data.

use super::Text;
use serde_json::Value;

/// A Rust pattern.
///
/// Names that it binds become workflow variables on the arm's edge, except names that begin with
/// `_`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pattern {
    /// `_`, `..`
    Wildcard,
    /// A name.
    Bind(Text),
    /// A variant (or a struct, by its name) with the patterns of its fields; a tuple's fields are
    /// `"0"`, `"1"`, ..
    Variant(Text, Vec<(Text, Pattern)>),
    /// A literal or a constant.
    Literal(Value),
    /// `Some(pattern)`.
    Some(Box<Pattern>),
    /// `None`.
    None,
    /// `a | b`.
    Or(Vec<Pattern>),
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// `low..=high`, `low..high`, `low..`, `..=high`: the lower bound, the upper bound, and whether
    /// the upper bound is included.
    Range(Option<Value>, Option<Value>, bool),
    /// `name @ pattern`.
    At(Text, Box<Pattern>),
}

/// Defines the visitor of the names that a pattern binds, in a shared and a mutable form.
macro_rules! each_name {
    ($name:ident, $iter:ident, $($mut:tt)?) => {
        /// Calls `each` with each name that it binds.
        pub(crate) fn $name<'a>(
            self: &'a $($mut)? Self,
            each: &mut dyn FnMut(&'a $($mut)? Text),
        ) {
            match self {
                Pattern::Bind(name) => each(name),
                Pattern::At(name, inner) => {
                    each(name);
                    inner.$name(each);
                }
                Pattern::Some(inner) => inner.$name(each),
                Pattern::Variant(_, fields) => {
                    fields.$iter().for_each(|(_, inner)| inner.$name(each));
                }
                Pattern::Or(inner) | Pattern::Tuple(inner) => {
                    inner.$iter().for_each(|inner| inner.$name(each));
                }
                Pattern::Wildcard | Pattern::Literal(_) | Pattern::Range(..) | Pattern::None => {}
            }
        }
    };
}

impl Pattern {
    each_name!(each_name, iter,);
    each_name!(each_name_mut, iter_mut, mut);

    /// The names that it binds, without duplicates, in source order.
    pub(crate) fn names(&self) -> Vec<&Text> {
        let mut names = Vec::new();
        self.each_name(&mut |name| {
            if !names.contains(&name) {
                names.push(name);
            }
        });
        names
    }
}
