//! The trait of everything that travels between states, and its implementations for the standard library.

use super::Shape;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

/// A type that can travel between the states of a workflow.
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
    message = "`{Self}` cannot travel between workflow states",
    label = "this type has no JSON shape",
    note = "a type of your own needs `#[derive(Payload)]`, `Serialize`, `Deserialize` and `JsonSchema`; one of another crate \
            travels as a field with `#[payload(opaque)]`",
    note = "a reference does not travel: `.cloned()` or `.copied()` gives the value itself"
)]
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// The JSON form of this type.
    fn shape() -> Shape;

    /// The value as JSON, for `derive(TaskError)`.
    #[doc(hidden)]
    fn __to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}

/// An enum whose JSON does not say which variant it is. `derive(Payload)` implements it for `#[serde(untagged)]`.
#[doc(hidden)]
pub trait UntaggedEnum {}

/// The implementations for types without parameters.
macro_rules! payload {
    ($($shape:expr => $($name:ty),+;)+) => {
        $($(
            #[diagnostic::do_not_recommend]
            impl Payload for $name {
                fn shape() -> Shape {
                    $shape
                }
            }
        )+)+
    };
}

payload! {
    Shape::Null => ();
    Shape::Bool => bool;
    Shape::Integer => i8, i16, i32, i64, isize, u8, u16, u32, u64, usize;
    Shape::Integer => std::num::NonZeroU8, std::num::NonZeroU16, std::num::NonZeroU32, std::num::NonZeroU64;
    Shape::Integer => std::num::NonZeroI8, std::num::NonZeroI16, std::num::NonZeroI32, std::num::NonZeroI64;
    Shape::Number => f32, f64;
    Shape::String => String, char, std::path::PathBuf, std::borrow::Cow<'static, str>;
    Shape::String => std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr;
    Shape::Any => serde_json::Value;
    Shape::Map(Box::new(Shape::Any)) => serde_json::Map<String, serde_json::Value>;
}

#[cfg(feature = "chrono")]
payload! {
    Shape::String => chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::FixedOffset>, chrono::NaiveDate;
    Shape::String => chrono::NaiveDateTime, chrono::NaiveTime;
}

#[cfg(feature = "rust_decimal")]
payload! {
    Shape::String => rust_decimal::Decimal;
}

#[cfg(feature = "url")]
payload! {
    Shape::String => url::Url;
}

#[cfg(feature = "uuid")]
payload! {
    Shape::String => uuid::Uuid;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> Payload for Option<T> {
    fn shape() -> Shape {
        Shape::Option(Box::new(Shape::Lazy(T::shape)))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Payload> Payload for Box<T> {
    fn shape() -> Shape {
        Shape::Lazy(T::shape)
    }
}

/// The implementations for lists.
macro_rules! list {
    ($($(#[$bound:ident])* [$($parameter:tt)*] $name:ty;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<$($parameter)*> Payload for $name {
                fn shape() -> Shape {
                    Shape::Array(Box::new(Shape::Lazy(T::shape)))
                }
            }
        )+
    };
}

list! {
    [T: Payload] Vec<T>;
    [T: Payload] VecDeque<T>;
    [T: Payload + Ord] BTreeSet<T>;
    [T: Payload + Eq + Hash, S: BuildHasher + Default + Send + 'static] HashSet<T, S>;
}

#[diagnostic::do_not_recommend]
impl<K: Payload + Eq + Hash, V: Payload, S: BuildHasher + Default + Send + 'static> Payload
    for HashMap<K, V, S>
{
    fn shape() -> Shape {
        Shape::Map(Box::new(Shape::Lazy(V::shape)))
    }
}

#[diagnostic::do_not_recommend]
impl<K: Payload + Ord, V: Payload> Payload for BTreeMap<K, V> {
    fn shape() -> Shape {
        Shape::Map(Box::new(Shape::Lazy(V::shape)))
    }
}

/// Arrays of a fixed length are lists; serde and schemars know them up to a length.
macro_rules! arrays {
    ($($length:literal)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<T: Payload> Payload for [T; $length] {
                fn shape() -> Shape {
                    Shape::Array(Box::new(Shape::Lazy(T::shape)))
                }
            }
        )+
    };
}

arrays! { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 32 }

/// Tuples are arrays of a fixed length.
macro_rules! tuples {
    ($($($name:ident)+;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<$($name: Payload),+> Payload for ($($name,)+) {
                fn shape() -> Shape {
                    Shape::Tuple(vec![$(Shape::Lazy($name::shape)),+])
                }
            }
        )+
    };
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
