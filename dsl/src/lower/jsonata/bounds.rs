//! Proofs that a difference of unsigned integers is not negative.
//!
//! A difference is a sum of parts with factors. It is not negative if no factor is, or if it
//! remains so without the parts of conditions that are known to hold: `a - 1` is not negative where
//! `a > 0`, which is the known sum `a - 1 >= 0`.

use crate::lower::syntax::names;
use crate::lower::syntax::{Operator, Syntax};

/// A condition that is known to be true or false.
pub(in crate::lower) type KnownCondition = (Syntax, bool);

/// The message of Rust's panic.
pub(super) const SUBTRACT: &str = "attempt to subtract with overflow";

/// The maximum number of known conditions that one proof combines.
const STEPS: usize = 3;

/// The maximum number of comparisons with `!=` that raise the lower bound of one value.
const EXCLUDED: i64 = 16;

/// Whether `left - right` of unsigned integers is not negative where these conditions hold.
pub(super) fn is_not_below(left: &Syntax, right: &Syntax, known: &[KnownCondition]) -> bool {
    let Some(difference) = Sum::of(left).and_then(|sum| sum.minus(&Sum::of(right)?)) else {
        return false;
    };
    let mut facts = Vec::new();
    for (condition, holds) in known {
        add_facts(condition, *holds, &mut facts);
    }
    let unsigned = unsigned_parts(&difference);
    add_lower_bounds(&unsigned, known, &mut facts);
    add_filtered_counts(&unsigned, &mut facts);
    Proof { facts, unsigned }.holds(&difference, STEPS)
}

/// The conditions that follow from one.
pub(in crate::lower) fn assume(condition: &Syntax, holds: bool, known: &mut Vec<KnownCondition>) {
    match (condition, holds) {
        (Syntax::Binary(Operator::And, left, right), true)
        | (Syntax::Binary(Operator::Or, left, right), false) => {
            assume(left, holds, known);
            assume(right, holds, known);
        }
        (Syntax::Call(name, arguments), _) if name == "not" && arguments.len() == 1 => {
            assume(&arguments[0], !holds, known);
        }
        _ if is_constant(condition) => known.push((condition.clone(), holds)),
        _ => {}
    }
}

/// Whether each evaluation in one state has the same value.
fn is_constant(condition: &Syntax) -> bool {
    condition.all(&mut |part| match part {
        Syntax::Raw(text) => names::is_function(text.trim_start_matches('$')),
        Syntax::Call(name, _) => !matches!(&**name, "millis" | "now" | "random" | "uuid"),
        _ => true,
    })
}

struct Proof<'s> {
    /// Sums that are not negative.
    facts: Vec<Sum<'s>>,
    /// The parts that are unsigned integers.
    unsigned: Vec<&'s Syntax>,
}

impl<'s> Proof<'s> {
    /// Whether a sum is not negative.
    fn holds(&self, sum: &Sum<'s>, steps: usize) -> bool {
        let is_trivial = sum.constant >= 0
            && sum
                .terms
                .iter()
                .all(|(part, factor)| *factor > 0 && self.is_unsigned(part));
        if is_trivial {
            return true;
        }
        let Some(steps) = steps.checked_sub(1) else {
            return false;
        };
        let by_facts = self.facts.iter().any(|fact| {
            let helps = fact.constant < 0 && sum.constant < 0
                || fact.terms.iter().any(|(part, factor)| {
                    let own = sum.factor(part);
                    *factor < 0 && own < 0
                });
            helps && sum.minus(fact).is_some_and(|rest| self.holds(&rest, steps))
        });
        by_facts
            || sum.terms.iter().any(|(part, factor)| {
                self.is_unsigned(part)
                    && bounds(part, *factor < 0).into_iter().any(|bound| {
                        let with = sum.replaced(part, *factor, &bound);
                        with.is_some_and(|sum| self.holds(&sum, steps))
                    })
            })
    }

    fn is_unsigned(&self, part: &Syntax) -> bool {
        self.unsigned.contains(&part)
            || matches!(part, Syntax::Call(name, _) if matches!(&**name, "count" | "length"))
    }
}

/// The parts of a sum of unsigned integers, and the parts of their bounds.
fn unsigned_parts<'s>(sum: &Sum<'s>) -> Vec<&'s Syntax> {
    let mut parts = sum.parts();
    let mut at = 0;
    while let Some(part) = parts.get(at).copied() {
        at += 1;
        for bound in [true, false]
            .into_iter()
            .flat_map(|is_upper| bounds(part, is_upper))
        {
            for inner in bound.parts() {
                if !parts.contains(&inner) {
                    parts.push(inner);
                }
            }
        }
    }
    parts
}

