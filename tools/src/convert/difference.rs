//! The differences between the query languages that make the conversion of a state inexact.

use std::fmt;
use std::str::FromStr;

macro_rules! differences {
    ($( $(#[$meta:meta])* $name:ident = $code:literal, $explanation:literal, $acceptable:literal; )*) => {
        /// A difference between JSONPath and JSONata, for which a state is not converted unless a
        /// person accepts it.
        ///
        /// ```
        /// use stepwright_tools::convert::Difference;
        ///
        /// let difference: Difference = "flattened-lists".parse()?;
        /// assert_eq!(difference, Difference::FlattenedLists);
        /// assert!("flattened".parse::<Difference>().is_err());
        /// # Ok::<(), stepwright_tools::convert::UnknownDifference>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Difference {
            $( $(#[$meta])* $name, )*
        }

        impl Difference {
            /// All differences.
            pub const ALL: &'static [Difference] = &[$(Difference::$name),*];

            /// The code in kebab-case, such as `flattened-lists`.
            pub fn code(self) -> &'static str {
                match self {
                    $( Difference::$name => $code, )*
                }
            }

            /// One sentence about the difference.
            pub fn explanation(self) -> &'static str {
                match self {
                    $( Difference::$name => $explanation, )*
                }
            }

            /// Whether a person can accept it: there is an expression that does nearly the same.
            pub fn is_acceptable(self) -> bool {
                match self {
                    $( Difference::$name => $acceptable, )*
                }
            }
        }
    };
}

differences! {
    /// A path with a wildcard or a filter may select lists.
    FlattenedLists = "flattened-lists",
        "If a path selects several values that are lists, JSONata joins them to one list.", true;
    /// A path with `..`.
    DescentOrder = "descent-order",
        "JSONata's `**` may find values in a different order than `..`, and joins lists.", true;
    /// A comparison of timestamps.
    TimestampText = "timestamp-text",
        "`$toMillis` fails for a text that is no timestamp, and ignores fractions of milliseconds; a JSONPath rule does not match.", true;
    /// The seed of `States.MathRandom`.
    RandomSeed = "random-seed",
        "JSONata's `$random` draws a different number from the same seed.", true;
    /// A list in a list inside an expression.
    NestedList = "nested-list",
        "If an item of a new list is a list, JSONata inserts the items of the inner list.", true;
    /// An object or list in a text.
    ObjectText = "object-text",
        "JSONPath and JSONata print objects, lists and texts in texts differently.", true;
    /// A comparison in a filter.
    FilterTypes = "filter-types",
        "A filter of JSONPath compares values of different types by other rules than JSONata.", true;
    /// A number that JSONata cannot represent.
    LargeNumber = "large-number",
        "JSONata has no exact numbers beyond 2^53 in expressions.", true;
    /// A name that JSONata finds in every object.
    InheritedName = "inherited-name",
        "JSONata finds this name in every object, even if the object has no such member.", true;
    /// A function that a variable hides.
    HiddenFunction = "hidden-function",
        "A variable of the machine has the name of a function that the expression needs.", false;
    /// A call or path that fails in every execution.
    AlwaysFails = "always-fails",
        "The field fails in every execution.", false;
    /// Something without a counterpart in JSONata.
    NoCounterpart = "no-counterpart",
        "JSONata has no readable expression for it.", false;
    /// A value that a template engine fills in.
    UnknownValue = "unknown-value",
        "A template engine fills in the value, which may have any type.", false;
    /// A state with errors.
    InvalidState = "invalid-state",
        "The state has an error; `stepwright validate` reports it.", false;
}

/// The code of the difference.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Difference {
    type Err = UnknownDifference;

    fn from_str(code: &str) -> Result<Difference, UnknownDifference> {
        let found = Difference::ALL.iter().copied();
        let mut found = found.filter(|difference| difference.code() == code);
        found
            .next()
            .ok_or_else(|| UnknownDifference(code.to_owned()))
    }
}

/// A text that is no code of a [`Difference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no difference `{0}`")]
pub struct UnknownDifference(pub String);
