//! Types, traits and macros of a user under names of the standard library, with results that differ
//! from the library's.
//!
//! A workflow that confuses one of these definitions with the standard library's has another result
//! than Rust.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Deref, Div, Index, Mul, Neg, Not, Rem, Sub};

use super::draw::Draw;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stepwright::Payload;

macro_rules! payloads {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt $(;)?)*) => {$(
        payloads! { @one [$(#[$meta])*] $kind $name $body }
    )*};
    (@one [$($meta:tt)*] struct $name:ident ($($field:tt)*)) => {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
        $($meta)*
        pub struct $name($($field)*);
    };
    (@one [$($meta:tt)*] $kind:ident $name:ident $body:tt) => {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
        $($meta)*
        pub $kind $name $body
    };
}

payloads! {
    /// A text with its own methods.
    #[derive(PartialEq)]
    struct Code(pub String);
    /// A number with its own methods, operators and order.
    #[derive(Copy, PartialEq, Eq)]
    struct Amount(pub i32);
    /// A list with its own methods, index and iterators.
    #[derive(PartialEq)]
    struct Bag(pub Vec<i32>);
    /// A struct that derefs to one of its lists.
    #[derive(PartialEq)]
    struct Shelf { pub list: Vec<i32>, pub spare: Vec<i32> }
    #[derive(PartialEq, Default)]
    struct Part { pub name: String, pub quantity: i32 }
    /// A struct whose fields are read through its own `Deref`, next to a flattened one with the
    /// same fields.
    #[derive(PartialEq)]
    struct Wrapped { #[serde(flatten)] pub first: Part, pub second: Part }
    /// A newtype whose fields are read through its own `Deref`.
    #[derive(PartialEq)]
    struct Holder(pub Part);
    /// An option with its own methods.
    #[derive(Copy, PartialEq)]
    struct Maybe(pub Option<i32>);
    /// Variants that can be imported.
    #[derive(PartialEq)]
    enum Choice { None, Some(i32) }
    /// A number with derived traits only.
    #[derive(Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    struct Plain(pub i32);
    /// A text with derived traits only.
    #[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    struct Name(pub String);
    /// A text that is compared without its case.
    struct AnyCase(pub String);
    /// A number with the opposite order.
    #[derive(Copy, PartialEq, Eq)]
    struct Backwards(pub i32);
    /// A number with an own method `clone`.
    #[derive(PartialEq)]
    struct Twin(pub i32);
    /// A number with an own default.
    #[derive(PartialEq)]
    struct Start(pub i32);
    /// A number with a function `default` that is no trait's.
    #[derive(PartialEq, Default)]
    struct Fresh(pub i32);
    /// Renamed members, and members that are left out.
    #[derive(PartialEq, Default)]
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    struct Renamed {
        pub some_field: i32,
        #[serde(rename = "ein \"é\" $key")]
        pub other: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
        #[serde(skip)]
        pub hidden: i32,
        #[serde(flatten)]
        pub part: Part,
    }
    #[derive(PartialEq)]
    #[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
    enum Tagged { NoFields, WithFields { some_side: i32, note: Option<String> }, Inside(Part) }
    #[derive(PartialEq)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent { Unit, One(i32), Two(i32, String), Named { side: i32 } }
    #[derive(PartialEq)]
    #[serde(untagged)]
    enum Loose { Number(i32), Text(String), Object { side: i32 }, List(Vec<i32>) }
    /// A field of another form in JSON.
    #[derive(PartialEq)]
    struct Formed {
        #[serde(with = "as_text")]
        #[schemars(with = "String")]
        pub n: i32,
        pub plain: i32,
    }
    /// A type of another form in JSON.
    #[derive(PartialEq)]
    #[serde(into = "String", try_from = "String")]
    struct Id { pub number: i32 }
    #[derive(PartialEq)]
    #[serde(transparent)]
    struct Clear { pub value: i32 }
    /// Members that are left out for other values than `None`.
    #[derive(PartialEq)]
    struct Sparse {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub list: Vec<i32>,
        #[serde(default = "nine", skip_serializing_if = "is_nine")]
        pub nine: i32,
    }
    /// A default of the user for each field.
    #[derive(PartialEq)]
    #[serde(default)]
    struct Settings { pub level: i32, pub label: String }
}

/// A value of every type.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Own {
    pub code: Code,
    pub codes: Vec<Code>,
    pub amount: Amount,
    pub other_amount: Amount,
    pub amounts: Vec<Amount>,
    pub bag: Bag,
    pub bags: Vec<Bag>,
    pub shelf: Shelf,
    pub wrapped: Wrapped,
    pub holder: Holder,
    pub maybe: Maybe,
    pub choice: Choice,
    pub plain: Plain,
    pub plains: Vec<Plain>,
    pub name: Name,
    pub names: Vec<Name>,
    pub any_case: AnyCase,
    pub any_cases: Vec<AnyCase>,
    pub backwards: Backwards,
    pub all_backwards: Vec<Backwards>,
    pub twin: Twin,
    pub start: Option<Start>,
    pub renamed: Renamed,
    pub tagged: Tagged,
    pub adjacent: Adjacent,
    pub loose: Loose,
    pub formed: Formed,
    pub id: Id,
    pub clear: Clear,
    pub sparse: Sparse,
    pub settings: Settings,
    pub by_name: BTreeMap<Name, i32>,
    pub extreme: f64,
    pub extremes: Vec<f64>,
}

impl Draw {
    pub fn own(&mut self) -> Own {
        Own {
            code: Code(self.text()),
            codes: self.list(|draw| Code(draw.text())),
            amount: Amount(self.small()),
            other_amount: Amount(self.small()),
            amounts: self.list(|draw| Amount(draw.small())),
            bag: Bag(self.list(Draw::small)),
            bags: self.list(|draw| Bag(draw.list(Draw::small))),
            shelf: Shelf {
                list: self.list(Draw::small),
                spare: self.list(Draw::small),
            },
            wrapped: Wrapped {
                first: self.part(),
                second: self.part(),
            },
            holder: Holder(self.part()),
            maybe: Maybe(self.option(Draw::small)),
            choice: match self.number(2) {
                0 => Choice::None,
                _ => Choice::Some(self.small()),
            },
            plain: Plain(self.small()),
            plains: self.list(|draw| Plain(draw.small())),
            name: Name(self.text()),
            names: self.list(|draw| Name(draw.text())),
            any_case: AnyCase(self.text()),
            any_cases: self.list(|draw| AnyCase(draw.text())),
            backwards: Backwards(self.small()),
            all_backwards: self.list(|draw| Backwards(draw.small())),
            twin: Twin(self.small()),
            start: self.option(|draw| Start(draw.small())),
            renamed: Renamed {
                some_field: self.small(),
                other: self.text(),
                note: self.option(Draw::text),
                hidden: 0,
                part: self.part(),
            },
            tagged: match self.number(3) {
                0 => Tagged::NoFields,
                1 => Tagged::WithFields {
                    some_side: self.small(),
                    note: self.option(Draw::text),
                },
                _ => Tagged::Inside(self.part()),
            },
            adjacent: match self.number(4) {
                0 => Adjacent::Unit,
                1 => Adjacent::One(self.small()),
                2 => Adjacent::Two(self.small(), self.text()),
                _ => Adjacent::Named { side: self.small() },
            },
            loose: match self.number(4) {
                0 => Loose::Number(self.small()),
                1 => Loose::Text(self.text()),
                2 => Loose::Object { side: self.small() },
                _ => Loose::List(self.list(Draw::small)),
            },
            formed: Formed {
                n: self.small(),
                plain: self.small(),
            },
            id: Id {
                number: self.small(),
            },
            clear: Clear {
                value: self.small(),
            },
            sparse: Sparse {
                list: self.list(Draw::small),
                nine: self.of(&[9, 9, 1]),
            },
            settings: Settings {
                level: self.small(),
                label: self.text(),
            },
            by_name: self
                .list(|draw| (Name(draw.key()), draw.small()))
                .into_iter()
                .collect(),
            extreme: self.extreme(),
            extremes: self.list(Draw::extreme),
        }
    }

    /// A number near the limits of an `f64`.
    fn extreme(&mut self) -> f64 {
        self.of(&[
            0.0,
            -0.0,
            0.1,
            1e-7,
            5e-324,
            1e15,
            1e21,
            -1e21,
            1e300,
            9_007_199_254_740_991.0,
            9_007_199_254_740_993.0,
            4_503_599_627_370_495.5,
            0.499_999_999_999_999_94,
        ])
    }

    /// A key of a map: plain ones, members of every object in JavaScript, indices, and texts that
    /// UTF-16 orders differently.
    pub fn key(&mut self) -> String {
        self.of(&[
            "a",
            "b",
            "z",
            "ä",
            "name",
            "",
            "10",
            "9",
            "toString",
            "__proto__",
            "a.b",
            "\u{FF5E}",
            "\u{1F600}",
        ])
        .to_owned()
    }

    fn part(&mut self) -> Part {
        Part {
            name: self.text(),
            quantity: self.small(),
        }
    }
}

fn nine() -> i32 {
    9
}

fn is_nine(n: &i32) -> bool {
    *n == 9
}

/// Numbers that are serialized as texts.
mod as_text {
    use super::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &i32, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        format!("#{}", id.number)
    }
}
impl TryFrom<String> for Id {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Id, Self::Error> {
        let number = text.trim_start_matches('#').parse()?;
        Ok(Id { number })
    }
}

impl Code {
    pub fn as_str(&self) -> &'static str {
        "own"
    }
    pub fn len(&self) -> usize {
        1000
    }
    pub fn is_empty(&self) -> bool {
        !self.0.is_empty()
    }
    pub fn contains(&self, text: &str) -> bool {
        !self.0.contains(text)
    }
    pub fn starts_with(&self, text: &str) -> bool {
        !self.0.starts_with(text)
    }
    pub fn ends_with(&self, text: &str) -> bool {
        !self.0.ends_with(text)
    }
    pub fn trim(&self) -> &'static str {
        "own"
    }
    pub fn to_uppercase(&self) -> String {
        "own".to_owned()
    }
    pub fn to_lowercase(&self) -> String {
        "OWN".to_owned()
    }
    pub fn replace(&self, _: &str, _: &str) -> String {
        "own".to_owned()
    }
    pub fn to_string(&self) -> String {
        "own".to_owned()
    }
    pub fn to_owned(&self) -> String {
        "own".to_owned()
    }
    pub fn chars(&self) -> std::str::Chars<'static> {
        "own".chars()
    }
    pub fn split(&self, by: &'static str) -> std::str::Split<'static, &'static str> {
        "o,w,n".split(by)
    }
}
impl From<Code> for String {
    fn from(_: Code) -> String {
        "own".to_owned()
    }
}
impl From<String> for Code {
    fn from(_: String) -> Code {
        Code("own".to_owned())
    }
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}
impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.0 != other
    }
}

