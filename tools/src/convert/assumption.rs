//! The assumptions of a conversion about data.

use std::fmt;

macro_rules! assumptions {
    ($( $(#[$meta:meta])* $name:ident = $code:literal, $summary:literal, $explanation:literal; )*) => {
        /// An assumption about the data of executions. The conversion is exact for data that
        /// satisfies all of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Assumption {
            $( $(#[$meta])* $name, )*
        }

        impl Assumption {
            /// All assumptions.
            pub const ALL: &'static [Assumption] = &[$(Assumption::$name),*];

            /// The name.
            pub fn code(self) -> &'static str {
                match self {
                    $( Assumption::$name => $code, )*
                }
            }

            /// The assumption in a few words.
            pub fn summary(self) -> &'static str {
                match self {
                    $( Assumption::$name => $summary, )*
                }
            }

            /// The assumption, and the difference if it is wrong.
            pub fn explanation(self) -> &'static str {
                match self {
                    $( Assumption::$name => $explanation, )*
                }
            }
        }
    };
}

assumptions! {
    /// Paths find a value.
    Absent = "absent",
        "each path finds a value",
        "Each path finds a value. Otherwise a JSONPath execution fails with `States.Runtime`, which nothing catches. In JSONata the field fails with `States.QueryEvaluationError`, which `States.ALL` catches; inside of an expression the member is left out, the text is empty, and a comparison is false. An index after the end of a list is `null` in JSONPath.";
    /// Values have the types that paths and functions need.
    Types = "types",
        "values have the types that paths and functions need",
        "Paths read members of objects and items of lists, `[*]` selects the items of a list and `.*` the members of an object, functions have arguments of their types, `States.JsonToString` gets no text and `States.Format` no objects, and numbers are no texts. `ResultPath` leads into objects. Otherwise JSONPath finds nothing or fails, and JSONata may find the members of each item of a list, or convert the value.";
    /// Numbers survive 64-bit floating point.
    Digits = "digits",
        "numbers have at most 15 digits",
        "Numbers have at most 15 significant digits, those in texts are written without an exponent and without `.0`, and those of `States.MathAdd`, `States.ArrayRange` and other functions that round are integers.";
    /// Values of placeholders can be inside of a text of an expression.
    Placeholders = "placeholders",
        "values of placeholders in expressions contain no quotation mark and no backslash",
        "The values that a template engine fills into texts of expressions (`${Stage}`) contain no quotation mark and no backslash. Otherwise the expression ends at the quotation mark and AWS refuses it, or the text differs.";
}

/// The name of the assumption.
impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
