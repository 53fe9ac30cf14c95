//! What a place of the language asks of the type of its expression.
//!
//! One trait a place, each with its own words for a type that does not fit. The functions take the value as their
//! argument, so that rustc points at the user's expression.

use super::never;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};

/// A list that a map runs over.
#[diagnostic::on_unimplemented(
    message = "a map cannot run over a `{Self}`",
    label = "this is a `{Self}`, not a list",
    note = "`for item in ..` takes a `Vec`, an array, a `VecDeque`, a set or a `serde_json::Value`"
)]
pub trait Items<Item> {}

#[diagnostic::do_not_recommend]
impl<T> Items<T> for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T, const N: usize> Items<T> for [T; N] {}
#[diagnostic::do_not_recommend]
impl<T> Items<T> for VecDeque<T> {}
#[diagnostic::do_not_recommend]
impl<T, S> Items<T> for HashSet<T, S> {}
#[diagnostic::do_not_recommend]
impl<T> Items<T> for BTreeSet<T> {}
#[diagnostic::do_not_recommend]
impl Items<serde_json::Value> for serde_json::Value {}

/// The item of a map over `list`.
pub fn item<List: Items<Item>, Item>(_list: List) -> Item {
    never()
}

/// A number of whole seconds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of whole seconds",
    label = "this is a `{Self}`",
    note = "seconds are an integer: a field of type `u32`, say, or a literal such as `90`, `5m`, `2h` or `3d`"
)]
pub trait Seconds {}

/// A whole number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a whole number",
    label = "this is a `{Self}`"
)]
pub trait WholeNumber {}

macro_rules! whole {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Seconds for $integer {}
        #[diagnostic::do_not_recommend]
        impl WholeNumber for $integer {}
    )*};
}
whole!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// Asks for seconds.
pub fn seconds<T: Seconds>(_value: T) {}

/// Asks for a whole number.
pub fn whole_number<T: WholeNumber>(_value: T) {}

/// A moment, as ASL reads it: RFC 3339 text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timestamp",
    label = "this is a `{Self}`",
    note = "a timestamp is RFC 3339 text (`2027-01-01T00:00:00Z`): a `String`, or a date type that serialises so"
)]
pub trait Timestamp {}

#[diagnostic::do_not_recommend]
impl Timestamp for String {}
#[diagnostic::do_not_recommend]
impl Timestamp for &str {}
#[diagnostic::do_not_recommend]
impl Timestamp for Cow<'_, str> {}

/// Asks for a timestamp.
pub fn timestamp<T: Timestamp>(_value: T) {}

/// The name or the cause of a failure.
#[diagnostic::on_unimplemented(
    message = "the error and the cause of a `fail` are text, not `{Self}`",
    label = "this is a `{Self}`",
    note = "`format!(\"{{}}\", ..)` makes text of a number or a `bool`"
)]
pub trait Text {}

#[diagnostic::do_not_recommend]
impl Text for String {}
#[diagnostic::do_not_recommend]
impl Text for &str {}
#[diagnostic::do_not_recommend]
impl Text for Cow<'_, str> {}

/// Asks for text.
pub fn text<T: Text>(_value: T) {}

/// A value that can stand in a service's arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as JSON",
    label = "this is a `{Self}`",
    note = "add `#[derive(Serialize)]` to `{Self}`"
)]
pub trait Json {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Json for T {}

/// Asks for a value that can be written as JSON.
pub fn json<T: Json>(_value: T) {}

/// A result that needs no value: what a state without one hands on is whatever came in.
#[diagnostic::on_unimplemented(
    message = "this ends without a value, where a `{Self}` is promised",
    label = "no value is given here",
    note = "write `end value;`, or `succeed Name {{ value }}`"
)]
pub trait Untyped {}

#[diagnostic::do_not_recommend]
impl Untyped for serde_json::Value {}

/// Asks that a result of type `T` may be whatever came in.
pub fn untyped<T: Untyped>() {}
