//! The Rust methods and functions that a workflow's expressions can call.
//!
//! `workflow!` rejects all other names. For each name, `stepwright` has an additional row with its
//! lowering to JSONata and JSONPath. Both crates read this table. So each method that can be
//! lowered also has a proof that rustc resolves the call to the standard library's method: the
//! traits of that proof are generated from these rows.

use crate::words;

/// The methods of each kind of standard type: those that take `&self` (or `&mut self`), and those
/// that take `self`.
///
/// The macro `$then` receives the table. A method that every type can have (`clone`, `into`,
/// `to_string`) belongs to no kind, because its proof depends on its result.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_method {
    ($then:ident) => {
        $then! {
            /// `String` and `str`.
            Text: [
                as_ref as_str chars contains ends_with is_empty replace split split_once starts_with strip_prefix
                strip_suffix to_lowercase to_owned to_uppercase trim trim_end trim_start
            ], [into_boxed_str into_owned into_string];
            /// `Vec`, slices, arrays and `VecDeque`.
            List: [
                as_ref as_slice concat contains first get is_empty iter join last len to_owned to_vec
            ], [into_iter into_owned map];
            /// `BTreeSet` and `HashSet`.
            Set: [contains first is_empty iter last len], [into_iter];
            /// `BTreeMap`, `HashMap` and `serde_json::Map`.
            Map: [contains_key get is_empty iter keys len values], [into_iter into_keys into_values];
            /// The iterators that these methods return.
            Iterator: [all any as_slice find len next nth position], [
                chain cloned collect copied count enumerate filter filter_map flat_map flatten fold into_iter last map max
                max_by_key min min_by_key product rev skip sum take zip
            ];
            /// `Option`.
            Option: [as_deref as_ref is_none is_some iter], [
                and_then cloned copied expect filter flatten into_iter is_none_or is_some_and map map_or or or_else unwrap
                unwrap_or unwrap_or_default unwrap_or_else
            ];
            /// `bool`.
            Bool: [], [then then_some];
            /// `i8` to `i64` and `isize`.
            Signed: [], [abs clamp max min pow signum];
            /// `u8` to `u64` and `usize`.
            Unsigned: [], [clamp max min pow];
            /// `f32` and `f64`.
            Float: [], [abs ceil clamp floor max min powf powi round sqrt trunc];
            /// The `Decimal` of `rust_decimal`.
            Decimal: [
                abs ceil floor is_sign_negative is_sign_positive is_zero normalize round round_dp trunc
            ], [clamp max min];
            /// The dates and times of `chrono`.
            Time: [
                date_naive day hour minute month second timestamp timestamp_millis to_rfc3339 year
            ], [signed_duration_since];
            /// The durations of `chrono`.
            TimeDelta: [
                abs num_days num_hours num_milliseconds num_minutes num_seconds num_weeks
            ], [];
            /// `serde_json::Value`.
            Json: [
                as_array as_bool as_f64 as_i64 as_str get is_array is_boolean is_null is_number is_object is_string
            ], [];
        }
    };
}

macro_rules! kinds {
    ($($(#[$docs:meta])* $kind:ident: [$($shared:ident)*], [$($owned:ident)*];)*) => {
        /// A kind of standard type with callable methods.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$docs])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The methods that take `&self` or `&mut self`.
            pub const fn by_reference(self) -> &'static [&'static str] {
                match self {
                    $(Kind::$kind => &[$(stringify!($shared)),*],)*
                }
            }

            /// The methods that take `self`.
            pub const fn by_value(self) -> &'static [&'static str] {
                match self {
                    $(Kind::$kind => &[$(stringify!($owned)),*],)*
                }
            }
        }
    };
}
__for_each_method!(kinds);

impl Kind {
    /// Whether the types of this kind have the method.
    pub const fn has(self, method: &str) -> bool {
        has(self.by_reference(), method) || has(self.by_value(), method)
    }
}

/// The methods that advance an iterator.
const ADVANCING: &[&str] = words![all any find next nth position];

/// Whether a method advances the iterator on which it is called.
pub const fn advances(method: &str) -> bool {
    has(ADVANCING, method)
}

/// Methods that every type can have.
pub const UNIVERSAL: &[&str] = &["clone", "into", "to_string"];

/// Methods that change nothing in JSON, for receivers without a row in the lowering.
pub const IDENTITIES: &[&str] = words![
    as_deref as_ref as_slice as_str clone cloned collect copied into_boxed_str into_iter into_owned
    into_string iter to_owned to_vec
];

/// Methods whose lowering depends on more than the receiver's kind.
pub const CODE: &[&str] = words![
    chars contains date_naive day filter_map flat_map hour into is_sign_negative is_sign_positive is_zero minute month normalize
    num_days num_hours num_milliseconds num_minutes num_seconds num_weeks round_dp second signed_duration_since timestamp timestamp_millis to_rfc3339 to_string unwrap_or_default year
];

