//! Conditions of Choice rules.

use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::jsonata::operator::Operator;
use stepwright_asl::jsonata::text::is_in_each_object;
use stepwright_asl::model::{OperandType, Operator as Comparison};
use stepwright_asl::substitution::is_substitution;
use stepwright_asl::timestamp;
use stepwright_asl::wildcard::Wildcard;

use super::Difference;
use super::expr::{Expr, Kind};
use super::guard::{KnownType, guarded, type_name, typed};
use super::note::Findings;
use super::path::of_text;
use super::scope::Scope;

/// The maximum number of comparisons in a rule, and of rules around each other.
const MAX_COMPARISONS: usize = 500;

/// The number of comparisons in a rule.
fn comparisons(rule: &Json) -> usize {
    let lists = ["And", "Or"]
        .iter()
        .filter_map(|key| rule.get(key)?.as_array());
    let inner: usize = lists.flatten().map(comparisons).sum();
    inner + rule.get("Not").map_or(0, comparisons) + 1
}

/// The condition of a rule. `None` after a note.
pub(super) fn condition(
    rule: &Json,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if comparisons(rule) > MAX_COMPARISONS {
        let message = format!("the rule has more than {MAX_COMPARISONS} comparisons");
        findings.note(Difference::NoCounterpart, scope.pointer, message);
        return None;
    }
    nested(rule, scope, &mut Vec::new(), findings)
}

/// The condition of a rule, or of a rule in it. `None` after a note.
fn part(
    rule: &Object,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    for (key, operator) in [("And", Operator::And), ("Or", Operator::Or)] {
        if let Some(rules) = rule.get(key) {
            return compound(rules, key, operator, scope, known, findings);
        }
    }
    if let Some(inner) = rule.get("Not") {
        let pointer = format!("{}/Not", scope.pointer);
        let scope = Scope {
            pointer: &pointer,
            ..scope
        };
        let is_comparison = inner.get("Variable").is_some();
        let inner = nested(inner, scope, &mut known.clone(), findings)?;
        return Some(match inner {
            // They differ only for an absent value, for which both comparisons are false, and which
            // a comparison assumes to be present. In `And`, the value can be tested before.
            Expr::Binary(Operator::Eq, left, right) if is_comparison => {
                Expr::Binary(Operator::Ne, left, right)
            }
            inner => negated(inner),
        });
    }
    let comparison = rule
        .iter()
        .find_map(|(key, operand)| Some((Comparison::from_name(key)?, operand)));
    let (Some((operator, operand)), Some(variable)) =
        (comparison, rule.get("Variable").and_then(Json::as_str))
    else {
        let message = "the rule has no comparison";
        findings.note(Difference::InvalidState, scope.pointer, message);
        return None;
    };
    let pointer = format!("{}/Variable", scope.pointer);
    let left = of_text(
        variable,
        Scope {
            pointer: &pointer,
            ..scope
        },
        findings,
    )?;
    let pointer = format!("{}/{}", scope.pointer, escape(operator.name()));
    let scope = Scope {
        pointer: &pointer,
        ..scope
    };
    if findings.unknown.contains(scope.pointer) {
        let message = format!("a template engine fills in `{operator}`");
        findings.note(Difference::UnknownValue, scope.pointer, message);
        return None;
    }
    if operator.operand_type() == OperandType::Test {
        let Some(expected) = operand.as_bool() else {
            let message = format!("`{operator}` must be `true` or `false`");
            findings.note(Difference::InvalidState, scope.pointer, message);
            return None;
        };
        return test(left, operator, expected, scope, known, findings);
    }
    let Some(text) = operand.as_str().filter(|_| operator.is_path()) else {
        return literal_comparison(left, operator, operand, scope, known, findings);
    };
    let right = of_text(text, scope, findings)?;
    Some(ordered(left, operator, right, scope, known, findings))
}

fn nested(
    rule: &Json,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    match rule.as_object() {
        Some(rule) => part(rule, scope, known, findings),
        None => {
            let message = "a rule must be an object";
            findings.note(Difference::InvalidState, scope.pointer, message);
            None
        }
    }
}

