//! The syntax tree of a path.

use std::fmt;

use crate::json::Json;

/// Maximum nesting depth of groups, literals and paths in filters.
pub const MAX_DEPTH: usize = 100;

/// A path: a root and the steps from it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Path {
    /// The root of the path.
    pub root: Root,
    /// The steps, starting at the root.
    pub steps: Vec<PathStep>,
    pub(super) text: String,
}

/// The root of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the data of the field.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable, by its name without `$`.
    Variable(String),
    /// `@`: the current item of a filter. Only in filters.
    Current,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum PathStep {
    /// `.name` or `['name']`
    Key(String),
    /// `['a','b']`: an object with the existing ones of these members.
    Keys(Vec<String>),
    /// `[0]`; a negative index counts from the end.
    Index(i64),
    /// `[0,2]`
    Indices(Vec<i64>),
    /// `[start:end]`; one of them may be absent. Jayway reads a third number and ignores it.
    Slice {
        /// The first index; a negative one counts from the end.
        start: Option<i64>,
        /// The index after the last; a negative one counts from the end.
        end: Option<i64>,
    },
    /// `.*` or `[*]`
    Wildcard,
    /// `..` and the step that is applied to every descendant.
    Descendant(Box<PathStep>),
    /// `[?(...)]`; several filters, `[?(..),?(..)]`, are joined by "or".
    Filter(Filter),
    /// `.length()`. Jayway evaluates such functions. AWS does not: the path fails like a missing
    /// key with this text.
    Function {
        /// The name, without parentheses.
        name: String,
        /// The text between the parentheses.
        arguments: String,
    },
}

impl Path {
    /// The parsed text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it selects at most one value: all steps are keys or indices.
    ///
    /// The result of an indefinite path is always an array.
    pub fn is_definite(&self) -> bool {
        self.steps.iter().all(|step| {
            matches!(
                step,
                PathStep::Key(_) | PathStep::Index(_) | PathStep::Function { .. }
            )
        })
    }

    /// Whether it is a reference path, which refers to a single location, as required for
    /// `ResultPath` and `Variable`.
    pub fn is_reference(&self) -> bool {
        self.steps.iter().all(|step| match step {
            PathStep::Key(_) => true,
            PathStep::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// The workflow variable at its root, without `$`.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            _ => None,
        }
    }
}

/// The parsed text.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The condition of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Matches if at least one of these matches.
    Or(Vec<Filter>),
    /// Matches if all of these match.
    And(Vec<Filter>),
    /// Matches if this does not.
    Not(Box<Filter>),
    /// Matches if the path selects something.
    Exists(Path),
    /// Matches if the comparison is true.
    Compare {
        /// The left operand.
        left: Operand,
        /// The operator.
        comparator: Comparator,
        /// The right operand.
        right: Operand,
    },
}

/// An operand of a filter's comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A path that starts at `@`, the item, or at `$`.
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
            /// All operators. A longer operator precedes its prefixes.
            pub const ALL: &'static [Comparator] = &[$(Comparator::$name),*];

            /// The operator's text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Comparator::$name => $text, )*
                }
            }
        }
    };
}

comparators! {
    /// Equal, including the type.
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
    /// The right list contains all items of the left.
    SubsetOf = "subsetof",
    /// The right list contains an item of the left.
    AnyOf = "anyof",
    /// The right list contains no item of the left.
    NoneOf = "noneof",
    /// The left array or string contains the right.
    Contains = "contains",
    /// The left is empty, or not, as the right requires.
    Empty = "empty",
    /// The left has as many items or characters as the right specifies.
    Size = "size",
    /// The left contains all items of the right.
    All = "all",
    /// The right list contains the left.
    In = "in",
    /// The right list does not contain the left.
    NotIn = "nin",
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