/// Whether an expression can call a method of this name.
pub const fn is_method(name: &str) -> bool {
    let mut at = 0;
    while at < Kind::ALL.len() {
        if Kind::ALL[at].has(name) {
            return true;
        }
        at += 1;
    }
    has(UNIVERSAL, name)
}

/// The names of all methods.
pub fn methods() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = Kind::ALL
        .iter()
        .flat_map(|kind| [kind.by_reference(), kind.by_value()])
        .chain([UNIVERSAL])
        .flatten()
        .copied()
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

/// Functions, by their paths as written.
pub const FUNCTIONS: &[&str] = &[
    "Box::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "Decimal::from",
    "Decimal::new",
    "String::from",
    "String::new",
    "f64::from",
    "i32::from",
    "i64::from",
    "u32::from",
    "u64::from",
];

/// The name of a call around each value in a `json!`, in the tree of an expression.
pub const JSON_PART: &str = "json!";

/// The clock of `chrono`.
pub const CLOCK: &str = "Utc::now";

/// The functions of `chrono` and std that create durations of whole milliseconds, by the names of
/// their type and their own.
pub(crate) const DURATIONS: &[&str] = &[
    "Days::new",
    "Duration::days",
    "Duration::from_millis",
    "Duration::from_secs",
    "Duration::hours",
    "Duration::milliseconds",
    "Duration::minutes",
    "Duration::seconds",
    "Duration::weeks",
    "Duration::zero",
    "TimeDelta::days",
    "TimeDelta::hours",
    "TimeDelta::milliseconds",
    "TimeDelta::minutes",
    "TimeDelta::seconds",
    "TimeDelta::weeks",
    "TimeDelta::zero",
];

/// The functions of `stepwright::function` that create durations.
pub const UNITS: &[&str] = &["days", "hours", "mins", "secs"];

/// The clock, or the function that creates a duration, that a path names: `TimeDelta::days` for
/// `chrono::TimeDelta::days`.
pub fn time_function(path: &str) -> Option<&'static str> {
    let mut known = DURATIONS.iter().chain([&CLOCK]);
    known
        .find(|name| {
            path.strip_suffix(**name)
                .is_some_and(|module| module.is_empty() || module.ends_with("::"))
        })
        .copied()
}

/// A function of `stepwright::functions`.
#[derive(Debug, Clone, Copy)]
pub struct LibraryFunction {
    /// Its name.
    pub name: &'static str,
    /// Whether it fails on some values; in Rust, it panics.
    pub fails: bool,
    /// Whether each call returns a different value.
    pub changes: bool,
}

macro_rules! library {
    ($($name:ident $fails:literal $changes:literal,)*) => {
        /// The names of the functions of `stepwright::functions`.
        pub const LIBRARY: &[&str] = &[$(stringify!($name)),*];

        /// The functions of `stepwright::functions`.
        pub(crate) const LIBRARY_FUNCTIONS: &[LibraryFunction] = &[$(
            LibraryFunction { name: stringify!($name), fails: $fails, changes: $changes }
        ),*];
    };
}

library! {
    // name       fails changes
    sorted        false false,
    is_before     false false,
    unique        false false,
    chunks        true  false,
    range         true  false,
    now           false true,
    millis        true  false,
    timestamp     true  false,
    uuid          false true,
    sha256        false false,
    base64_encode false false,
    base64_decode true  false,
    parse_json    true  false,
    to_json       false false,
    number        true  false,
}

/// The function of `stepwright::functions` that a path names: `functions::range`, or `range`.
pub fn library_function(path: &str) -> Option<&'static LibraryFunction> {
    let name = path.rsplit("::").next()?;
    LIBRARY_FUNCTIONS.iter().find(|one| one.name == name)
}

/// Methods that panic on some values.
pub const PANICKING_METHODS: &[&str] = &["expect", "unwrap"];

/// Methods whose lowered form fails on some values, in addition to [`PANICKING_METHODS`].
const FAILING_METHODS: &[&str] = &["pow", "powf", "powi", "sqrt"];

/// Whether the lowered form of a method fails on some values.
pub fn method_fails(name: &str) -> bool {
    has(PANICKING_METHODS, name) || has(FAILING_METHODS, name)
}

/// Whether a list contains a name; usable at compile time.
pub const fn has(list: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < list.len() {
        if same(list[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Panics, at compile time, if a name of the first list is not in the second.
///
/// # Panics
///
/// If a name is missing. The message contains the name.
pub const fn assert_all_in(names: &[&str], list: &[&str]) {
    let mut at = 0;
    while at < names.len() {
        if !has(list, names[at]) {
            panic!("{}", names[at]);
        }
        at += 1;
    }
}