impl Amount {
    pub fn abs(self) -> Amount {
        Amount(1000)
    }
    pub fn max(self, other: Amount) -> Amount {
        Amount(self.0.min(other.0))
    }
    pub fn min(self, other: Amount) -> Amount {
        Amount(self.0.max(other.0))
    }
    pub fn clamp(self, _: Amount, most: Amount) -> Amount {
        most
    }
    pub fn pow(self, _: u32) -> Amount {
        Amount(1001)
    }
    pub fn signum(self) -> Amount {
        Amount(-7)
    }
}
macro_rules! operators {
    ($($trait:ident $method:ident $result:literal)*) => {$(
        impl $trait for Amount {
            type Output = Amount;
            fn $method(self, _: Amount) -> Amount {
                Amount($result)
            }
        }
        impl $trait<i32> for Amount {
            type Output = Amount;
            fn $method(self, _: i32) -> Amount {
                Amount($result + 100)
            }
        }
    )*};
}
operators! { Add add 10001 Sub sub 10002 Mul mul 10003 Div div 10004 Rem rem 10005 }
impl Neg for Amount {
    type Output = Amount;
    fn neg(self) -> Amount {
        self
    }
}
impl Not for Amount {
    type Output = bool;
    fn not(self) -> bool {
        self.0 != 0
    }
}
impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Amount) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Amount {
    fn cmp(&self, other: &Amount) -> Ordering {
        other.0.cmp(&self.0)
    }
}
impl PartialEq<i32> for Amount {
    fn eq(&self, other: &i32) -> bool {
        self.0 != *other
    }
}
impl PartialOrd<i32> for Amount {
    fn partial_cmp(&self, other: &i32) -> Option<Ordering> {
        other.partial_cmp(&self.0)
    }
}
impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(_: I) -> Amount {
        Amount(1002)
    }
}
impl<'a> Sum<&'a Amount> for i32 {
    fn sum<I: Iterator<Item = &'a Amount>>(_: I) -> i32 {
        1003
    }
}
impl From<Amount> for i32 {
    fn from(_: Amount) -> i32 {
        1004
    }
}
impl From<i32> for Amount {
    fn from(_: i32) -> Amount {
        Amount(1005)
    }
}
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl Bag {
    pub fn len(&self) -> usize {
        1000
    }
    pub fn is_empty(&self) -> bool {
        !self.0.is_empty()
    }
    pub fn get(&self, at: usize) -> Option<&i32> {
        self.0.iter().rev().nth(at)
    }
    pub fn first(&self) -> Option<&i32> {
        self.0.last()
    }
    pub fn last(&self) -> Option<&i32> {
        self.0.first()
    }
    pub fn contains(&self, n: &i32) -> bool {
        !self.0.contains(n)
    }
    pub fn iter(&self) -> std::slice::Iter<'_, i32> {
        self.0[self.0.len() / 2..].iter()
    }
    pub fn to_vec(&self) -> Vec<i32> {
        vec![1000]
    }
}
impl Index<usize> for Bag {
    type Output = i32;
    fn index(&self, _: usize) -> &i32 {
        &1000
    }
}
impl IntoIterator for Bag {
    type Item = i32;
    type IntoIter = std::vec::IntoIter<i32>;
    fn into_iter(self) -> Self::IntoIter {
        vec![1000, 1001].into_iter()
    }
}
impl<'a> IntoIterator for &'a Bag {
    type Item = &'a i32;
    type IntoIter = std::slice::Iter<'a, i32>;
    fn into_iter(self) -> Self::IntoIter {
        [1000, 1001].iter()
    }
}
impl FromIterator<i32> for Bag {
    fn from_iter<I: IntoIterator<Item = i32>>(_: I) -> Bag {
        Bag(vec![1000])
    }
}