fn compound(
    rules: &Json,
    key: &str,
    operator: Operator,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    let mut parts = Vec::new();
    for (index, rule) in rules.as_array().into_iter().flatten().enumerate() {
        let pointer = format!("{}/{key}/{index}", scope.pointer);
        let scope = Scope {
            pointer: &pointer,
            ..scope
        };
        // A condition of `Or` is evaluated where the others are false.
        parts.push(match operator {
            Operator::And => nested(rule, scope, known, findings)?,
            _ => nested(rule, scope, &mut known.clone(), findings)?,
        });
    }
    match operator {
        Operator::And => parts = without_implied(parts),
        _ => parts = alternatives(parts),
    }
    let whole = parts
        .into_iter()
        .reduce(|left, right| left.binary(operator, right));
    if whole.is_none() {
        let message = format!("`{key}` must be a list of rules");
        findings.note(Difference::InvalidState, scope.pointer, message);
    }
    whole
}

/// Conditions of `Or`, with one for comparisons of a value with several literals.
fn alternatives(parts: Vec<Expr>) -> Vec<Expr> {
    let mut joined: Vec<Expr> = Vec::with_capacity(parts.len());
    for part in parts {
        let part = match (joined.last_mut(), part) {
            (
                Some(Expr::Binary(operator, value, literals)),
                Expr::Binary(Operator::Eq, other, literal),
            ) if **value == *other
                && matches!(*operator, Operator::Eq | Operator::In)
                && is_listed(*operator, literals)
                && matches!(*literal, Expr::Literal(_)) =>
            {
                let all = std::mem::replace(&mut **literals, Expr::Array(Vec::new()));
                **literals = match all {
                    Expr::Array(mut items) => {
                        items.push(*literal);
                        Expr::Array(items)
                    }
                    first => Expr::Array(vec![first, *literal]),
                };
                *operator = Operator::In;
                continue;
            }
            (_, part) => part,
        };
        joined.push(part);
    }
    joined
}

/// Whether the right side of a comparison is a literal, or a list of them.
fn is_listed(operator: Operator, right: &Expr) -> bool {
    match operator {
        Operator::In => matches!(right, Expr::Array(_)),
        _ => matches!(right, Expr::Literal(_)),
    }
}

/// Conditions of `And` without tests of presence that a later condition implies: a comparison of an
/// absent value is false.
fn without_implied(parts: Vec<Expr>) -> Vec<Expr> {
    let is_implied = |at: usize| match &parts[at] {
        Expr::Call("exists", arguments) => arguments.first().is_some_and(|value| {
            let mut later = parts[at + 1..].iter();
            later.any(|part| requires(part, value))
        }),
        _ => false,
    };
    let implied: Vec<bool> = (0..parts.len()).map(is_implied).collect();
    let parts = parts.into_iter().zip(implied);
    let parts = parts.filter(|(_, is_implied)| !is_implied);
    parts.map(|(part, _)| part).collect()
}

/// Whether a condition is false if a value is absent.
fn requires(condition: &Expr, value: &Expr) -> bool {
    match condition {
        Expr::Binary(Operator::And, left, right) => requires(left, value) || requires(right, value),
        Expr::Binary(Operator::Or, left, right) => requires(left, value) && requires(right, value),
        Expr::Binary(Operator::Eq | Operator::Ne | Operator::In, left, right) => {
            reads(left, value) || reads(right, value)
        }
        Expr::Call("exists", arguments) => arguments.iter().any(|one| reads(one, value)),
        _ => false,
    }
}

/// Whether an expression reads a value or a part of it, itself or as the argument of `type`.
fn reads(expr: &Expr, value: &Expr) -> bool {
    expr == value
        || match expr {
            Expr::Key(base, _) | Expr::Index(base, _) => reads(base, value),
            Expr::Call("type", arguments) => arguments.iter().any(|one| reads(one, value)),
            _ => false,
        }
}

