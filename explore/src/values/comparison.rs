//! The manner in which a state compares two parts of values with each other.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::ValueTest;
use stepwright_asl::model::{OperandType, Operator};

use super::abstract_value::Origin;

/// The manner in which two parts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    NumberOrder,
    TextOrder,
    TimestampOrder,
    /// Texts, or values of an unknown type.
    Equality,
    Truth,
}

impl Comparison {
    /// The comparison of an operator of a Choice rule that compares with a path.
    pub(super) fn of(operator: Operator) -> Self {
        let name = operator.name();
        let is_order = name.contains("Less") || name.contains("Greater");
        match operator.operand_type() {
            OperandType::Number => Self::NumberOrder,
            OperandType::Timestamp => Self::TimestampOrder,
            OperandType::Bool => Self::Truth,
            OperandType::Text if is_order => Self::TextOrder,
            _ => Self::Equality,
        }
    }

    /// The test of a part that is compared with a value.
    pub(super) fn with(self, value: &Json) -> ValueTest {
        match self {
            Self::Equality => ValueTest::Equals(value.clone()),
            Self::Truth => ValueTest::Truth,
            Self::NumberOrder | Self::TextOrder | Self::TimestampOrder => {
                ValueTest::Threshold(value.clone())
            }
        }
    }

    /// The test of two parts that nothing else determines.
    pub(super) fn default_test(self) -> ValueTest {
        match self {
            Self::NumberOrder => ValueTest::Threshold(Json::from(1)),
            Self::TextOrder => ValueTest::Threshold(Json::from("m")),
            Self::TimestampOrder => ValueTest::Threshold(Json::from("2026-01-01T00:00:00Z")),
            Self::Equality => ValueTest::Equals(Json::from("sample")),
            Self::Truth => ValueTest::Truth,
        }
    }
}

/// Two parts from outside of the definition that a state compares.
#[derive(Clone, Debug)]
pub(super) struct ComparedParts {
    pub(super) sides: [Origin; 2],
    pub(super) comparison: Comparison,
}
