//! Required members of requests, which report when they are missing.

use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::{Constraints, Shape};

/// A required member. After the check of constraints it is present.
#[derive(Clone, Debug, Default)]
pub(crate) struct Required<T> {
    value: T,
    is_there: bool,
}

impl<T> Deref for Required<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Required<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(from)?;
        Ok(Self {
            is_there: value.is_some(),
            value: value.unwrap_or_default(),
        })
    }
}

impl<T: Shape> Shape for Required<T> {
    fn check(&self, to: &mut Constraints) {
        if self.is_there {
            self.value.check(to);
        } else {
            to.is_missing();
        }
    }

    fn show(&self) -> Option<String> {
        if self.is_there {
            self.value.show()
        } else {
            Some("null".to_owned())
        }
    }
}
