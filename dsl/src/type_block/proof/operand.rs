//! Operators, conversions and texts of values: the types that use the standard library's.

use super::receiver::{StandardMethod, method};
use crate::type_block::never;
use serde_json::Value;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// Implements a trait for types without parameters, and for references and smart pointers to them.
macro_rules! scalars {
    ($trait:ident: $($of:ty)*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl $trait for $of {}
        )*
        scalars! { @leads $trait: [&T] [&mut T] [Box<T>] [Rc<T>] [Arc<T>] }
    };
    (@own $trait:ident: $($of:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $trait for $of {}
    )*};
    (@leads $trait:ident: $([$of:ty])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: $trait + ?Sized> $trait for $of {}
    )*};
}

/// Declares a trait for the operands of an operator, whose function returns the operand.
macro_rules! operands {
    ($(#[$docs:meta])* $trait:ident: $($of:ty)*) => {
        $(#[$docs])*
        pub trait $trait {
            /// The operand.
            #[must_use]
            fn operand(self) -> Self
            where
                Self: Sized,
            {
                self
            }
        }

        scalars! { $trait: $($of)* }
    };
}

operands! {
    /// A number, a text or a `bool`, with the standard library's comparison and negation.
    #[diagnostic::on_unimplemented(
        message = "a workflow cannot run this operator of `{Self}`",
        label = "a workflow computes with numbers, texts, `bool`s and times, and this is a `{Self}`",
        note = "use the number or the text inside of `{Self}`, compare two values of one type, or compute in a task"
    )]
    StandardOperators: bool char u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 str String Cow<'_, str> Value
}

operands! {
    /// A number or a text of which JSONata computes the same sum, difference and product.
    #[diagnostic::on_unimplemented(
        message = "a workflow cannot run this operator of `{Self}`",
        label = "a workflow computes with numbers, texts and times, and this is a `{Self}`",
        note = "use the number or the text inside of `{Self}`, or compute in a task",
        note = "JSONata computes with 64-bit floats: make an `f32` an `f64`"
    )]
    StandardArithmetic: u8 u16 u32 u64 usize i8 i16 i32 i64 isize f64 str String Cow<'_, str>
}

operands! {
    /// A number of which JSONata computes the same quotient and remainder.
    #[diagnostic::on_unimplemented(
        message = "a workflow cannot divide a `{Self}`",
        label = "a workflow divides integers and `f64`s, and this is a `{Self}`",
        note = "a quotient of `Decimal`s has up to 28 digits, and JSONata computes with 15: multiply by the inverse, such as `amount * Decimal::new(19, 2)` for 19 %, or divide in a task",
        note = "divide the number of a duration, such as `d.num_seconds() / 2`, and make an `f32` an `f64`"
    )]
    StandardQuotient: u8 u16 u32 u64 usize i8 i16 i32 i64 isize f64
}

operands! {
    /// The operand of `!`.
    #[diagnostic::on_unimplemented(
        message = "a workflow cannot run `!` of a `{Self}`",
        label = "a workflow negates `bool`s, and this is a `{Self}`",
        note = "JSONata has no bits of numbers: compute in a task"
    )]
    StandardNot: bool
}

#[cfg(feature = "rust_decimal")]
scalars! { @own StandardOperators: rust_decimal::Decimal }
#[cfg(feature = "rust_decimal")]
scalars! { @own StandardArithmetic: rust_decimal::Decimal }

scalars! { @own StandardOperators: std::time::Duration }
scalars! { @own StandardArithmetic: std::time::Duration }

#[cfg(feature = "chrono")]
scalars! {
    @own StandardOperators: chrono::DateTime<chrono::Utc> chrono::DateTime<chrono::FixedOffset> chrono::NaiveDate
        chrono::NaiveDateTime chrono::NaiveTime chrono::TimeDelta chrono::Days
}
#[cfg(feature = "chrono")]
scalars! {
    @own StandardArithmetic: chrono::DateTime<chrono::Utc> chrono::DateTime<chrono::FixedOffset> chrono::NaiveDate
        chrono::NaiveDateTime chrono::NaiveTime chrono::TimeDelta chrono::Days
}

/// A number with the standard library's `max` of two numbers.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot run this method of `{Self}`",
    label = "a workflow has no such method for a `{Self}`",
    note = "of two equal decimals, `max` of two references returns the second, which may have other zeros at its end: write `(*a).max(*b)`",
    note = "call it in a task, or use the number in a field of the value"
)]
pub trait StandardMax: Sized {
    /// The first of the two numbers.
    #[must_use]
    fn first(self) -> Self {
        self
    }
}

macro_rules! larger {
    ($($of:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl StandardMax for $of {}
        #[diagnostic::do_not_recommend]
        impl StandardMax for &$of {}
        #[diagnostic::do_not_recommend]
        impl StandardMax for &&$of {}
    )*};
}
larger! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 }

#[cfg(feature = "rust_decimal")]
#[diagnostic::do_not_recommend]
impl StandardMax for rust_decimal::Decimal {}

/// A list, a set or a map, whose items a workflow counts.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot run `len` of a `{Self}`",
    label = "this is a `{Self}`",
    note = "`len` of a text counts bytes in Rust and characters in JSONata: write `.chars().count()`",
    note = "`len` of a type of yours is code that a workflow cannot run: call it in a task, or count the list in a field"
)]
pub trait StandardLength: Sized {
    /// The list.
    #[must_use]
    fn length(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: StandardMethod<method::len>> StandardLength for T {}

/// The decimal of `rust_decimal`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the `Decimal` of `rust_decimal`",
    label = "a workflow makes decimals of `rust_decimal` from integers, and this is a `{Self}`",
    note = "enable the feature `rust_decimal` of `stepwright`, or make the value in a task"
)]
pub trait StandardDecimal {}