/// The negation of a condition.
fn negated(condition: Expr) -> Expr {
    match condition {
        // The argument exists or does not; there is no third case.
        Expr::Call("not", mut arguments)
            if arguments.len() == 1 && arguments[0].kind() == Kind::Bool =>
        {
            arguments.remove(0)
        }
        condition => Expr::Call("not", vec![condition]),
    }
}

/// Tests of types and of presence.
fn test(
    value: Expr,
    operator: Comparison,
    expected: bool,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    let kind = match operator {
        Comparison::IsNumeric => Kind::Number,
        Comparison::IsString => Kind::Text,
        Comparison::IsBoolean => Kind::Bool,
        Comparison::IsNull => {
            let operator = if expected { Operator::Eq } else { Operator::Ne };
            return Some(value.binary(operator, Expr::Literal(Json::Null)));
        }
        Comparison::IsPresent => return Some(presence(value, expected, scope, findings)),
        _ => {
            let message = "the expression accepts some texts that are no timestamps of RFC 3339";
            findings.note(Difference::TimestampText, scope.pointer, message);
            let is_timestamp = guarded(
                [typed(&value, Kind::Text, known), None],
                Expr::Call("contains", vec![value, Expr::Regex(TIMESTAMP.to_owned())]),
            );
            return Some(if expected {
                is_timestamp
            } else {
                negated(is_timestamp)
            });
        }
    };
    let type_of = Expr::Call("type", vec![value.clone()]);
    let operator = if expected { Operator::Eq } else { Operator::Ne };
    if expected {
        known.push((value, kind));
    }
    Some(type_of.binary(operator, Expr::literal(type_name(kind))))
}

/// Texts with a date, `T`, a time and an offset.
const TIMESTAMP: &str = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$";

fn presence(value: Expr, expected: bool, scope: Scope<'_>, findings: &mut Findings<'_>) -> Expr {
    if let Expr::Key(_, name) = &value
        && is_in_each_object(name)
    {
        let message = format!("JSONata finds `{name}` in every object");
        findings.note(Difference::InheritedName, scope.pointer, message);
    }
    let exists = Expr::Call("exists", vec![value]);
    if expected {
        exists
    } else {
        Expr::Call("not", vec![exists])
    }
}

fn literal_comparison(
    left: Expr,
    operator: Comparison,
    operand: &Json,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if !operator.operand_type().accepts(operand) {
        let noun = operator.operand_type().noun();
        let message = format!("`{operator}` must be {noun}");
        findings.note(Difference::InvalidState, scope.pointer, message);
        return None;
    }
    if operator == Comparison::StringMatches {
        return matches(left, operand.as_str()?, scope, known, findings);
    }
    let right = Expr::Literal(operand.clone());
    Some(ordered(left, operator, right, scope, known, findings))
}