/// A sum of integers: the parts with their factors, and a constant.
#[derive(Clone, Default)]
struct Sum<'s> {
    terms: Vec<(&'s Syntax, i64)>,
    constant: i64,
}

impl<'s> Sum<'s> {
    /// The sum of an expression; `None` if its numbers are not small integers.
    fn of(syntax: &'s Syntax) -> Option<Sum<'s>> {
        let whole = |syntax: &'s Syntax| {
            Some(Sum {
                terms: vec![(syntax, 1)],
                constant: 0,
            })
        };
        match syntax {
            Syntax::Number(_) => Some(Sum {
                terms: Vec::new(),
                constant: literal(syntax)?,
            }),
            Syntax::Negative(value) => Sum::of(value)?.times(-1),
            Syntax::Binary(Operator::Add, left, right) => Sum::of(left)?.plus(&Sum::of(right)?, 1),
            Syntax::Binary(Operator::Sub, left, right) => Sum::of(left)?.minus(&Sum::of(right)?),
            Syntax::Binary(Operator::Mul, left, right) => match (literal(left), literal(right)) {
                (Some(factor), _) => Sum::of(right)?.times(factor),
                (_, Some(factor)) => Sum::of(left)?.times(factor),
                _ => whole(syntax),
            },
            _ => match checked_difference(syntax) {
                Some(difference) => Sum::of(difference),
                None => whole(syntax),
            },
        }
    }

    fn plus(mut self, other: &Sum<'s>, factor: i64) -> Option<Sum<'s>> {
        self.constant = self
            .constant
            .checked_add(other.constant.checked_mul(factor)?)?;
        for (part, times) in &other.terms {
            let times = times.checked_mul(factor)?;
            match self.terms.iter_mut().find(|(known, _)| known == part) {
                Some((_, known)) => *known = known.checked_add(times)?,
                None => self.terms.push((part, times)),
            }
        }
        self.terms.retain(|(_, factor)| *factor != 0);
        Some(self)
    }

    fn minus(&self, other: &Sum<'s>) -> Option<Sum<'s>> {
        self.clone().plus(other, -1)
    }

    fn times(self, factor: i64) -> Option<Sum<'s>> {
        Sum::default().plus(&self, factor)
    }

    /// The sum in which a bound replaces a part.
    fn replaced(&self, part: &'s Syntax, factor: i64, bound: &Sum<'s>) -> Option<Sum<'s>> {
        let mut rest = self.clone();
        rest.terms.retain(|(known, _)| *known != part);
        rest.plus(bound, factor)
    }

    fn factor(&self, part: &Syntax) -> i64 {
        let found = self.terms.iter().find(|(known, _)| *known == part);
        found.map_or(0, |(_, factor)| *factor)
    }

    fn parts(&self) -> Vec<&'s Syntax> {
        self.terms.iter().map(|(part, _)| *part).collect()
    }
}

/// Upper (or lower) bounds of a part that is an unsigned integer.
fn bounds(part: &Syntax, is_upper: bool) -> Vec<Sum<'_>> {
    let mut found = Vec::new();
    match part {
        Syntax::Call(name, arguments) if name == if is_upper { "min" } else { "max" } => {
            if let [Syntax::Array(items)] = arguments.as_slice() {
                found.extend(items.iter().filter_map(Sum::of));
            }
        }
        Syntax::Binary(Operator::Rem, left, right) if is_upper => {
            found.extend(Sum::of(left));
            if let Some(divisor) = literal(right).filter(|divisor| *divisor > 0) {
                found.push(Sum {
                    terms: Vec::new(),
                    constant: divisor - 1,
                });
            }
        }
        // `(a - a % b) / b`
        Syntax::Binary(Operator::Div, even, by) if is_upper => {
            if let Syntax::Binary(Operator::Sub, left, rest) = &**even
                && let Syntax::Binary(Operator::Rem, of, divisor) = &**rest
                && of == left
                && divisor == by
            {
                found.extend(Sum::of(left));
            }
        }
        _ => {}
    }
    found
}