#[cfg(feature = "rust_decimal")]
impl StandardDecimal for rust_decimal::Decimal {}

/// Proves that a type with the name `Decimal` is the one of `rust_decimal`.
pub fn decimal<T: StandardDecimal>() {}

/// A value that a function such as `String::from` accepts, without code of the user.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has its own conversion, which a workflow cannot run",
    label = "a workflow converts numbers, texts and `bool`s, and this is a `{Self}`",
    note = "convert the number or the text inside of `{Self}`, or convert in a task"
)]
pub trait Convertible {
    /// The value.
    #[must_use]
    fn converted(self) -> Self
    where
        Self: Sized,
    {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: StandardOperators> Convertible for T {}

/// A number that the standard library can sum.
pub trait Number {}

macro_rules! numbers {
    ($($of:ty)*) => {$(
        impl Number for $of {}
        impl Number for &$of {}
    )*};
}
numbers! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize f64 }
#[cfg(feature = "rust_decimal")]
numbers! { rust_decimal::Decimal }

/// An iterator over numbers, with the standard library's `sum` and `product`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has its own `sum` or `product`, or items that are no numbers",
    label = "a workflow adds up and multiplies numbers with the standard library's iterators",
    note = "take the numbers first: `.iter().map(|item| item.amount).sum::<u32>()`",
    note = "JSONata computes with 64-bit floats: make an `f32` an `f64`"
)]
pub trait Sums: Sized {
    /// The iterator.
    #[must_use]
    fn numbers(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<I: StandardMethod<method::sum> + Iterator<Item: Number>> Sums for I {}

/// A value whose text the standard library writes.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot write a `{Self}` as text",
    label = "the text of a `{Self}` is not the standard library's",
    note = "write the text or the number inside of `{Self}`, or make the text in a task"
)]
pub trait Shown {
    /// The value.
    #[must_use]
    fn shown(self) -> Self
    where
        Self: Sized,
    {
        self
    }
}

scalars! {
    Shown: bool char u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 str String Cow<'_, str> Value
        std::num::NonZeroU8 std::num::NonZeroU16 std::num::NonZeroU32 std::num::NonZeroU64 std::num::NonZeroI8
        std::num::NonZeroI16 std::num::NonZeroI32 std::num::NonZeroI64 std::net::IpAddr std::net::Ipv4Addr
        std::net::Ipv6Addr
}

/// Types of other crates: their shape determines how a workflow may use their text.
macro_rules! written {
    ($($feature:literal: $($of:ty)*;)*) => {$($(
        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl Shown for $of {}
    )*)*};
}
written! {
    "chrono": chrono::DateTime<chrono::Utc> chrono::DateTime<chrono::FixedOffset> chrono::NaiveDate chrono::NaiveDateTime
        chrono::NaiveTime;
    "rust_decimal": rust_decimal::Decimal;
    "url": url::Url;
    "uuid": uuid::Uuid;
}

/// A value that the standard library converts into a `To`, with the same JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` becomes a `{To}` by a conversion of the program, which a workflow cannot run",
    label = "this is a `{Self}`",
    note = "convert in a task, or use the value inside of `{Self}`"
)]
pub trait Becomes<To>: Sized {
    /// The same value.
    #[must_use]
    fn becomes(self) -> To {
        never()
    }
}

macro_rules! becomes {
    ($($of:ty => $($to:ty)*;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl Becomes<$to> for $of {}
    )*)*};
}
becomes! {
    u8 => u16 u32 u64 usize i16 i32 i64 isize f32 f64;
    u16 => u32 u64 usize i32 i64 f32 f64;
    u32 => u64 i64 f64;
    i8 => i16 i32 i64 isize f32 f64;
    i16 => i32 i64 isize f32 f64;
    i32 => i64 f64;
    f32 => f64;
    char => String;
    &str => String Box<str> Rc<str> Arc<str> Cow<'static, str> Value;
    &String => String Cow<'static, str>;
    &mut str => String;
    Box<str> => String;
    Cow<'_, str> => String Value;
    String => Box<str> Rc<str> Arc<str> Cow<'static, str> Value;
}

macro_rules! into_values {
    ($($of:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Becomes<Value> for $of {}
    )*};
}
into_values! { bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 }

#[diagnostic::do_not_recommend]
impl<T> Becomes<T> for T {}
#[diagnostic::do_not_recommend]
impl<T> Becomes<Option<T>> for T {}
#[diagnostic::do_not_recommend]
impl<T> Becomes<Box<T>> for T {}
#[diagnostic::do_not_recommend]
impl<T, const N: usize> Becomes<Vec<T>> for [T; N] {}
#[diagnostic::do_not_recommend]
impl<T: Clone> Becomes<Vec<T>> for &[T] {}

/// A text or a list, which the standard library joins.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is joined by code of the program, which a workflow cannot run",
    label = "the items are `{Self}`, and a workflow joins texts and lists",
    note = "join the texts inside: `.map(|item| item.name.as_str())`"
)]
pub trait Joined {}

scalars! { Joined: str String Cow<'_, str> }

#[diagnostic::do_not_recommend]
impl<T> Joined for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T> Joined for [T] {}
#[diagnostic::do_not_recommend]
impl<T, const N: usize> Joined for [T; N] {}

/// Requires texts or lists as the items of a list.
pub fn joined<T: Joined, List: AsRef<[T]>>(list: List) -> List {
    list
}
