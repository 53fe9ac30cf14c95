//! Filters, `[?(@.price < 10)]`, as Jayway evaluates them.

use std::cmp::Ordering;

use regex::{Regex, RegexBuilder};
use stepwright_asl::path::{Comparator, Filter as Syntax, Operand as OperandSyntax, Path, Root};

use crate::value::{Value, compare_numbers};

use super::steps::Tree;

/// A compiled filter.
#[derive(Debug)]
pub(super) enum Filter {
    Or(Box<[Filter]>),
    And(Box<[Filter]>),
    Not(Box<Filter>),
    Exists(Inner),
    Compare(Operand, Comparator, Operand),
}

#[derive(Debug)]
pub(super) enum Operand {
    Path(Inner),
    Literal(Value),
    Regex(Regex),
}

/// A path inside a filter.
#[derive(Debug)]
pub(super) struct Inner {
    /// Begins at the item; else at the document.
    current: bool,
    tree: Tree,
}

/// What an operand is, for one item.
enum Side<'f> {
    /// The path selects nothing.
    Undefined,
    Value(Value),
    Literal(&'f Value),
    Regex(&'f Regex),
}

impl Filter {
    pub(super) fn compile(filter: &Syntax) -> Result<Filter, String> {
        let all = |filters: &[Syntax]| {
            let filters = filters.iter().map(Filter::compile);
            filters.collect::<Result<Box<[Filter]>, String>>()
        };
        Ok(match filter {
            Syntax::Or(filters) => Filter::Or(all(filters)?),
            Syntax::And(filters) => Filter::And(all(filters)?),
            Syntax::Not(filter) => Filter::Not(Box::new(Filter::compile(filter)?)),
            Syntax::Exists(path) => Filter::Exists(Inner::compile(path)?),
            Syntax::Compare {
                left,
                comparator,
                right,
            } => Filter::Compare(
                Operand::compile(left)?,
                *comparator,
                Operand::compile(right)?,
            ),
        })
    }

    /// Whether an item of a document passes.
    pub(super) fn holds(&self, item: &Value, document: &Value) -> Result<bool, String> {
        match self {
            Filter::Or(filters) => {
                for filter in filters {
                    if filter.holds(item, document)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::And(filters) => {
                for filter in filters {
                    if !filter.holds(item, document)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Not(filter) => Ok(!filter.holds(item, document)?),
            Filter::Exists(path) => Ok(path.value(item, document)?.is_some()),
            Filter::Compare(left, comparator, right) => {
                let left = left.side(item, document)?;
                let right = right.side(item, document)?;
                Ok(compare(&left, *comparator, &right))
            }
        }
    }
}

impl Inner {
    fn compile(path: &Path) -> Result<Inner, String> {
        let current = match path.root {
            Root::Current => true,
            Root::Input => false,
            _ => return Err("reads something else than `@` or `$` in a filter".to_owned()),
        };
        let tree = Tree::compile(&path.steps)?;
        Ok(Inner { current, tree })
    }

    fn value(&self, item: &Value, document: &Value) -> Result<Option<Value>, String> {
        let from = if self.current { item } else { document };
        let mut found = self.tree.find(from, document)?;
        Ok(if self.tree.is_definite() {
            found.pop()
        } else {
            Some(Value::from(found))
        })
    }
}

impl Operand {
    fn compile(operand: &OperandSyntax) -> Result<Operand, String> {
        Ok(match operand {
            OperandSyntax::Path(path) => Operand::Path(Inner::compile(path)?),
            OperandSyntax::Literal(json) => Operand::Literal(Value::from(json)),
            OperandSyntax::Regex { pattern, flags } => Operand::Regex(regex(pattern, flags)?),
        })
    }

    fn side(&self, item: &Value, document: &Value) -> Result<Side<'_>, String> {
        Ok(match self {
            Operand::Path(path) => match path.value(item, document)? {
                Some(value) => Side::Value(value),
                None => Side::Undefined,
            },
            Operand::Literal(value) => Side::Literal(value),
            Operand::Regex(regex) => Side::Regex(regex),
        })
    }
}

impl Side<'_> {
    fn value(&self) -> Option<&Value> {
        match self {
            Side::Value(value) => Some(value),
            Side::Literal(value) => Some(value),
            _ => None,
        }
    }
}

/// A pattern that must match the whole text.
fn regex(pattern: &str, flags: &str) -> Result<Regex, String> {
    let has = |flag| flags.contains(flag);
    RegexBuilder::new(&format!(r"\A(?:{})\z", pattern.replace(r"\/", "/")))
        .case_insensitive(has('i'))
        .multi_line(has('m'))
        .dot_matches_new_line(has('s'))
        .ignore_whitespace(has('x'))
        .build()
        .map_err(|_| format!("has a regular expression that is not supported: `/{pattern}/`"))
}

fn compare(left: &Side<'_>, comparator: Comparator, right: &Side<'_>) -> bool {
    if comparator == Comparator::Matches {
        return match (left, right) {
            (Side::Regex(regex), other) | (other, Side::Regex(regex)) => {
                other.value().is_some_and(|value| matches(regex, value))
            }
            _ => false,
        };
    }
    let (left, right) = (left.value(), right.value());
    let (Some(left), Some(right)) = (left, right) else {
        // What is not there equals nothing, not even itself.
        return matches!(
            comparator,
            Comparator::NotEqual | Comparator::StrictlyNotEqual | Comparator::NotIn
        );
    };
    match comparator {
        Comparator::Equal => equal(left, right),
        Comparator::NotEqual => !equal(left, right),
        Comparator::StrictlyEqual => left.type_name() == right.type_name() && equal(left, right),
        Comparator::StrictlyNotEqual => {
            left.type_name() != right.type_name() || !equal(left, right)
        }
        Comparator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Comparator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Comparator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Comparator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Comparator::In => contains(right, left),
        Comparator::NotIn => !contains(right, left),
        Comparator::SubsetOf => every(left, |item| contains(right, item)),
        Comparator::All => every(right, |item| contains(left, item)),
        Comparator::AnyOf => items(left).is_some_and(|items| {
            let mut items = items.iter();
            items.any(|item| contains(right, item))
        }),
        Comparator::NoneOf => every(left, |item| !contains(right, item)),
        Comparator::Contains => match (left, right) {
            (Value::Str(text), Value::Str(part)) => text.contains(part.as_str()),
            _ => contains(left, right),
        },
        Comparator::Size => size(left).is_some_and(|size| right.as_i64() == Some(size)),
        Comparator::Empty => size(left).is_some_and(|size| right.as_bool() == Some(size == 0)),
        Comparator::Matches => false,
    }
}

fn matches(regex: &Regex, value: &Value) -> bool {
    match value {
        Value::Str(text) => regex.is_match(text),
        Value::Array(items) => items.iter().any(|item| {
            let text = item.as_str();
            text.is_some_and(|text| regex.is_match(text))
        }),
        Value::Null | Value::Object(_) => false,
        scalar => regex.is_match(&scalar.to_text()),
    }
}

/// Jayway compares a number with the text of a number by value, both ways.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Str(text), number) | (number, Value::Str(text)) if number.is_number() => {
            Value::from_text(text).is_ok_and(|value| value == *number)
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Some(left.as_str().cmp(right.as_str())),
        _ => compare_numbers(left, right),
    }
}

fn items(value: &Value) -> Option<&[Value]> {
    value.as_array().map(|array| array.as_slice())
}

fn contains(array: &Value, item: &Value) -> bool {
    items(array).is_some_and(|items| items.iter().any(|candidate| equal(candidate, item)))
}

fn every(array: &Value, test: impl Fn(&Value) -> bool) -> bool {
    items(array).is_some_and(|items| items.iter().all(test))
}

fn size(value: &Value) -> Option<i64> {
    let size = match value {
        Value::Str(text) => text.encode_utf16().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => return None,
    };
    i64::try_from(size).ok()
}
