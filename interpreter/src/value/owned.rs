//! Conversions of owned typed values. Values of this crate and of `serde_json` are converted
//! without serde, so that they may nest as deep as an execution allows.

use std::any::{Any, TypeId};

use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value as Json;

use super::{MAX_TYPED_DEPTH, Value, ValueError};

impl Value {
    /// Converts like [`Value::from_typed`]. A `serde_json::Value` is converted without recursion,
    /// whatever its depth; dropping it would recurse.
    ///
    /// # Errors
    ///
    /// As [`from_typed`](Self::from_typed).
    #[inline]
    pub fn from_owned<T: Serialize + 'static>(typed: T) -> Result<Value, ValueError> {
        let mut slot = Some(typed);
        if let Some(value) = take::<T, Value>(&mut slot) {
            return Ok(value);
        }
        if let Some(json) = take::<T, Json>(&mut slot) {
            return Ok(Value::from(json));
        }
        slot.map_or(Ok(Value::Null), |typed| Value::from_typed(&typed))
    }

    /// Converts like [`Value::to_typed`], but an error names the field that does not match. If the
    /// type is [`Value`] itself, nothing is converted.
    ///
    /// # Errors
    ///
    /// As [`to_typed`](Self::to_typed), with the field.
    #[inline]
    pub fn into_owned<T: DeserializeOwned + 'static>(self) -> Result<T, ValueError> {
        if TypeId::of::<T>() == TypeId::of::<Json>()
            && let Some(json) = take(&mut Some(self.to_json()))
        {
            return Ok(json);
        }
        let mut slot = Some(self);
        if let Some(same) = take(&mut slot) {
            return Ok(same);
        }
        let value = slot.as_ref().unwrap_or(&Value::Null);
        value.to_typed().map_err(|error| value.placed::<T>(error))
    }

    /// Adds the path of the mismatch to an error. The path is only searched for on an error,
    /// because tracking it costs more than reading.
    #[cold]
    fn placed<T: DeserializeOwned>(&self, error: ValueError) -> ValueError {
        if self.depth() > MAX_TYPED_DEPTH {
            return error;
        }
        match serde_path_to_error::deserialize::<_, T>(self) {
            Err(placed) if placed.path().iter().next().is_some() => {
                let (path, error) = (placed.path(), placed.inner());
                ValueError::custom(format_args!("at `{path}`: {error}"))
            }
            _ => error,
        }
    }
}

/// Takes the value out of the slot if it has this type.
#[inline]
fn take<A: 'static, B: 'static>(slot: &mut Option<A>) -> Option<B> {
    (slot as &mut dyn Any).downcast_mut::<Option<B>>()?.take()
}