impl Deref for Shelf {
    type Target = Vec<i32>;
    fn deref(&self) -> &Vec<i32> {
        &self.spare
    }
}
impl Deref for Wrapped {
    type Target = Part;
    fn deref(&self) -> &Part {
        &self.second
    }
}
impl Deref for Holder {
    type Target = Part;
    fn deref(&self) -> &Part {
        &self.0
    }
}

impl Maybe {
    pub fn unwrap_or(self, _: i32) -> i32 {
        1000
    }
    pub fn unwrap_or_default(self) -> i32 {
        1001
    }
    pub fn is_some(&self) -> bool {
        self.0.is_none()
    }
    pub fn is_none(&self) -> bool {
        self.0.is_some()
    }
    pub fn map(self, by: impl FnOnce(i32) -> i32) -> Option<i32> {
        Some(by(1000))
    }
    pub fn unwrap(self) -> i32 {
        1002
    }
    pub fn expect(self, _: &str) -> i32 {
        1003
    }
    pub fn iter(&self) -> std::slice::Iter<'static, i32> {
        [1000].iter()
    }
}

impl PartialEq for AnyCase {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for AnyCase {}
impl PartialOrd for Backwards {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Backwards {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}
impl Twin {
    #[allow(clippy::should_implement_trait)]
    pub fn clone(&self) -> Twin {
        Twin(1000)
    }
}
impl Default for Start {
    fn default() -> Start {
        Start(77)
    }
}
impl Fresh {
    #[allow(clippy::should_implement_trait)]
    pub fn default() -> Fresh {
        Fresh(78)
    }
}
impl Default for Settings {
    fn default() -> Settings {
        Settings {
            level: 5,
            label: "own".to_owned(),
        }
    }
}

/// Traits that add methods of the standard library's names to its types.
pub mod traits {
    use std::slice::Iter;

