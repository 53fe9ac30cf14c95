//! The trait of all values that states pass on.

use super::Shape;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::marker::PhantomData;

/// A type whose values the states of a workflow can pass on.
///
/// `#[derive(Payload)]` implements it; the type also needs serde's and schemars' derives.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use stepwright::Payload;
///
/// #[derive(Serialize, Deserialize, JsonSchema, Payload)]
/// #[serde(rename_all = "camelCase")]
/// struct Order {
///     order_id: String,
///     total: f64,
/// }
///
/// assert_eq!(stepwright::shape::Shape::disagreements::<Order>(), Vec::<String>::new());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed between workflow states",
    label = "this type has no JSON shape",
    note = "write `#[derive(Serialize, Deserialize, JsonSchema, Payload)]` on a type of your own; for a type of another crate, put \
            `#[payload(opaque)]` on the field",
    note = "types of `chrono`, `rust_decimal`, `url` and `uuid` need the feature of `stepwright` with the crate's name",
    note = "a reference cannot be passed: `.cloned()` or `.copied()` returns the value itself",
    note = "instead of `u128` and `i128` use `u64`, `i64` or a `String`; instead of a `Box`, `Rc` or `Arc` of a slice or of `str` use a `Vec` or a `String`"
)]
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// The JSON form of this type.
    fn shape() -> Shape;

    /// Serializes the value as JSON, for `derive(TaskError)`.
    #[doc(hidden)]
    fn __to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        super::depth::to_json(self)
    }

    /// The results of `self.clone()` and `self.to_owned()`, if they have the type `Self`. The
    /// methods may be inherent or from traits.
    #[doc(hidden)]
    fn __method_copies(&self) -> [(&'static str, Option<Self>); 2] {
        [("clone", None), ("to_owned", None)]
    }
}

/// The result of a method, which may have the type `T`.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // The result may have none.
pub struct MethodResult<R, T> {
    result: Cell<Option<R>>,
    of: PhantomData<fn() -> T>,
}

impl<R, T> MethodResult<R, T> {
    /// Wraps the result.
    pub fn new(result: R) -> Self {
        MethodResult {
            result: Cell::new(Some(result)),
            of: PhantomData,
        }
    }
}

/// The first choice, by autoref: the result has the type.
#[doc(hidden)]
pub trait ResultOfType {
    /// The type.
    type Of;
    /// The value.
    fn value(&self) -> Option<Self::Of>;
}

impl<T> ResultOfType for &MethodResult<T, T> {
    type Of = T;
    fn value(&self) -> Option<T> {
        self.result.take()
    }
}

/// The second choice: the result has another type, for example a reference.
#[doc(hidden)]
pub trait OtherResult {
    /// The type.
    type Of;
    /// No value.
    fn value(&self) -> Option<Self::Of> {
        None
    }
}

impl<R, T> OtherResult for MethodResult<R, T> {
    type Of = T;
}

/// An enum whose JSON does not contain the variant. `derive(Payload)` implements it for
/// `#[serde(untagged)]`.
#[doc(hidden)]
pub trait UntaggedEnum {}
