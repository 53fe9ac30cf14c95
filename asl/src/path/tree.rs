//! The syntax tree of a path.

use std::fmt;

use crate::json::Json;

/// How deep groups, literals and paths in filters may nest.
pub const MAX_DEPTH: usize = 100;

/// A path: a root and the steps from it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The steps, from the root on.
    pub steps: Vec<Step>,
    pub(super) text: String,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the data that the field works on.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable, by its name without `$`.
    Variable(String),
    /// `@`: the item that a filter looks at. Stands inside filters only.
    Current,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name` or `['name']`
    Key(String),
    /// `['a','b']`: an object of those members that are there.
    Keys(Vec<String>),
    /// `[0]`; negative counts from the end.
    Index(i64),
    /// `[0,2]`
    Indices(Vec<i64>),
    /// `[start:end]`; each may be absent, but not both. Jayway reads a third number and ignores it.
    Slice {
        /// The first index; negative counts from the end.
        start: Option<i64>,
        /// The index after the last; negative counts from the end.
        end: Option<i64>,
    },
    /// `.*` or `[*]`
    Wildcard,
    /// `..` and the step that is taken from every descendant.
    Descendant(Box<Step>),
    /// `[?(...)]`; several filters, `[?(..),?(..)]`, are joined by "or".
    Filter(Filter),
    /// `.length()`. Jayway evaluates such functions; AWS does not, and fails as if it were an absent key of that text.
    Function {
        /// The name, without parentheses.
        name: String,
        /// What stands between the parentheses.
        arguments: String,
    },
}

impl Path {
    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it selects one value at most: keys and indices only.
    ///
    /// An indefinite path always gives an array.
    pub fn is_definite(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step, Step::Key(_) | Step::Index(_) | Step::Function { .. }))
    }

    /// Whether it is a reference path: one that names a single place, as `ResultPath` and `Variable` need.
    pub fn is_reference(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Key(_) => true,
            Step::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// The workflow variable it begins at, without `$`.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            _ => None,
        }
    }
}

/// The text that was read.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The condition of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Holds when one of these holds.
    Or(Vec<Filter>),
    /// Holds when all of these hold.
    And(Vec<Filter>),
    /// Holds when this does not.
    Not(Box<Filter>),
    /// Holds when the path selects something.
    Exists(Path),
    /// Holds when the comparison does.
    Compare {
        /// What stands before the operator.
        left: Operand,
        /// The operator.
        comparator: Comparator,
        /// What stands behind it.
        right: Operand,
    },
}

/// What a filter compares.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A path from `@`, the item, or from `$`.
    Path(Path),
    /// A literal. A bare word counts as a string.
    Literal(Json),
    /// `/pattern/flags`
    Regex {
        /// The pattern, in Java's dialect.
        pattern: String,
        /// The flags, such as `i`.
        flags: String,
    },
}

macro_rules! comparators {
    ($( $(#[$meta:meta])* $name:ident = $text:literal, )*) => {
        /// A comparison operator of a filter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Comparator {
            $( $(#[$meta])* $name, )*
        }

        impl Comparator {
            /// All operators; one that begins another stands behind it.
            pub const ALL: &'static [Comparator] = &[$(Comparator::$name),*];

            /// The operator as it is written.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Comparator::$name => $text, )*
                }
            }
        }
    };
}

comparators! {
    /// Equal, also in type.
    StrictlyEqual = "===",
    /// Not [`Comparator::StrictlyEqual`].
    StrictlyNotEqual = "!==",
    /// Equal.
    Equal = "==",
    /// Not equal.
    NotEqual = "!=",
    /// Matches a regular expression.
    Matches = "=~",
    /// Less or equal.
    LessOrEqual = "<=",
    /// Greater or equal.
    GreaterOrEqual = ">=",
    /// Less.
    Less = "<",
    /// Greater.
    Greater = ">",
    /// All items of the left stand in the right.
    SubsetOf = "subsetof",
    /// An item of the left stands in the right.
    AnyOf = "anyof",
    /// No item of the left stands in the right.
    NoneOf = "noneof",
    /// The left array or string has the right in it.
    Contains = "contains",
    /// The left is, or is not, empty.
    Empty = "empty",
    /// The left has as many items or characters as the right says.
    Size = "size",
    /// The left has all items of the right.
    All = "all",
    /// The left stands in the right.
    In = "in",
    /// The left does not stand in the right.
    NotIn = "nin",
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
