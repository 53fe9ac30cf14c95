//! The eighteen functions.

use std::fmt;
use std::ops::RangeInclusive;

/// The type of a function's parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArgumentType {
    Any,
    /// A literal cannot be an array or an object: those come from paths and calls.
    Structure,
    String,
    Number,
    Bool,
}

macro_rules! functions {
    ($( $(#[$meta:meta])* $name:ident($($parameter:ident),*) $(+ $optional:ident $most:tt)?, )*) => {
        /// An intrinsic function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Function {
            $( $(#[$meta])* $name, )*
        }

        impl Function {
            /// All 18 functions.
            pub const ALL: &'static [Function] = &[$(Function::$name),*];

            /// The full name, such as `States.Format`.
            pub fn name(self) -> &'static str {
                match self {
                    $( Function::$name => concat!("States.", stringify!($name)), )*
                }
            }

            /// The number of arguments.
            pub fn arity(self) -> RangeInclusive<usize> {
                match self {
                    $( Function::$name => {
                        let parameters: &[ArgumentType] = &[$(ArgumentType::$parameter),*];
                        let required = parameters.len();
                        required..=functions!(@most required $($most)?)
                    } )*
                }
            }

            pub(super) fn parameter(self, index: usize) -> ArgumentType {
                match self {
                    $( Function::$name => {
                        let parameters: &[ArgumentType] = &[$(ArgumentType::$parameter,)* $(ArgumentType::$optional)?];
                        parameters.get(index).or(parameters.last()).copied().unwrap_or(ArgumentType::Any)
                    } )*
                }
            }
        }
    };
    (@most $required:ident) => { $required };
    (@most $required:ident many) => { usize::MAX };
    (@most $required:ident $most:literal) => { $required + $most };
}

functions! {
    /// `(v...)`: an array of its arguments.
    Array() + Any many,
    /// `(array, n)`: arrays of up to n items.
    ArrayPartition(Structure, Number),
    /// `(array, value)`: whether the array contains the value.
    ArrayContains(Structure, Any),
    /// `(first, last, step)`: numbers, including the last.
    ArrayRange(Number, Number, Number),
    /// `(array, index)`: one item.
    ArrayGetItem(Structure, Number),
    /// `(array)`: the number of items.
    ArrayLength(Structure),
    /// `(array)`: without duplicates.
    ArrayUnique(Structure),
    /// `(text)`: encoded.
    Base64Encode(String),
    /// `(text)`: decoded.
    Base64Decode(String),
    /// `(data, algorithm)`: `MD5`, `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512` in lower-case
    /// hexadecimal.
    Hash(Any, String),
    /// `(a, b, false)`: the members of both; those of b take precedence.
    JsonMerge(Structure, Structure, Bool),
    /// `(text)`: the JSON value that the text contains.
    StringToJson(String),
    /// `(value)`: its JSON text.
    JsonToString(Any),
    /// `(from, to[, seed])`: an integer, excluding the end.
    MathRandom(Number, Number) + Number 1,
    /// `(a, b)`: the sum of integers.
    MathAdd(Number, Number),
    /// `(text, characters)`: the pieces between any of the characters.
    StringSplit(String, String),
    /// `()`: a random UUID, version 4.
    UUID(),
    /// `(template, v...)`: the template, with each `{}` replaced by the next argument.
    Format(String) + Any many,
}

impl Function {
    /// The function with this name, including `States.`.
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL
            .iter()
            .copied()
            .find(|function| function.name() == name)
    }

    /// Whether its result is or may be a string, as `ErrorPath` and `CausePath` require.
    pub fn may_give_string(self) -> bool {
        matches!(
            self,
            Function::ArrayGetItem
                | Function::Base64Encode
                | Function::Base64Decode
                | Function::Format
                | Function::JsonToString
                | Function::Hash
                | Function::UUID
        )
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
