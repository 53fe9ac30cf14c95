//! The trait of all values that states pass on, and its implementations for the standard library.

use super::samples::{self, Check};
use super::tuples::for_tuples;
use super::{MapShape, SetShape, Shape, TextualType};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
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
    note = "a type of your own needs `#[derive(Payload)]`, `Serialize`, `Deserialize` and `JsonSchema`; for a type of another \
            crate, put `#[payload(opaque)]` on the field",
    note = "a reference cannot be passed: `.cloned()` or `.copied()` returns the value itself"
)]
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// The JSON form of this type.
    fn shape() -> Shape;

    /// Serializes the value as JSON, for `derive(TaskError)`.
    #[doc(hidden)]
    fn __to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        super::depth::to_json(self)
    }

    /// The results of `self.clone()` and `self.to_owned()`, if they have the type `Self`. The methods may be inherent
    /// or from traits.
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

/// An enum whose JSON does not contain the variant. `derive(Payload)` implements it for `#[serde(untagged)]`.
#[doc(hidden)]
pub trait UntaggedEnum {}

/// Implements it for types without parameters.
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

/// A type that serde serializes as text: its name, and whether equality, order and `Display` have the same meaning on the text.
const fn written(name: &'static str, equal: bool, ordered: bool, shown: bool) -> Shape {
    Shape::Written(TextualType {
        name,
        equal,
        ordered,
        shown,
    })
}

payload! {
    Shape::Null => ();
    Shape::Bool => bool;
    Shape::SmallInteger => i8, i16, i32, u8, u16, u32;
    Shape::Integer => i64, isize, u64, usize;
    Shape::SmallInteger => std::num::NonZeroU8, std::num::NonZeroU16, std::num::NonZeroU32;
    Shape::SmallInteger => std::num::NonZeroI8, std::num::NonZeroI16, std::num::NonZeroI32;
    Shape::Integer => std::num::NonZeroU64, std::num::NonZeroI64;
    Shape::SmallNumber => f32;
    Shape::Number => f64;
    Shape::String => String, char, std::borrow::Cow<'static, str>;
    written("PathBuf", false, false, false) => std::path::PathBuf;
    written("IpAddr", true, false, true) => std::net::IpAddr;
    written("Ipv4Addr", true, false, true) => std::net::Ipv4Addr;
    written("Ipv6Addr", true, false, true) => std::net::Ipv6Addr;
    Shape::Any => serde_json::Value;
    Shape::map(Shape::Any) => serde_json::Map<String, serde_json::Value>;
}

#[cfg(feature = "chrono")]
payload! {
    written("DateTime<Utc>", true, false, false) => chrono::DateTime<chrono::Utc>;
    written("DateTime<FixedOffset>", false, false, false) => chrono::DateTime<chrono::FixedOffset>;
    written("NaiveDate", true, true, true) => chrono::NaiveDate;
    written("NaiveDateTime", true, false, false) => chrono::NaiveDateTime;
    written("NaiveTime", true, true, true) => chrono::NaiveTime;
}

#[cfg(feature = "rust_decimal")]
payload! {
    // `1.0` and `1.00` are equal, but their texts differ.
    written("Decimal", false, false, true) => rust_decimal::Decimal;
}

#[cfg(feature = "url")]
payload! {
    written("Url", true, true, true) => url::Url;
}

#[cfg(feature = "uuid")]
payload! {
    written("Uuid", true, true, true) => uuid::Uuid;
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

/// Implements it for lists.
macro_rules! list {
    ($($(#[$bound:ident])* [$($parameter:tt)*] $name:ty = $shape:expr;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<$($parameter)*> Payload for $name {
                fn shape() -> Shape {
                    $shape(Shape::Lazy(T::shape))
                }
            }
        )+
    };
}

fn set(item: Shape, sorted: bool, check: Check) -> Shape {
    Shape::Set(Box::new(SetShape {
        item,
        sorted,
        check: Some(check),
    }))
}

list! {
    [T: Payload] Vec<T> = Shape::list;
    [T: Payload] VecDeque<T> = Shape::list;
    [T: Payload + Ord] BTreeSet<T> = |item| set(item, true, samples::order::<T>);
    [T: Payload + Eq + Hash, S: BuildHasher + Default + Send + 'static] HashSet<T, S> = |item| set(item, false, samples::equality::<T>);
}

fn map<K: Payload, V: Payload>(sorted: bool, check: Check) -> Shape {
    Shape::Map(Box::new(MapShape {
        key: Shape::Lazy(K::shape),
        value: Shape::Lazy(V::shape),
        sorted,
        check: Some(check),
    }))
}

#[diagnostic::do_not_recommend]
impl<K: Payload + Eq + Hash, V: Payload, S: BuildHasher + Default + Send + 'static> Payload
    for HashMap<K, V, S>
{
    fn shape() -> Shape {
        map::<K, V>(false, samples::equality::<K>)
    }
}

#[diagnostic::do_not_recommend]
impl<K: Payload + Ord, V: Payload> Payload for BTreeMap<K, V> {
    fn shape() -> Shape {
        map::<K, V>(true, samples::order::<K>)
    }
}

/// Arrays of a fixed length are lists; serde and schemars support them up to a length.
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

for_tuples!(tuples);