/// The sums that are not negative because a condition is true (or false).
fn add_facts<'s>(condition: &'s Syntax, holds: bool, facts: &mut Vec<Sum<'s>>) {
    let Syntax::Binary(operator, left, right) = condition else {
        return;
    };
    let (Some(left), Some(right)) = (Sum::of(left), Sum::of(right)) else {
        return;
    };
    let at_least = |greater: &Sum<'s>, less: &Sum<'s>, by: i64| {
        let mut difference = greater.minus(less)?;
        difference.constant = difference.constant.checked_sub(by)?;
        Some(difference)
    };
    match (operator, holds) {
        (Operator::Ge, true) | (Operator::Lt, false) => facts.extend(at_least(&left, &right, 0)),
        (Operator::Gt, true) | (Operator::Le, false) => facts.extend(at_least(&left, &right, 1)),
        (Operator::Le, true) | (Operator::Gt, false) => facts.extend(at_least(&right, &left, 0)),
        (Operator::Lt, true) | (Operator::Ge, false) => facts.extend(at_least(&right, &left, 1)),
        (Operator::Eq, true) | (Operator::Ne, false) => {
            facts.extend(at_least(&left, &right, 0));
            facts.extend(at_least(&right, &left, 0));
        }
        _ => {}
    }
}

/// Adds that a filtered list is not longer than the list.
fn add_filtered_counts<'s>(parts: &[&'s Syntax], facts: &mut Vec<Sum<'s>>) {
    for filtered in parts {
        let Some(list) = counted(filtered).and_then(filtered_list) else {
            continue;
        };
        let whole = parts.iter().find(|part| counted(part) == Some(list));
        facts.extend(whole.map(|whole| Sum {
            terms: vec![(*whole, 1), (*filtered, -1)],
            constant: 0,
        }));
    }
}

/// The list whose items are counted.
fn counted(syntax: &Syntax) -> Option<&Syntax> {
    match syntax {
        Syntax::Call(name, arguments) if name == "count" => arguments.first(),
        _ => None,
    }
}

/// The list of which a list contains some items.
fn filtered_list(list: &Syntax) -> Option<&Syntax> {
    match list {
        Syntax::Array(items) if items.len() == 1 => filtered_list(&items[0]),
        Syntax::Whole(inner) => filtered_list(inner),
        Syntax::Call(name, arguments) if name == "filter" || name == "distinct" => {
            arguments.first()
        }
        _ => None,
    }
}

/// Adds lower bounds of unsigned integers that known conditions distinguish from 0, 1 and so on.
fn add_lower_bounds<'s>(
    parts: &[&'s Syntax],
    known: &'s [KnownCondition],
    facts: &mut Vec<Sum<'s>>,
) {
    for part in parts {
        // A range from 0: an unsigned integer outside of it is above it.
        for (condition, holds) in known {
            if let (Syntax::Binary(Operator::And, from, to), false) = (condition, holds)
                && let Syntax::Binary(Operator::Ge, value, zero) = &**from
                && **value == **part
                && literal(zero) == Some(0)
            {
                add_facts(to, false, facts);
            }
        }
        let is_excluded = |number: i64| {
            known.iter().any(|(condition, holds)| {
                let Syntax::Binary(operator, left, right) = condition else {
                    return false;
                };
                let differs = match operator {
                    Operator::Eq => !*holds,
                    Operator::Ne => *holds,
                    _ => false,
                };
                let compares = |value: &Syntax, other: &Syntax| {
                    value == *part && literal(other) == Some(number)
                };
                differs && (compares(left, right) || compares(right, left))
            })
        };
        let least = (0..EXCLUDED).find(|number| !is_excluded(*number));
        let least = least.unwrap_or(EXCLUDED);
        if least > 0 {
            facts.push(Sum {
                terms: vec![(part, 1)],
                constant: -least,
            });
        }
    }
}

