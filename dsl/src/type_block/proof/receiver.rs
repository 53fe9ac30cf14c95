//! The methods of standard types, generated from the table of `stepwright_asl::callable`, and the types that `*` dereferences.

use serde_json::Value;
use std::borrow::Cow;
use std::collections::{
    BTreeMap, BTreeSet, HashMap, HashSet, VecDeque, btree_map, btree_set, hash_map, hash_set,
    vec_deque,
};
use std::iter;
use std::rc::Rc;
use std::sync::Arc;

/// A standard type, or a reference to one, with the standard library's method `Method`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has its own `{Method}`, which a workflow cannot run",
    label = "a workflow runs the `{Method}` of the standard library's types, and this is a `{Self}`",
    note = "read a field of `{Self}` instead, call `{Method}` in a task, or write the value with `jsonata!(\"..\")`"
)]
pub trait Has<Method>: Sized {
    /// The receiver.
    #[must_use]
    fn on(self) -> Self {
        self
    }
}

/// The methods of the standard library that a workflow can evaluate, as types: compile errors contain their names.
///
/// rustc prints the short name of a type only if a path to it has no `#[doc(hidden)]`. So [`functions`](crate::functions) reexports this module.
#[allow(non_camel_case_types, missing_debug_implementations)]
pub mod method {
    macro_rules! names {
        ($($name:ident)*) => {$(
            #[doc = concat!("`", stringify!($name), "`")]
            pub struct $name;
        )*};
    }
    names! {
        abs all and_then any as_array as_bool as_deref as_f64 as_i64 as_ref as_slice as_str ceil chain
        chars clamp cloned collect concat contains contains_key copied count date_naive day ends_with enumerate expect filter
        filter_map find first flat_map flatten floor fold get hour into_boxed_str into_iter into_keys into_owned
        into_string into_values is_array is_boolean is_empty is_none is_none_or is_null is_number is_object is_some
        is_some_and is_string iter join keys last len map map_or max max_by_key min min_by_key minute month next nth or
        or_else position pow powf powi product replace rev round second signum skip split split_once sqrt starts_with
        strip_prefix strip_suffix sum take then then_some timestamp timestamp_millis to_lowercase to_owned to_rfc3339
        to_uppercase to_vec trim trim_end trim_start trunc unwrap unwrap_or unwrap_or_default
        unwrap_or_else values year zip
    }

    /// `value[index]`
    pub struct index;
    /// The argument of a method that combines two lists.
    pub struct argument;
}

/// One trait for each kind of type, which its methods implement.
macro_rules! kinds {
    ($($(#[$docs:meta])* $kind:ident: [$($shared:ident)*], [$($owned:ident)*];)*) => {$(
        $(#[$docs])*
        #[diagnostic::on_unimplemented(
            message = "this type has no `{Self}` in the standard library",
            label = "this `{Self}` is defined elsewhere, and a workflow cannot run it",
            note = "call `{Self}` in a task, or write the value with `jsonata!(\"..\")`"
        )]
        pub trait $kind {}
        $(impl $kind for method::$shared {})*
        $(impl $kind for method::$owned {})*
    )*};
}

/// The kinds of types.
mod kind {
    use super::method;
    stepwright_asl::__for_each_method!(kinds);

    impl List for method::index {}
    impl Map for method::index {}
    impl Json for method::index {}

    impl Text for method::argument {}
    impl List for method::argument {}
    impl Set for method::argument {}
    impl Map for method::argument {}
    impl Option for method::argument {}
    impl Iterator for method::argument {}
}

/// The types of each kind.
macro_rules! types {
    ($($kind:ident: $([$($parameter:tt)*] $of:ty;)+)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl<$($parameter)* M: kind::$kind> Has<M> for $of {}
    )+)*};
}

