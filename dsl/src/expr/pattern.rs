//! Rust patterns, as data.

use super::Text;
use serde_json::Value;

/// A Rust pattern.
///
/// What it binds becomes a workflow variable on the arm's edge; names that begin with `_` do not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pattern {
    /// `_`, `..`
    Wildcard,
    /// A name.
    Bind(Text),
    /// A variant (or a struct, under its name) with the patterns of its fields; a tuple's fields are `"0"`, `"1"`, ..
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
    /// `low..=high`, `low..high`, `low..`, `..=high`: the least, the greatest, and whether that one fits.
    Range(Option<Value>, Option<Value>, bool),
    /// `name @ pattern`.
    At(Text, Box<Pattern>),
}

impl Pattern {
    /// The names that it binds, once each, in the order of the source.
    pub(crate) fn names(&self) -> Vec<&Text> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect<'p>(&'p self, names: &mut Vec<&'p Text>) {
        match self {
            Pattern::Bind(name) => {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Pattern::At(name, inner) => {
                if !names.contains(&name) {
                    names.push(name);
                }
                inner.collect(names);
            }
            Pattern::Some(inner) => inner.collect(names),
            Pattern::Variant(_, fields) => {
                fields.iter().for_each(|(_, inner)| inner.collect(names));
            }
            Pattern::Or(inner) | Pattern::Tuple(inner) => {
                inner.iter().for_each(|inner| inner.collect(names));
            }
            Pattern::Wildcard | Pattern::Literal(_) | Pattern::Range(..) | Pattern::None => {}
        }
    }

    /// Calls `change` with each name that it binds.
    pub(crate) fn each_name(&mut self, change: &mut dyn FnMut(&mut Text)) {
        match self {
            Pattern::Bind(name) => change(name),
            Pattern::At(name, inner) => {
                change(name);
                inner.each_name(change);
            }
            Pattern::Some(inner) => inner.each_name(change),
            Pattern::Variant(_, fields) => {
                fields
                    .iter_mut()
                    .for_each(|(_, inner)| inner.each_name(change));
            }
            Pattern::Or(inner) | Pattern::Tuple(inner) => {
                inner.iter_mut().for_each(|inner| inner.each_name(change));
            }
            Pattern::Wildcard | Pattern::Literal(_) | Pattern::Range(..) | Pattern::None => {}
        }
    }
}
