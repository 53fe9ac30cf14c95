//! Comparisons of one value. A value of another type than the operator's is not an error: the
//! comparison is false.

use std::cmp::Ordering;
use stepwright_asl::wildcard::Wildcard;

use stepwright_asl::json::Json;
use stepwright_asl::model::{OperandType, Operator};
use stepwright_asl::timestamp;

use crate::query::code_units::by_code_units;
use crate::query::field::{Field, FieldPath};
use crate::query::{CompileError, QueryError, Scope, VariableNames};
use crate::value::{Value, compare_numbers};

/// A compiled operator with its operand.
#[derive(Debug)]
pub(super) enum Comparison {
    Order(Kind, Relation, Operand),
    Matches(Wildcard),
    /// A test of the value's type, with the expected result.
    Is(Type, bool),
}

/// The result of [`Comparison::compile`].
pub(super) enum CompiledTest {
    /// `IsPresent`.
    Present(bool),
    Comparison(Comparison),
}

/// The type of the compared values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Number,
    Bool,
    Timestamp,
}

/// The orders that satisfy an operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relation {
    less: bool,
    equal: bool,
    greater: bool,
}

#[derive(Debug)]
pub(super) enum Operand {
    Literal(Value),
    /// A timestamp that was parsed when the program was built.
    Instant(i128),
    Path(FieldPath),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    Null,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

impl Comparison {
    pub(super) fn compile(
        operator: Operator,
        operand: &Json,
        location: &str,
        names: &mut VariableNames,
    ) -> Result<CompiledTest, CompileError> {
        let refuse = |message: String| CompileError::new(location, message);
        let kind = match operator.operand_type() {
            OperandType::Test => {
                let expected = operand.as_bool();
                let expected =
                    expected.ok_or_else(|| refuse("must be `true` or `false`".to_owned()))?;
                return Ok(match test(operator) {
                    Some(test) => CompiledTest::Comparison(Comparison::Is(test, expected)),
                    None => CompiledTest::Present(expected),
                });
            }
            OperandType::Text => Kind::Text,
            OperandType::Number => Kind::Number,
            OperandType::Bool => Kind::Bool,
            OperandType::Timestamp => Kind::Timestamp,
        };
        if operator == Operator::StringMatches {
            let text = operand.as_str().unwrap_or_default();
            let pattern = Wildcard::parse(text).map_err(|error| refuse(error.message))?;
            return Ok(CompiledTest::Comparison(Comparison::Matches(pattern)));
        }
        let operand = if operator.is_path() {
            let path = operand.as_str();
            let path = path.ok_or_else(|| refuse("must be a path in a string".to_owned()))?;
            Operand::Path(FieldPath::compile(
                path,
                Field::Choice,
                operator.name(),
                names,
            )?)
        } else {
            match (kind, operand.as_str().and_then(timestamp::read)) {
                (Kind::Timestamp, Some(instant)) => Operand::Instant(instant),
                _ => Operand::Literal(Value::from(operand)),
            }
        };
        let relation = Relation::of(operator);
        Ok(CompiledTest::Comparison(Comparison::Order(
            kind, relation, operand,
        )))
    }

    pub(super) fn holds(&self, value: &Value, scope: &Scope<'_>) -> Result<bool, QueryError> {
        match self {
            Comparison::Order(kind, relation, operand) => {
                let order = match operand {
                    Operand::Literal(literal) => kind.order(value, literal),
                    Operand::Instant(literal) => {
                        let instant = value.as_str().and_then(timestamp::read);
                        instant.map(|instant| instant.cmp(literal))
                    }
                    Operand::Path(path) => match path.reach(scope) {
                        Some(operand) => kind.order(value, operand),
                        None => kind.order(value, &*path.search(scope)?),
                    },
                };
                Ok(order.is_some_and(|order| relation.admits(order)))
            }
            Comparison::Matches(pattern) => {
                let text = value.as_str();
                Ok(text.is_some_and(|text| pattern.matches(text)))
            }
            Comparison::Is(test, expected) => Ok(test.holds(value) == *expected),
        }
    }
}

impl Kind {
    /// Returns the order of two values; `None` when one of them has another type.
    fn order(self, left: &Value, right: &Value) -> Option<Ordering> {
        match self {
            Kind::Text => Some(by_code_units(left.as_str()?, right.as_str()?)),
            Kind::Number => compare_numbers(left, right),
            Kind::Bool => Some(left.as_bool()?.cmp(&right.as_bool()?)),
            Kind::Timestamp => {
                Some(timestamp::read(left.as_str()?)?.cmp(&timestamp::read(right.as_str()?)?))
            }
        }
    }
}

impl Relation {
    fn of(operator: Operator) -> Relation {
        let name = operator.name().trim_end_matches("Path");
        Relation {
            less: name.contains("LessThan"),
            equal: name.ends_with("Equals"),
            greater: name.contains("GreaterThan"),
        }
    }

    fn admits(self, order: Ordering) -> bool {
        match order {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

/// Returns the type that an operator tests; `None` for `IsPresent`.
fn test(operator: Operator) -> Option<Type> {
    match operator {
        Operator::IsNull => Some(Type::Null),
        Operator::IsNumeric => Some(Type::Numeric),
        Operator::IsString => Some(Type::String),
        Operator::IsBoolean => Some(Type::Boolean),
        Operator::IsTimestamp => Some(Type::Timestamp),
        _ => None,
    }
}

impl Type {
    fn holds(self, value: &Value) -> bool {
        match self {
            Type::Null => value.is_null(),
            Type::Numeric => value.is_number(),
            Type::String => value.as_str().is_some(),
            Type::Boolean => value.as_bool().is_some(),
            Type::Timestamp => value.as_str().and_then(timestamp::read).is_some(),
        }
    }
}
