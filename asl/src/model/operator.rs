//! The comparison operators of choice rules.

use std::fmt;

use crate::json::Json;

/// The type of the values that an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperandType {
    /// Strings.
    Text,
    /// Numbers.
    Number,
    /// Booleans.
    Bool,
    /// RFC 3339 timestamps.
    Timestamp,
    /// Any value: the operator tests its type or presence, and compares the result with the
    /// operand.
    Test,
}

impl OperandType {
    /// Whether a literal operand of this JSON type is valid.
    pub fn accepts(self, operand: &Json) -> bool {
        match self {
            OperandType::Text | OperandType::Timestamp => operand.as_str().is_some(),
            OperandType::Number => operand.as_number().is_some(),
            OperandType::Bool | OperandType::Test => operand.as_bool().is_some(),
        }
    }

    /// The name of the operand type for messages.
    pub fn noun(self) -> &'static str {
        match self {
            OperandType::Text => "a string",
            OperandType::Number => "a number",
            OperandType::Bool | OperandType::Test => "a boolean",
            OperandType::Timestamp => "a timestamp",
        }
    }
}

macro_rules! operators {
    ($( $(#[$meta:meta])* $name:ident: $operand:ident $($path:ident)?, )*) => {
        /// A comparison operator.
        ///
        /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operator {
            $( $(#[$meta])* $name, )*
        }

        impl Operator {
            /// All operators.
            pub const ALL: &'static [Operator] = &[$(Operator::$name),*];

            /// The name in ASL.
            pub fn name(self) -> &'static str {
                match self {
                    $( Operator::$name => stringify!($name), )*
                }
            }

            /// The operator with exactly this name.
            pub fn from_name(name: &str) -> Option<Operator> {
                match name {
                    $( stringify!($name) => Some(Operator::$name), )*
                    _ => None,
                }
            }

            /// The type of the compared values.
            pub fn operand_type(self) -> OperandType {
                match self {
                    $( Operator::$name => OperandType::$operand, )*
                }
            }

            /// Whether the operand is a path to the value to compare with.
            pub fn is_path(self) -> bool {
                match self {
                    $( Operator::$name => operators!(@path $($path)?), )*
                }
            }
        }
    };
    (@path) => { false };
    (@path path) => { true };
}

operators! {
    /// The string is equal.
    StringEquals: Text,
    /// The string is equal to what the path selects.
    StringEqualsPath: Text path,
    /// The string is less.
    StringLessThan: Text,
    /// The string is less than what the path selects.
    StringLessThanPath: Text path,
    /// The string is greater.
    StringGreaterThan: Text,
    /// The string is greater than what the path selects.
    StringGreaterThanPath: Text path,
    /// The string is less or equal.
    StringLessThanEquals: Text,
    /// The string is less or equal to what the path selects.
    StringLessThanEqualsPath: Text path,
    /// The string is greater or equal.
    StringGreaterThanEquals: Text,
    /// The string is greater or equal to what the path selects.
    StringGreaterThanEqualsPath: Text path,
    /// The number is equal.
    NumericEquals: Number,
    /// The number is equal to what the path selects.
    NumericEqualsPath: Number path,
    /// The number is less.
    NumericLessThan: Number,
    /// The number is less than what the path selects.
    NumericLessThanPath: Number path,
    /// The number is greater.
    NumericGreaterThan: Number,
    /// The number is greater than what the path selects.
    NumericGreaterThanPath: Number path,
    /// The number is less or equal.
    NumericLessThanEquals: Number,
    /// The number is less or equal to what the path selects.
    NumericLessThanEqualsPath: Number path,
    /// The number is greater or equal.
    NumericGreaterThanEquals: Number,
    /// The number is greater or equal to what the path selects.
    NumericGreaterThanEqualsPath: Number path,
    /// The timestamp is equal.
    TimestampEquals: Timestamp,
    /// The timestamp is equal to what the path selects.
    TimestampEqualsPath: Timestamp path,
    /// The timestamp is less.
    TimestampLessThan: Timestamp,
    /// The timestamp is less than what the path selects.
    TimestampLessThanPath: Timestamp path,
    /// The timestamp is greater.
    TimestampGreaterThan: Timestamp,
    /// The timestamp is greater than what the path selects.
    TimestampGreaterThanPath: Timestamp path,
    /// The timestamp is less or equal.
    TimestampLessThanEquals: Timestamp,
    /// The timestamp is less or equal to what the path selects.
    TimestampLessThanEqualsPath: Timestamp path,
    /// The timestamp is greater or equal.
    TimestampGreaterThanEquals: Timestamp,
    /// The timestamp is greater or equal to what the path selects.
    TimestampGreaterThanEqualsPath: Timestamp path,
    /// The boolean is equal.
    BooleanEquals: Bool,
    /// The boolean is equal to what the path selects.
    BooleanEqualsPath: Bool path,
    /// The string matches a pattern in which `*` matches any text.
    StringMatches: Text,
    /// Whether the value is null.
    IsNull: Test,
    /// Whether the value is present.
    IsPresent: Test,
    /// Whether the value is a number.
    IsNumeric: Test,
    /// Whether the value is a string.
    IsString: Test,
    /// Whether the value is a boolean.
    IsBoolean: Test,
    /// Whether the value is a timestamp.
    IsTimestamp: Test,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