types! {
    Text:
        [] String;
        [] &str;
        [] Box<str>;
        [] Rc<str>;
        [] Arc<str>;
        [] Cow<'_, str>;
    List:
        [T,] Vec<T>;
        [T,] &[T];
        [T,] Box<[T]>;
        [T,] Rc<[T]>;
        [T,] Arc<[T]>;
        [T, const N: usize,] [T; N];
        [T,] VecDeque<T>;
    Set:
        [T,] BTreeSet<T>;
        [T, S,] HashSet<T, S>;
    Map:
        [K, V,] BTreeMap<K, V>;
        [K, V, S,] HashMap<K, V, S>;
        [] serde_json::Map<String, Value>;
    Option:
        [T,] Option<T>;
    Bool:
        [] bool;
    Signed:
        [] i8; [] i16; [] i32; [] i64; [] isize;
    Unsigned:
        [] u8; [] u16; [] u32; [] u64; [] usize;
    Float:
        [] f32; [] f64;
    Json:
        [] Value;
    Iterator:
        [T,] std::slice::Iter<'_, T>;
        [T,] std::vec::IntoIter<T>;
        [T, const N: usize,] std::array::IntoIter<T, N>;
        [T,] std::option::Iter<'_, T>;
        [T,] std::option::IntoIter<T>;
        [T,] vec_deque::Iter<'_, T>;
        [T,] vec_deque::IntoIter<T>;
        [T,] hash_set::Iter<'_, T>;
        [T,] hash_set::IntoIter<T>;
        [T,] btree_set::Iter<'_, T>;
        [T,] btree_set::IntoIter<T>;
        [K, V,] hash_map::Iter<'_, K, V>;
        [K, V,] hash_map::IntoIter<K, V>;
        [K, V,] hash_map::Keys<'_, K, V>;
        [K, V,] hash_map::Values<'_, K, V>;
        [K, V,] hash_map::IntoKeys<K, V>;
        [K, V,] hash_map::IntoValues<K, V>;
        [K, V,] btree_map::Iter<'_, K, V>;
        [K, V,] btree_map::IntoIter<K, V>;
        [K, V,] btree_map::Keys<'_, K, V>;
        [K, V,] btree_map::Values<'_, K, V>;
        [K, V,] btree_map::IntoKeys<K, V>;
        [K, V,] btree_map::IntoValues<K, V>;
        [] serde_json::map::Iter<'_>;
        [] serde_json::map::IntoIter;
        [] serde_json::map::Keys<'_>;
        [] serde_json::map::Values<'_>;
        [] std::str::Chars<'_>;
        ['a,] std::str::Split<'a, char>;
        ['a, 'p,] std::str::Split<'a, &'p str>;
        ['a, 'p,] std::str::Split<'a, &'p String>;
        ['a, 'p,] std::str::Split<'a, &'p &'p str>;
        [I: StandardIterator, F,] iter::Map<I, F>;
        [I: StandardIterator, F,] iter::Filter<I, F>;
        [I: StandardIterator, F,] iter::FilterMap<I, F>;
        [I: StandardIterator,] iter::Rev<I>;
        [I: StandardIterator,] iter::Enumerate<I>;
        [I: StandardIterator,] iter::Take<I>;
        [I: StandardIterator,] iter::Skip<I>;
        [I: StandardIterator,] iter::Cloned<I>;
        [I: StandardIterator,] iter::Copied<I>;
        [A: StandardIterator, B: StandardIterator,] iter::Zip<A, B>;
        [A: StandardIterator, B: StandardIterator,] iter::Chain<A, B>;
        [I: StandardIterator, U: Has<method::argument> + IntoIterator, F,] iter::FlatMap<I, U, F>;
        [I: StandardIterator + Iterator<Item: Has<method::argument> + IntoIterator>,] iter::Flatten<I>;
}

/// The type of times that a trait of the user could extend.
#[cfg(feature = "chrono")]
pub type Instant = chrono::DateTime<chrono::Utc>;

/// Without the feature no type has the methods of times.
#[cfg(not(feature = "chrono"))]
#[derive(Debug)]
pub struct Instant;

/// Times of `chrono`, whose parts a workflow reads in UTC.
#[cfg(feature = "chrono")]
mod times {
    use super::{Has, kind};
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    types! {
        Time:
            [] DateTime<Utc>;
            [] NaiveDate;
            [] NaiveDateTime;
            [] NaiveTime;
    }
}

/// A value that `*` reaches without code of the user.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has its own `Deref`, which a workflow cannot run",
    label = "this is a `{Self}`, and no reference",
    note = "read a field of `{Self}` instead, or call a task"
)]
pub trait Points {
    /// The reference.
    #[must_use]
    fn pointer(self) -> Self
    where
        Self: Sized,
    {
        self
    }
}

macro_rules! points {
    ($($of:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: ?Sized> Points for $of {}
    )*};
}
points! { &T, &mut T, Box<T>, Rc<T>, Arc<T> }

#[diagnostic::do_not_recommend]
impl Points for String {}
#[diagnostic::do_not_recommend]
impl<T> Points for Vec<T> {}
#[diagnostic::do_not_recommend]
impl Points for Cow<'_, str> {}

/// An `Option` with methods that depend on its value: `cloned` of a reference, `flatten` of an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has its own `{Method}`, which a workflow cannot run",
    label = "the standard library has no `{Method}` for a `{Self}`",
    note = "call `{Method}` in a task, or write the value with `jsonata!(\"..\")`"
)]
pub trait HasInside<Method>: Sized {
    /// The receiver.
    #[must_use]
    fn option(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> HasInside<method::cloned> for Option<&T> {}
#[diagnostic::do_not_recommend]
impl<T> HasInside<method::copied> for Option<&T> {}
#[diagnostic::do_not_recommend]
impl<T> HasInside<method::flatten> for Option<Option<T>> {}
#[diagnostic::do_not_recommend]
impl<T: Points> HasInside<method::as_deref> for Option<T> {}
#[diagnostic::do_not_recommend]
impl<M, T: HasInside<M>> HasInside<M> for &T {}

/// An iterator over the items of lists, options and iterators of the standard library.
#[diagnostic::on_unimplemented(
    message = "this iterator runs an `IntoIterator` of the program, which a workflow cannot run",
    label = "the items are iterated by code of the program",
    note = "iterate the list inside of each item: `.flat_map(|bag| bag.items)`, or call a task"
)]
pub trait Flat: Sized {
    /// The iterator.
    #[must_use]
    fn flat(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<I: Has<method::next>> Flat for I {}

/// An iterator of the standard library over values of the standard library.
pub trait StandardIterator: Has<method::next> {}

impl<I: Has<method::next>> StandardIterator for I {}

/// References to standard types.
macro_rules! references {
    ($([$($parameter:tt)*] $of:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameter)* M, T: Has<M>> Has<M> for $of {}
    )+};
}

references! {
    [] &T;
    [] &mut T;
    [] Box<T>;
    [] Rc<T>;
    [] Arc<T>;
}