/// A comparison of two values. It is false if one has another type than the operator compares.
fn ordered(
    left: Expr,
    operator: Comparison,
    right: Expr,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Expr {
    let kind = match operator.operand_type() {
        OperandType::Text | OperandType::Test => Kind::Text,
        OperandType::Number => Kind::Number,
        OperandType::Bool => Kind::Bool,
        OperandType::Timestamp => {
            return timestamps(left, operator, right, scope, known, findings);
        }
    };
    let relation = relation(operator);
    let guards = if relation == Operator::Eq {
        // Equal values have the same type, so one test is enough, and none for a literal.
        match typed(&right, kind, known) {
            None => [None, None],
            Some(_) => [typed(&left, kind, known), None],
        }
    } else {
        [typed(&left, kind, known), typed(&right, kind, known)]
    };
    known.push((left.clone(), kind));
    known.push((right.clone(), kind));
    guarded(guards, left.binary(relation, right))
}

fn timestamps(
    left: Expr,
    operator: Comparison,
    right: Expr,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Expr {
    if !is_timestamp(&left) || !is_timestamp(&right) {
        let message = format!(
            "`{operator}` does not match if a text is no timestamp, and `$toMillis` fails; it ignores fractions of milliseconds"
        );
        findings.note(Difference::TimestampText, scope.pointer, message);
    }
    let guards = [
        typed(&left, Kind::Text, known),
        typed(&right, Kind::Text, known),
    ];
    known.push((left.clone(), Kind::Text));
    known.push((right.clone(), Kind::Text));
    let millis = |value| Expr::Call("toMillis", vec![value]);
    guarded(
        guards,
        millis(left).binary(relation(operator), millis(right)),
    )
}

/// Whether a value is known to be a timestamp without fractions of milliseconds.
fn is_timestamp(value: &Expr) -> bool {
    match value {
        Expr::Literal(json) => json
            .as_str()
            .and_then(timestamp::read)
            .is_some_and(|nanoseconds| nanoseconds % 1_000_000 == 0),
        Expr::Key(base, name) => match name.as_str() {
            "StartTime" => **base == Expr::CONTEXT.key("Execution"),
            "EnteredTime" => **base == Expr::CONTEXT.key("State"),
            _ => false,
        },
        _ => false,
    }
}

fn relation(operator: Comparison) -> Operator {
    let name = operator.name().trim_end_matches("Path");
    let is_equal = name.ends_with("Equals");
    if name.contains("LessThan") {
        if is_equal { Operator::Le } else { Operator::Lt }
    } else if name.contains("GreaterThan") {
        if is_equal { Operator::Ge } else { Operator::Gt }
    } else {
        Operator::Eq
    }
}

fn matches(
    value: Expr,
    pattern: &str,
    scope: Scope<'_>,
    known: &mut Vec<KnownType>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if is_substitution(pattern) {
        let message =
            format!("a template engine fills in a part of the pattern `{pattern}`, also its `*`");
        findings.note(Difference::UnknownValue, scope.pointer, message);
        return None;
    }
    let wildcard = match Wildcard::parse(pattern) {
        Ok(wildcard) => wildcard,
        Err(error) => {
            findings.note(Difference::InvalidState, scope.pointer, error.message);
            return None;
        }
    };
    let pieces: Vec<&str> = wildcard.pieces().collect();
    if let [whole] = pieces.as_slice() {
        known.push((value.clone(), Kind::Text));
        return Some(value.binary(Operator::Eq, Expr::literal(*whole)));
    }
    let guard = typed(&value, Kind::Text, known);
    known.push((value.clone(), Kind::Text));
    // `*part*` needs no regular expression.
    let argument = match pieces.as_slice() {
        ["", ""] => return Some(guard.unwrap_or_else(|| Expr::literal(true))),
        ["", part, ""] => Expr::literal(*part),
        pieces => Expr::Regex(anchored(pieces)),
    };
    let contains = Expr::Call("contains", vec![value, argument]);
    Some(guarded([guard, None], contains))
}

/// A regular expression for a whole text with these pieces, and any text between them.
fn anchored(pieces: &[&str]) -> String {
    let mut regex = String::new();
    let last = pieces.len() - 1;
    for (index, piece) in pieces.iter().enumerate() {
        if index == 0 && !piece.is_empty() {
            regex.push('^');
        }
        // Any character, also the end of a line.
        if index > 0
            && !(index == 1 && pieces[0].is_empty())
            && !(index == last && piece.is_empty())
        {
            regex.push_str("[\\s\\S]*");
        }
        for letter in piece.chars() {
            literal_character(letter, &mut regex);
        }
        if index == last && !piece.is_empty() {
            regex.push('$');
        }
    }
    regex
}

fn literal_character(letter: char, regex: &mut String) {
    match letter {
        '\n' => regex.push_str("\\n"),
        '\r' => regex.push_str("\\r"),
        '\t' => regex.push_str("\\t"),
        '.' | '*' | '+' | '?' | '^' | '$' | '{' | '}' | '(' | ')' | '|' | '[' | ']' | '\\'
        | '/' => {
            regex.push('\\');
            regex.push(letter);
        }
        letter => regex.push(letter),
    }
}
