//! The payloads of the standard library and of other crates.

use super::samples;
use super::tuples::for_tuples;
use super::{Check, IntegerType, MapShape, Payload, SetShape, Shape, Spelling, TextualType};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

/// Implements [`Payload`] for types without parameters.
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

/// A type that serde serializes as text: its name, and whether a workflow can test its values for
/// equality, order them, and write them like `Display`.
pub(super) const fn written(
    name: &'static str,
    spelling: Spelling,
    [equal, ordered, shown]: [bool; 3],
) -> Shape {
    Shape::Written(TextualType {
        name,
        spelling,
        equal,
        ordered,
        shown,
    })
}

payload! {
    Shape::Null => ();
    Shape::Bool => bool;
    Shape::Int(IntegerType::I8) => i8, std::num::NonZeroI8;
    Shape::Int(IntegerType::I16) => i16, std::num::NonZeroI16;
    Shape::Int(IntegerType::I32) => i32, std::num::NonZeroI32;
    Shape::Int(IntegerType::I64) => i64, isize, std::num::NonZeroI64;
    Shape::Int(IntegerType::U8) => u8, std::num::NonZeroU8;
    Shape::Int(IntegerType::U16) => u16, std::num::NonZeroU16;
    Shape::Int(IntegerType::U32) => u32, std::num::NonZeroU32;
    Shape::Int(IntegerType::U64) => u64, usize, std::num::NonZeroU64;
    Shape::SmallNumber => f32;
    Shape::Number => f64;
    Shape::String => String, char, std::borrow::Cow<'static, str>;
    written("PathBuf", Spelling::One, [false, false, false]) => std::path::PathBuf;
    written("IpAddr", Spelling::Several, [false, false, false]) => std::net::IpAddr;
    written("Ipv4Addr", Spelling::One, [true, false, true]) => std::net::Ipv4Addr;
    written("Ipv6Addr", Spelling::Several, [false, false, false]) => std::net::Ipv6Addr;
    Shape::Any => serde_json::Value;
    Shape::map(Shape::Any) => serde_json::Map<String, serde_json::Value>;
}

#[cfg(feature = "chrono")]
payload! {
    Shape::utc_time() => chrono::DateTime<chrono::Utc>;
    written("DateTime<FixedOffset>", Spelling::OffsetTime, [true, true, false]) => chrono::DateTime<chrono::FixedOffset>;
    Shape::date() => chrono::NaiveDate;
    written("NaiveDateTime", Spelling::DateAndTime, [true, true, true]) => chrono::NaiveDateTime;
    written("NaiveTime", Spelling::Time, [true, true, true]) => chrono::NaiveTime;
}

#[cfg(feature = "rust_decimal")]
payload! {
    Shape::decimal() => rust_decimal::Decimal;
}

#[cfg(feature = "url")]
payload! {
    written("Url", Spelling::Several, [false, false, false]) => url::Url;
}

#[cfg(feature = "uuid")]
payload! {
    written("Uuid", Spelling::Uuid, [true, true, true]) => uuid::Uuid;
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

/// Implements [`Payload`] for lists.
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
