//! Tests of types before comparisons, which fail in JSONata for values of other types.

use stepwright_asl::jsonata::operator::Operator;

use super::expr::{Expr, Kind};

/// A type that a value is known to have where a condition is evaluated.
pub(super) type KnownType = (Expr, Kind);

/// The test that a value has a type; `None` if it is known to have it.
pub(super) fn typed(value: &Expr, kind: Kind, known: &[KnownType]) -> Option<Expr> {
    let is_known = value.kind() == kind
        || known
            .iter()
            .any(|(other, its_kind)| other == value && *its_kind == kind);
    (!is_known).then(|| {
        let type_of = Expr::Call("type", vec![value.clone()]);
        type_of.binary(Operator::Eq, Expr::literal(type_name(kind)))
    })
}

/// A condition behind its guards.
pub(super) fn guarded(guards: [Option<Expr>; 2], condition: Expr) -> Expr {
    let guards = guards.into_iter().flatten();
    let guard = guards.reduce(|left, right| left.binary(Operator::And, right));
    match guard {
        Some(guard) => guard.binary(Operator::And, condition),
        None => condition,
    }
}

/// The name of a type that `$type` returns.
pub(super) fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Kind::Bool => "boolean",
        Kind::Null => "null",
        Kind::Object => "object",
        Kind::List => "array",
        Kind::Text | Kind::Unknown => "string",
    }
}
