//! Type requirements of positions in the language.
//!
//! Each position has one trait, with a diagnostic for types that do not fit. The block calls the
//! trait's method on the user's expression, so rustc points at the expression and does not quote a
//! bound of this crate.

use super::never;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// Lists the types that fit a position.
macro_rules! fits {
    ($place:ident: $($of:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $place for $of {}
    )*};
}

/// A list that a Map runs over.
#[diagnostic::on_unimplemented(
    message = "a map cannot run over a `{Self}`",
    label = "this is a `{Self}`, not a list",
    note = "`for item in ..` takes a `Vec`, an array, a `VecDeque`, a set or a `serde_json::Value`"
)]
pub trait Items<Item>: Sized {
    /// The item of a Map over the list.
    fn item(self) -> Item {
        never()
    }
}

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

/// A list that a `for` in a function runs over.
#[diagnostic::on_unimplemented(
    message = "a `for` of a workflow cannot run over a `{Self}`",
    label = "this is a `{Self}`, not a list",
    note = "a `for` takes a `Vec`, an array, a slice or a `VecDeque`; the JSON of a set may contain an item twice, so use a `Vec` for it"
)]
pub trait ForItems<Item> {
    /// The item with this number.
    fn item(&self, _number: usize) -> Item {
        never()
    }
}

#[diagnostic::do_not_recommend]
impl<T> ForItems<T> for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T> ForItems<T> for [T] {}
#[diagnostic::do_not_recommend]
impl<T, const N: usize> ForItems<T> for [T; N] {}
#[diagnostic::do_not_recommend]
impl<T> ForItems<T> for VecDeque<T> {}
#[diagnostic::do_not_recommend]
impl ForItems<serde_json::Value> for serde_json::Value {}

macro_rules! pointers_to_lists {
    ($($of:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T, L: ForItems<T> + ?Sized> ForItems<T> for $of {}
    )*};
}
pointers_to_lists! { &L &mut L Box<L> Rc<L> Arc<L> }

/// A number of whole seconds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of whole seconds",
    label = "this is a `{Self}`",
    note = "seconds are an integer: a field of type `u32`, say, or a literal such as `90`, `5m`, `2h` or `3d`"
)]
pub trait Seconds: Sized {
    /// Requires seconds.
    fn seconds(self) {}
}

/// A whole number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a whole number",
    label = "this is a `{Self}`"
)]
pub trait WholeNumber: Sized {
    /// Requires an integer.
    fn whole_number(self) {}
}

fits!(Seconds: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
fits!(WholeNumber: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// A timestamp in ASL: RFC 3339 text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timestamp",
    label = "this is a `{Self}`",
    note = "a timestamp is RFC 3339 text (`2027-01-01T00:00:00Z`): a `String`, or a `DateTime` of `chrono` with the feature `chrono` of `stepwright`"
)]
pub trait Timestamp: Serialize {
    /// Requires a timestamp.
    fn timestamp(self)
    where
        Self: Sized,
    {
    }
}

fits!(Timestamp: str String Cow<'_, str>);
#[cfg(feature = "chrono")]
fits!(Timestamp: chrono::DateTime<chrono::Utc> chrono::DateTime<chrono::FixedOffset>);

#[diagnostic::do_not_recommend]
impl<T: Timestamp + ?Sized> Timestamp for &T {}

/// The name or the cause of a failure.
#[diagnostic::on_unimplemented(
    message = "the error and the cause of a `fail` are text, not `{Self}`",
    label = "this is a `{Self}`",
    note = "use a field of type `String`, or make a text with `format!(\"{{}}\", ..)`, which takes texts, numbers and `bool`s",
    note = "an `Option` of a text is a text, too: that of `None` is empty; for an `Option` of another type, write `.map(|value| format!(\"{{value}}\"))`"
)]
pub trait FailText: Sized {
    /// Requires text.
    fn text(self) {}
}

fits!(FailText: String &str Cow<'_, str> Option<String> Option<&str> Option<Cow<'_, str>> &Option<String>);

/// A value that the arguments of a service can contain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as JSON",
    label = "this is a `{Self}`",
    note = "add `#[derive(Serialize)]` to `{Self}`"
)]
pub trait Json: Sized {
    /// Requires a value that can be serialized as JSON.
    fn json(self) {}
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Json for T {}

/// A result type that needs no value: the output of a state without a value is its input.
#[diagnostic::on_unimplemented(
    message = "this ends without a value, but the declared type is `{Self}`",
    label = "no value is given here",
    note = "write `end value;`, or `succeed Name {{ value }}`"
)]
pub trait Untyped: Sized {
    /// Requires that a result may be any input.
    fn untyped(self) {}
}

fits!(Untyped: serde_json::Value);

/// A number that converts to another number type without loss.
#[diagnostic::on_unimplemented(
    message = "`as` may change the value of a `{Self}` that becomes a `{To}`",
    label = "this is a `{Self}`",
    note = "a workflow allows `as` if it preserves every value, such as `u32 as u64` or `i32 as f64`, and from a float to an \
            integer directly after `.round()`, `.floor()`, `.ceil()` or `.trunc()`; convert other values in a task"
)]
pub trait Lossless<To>: Sized {
    /// The same value.
    fn lossless(self) -> To {
        never()
    }
}

macro_rules! lossless {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl Lossless<$to> for $from {}
    )*)*};
}
lossless! {
    u8 => u8 u16 u32 u64 usize i16 i32 i64 isize f64;
    u16 => u16 u32 u64 usize i32 i64 f64;
    u32 => u32 u64 usize i64 f64;
    u64 => u64 usize f64;
    usize => usize u64 f64;
    i8 => i8 i16 i32 i64 isize f64;
    i16 => i16 i32 i64 isize f64;
    i32 => i32 i64 isize f64;
    i64 => i64 isize f64;
    isize => isize i64 f64;
    f32 => f32;
    f64 => f64;
}

/// A number type that can count the items of any list, or the characters of any text, in a
/// workflow.
#[diagnostic::on_unimplemented(
    message = "a count may be too large for a `{Self}`",
    label = "`as` converts to this type",
    note = "convert a count to `u32`, `u64`, `usize`, `i32`, `i64`, `isize` or `f64`"
)]
pub trait Counts: Sized {
    /// The count.
    fn counted(_count: usize) -> Self {
        never()
    }
}

fits!(Counts: u32 u64 usize i32 i64 isize f64);

/// A float, which is rounded to an integer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rounded float",
    label = "this is a `{Self}`"
)]
pub trait Rounded: Sized {
    /// The same value as an integer.
    fn rounded<To>(self) -> To {
        never()
    }
}

fits!(Rounded: f32 f64);

/// A percentage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a percentage",
    label = "this is a `{Self}`",
    note = "a percentage must be a number from 0 to 100"
)]
pub trait Percentage: Sized {
    /// Requires a percentage.
    fn percentage(self) {}
}

fits!(Percentage: u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);