/// The difference that a check for a negative result returns.
pub(in crate::lower) fn checked_difference(syntax: &Syntax) -> Option<&Syntax> {
    let is_error = |syntax: &Syntax| match syntax {
        Syntax::Call(name, arguments) => {
            name == "error"
                && matches!(arguments.as_slice(), [Syntax::Text(text)] if text == SUBTRACT)
        }
        _ => false,
    };
    match syntax {
        Syntax::Conditional(_, error, difference) if is_error(error) => Some(difference),
        Syntax::Bind(local, difference, body) => match &**body {
            Syntax::Conditional(_, error, value)
                if is_error(error) && **value == Syntax::Local(local.clone()) =>
            {
                Some(difference)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The value of an integer literal.
fn literal(syntax: &Syntax) -> Option<i64> {
    match syntax {
        Syntax::Number(number) => number.parse().ok(),
        Syntax::Negative(number) => literal(number)?.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::below;
    use super::*;
    use crate::lower::syntax::Local;
    use crate::lower::syntax::reader;

    fn read(template: &'static str) -> Syntax {
        let mut count = 0;
        let mut fresh = |name: &'static str| {
            count += 1;
            Local {
                id: count,
                hint: name.into(),
            }
        };
        reader::read(template, &mut fresh)
    }

    fn is_proven(left: &'static str, right: &'static str, conditions: &[&'static str]) -> bool {
        let mut known = Vec::new();
        for condition in conditions {
            match condition.strip_prefix("false: ") {
                Some(condition) => assume(&read(condition), false, &mut known),
                None => assume(&read(condition), true, &mut known),
            }
        }
        is_not_below(&read(left), &read(right), &known)
    }

    #[test]
    fn conditions_prove_that_a_difference_is_not_negative() {
        let proven: &[(&str, &str, &[&str])] = &[
            ("$a", "0", &[]),
            ("$a", "$a", &[]),
            ("5", "3", &[]),
            ("$a + 5", "3", &[]),
            ("$a + $b", "$b", &[]),
            ("$a", "$a % 10", &[]),
            ("$a", "$min([$b, $a])", &[]),
            ("$max([$a, $b])", "$a", &[]),
            ("$a", "($a - $a % 4) / 4", &[]),
            ("100", "$a % 100", &[]),
            ("$a", "1", &["$a > 0"]),
            ("$a", "1", &["$a >= 1"]),
            ("$a", "1", &["0 < $a"]),
            ("$a", "1", &["$a != 0"]),
            ("$a", "1", &["false: $a = 0"]),
            ("$a", "2", &["false: $a = 0", "false: 1 = $a"]),
            ("$a", "1", &["$b = 1 and ($a > 3 and $b < 2)"]),
            ("$a", "3", &["false: $a < 3 or $b = 1"]),
            ("$a", "$b", &["$a >= $b"]),
            ("$a", "$b", &["$b < $a"]),
            ("$a", "$b", &["$a = $b"]),
            ("$a", "$b", &["false: $a < $b"]),
            ("$a - $b", "1", &["$b < $a"]),
            ("$a - 1", "$b", &["$b < $a"]),
            ("$a", "$c", &["$a >= $b", "$b >= $c"]),
            ("$count($list)", "1", &["false: $count($list) = 0"]),
            ("$count($list)", "$at", &["$at < $count($list)"]),
            (
                "$last",
                "1",
                &["$last = $count($list)", "$count($list) > 0"],
            ),
            ("$a", "3", &["false: $a >= 0 and $a <= 2"]),
            (
                "$count($list)",
                "$count([$filter($list, function($n) { $n > 0 })])",
                &[],
            ),
            ("10", "$a", &["$a <= 10"]),
            ("$a * 2", "2", &["$a >= 1"]),
        ];
        for (left, right, known) in proven {
            assert!(is_proven(left, right, known), "{left} - {right}: {known:?}");
        }
        let open: &[(&str, &str, &[&str])] = &[
            ("$a", "1", &[]),
            ("$a", "$b", &[]),
            ("$a", "1", &["$a >= 0"]),
            ("$a", "1", &["$b > 0"]),
            ("$a", "1", &["false: $a > 0"]),
            ("$a", "1", &["$a > 0 or $b > 0"]),
            ("$a", "2", &["$a != 0"]),
            ("$a", "2", &["false: $a = 1"]),
            ("$a", "$b", &["$b >= $a"]),
            ("$a", "$b", &["$a >= $c", "$c != $b"]),
            ("$count($others)", "$count([$filter($list, $f)])", &[]),
            ("$a", "3", &["false: $a >= 1 and $a <= 2"]),
            ("$a", "3", &["false: $b >= 0 and $a <= 2"]),
            ("100", "$a % 102", &[]),
            ("$a", "$max([$a, $b])", &[]),
            ("$min([$a, $b])", "$a", &[]),
            ("$a % 10", "1", &["$a > 0"]),
            // `$x` may be negative.
            ("$a", "5", &["$a > $x + 5"]),
            ("$a", "1", &["$a > 0.5"]),
            ("$count($list)", "1", &["false: $count($others) = 0"]),
        ];
        for (left, right, known) in open {
            assert!(
                !is_proven(left, right, known),
                "{left} - {right}: {known:?}"
            );
        }
    }

    /// Random sums and comparisons of three unsigned integers.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            below(&mut self.0, end)
        }

        fn value(&mut self, depth: u64) -> Syntax {
            let inner = depth.saturating_sub(1);
            match self.below(if depth == 0 { 4 } else { 9 }) {
                0 => Syntax::Variable("a".into()),
                1 => Syntax::Variable("b".into()),
                2 => Syntax::Variable("c".into()),
                3 => Syntax::number(self.below(4) as i64),
                4 => Syntax::call(
                    ["min", "max"][self.below(2) as usize],
                    vec![Syntax::Array(vec![self.value(inner), self.value(inner)])],
                ),
                5 => self
                    .value(inner)
                    .binary(Operator::Rem, Syntax::number(1 + self.below(3) as i64)),
                6 => self.value(inner).binary(Operator::Sub, self.value(inner)),
                _ => self.value(inner).binary(Operator::Add, self.value(inner)),
            }
        }

        fn test(&mut self, depth: u64) -> Syntax {
            let inner = depth.saturating_sub(1);
            match self.below(if depth == 0 { 1 } else { 4 }) {
                1 => self.test(inner).negated(),
                2 => self.test(inner).binary(Operator::And, self.test(inner)),
                3 => self.test(inner).binary(Operator::Or, self.test(inner)),
                _ => {
                    use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
                    let operator = [Eq, Ne, Lt, Le, Gt, Ge][self.below(6) as usize];
                    self.value(1).binary(operator, self.value(1))
                }
            }
        }
    }

    /// The value for `[a, b, c]`; `None` if a part is negative, which the lowering excludes.
    fn value(syntax: &Syntax, of: [i64; 3]) -> Option<i64> {
        let number = match syntax {
            Syntax::Variable(name) => of[usize::from(name.as_bytes()[0] - b'a')],
            Syntax::Number(number) => number.parse().unwrap(),
            Syntax::Call(name, arguments) => {
                let [Syntax::Array(items)] = arguments.as_slice() else {
                    unreachable!()
                };
                let (x, y) = (value(&items[0], of)?, value(&items[1], of)?);
                if name == "min" { x.min(y) } else { x.max(y) }
            }
            Syntax::Binary(operator, left, right) => {
                let (x, y) = (value(left, of)?, value(right, of)?);
                match operator {
                    Operator::Add => x + y,
                    Operator::Sub => x - y,
                    _ => x % y,
                }
            }
            _ => unreachable!(),
        };
        (number >= 0).then_some(number)
    }

    fn test(syntax: &Syntax, of: [i64; 3]) -> Option<bool> {
        Some(match syntax {
            Syntax::Call(_, arguments) => !test(&arguments[0], of)?,
            Syntax::Binary(Operator::And, left, right) => test(left, of)? && test(right, of)?,
            Syntax::Binary(Operator::Or, left, right) => test(left, of)? || test(right, of)?,
            Syntax::Binary(operator, left, right) => {
                let (x, y) = (value(left, of)?, value(right, of)?);
                match operator {
                    Operator::Eq => x == y,
                    Operator::Ne => x != y,
                    Operator::Lt => x < y,
                    Operator::Le => x <= y,
                    Operator::Gt => x > y,
                    _ => x >= y,
                }
            }
            _ => unreachable!(),
        })
    }

    #[test]
    fn a_proven_difference_is_never_negative() {
        let mut random = Random(11);
        let mut proven = 0;
        for _ in 0..20_000 {
            let (left, right) = (random.value(2), random.value(2));
            let conditions: Vec<Syntax> = (0..2).map(|_| random.test(2)).collect();
            let holds: Vec<bool> = conditions.iter().map(|_| random.below(2) == 0).collect();
            let mut known = Vec::new();
            for (condition, holds) in conditions.iter().zip(&holds) {
                assume(condition, *holds, &mut known);
            }
            if !is_not_below(&left, &right, &known) {
                continue;
            }
            proven += 1;
            for index in 0..216 {
                let of = [index % 6, index / 6 % 6, index / 36];
                let mut tests = conditions.iter().zip(&holds);
                if tests.all(|(condition, holds)| test(condition, of) == Some(*holds))
                    && let (Some(x), Some(y)) = (value(&left, of), value(&right, of))
                {
                    assert!(x >= y, "{left:?} - {right:?} where {known:?} at {of:?}");
                }
            }
        }
        assert!(proven > 2_000, "{proven} proven");
    }
}
