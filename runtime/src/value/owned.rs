//! Typed values that are given away: JSON of this crate and of `serde_json` is not read and
//! written by serde, and nests as deep as an execution allows.

use std::any::{Any, TypeId};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{Value, ValueError};

impl Value {
    /// As [`Value::from_typed`]. A `serde_json::Value` is taken apart without recursion, whatever
    /// its depth, where dropping it would recurse.
    pub(crate) fn from_owned<T: Serialize + 'static>(typed: T) -> Result<Value, ValueError> {
        let mut slot = Some(typed);
        if let Some(value) = take::<T, Value>(&mut slot) {
            return Ok(value);
        }
        if let Some(json) = take::<T, Json>(&mut slot) {
            return Ok(Value::from(json));
        }
        slot.map_or(Ok(Value::Null), |typed| Value::from_typed(&typed))
    }

    /// As [`Value::to_typed`]. The value itself costs nothing.
    pub(crate) fn into_owned<T: DeserializeOwned + 'static>(self) -> Result<T, ValueError> {
        if TypeId::of::<T>() == TypeId::of::<Json>()
            && let Some(json) = take(&mut Some(self.to_json()))
        {
            return Ok(json);
        }
        let mut slot = Some(self);
        match take(&mut slot) {
            Some(same) => Ok(same),
            None => slot.as_ref().unwrap_or(&Value::Null).to_typed(),
        }
    }
}

/// The value that is in the slot, taken out where it is of that type.
fn take<A: 'static, B: 'static>(slot: &mut Option<A>) -> Option<B> {
    (slot as &mut dyn Any).downcast_mut::<Option<B>>()?.take()
}
