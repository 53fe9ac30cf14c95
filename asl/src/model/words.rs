//! Fields whose value is one of a few words.

use std::fmt;

use crate::json::Json;
use crate::place::Place;

use super::Kind;
use super::structure::{Field, Reading};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident as $rule:literal { $( $(#[$word_meta:meta])* $variant:ident = $word:literal, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$word_meta])* $variant, )*
        }

        impl $name {
            /// Every word of ASL that it can be.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word of ASL.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( $name::$variant => $word, )*
                }
            }

            /// The value of a word, which is spelled exactly so.
            pub fn from_word(word: &str) -> Option<$name> {
                match word {
                    $( $word => Some($name::$variant), )*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Field for $name {
            const KIND: Kind = Kind::Word($name::WORDS);

            fn read(json: &Json, at: &Place<'_>, reading: &mut Reading<'_>) -> Option<Self> {
                let Some(word) = json.as_str() else {
                    reading.wrong_type(json, Self::KIND.noun(), at);
                    return None;
                };
                let value = $name::from_word(word);
                if value.is_none() {
                    let message = format!("Value is not one of: [{}]", $name::WORDS.join(", "));
                    reading.fault($rule, message, at);
                }
                value
            }

            fn write(&self) -> Option<Json> {
                Some(self.as_str().into())
            }
        }
    };
}

words! {
    /// The language in which a machine or a state selects and shapes data.
    QueryLanguage as "SW017" {
        /// Paths and payload templates; the default.
        JsonPath = "JSONPath",
        /// Expressions between `{%` and `%}`.
        Jsonata = "JSONata",
    }
}

words! {
    /// The type of a state machine, or of a Distributed Map's child executions (`ExecutionType`).
    MachineType as "SW017" {
        /// Durable, up to a year, every step once.
        Standard = "STANDARD",
        /// In memory, up to five minutes.
        Express = "EXPRESS",
    }
}

words! {
    /// How a Map runs its iterations.
    ProcessorMode as "SW017" {
        /// Within the execution; the default.
        Inline = "INLINE",
        /// Each in an execution of its own.
        Distributed = "DISTRIBUTED",
    }
}

words! {
    /// How a retrier's delay is randomised.
    JitterStrategy as "SW059" {
        /// Uniform between 0 and the computed delay.
        Full = "FULL",
        /// The computed delay; the default.
        None = "NONE",
    }
}
