//! Types with the JSON form of a payload that are not payloads: borrowed types, and collections of
//! them.

use super::Payload;
use super::tuples::for_tuples;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// A type with the JSON form of an owned type: `&str` has the form of `String`.
///
/// `#[derive(Payload)]` implements it for the type itself.
pub trait Form {
    /// The owned type, which is a payload. Without a bound, because rustc would report a payload
    /// without one of its derives here again.
    type Owned;
}

/// Implements it for owned types.
macro_rules! owned {
    ($($name:ty),+) => {
        $(
            impl Form for $name {
                type Owned = $name;
            }
        )+
    };
}

owned!(
    (),
    bool,
    i8,
    i16,
    i32,
    i64,
    isize,
    u8,
    u16,
    u32,
    u64,
    usize,
    f32,
    f64,
    char,
    String,
    std::path::PathBuf,
    std::num::NonZeroU8,
    std::num::NonZeroU16,
    std::num::NonZeroU32,
    std::num::NonZeroU64,
    std::num::NonZeroI8,
    std::num::NonZeroI16,
    std::num::NonZeroI32,
    std::num::NonZeroI64,
    std::net::IpAddr,
    std::net::Ipv4Addr,
    std::net::Ipv6Addr,
    serde_json::Value,
    serde_json::Map<String, serde_json::Value>
);

#[cfg(feature = "chrono")]
owned!(
    chrono::DateTime<chrono::Utc>,
    chrono::DateTime<chrono::FixedOffset>,
    chrono::NaiveDate,
    chrono::NaiveDateTime,
    chrono::NaiveTime
);

#[cfg(feature = "rust_decimal")]
owned!(rust_decimal::Decimal);

#[cfg(feature = "url")]
owned!(url::Url);

#[cfg(feature = "uuid")]
owned!(uuid::Uuid);

impl Form for str {
    type Owned = String;
}

impl Form for std::path::Path {
    type Owned = std::path::PathBuf;
}

impl<T: Form> Form for [T] {
    type Owned = Vec<T::Owned>;
}

impl<T: Form, const N: usize> Form for [T; N] {
    type Owned = Vec<T::Owned>;
}

impl<T: Form> Form for Option<T> {
    type Owned = Option<T::Owned>;
}

/// Implements it for references and smart pointers.
macro_rules! leads {
    ($([$($parameter:tt)*] $name:ty;)+) => {
        $(
            impl<$($parameter)* T: Form + ?Sized> Form for $name {
                type Owned = T::Owned;
            }
        )+
    };
}

leads! {
    [] &T;
    [] &mut T;
    [] Box<T>;
    [] Rc<T>;
    [] Arc<T>;
}

impl<T: Form + ToOwned + ?Sized> Form for Cow<'_, T> {
    type Owned = <T as Form>::Owned;
}

/// Implements it for collections.
macro_rules! collections {
    ($([$($parameter:tt)*] $name:ident<$($argument:ident),+; $($rest:ident)?>;)+) => {
        $(
            impl<$($parameter)*> Form for $name<$($argument,)+ $($rest)?>
            where
                $name<$($argument::Owned,)+ $($rest)?>: Payload,
            {
                type Owned = $name<$($argument::Owned,)+ $($rest)?>;
            }
        )+
    };
}

collections! {
    [T: Form] Vec<T;>;
    [T: Form] VecDeque<T;>;
    [T: Form] BTreeSet<T;>;
    [T: Form, S] HashSet<T; S>;
    [K: Form, V: Form] BTreeMap<K, V;>;
    [K: Form, V: Form, S] HashMap<K, V; S>;
}

/// Implements it for tuples.
macro_rules! tuples {
    ($($($name:ident)+;)+) => {
        $(
            impl<$($name: Form),+> Form for ($($name,)+) {
                type Owned = ($($name::Owned,)+);
            }
        )+
    };
}

for_tuples!(tuples);
