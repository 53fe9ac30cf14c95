//! The methods of standard types, generated from the table of
//! `stepwright_asl::front_end::callable`, and the types that `*` dereferences.

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
    message = "a workflow cannot run this method of `{Self}`",
    label = "a workflow has no such method for a `{Self}`",
    note = "call it in a task, or use a method of the texts, numbers, lists, maps and options of the standard library, such as those in a field of the value"
)]
pub trait StandardMethod<Method>: Sized {
    /// The receiver.
    #[must_use]
    fn on(self) -> Self {
        self
    }
}

/// The receiver of a method that advances an iterator, if it is a variable or a part of one: no
/// type has the method there.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot run this method of a `{Self}` in a variable",
    label = "this is a `{Self}`",
    note = "each call would advance an iterator in a variable, and a workflow stores a list without a position: call the method on a new iterator, such as \
            `list.iter().next()`, read an item, `list.get(1)`, or write `for item in &list` in a function",
    note = "call a method of a type of yours in a task"
)]
pub trait MethodWithoutPosition<Method>: Sized {
    /// The receiver.
    #[must_use]
    fn on_a_variable(self) -> Self {
        self
    }
}

/// The methods of the standard library that a workflow can evaluate, as types.
#[allow(non_camel_case_types, missing_debug_implementations)]
pub mod method {
    /// rustc prints the name of the struct in notes, and the short name only if no other item of a
    /// dependency has it: a module of std is called `iter`.
    macro_rules! names {
        ($($name:ident: $printed:ident,)*) => {$(
            #[doc = concat!("`", stringify!($name), "`")]
            pub struct $printed;
            #[doc = concat!("`", stringify!($name), "`")]
            pub type $name = $printed;
        )*};
    }
    #[rustfmt::skip]
    names! {
        abs: abs_method, all: all_method, and_then: and_then_method, any: any_method, as_array: as_array_method,
        as_bool: as_bool_method, as_deref: as_deref_method, as_f64: as_f64_method, as_i64: as_i64_method,
        as_ref: as_ref_method, as_slice: as_slice_method, as_str: as_str_method, ceil: ceil_method,
        chain: chain_method, chars: chars_method, clamp: clamp_method, cloned: cloned_method,
        collect: collect_method, concat: concat_method, contains: contains_method, contains_key: contains_key_method,
        copied: copied_method, count: count_method, date_naive: date_naive_method, day: day_method,
        ends_with: ends_with_method, enumerate: enumerate_method, expect: expect_method, filter: filter_method,
        filter_map: filter_map_method, find: find_method, first: first_method, flat_map: flat_map_method,
        flatten: flatten_method, floor: floor_method, fold: fold_method, get: get_method, hour: hour_method,
        into_boxed_str: into_boxed_str_method, into_iter: into_iter_method, into_keys: into_keys_method,
        into_owned: into_owned_method, into_string: into_string_method, into_values: into_values_method,
        is_array: is_array_method, is_boolean: is_boolean_method, is_empty: is_empty_method, is_none: is_none_method,
        is_none_or: is_none_or_method, is_null: is_null_method, is_number: is_number_method,
        is_object: is_object_method, is_sign_negative: is_sign_negative_method, is_sign_positive: is_sign_positive_method, is_some: is_some_method, is_some_and: is_some_and_method,
        is_string: is_string_method, is_zero: is_zero_method, iter: iter_method, join: join_method, keys: keys_method, last: last_method,
        len: len_method, map: map_method, map_or: map_or_method, max: max_method, max_by_key: max_by_key_method,
        min: min_method, min_by_key: min_by_key_method, minute: minute_method, month: month_method,
        next: next_method, normalize: normalize_method, nth: nth_method, num_days: num_days_method, num_hours: num_hours_method,
        num_milliseconds: num_milliseconds_method, num_minutes: num_minutes_method, num_seconds: num_seconds_method,
        num_weeks: num_weeks_method, or: or_method, or_else: or_else_method, position: position_method,
        pow: pow_method, powf: powf_method, powi: powi_method, product: product_method, replace: replace_method,
        rev: rev_method, round: round_method, round_dp: round_dp_method, second: second_method, signed_duration_since: signed_duration_since_method, signum: signum_method, skip: skip_method,
        split: split_method, split_once: split_once_method, sqrt: sqrt_method, starts_with: starts_with_method,
        strip_prefix: strip_prefix_method, strip_suffix: strip_suffix_method, sum: sum_method, take: take_method,
        then: then_method, then_some: then_some_method, timestamp: timestamp_method,
        timestamp_millis: timestamp_millis_method, to_lowercase: to_lowercase_method, to_owned: to_owned_method,
        to_rfc3339: to_rfc3339_method, to_uppercase: to_uppercase_method, to_vec: to_vec_method, trim: trim_method,
        trim_end: trim_end_method, trim_start: trim_start_method, trunc: trunc_method, unwrap: unwrap_method,
        unwrap_or: unwrap_or_method, unwrap_or_default: unwrap_or_default_method,
        unwrap_or_else: unwrap_or_else_method, values: values_method, year: year_method, zip: zip_method,
    }