    /// `trait Len { fn len(self) -> usize }`, for types with a value.
    macro_rules! traits {
        ($($trait:ident [$($parameter:ident)?] $for:ty: $method:ident($($receiver:tt)*) -> $result:ty = $value:expr;)*) => {$(
            pub trait $trait $(<$parameter>)? {
                #[allow(clippy::wrong_self_convention)]
                fn $method($($receiver)*) -> $result;
            }
            impl $(<$parameter>)? $trait $(<$parameter>)? for $for {
                fn $method($($receiver)*) -> $result {
                    $value
                }
            }
        )*};
    }
    traits! {
        TextLen [] String: len(self) -> usize = 1000;
        TextIsEmpty [] String: is_empty(self) -> bool = true;
        TextContains [] String: contains(&self, _text: &str) -> bool = true;
        TextStartsWith [] String: starts_with(&self, _text: &str) -> bool = true;
        TextTrim [] String: trim(&self) -> &'static str = "own";
        TextUppercase [] String: to_uppercase(&self) -> String = "own".to_owned();
        TextReplace [] String: replace(&self, _from: &str, _to: &str) -> String = "own".to_owned();
        TextAsStr [] String: as_str(self) -> &'static str = "own";
        TextClone [] String: clone(self) -> String = "own".to_owned();
        TextSplit [] String: split(&self, by: &'static str) -> std::str::Split<'static, &'static str> = "o,w,n".split(by);
        ListLen [T] Vec<T>: len(self) -> usize = 1000;
        ListIsEmpty [T] Vec<T>: is_empty(self) -> bool = true;
        ListFirst [T] Vec<T>: first(&self) -> Option<&T> = None;
        ListLast [T] Vec<T>: last(&self) -> Option<&T> = None;
        ListGet [T] Vec<T>: get(&self, _at: usize) -> Option<&T> = None;
        ListContains [T] Vec<T>: contains(&self, _item: &T) -> bool = true;
        ListIter [T] Vec<T>: iter(&self) -> Iter<'_, T> = [].iter();
        ListIntoIter [T] &Vec<T>: into_iter(self) -> Iter<'static, i32> = [1000].iter();
        ListJoin [] Vec<String>: join(&self, _by: &str) -> String = "own".to_owned();
        ListClone [] Vec<i32>: clone(self) -> Vec<i32> = vec![1000];
        ListSum [] Vec<i32>: sum(&self) -> i32 = 1000;
        ListMax [] Vec<i32>: max(&self) -> Option<&'static i32> = Some(&1000);
        NumberAbs [] i32: abs(&self) -> i32 = 1000;
        NumberSignum [] i32: signum(&self) -> i32 = 1000;
        NumberText [] i32: to_string(self) -> String = "own".to_owned();
        NumberIsEmpty [] i32: is_empty(&self) -> bool = true;
        UnsignedAbs [] usize: abs(&self) -> usize = 1000;
        FloatFloor [] f64: floor(&self) -> f64 = 1000.0;
        BoolThenSome [] bool: then_some(&self, n: i32) -> Option<i32> = Some(n);
        OptionIsSome [T] Option<T>: is_some(self) -> bool = true;
        OptionIsNone [T] Option<T>: is_none(self) -> bool = true;
        OptionIter [T] Option<T>: iter(self) -> Iter<'static, T> = [].iter();
    }

    /// A method for all types.
    pub trait AnyLen: Sized {
        fn len(self) -> usize {
            1000
        }
    }
    impl<T> AnyLen for T {}

    /// A method for all types.
    pub trait AnyToString: Sized {
        fn to_string(self) -> String {
            "own".to_owned()
        }
    }
    impl<T> AnyToString for T {}
}

/// Macros under names of the standard library.
pub mod macros {
    /// The same text for all arguments.
    #[macro_export]
    macro_rules! own_format {
        ($($any:tt)*) => {
            "own".to_string()
        };
    }
    /// `true` for all arguments.
    #[macro_export]
    macro_rules! own_matches {
        ($($any:tt)*) => {
            true
        };
    }
    /// No items for all arguments.
    #[macro_export]
    macro_rules! own_vec {
        ($($item:expr),* $(,)?) => {
            std::iter::empty().collect::<std::vec::Vec<_>>()
        };
    }
    pub use crate::own_format as format;
    pub use crate::own_matches as matches;
    pub use crate::own_vec as vec;
}

/// Types, functions and constants under names of the prelude and of Stepwright.
#[allow(non_upper_case_globals, non_snake_case, non_camel_case_types)]
pub mod shadow {
    pub const None: core::option::Option<core::primitive::i32> = core::option::Option::Some(1000);
    pub fn Some<T>(_: T) -> core::option::Option<T> {
        core::option::Option::None
    }
    pub struct String;
    impl String {
        pub fn new() -> ::std::string::String {
            "own".to_owned()
        }
        pub fn from(_: &str) -> ::std::string::String {
            "own".to_owned()
        }
    }
    pub struct Vec<T>(T);
    impl<T: From<core::primitive::i32>> Vec<T> {
        pub fn new() -> ::std::vec::Vec<T> {
            vec![T::from(1000)]
        }
    }
    pub struct i32;
    impl i32 {
        pub fn from<T>(_: T) -> core::primitive::i32 {
            1000
        }
    }
    pub struct i64;
    impl i64 {
        pub fn from<T>(_: T) -> core::primitive::i64 {
            1000
        }
    }
    pub struct f64;
    impl f64 {
        pub fn from<T>(_: T) -> core::primitive::f64 {
            1000.0
        }
    }
    pub trait Default {
        fn default() -> core::primitive::i32 {
            1000
        }
    }
    impl Default for core::primitive::i32 {}
    pub mod functions {
        pub fn to_json<T>(_: &T) -> String {
            "own".to_owned()
        }
        pub fn sorted<T>(_: Vec<T>) -> Vec<T> {
            Vec::new()
        }
        pub fn unique<T>(_: Vec<T>) -> Vec<T> {
            Vec::new()
        }
        pub fn chunks<T>(_: Vec<T>, _: usize) -> Vec<Vec<T>> {
            Vec::new()
        }
        pub fn is_before(_: &str, _: &str) -> bool {
            true
        }
    }
    pub mod std {
        pub mod collections {
            pub struct BTreeSet<T>(T);
            impl<T: Clone> FromIterator<T> for BTreeSet<T> {
                fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
                    BTreeSet(items.into_iter().next().expect("an item"))
                }
            }
            impl<T> BTreeSet<T> {
                pub fn len(&self) -> usize {
                    1000
                }
            }
            impl<T> IntoIterator for BTreeSet<T> {
                type Item = T;
                type IntoIter = ::std::option::IntoIter<T>;
                fn into_iter(self) -> Self::IntoIter {
                    Some(self.0).into_iter()
                }
            }
        }
    }
}
