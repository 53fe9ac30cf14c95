//! Filters of paths: `[?(@.price < 10)]`.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::operator::Operator;
use stepwright_asl::path::{Comparator, Filter, Operand, Path};

use super::expr::{Expr, Kind};
use super::guard::{guarded, typed};
use super::note::Findings;
use super::scope::{Scope, definite};
use super::{Assumption, Difference};

/// The maximum number of conditions in a filter.
const MAX_CONDITIONS: usize = 60;

fn conditions(filter: &Filter) -> usize {
    match filter {
        Filter::Or(filters) | Filter::And(filters) => filters.iter().map(conditions).sum(),
        Filter::Not(filter) => conditions(filter),
        Filter::Exists(_) | Filter::Compare { .. } => 1,
    }
}

/// The predicate of a filter, over [`Expr::ITEM`]. `None` after a note.
pub(super) fn predicate(
    filter: &Filter,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if conditions(filter) > MAX_CONDITIONS {
        let message = format!("the filter has more than {MAX_CONDITIONS} conditions");
        findings.note(Difference::NoCounterpart, scope.pointer, message);
        return None;
    }
    match filter {
        Filter::Or(filters) => joined(filters, Operator::Or, scope, findings),
        Filter::And(filters) => joined(filters, Operator::And, scope, findings),
        Filter::Not(filter) => Some(Expr::Call("not", vec![predicate(filter, scope, findings)?])),
        Filter::Exists(path) => {
            let value = read(path, scope, findings)?;
            Some(Expr::Call("exists", vec![value]))
        }
        Filter::Compare {
            left,
            comparator,
            right,
        } => comparison(left, *comparator, right, scope, findings),
    }
}

fn joined(
    filters: &[Filter],
    operator: Operator,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    let mut predicates = Vec::with_capacity(filters.len());
    for filter in filters {
        predicates.push(predicate(filter, scope, findings)?);
    }
    let mut predicates = predicates.into_iter();
    let first = predicates.next()?;
    Some(predicates.fold(first, |left, right| left.binary(operator, right)))
}

/// A path in a filter, which must select one value. A value that it does not find is no failure.
fn read(path: &Path, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    let value = definite(path, scope);
    if value.is_none() {
        let message = format!("the filter reads several values with `{path}`");
        findings.note(Difference::NoCounterpart, scope.pointer, message);
    }
    value
}

fn operand(operand: &Operand, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    match operand {
        Operand::Path(path) => read(path, scope, findings),
        Operand::Literal(json) => Some(Expr::Literal(json.clone())),
        Operand::Regex { pattern, .. } => {
            let message = format!("the filter compares with the regular expression `/{pattern}/`");
            findings.note(Difference::NoCounterpart, scope.pointer, message);
            None
        }
    }
}

fn comparison(
    left: &Operand,
    comparator: Comparator,
    right: &Operand,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    let left = operand(left, scope, findings)?;
    let right = operand(right, scope, findings)?;
    let is_loose = |expr: &Expr| match expr {
        // A number equals a text with this number.
        Expr::Literal(Json::Number(_)) => true,
        Expr::Literal(Json::String(text)) => matches!(text.parse(), Ok(Json::Number(_))),
        Expr::Literal(_) => false,
        _ => true,
    };
    let operator = match comparator {
        Comparator::Equal | Comparator::StrictlyEqual => Operator::Eq,
        Comparator::NotEqual | Comparator::StrictlyNotEqual => Operator::Ne,
        Comparator::Less => Operator::Lt,
        Comparator::LessOrEqual => Operator::Le,
        Comparator::Greater => Operator::Gt,
        Comparator::GreaterOrEqual => Operator::Ge,
        other => {
            let message = format!("the filter has the operator `{other}`");
            findings.note(Difference::NoCounterpart, scope.pointer, message);
            return None;
        }
    };
    match operator {
        Operator::Eq | Operator::Ne => {
            let is_strict = matches!(
                comparator,
                Comparator::StrictlyEqual | Comparator::StrictlyNotEqual
            );
            if !is_strict && is_loose(&left) && is_loose(&right) {
                findings.assume(Assumption::Types);
            }
            // An absent value differs from everything in JSONPath, and compares to nothing in
            // JSONata.
            Some(match operator {
                Operator::Eq => left.binary(Operator::Eq, right),
                _ => Expr::Call("not", vec![left.binary(Operator::Eq, right)]),
            })
        }
        _ => {
            let is_ordered = |kind: &Kind| matches!(kind, Kind::Number | Kind::Text);
            let kind = Some(right.kind()).filter(is_ordered);
            let kind = kind.or_else(|| Some(left.kind()).filter(is_ordered));
            let Some(kind) = kind else {
                let message = "the filter orders two values of unknown types";
                findings.note(Difference::FilterTypes, scope.pointer, message);
                return Some(left.binary(operator, right));
            };
            let guards = [&left, &right].map(|side| typed(side, kind, &[]));
            Some(guarded(guards, left.binary(operator, right)))
        }
    }
}
