//! Fields whose value is an enumeration.

use crate::json::Object;
use std::fmt;

/// The valid values of a field.
pub(super) trait Vocabulary: Copy + AsRef<str> {
    const ALL: &'static [&'static str];
    /// The id of the rule that reports other values.
    const RULE: &'static str;

    fn named(word: &str) -> Option<Self>;
}

/// A value of an enumeration (including `true` and `false`), or a `${substitution}` that a template
/// engine fills in.
///
/// ```
/// use stepwright_asl::model::{JitterStrategy, State, Word};
///
/// assert_eq!(Word::from(JitterStrategy::Full).known(), Some(JitterStrategy::Full));
/// assert_eq!(Word::<JitterStrategy>::Substitution("${Jitter}".to_owned()).known(), None);
///
/// let mut state = State::from_json(r#"{"Type": "Pass", "End": "${Ends}"}"#)?;
/// let pass = state.as_pass_mut().expect("it is a Pass");
/// assert_eq!(pass.end, Some(Word::Substitution("${Ends}".to_owned())));
/// pass.end = Some(true.into());
/// assert!(state.is_end());
/// # Ok::<(), stepwright_asl::Diagnostics>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Word<W> {
    /// A known value.
    Known(W),
    /// A string with a substitution, such as `${Jitter}`.
    Substitution(String),
}

impl<W: Copy> Word<W> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<W> {
        match self {
            Word::Known(word) => Some(*word),
            Word::Substitution(_) => None,
        }
    }
}

impl<W: AsRef<str>> Word<W> {
    /// The string in the definition.
    pub fn as_str(&self) -> &str {
        match self {
            Word::Known(word) => word.as_ref(),
            Word::Substitution(text) => text,
        }
    }
}

impl<W: PartialEq> PartialEq<W> for Word<W> {
    fn eq(&self, word: &W) -> bool {
        matches!(self, Word::Known(known) if known == word)
    }
}

impl<W> From<W> for Word<W> {
    fn from(word: W) -> Word<W> {
        Word::Known(word)
    }
}

macro_rules! enumeration {
    ($(#[$meta:meta])* $name:ident as $rule:literal { $( $(#[$word_meta:meta])* $variant:ident = $word:literal, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$word_meta])* $variant, )*
        }

        impl $name {
            /// The names of all values in ASL.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The value's name in ASL.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( $name::$variant => $word, )*
                }
            }

            /// The value with exactly this name.
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

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl Vocabulary for $name {
            const ALL: &'static [&'static str] = $name::WORDS;
            const RULE: &'static str = $rule;

            fn named(word: &str) -> Option<$name> {
                $name::from_word(word)
            }
        }
    };
}

enumeration! {
    /// The language in which a machine or a state selects and shapes data.
    QueryLanguage as "SW017" {
        /// Paths and payload templates; the default.
        JsonPath = "JSONPath",
        /// Expressions between `{%` and `%}`.
        Jsonata = "JSONata",
    }
}

impl QueryLanguage {
    /// The value of `QueryLanguage` in a machine or a state itself; `None` if it is absent or
    /// unknown. A state without it has the language of its machine.
    pub fn of(object: &Object) -> Option<QueryLanguage> {
        QueryLanguage::from_word(object.get("QueryLanguage")?.as_str()?)
    }
}

enumeration! {
    /// The type of a state machine, or of the child executions of a Distributed Map
    /// (`ExecutionType`).
    MachineType as "SW017" {
        /// Durable; runs up to a year; every step runs exactly once.
        Standard = "STANDARD",
        /// In memory; runs up to five minutes.
        Express = "EXPRESS",
    }
}

enumeration! {
    /// How a Map runs its iterations.
    ProcessorMode as "SW017" {
        /// In the parent execution; the default.
        Inline = "INLINE",
        /// Each in a separate execution.
        Distributed = "DISTRIBUTED",
    }
}

enumeration! {
    /// The randomisation of a retrier's delays.
    JitterStrategy as "SW059" {
        /// Uniform between 0 and the computed delay.
        Full = "FULL",
        /// The computed delay; the default.
        None = "NONE",
    }
}
