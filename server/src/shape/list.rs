//! Lists in requests, with a minimum and a maximum length.

use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::{Constraints, Shape};

/// A list of at least `MIN` and at most `MAX` elements.
#[derive(Clone, Debug)]
pub(crate) struct List<T, const MIN: usize = 0, const MAX: usize = { usize::MAX }>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Default for List<T, MIN, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for List<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for List<T, MIN, MAX>
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Vec::deserialize(from)?))
    }
}

impl<T: Shape, const MIN: usize, const MAX: usize> Shape for List<T, MIN, MAX> {
    fn check(&self, to: &mut Constraints) {
        let bound = if self.0.len() > MAX {
            Some(format!("less than or equal to {MAX}"))
        } else if self.0.len() < MIN {
            Some(format!("greater than or equal to {MIN}"))
        } else {
            None
        };
        if let Some(bound) = bound {
            to.breaks(self, &format!("Member must have length {bound}"));
        }
        for (index, element) in self.0.iter().enumerate() {
            to.element(index, element);
        }
    }

    fn show(&self) -> Option<String> {
        let elements: Option<Vec<String>> = self.0.iter().map(Shape::show).collect();
        Some(format!("[{}]", elements?.join(", ")))
    }
}