    /// `value[index]`
    pub struct index_operator;
    /// `value[index]`
    pub type index = index_operator;
    /// The argument of a method that combines two lists.
    pub struct second_list;
    /// The argument of a method that combines two lists.
    pub type argument = second_list;
}

/// One trait for each kind of type, which its methods implement.
macro_rules! kinds {
    ($($(#[$docs:meta])* $kind:ident: [$($shared:ident)*], [$($owned:ident)*];)*) => {$(
        $(#[$docs])*
        #[diagnostic::on_unimplemented(
            message = "this type has no such method in the standard library",
            label = "this method is defined elsewhere, and a workflow cannot run it",
            note = "call it in a task, or write the value with `jsonata!(\"..\")`"
        )]
        pub trait $kind {}
        $(impl $kind for method::$shared {})*
        $(impl $kind for method::$owned {})*
    )*};
}

/// The kinds of types.
#[cfg_attr(
    not(all(feature = "chrono", feature = "rust_decimal")),
    allow(
        dead_code,
        unreachable_pub,
        reason = "without the features no type is a time or a decimal"
    )
)]
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
        impl<$($parameter)* M: kind::$kind> StandardMethod<M> for $of {}
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
        [I: StandardIterator, U: StandardMethod<method::argument> + IntoIterator, F,] iter::FlatMap<I, U, F>;
        [I: StandardIterator + Iterator<Item: StandardMethod<method::argument> + IntoIterator>,] iter::Flatten<I>;
}

/// The type of decimals that a trait of the user could extend.
#[cfg(feature = "rust_decimal")]
pub type Amount = rust_decimal::Decimal;

/// Without the feature no type has the methods of decimals.
#[cfg(not(feature = "rust_decimal"))]
#[derive(Debug)]
pub struct Amount;

#[cfg(feature = "rust_decimal")]
types! {
    Decimal:
        [] rust_decimal::Decimal;
}

/// The type of times that a trait of the user could extend.
#[cfg(feature = "chrono")]
pub type Instant = chrono::DateTime<chrono::Utc>;

/// Without the feature no type has the methods of times.
#[cfg(not(feature = "chrono"))]
#[derive(Debug)]
pub struct Instant;

/// Times of `chrono`, whose parts a workflow reads in UTC, and its durations.
#[cfg(feature = "chrono")]
mod times {
    use super::{StandardMethod, kind, method};
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

    #[diagnostic::do_not_recommend]
    impl StandardMethod<method::signed_duration_since> for DateTime<FixedOffset> {}

    types! {
        Time:
            [] DateTime<Utc>;
            [] NaiveDate;
            [] NaiveDateTime;
            [] NaiveTime;
        TimeDelta:
            [] TimeDelta;
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

/// An `Option` with methods that depend on its value: `cloned` of a reference, `flatten` of an
/// `Option`.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot run this method of `{Self}`",
    label = "the standard library has no such method for a `{Self}`",
    note = "call it in a task, or write the value with `jsonata!(\"..\")`"
)]
pub trait StandardOptionMethod<Method>: Sized {
    /// The receiver.
    #[must_use]
    fn option(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> StandardOptionMethod<method::cloned> for Option<&T> {}
#[diagnostic::do_not_recommend]
impl<T> StandardOptionMethod<method::copied> for Option<&T> {}
#[diagnostic::do_not_recommend]
impl<T> StandardOptionMethod<method::flatten> for Option<Option<T>> {}
#[diagnostic::do_not_recommend]
impl<T: Points> StandardOptionMethod<method::as_deref> for Option<T> {}
#[diagnostic::do_not_recommend]
impl<M, T: StandardOptionMethod<M>> StandardOptionMethod<M> for &T {}

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
impl<I: StandardMethod<method::next>> Flat for I {}

/// An iterator of the standard library over values of the standard library.
pub trait StandardIterator: StandardMethod<method::next> {}

impl<I: StandardMethod<method::next>> StandardIterator for I {}

/// References to standard types.
macro_rules! references {
    ($([$($parameter:tt)*] $of:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameter)* M, T: StandardMethod<M>> StandardMethod<M> for $of {}
    )+};
}

references! {
    [] &T;
    [] &mut T;
    [] Box<T>;
    [] Rc<T>;
    [] Arc<T>;
}
