//! The states on the path of a pointer.

use std::borrow::Cow;

use crate::json::{Pointer, index, segments};

/// The location of nested states in their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// In a branch of a Parallel.
    Branch(usize),
    /// In a Map's `ItemProcessor`.
    ItemProcessor,
    /// In a Map's `Iterator`, the deprecated name of `ItemProcessor`.
    Iterator,
}

impl Body {
    /// Pointer to the object with `StartAt` and `States`, in the state at pointer `state`.
    pub(crate) fn pointer<'j>(self, state: &Pointer<'j>) -> Pointer<'j> {
        match self {
            Body::Branch(index) => state.key("Branches").index(index),
            Body::ItemProcessor => state.key("ItemProcessor"),
            Body::Iterator => state.key("Iterator"),
        }
    }
}

/// A top-level state by its name, and nested states by their locations and names.
#[derive(Debug)]
pub(crate) struct Route<'p> {
    pub(crate) first: Cow<'p, str>,
    pub(crate) inner: Vec<(Body, Cow<'p, str>)>,
}

impl<'p> Route<'p> {
    /// The route of an RFC 6901 pointer, as far as its segments name states; `None` if they name
    /// none.
    pub(crate) fn of(pointer: &'p str) -> Option<Route<'p>> {
        let mut segments = segments(pointer)?;
        let first = state(&mut segments)?;
        let mut inner = Vec::new();
        while let Some(body) = body(&mut segments) {
            let Some(name) = state(&mut segments) else {
                break;
            };
            inner.push((body, name));
        }
        Some(Route { first, inner })
    }
}

fn state<'p>(segments: &mut impl Iterator<Item = Cow<'p, str>>) -> Option<Cow<'p, str>> {
    segments
        .next()
        .filter(|segment| segment == "States")
        .and_then(|_| segments.next())
}

fn body<'p>(segments: &mut impl Iterator<Item = Cow<'p, str>>) -> Option<Body> {
    match &*segments.next()? {
        "Branches" => index(&segments.next()?).map(Body::Branch),
        "ItemProcessor" => Some(Body::ItemProcessor),
        "Iterator" => Some(Body::Iterator),
        _ => None,
    }
}
