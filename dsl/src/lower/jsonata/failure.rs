//! Whether an expression can fail.

use super::float_text::TOO_LARGE;
use crate::lower::syntax::names;
use crate::lower::syntax::{Operator, Syntax};

impl Syntax {
    /// Whether it can fail the execution for some values of the types that it reads: by `$error`,
    /// by infinity or arithmetic with NaN, by a text that does not parse.
    ///
    /// Conditions are taken into account: `$n != 0 ? 10 % $n` never has a remainder by 0.
    pub(in crate::lower) fn can_fail(&self) -> bool {
        Analysis::new(false).fails(self, true)
    }

    /// Whether the evaluation may panic in Rust. Floats do not panic: `x / y` is infinite where
    /// JSONata fails.
    pub(in crate::lower) fn can_panic(&self) -> bool {
        Analysis::new(true).fails(self, true)
    }
}

struct Analysis<'s> {
    /// Count only failures that are panics in Rust.
    panics: bool,
    /// Conditions that are known to be true or false at this point.
    known: Vec<(&'s Syntax, bool)>,
}

impl<'s> Analysis<'s> {
    fn new(panics: bool) -> Self {
        Analysis {
            panics,
            known: Vec::new(),
        }
    }

    /// `compared`: the value is only compared or returned, which works with NaN; arithmetic with
    /// NaN fails.
    fn fails(&mut self, syntax: &'s Syntax, compared: bool) -> bool {
        match syntax {
            Syntax::Raw(text) => !names::is_function(text.trim_start_matches('$')),
            Syntax::Call(name, arguments) => {
                call_fails(name, arguments, self.panics)
                    || arguments.iter().any(|argument| self.fails(argument, false))
            }
            Syntax::Function(_, body) => self.fails(body, true),
            Syntax::Binary(operator, left, right) => self.binary(*operator, left, right, compared),
            Syntax::Conditional(condition, then, otherwise) => {
                self.fails(condition, true)
                    || self.fails_where(condition, true, then, compared)
                    || self.fails_where(condition, false, otherwise, compared)
            }
            Syntax::When(condition, then) => {
                self.fails(condition, true) || self.fails_where(condition, true, then, compared)
            }
            Syntax::Bind(_, value, body) => self.fails(value, false) || self.fails(body, compared),
            other => {
                let mut fails = false;
                other.children(&mut |child| fails = fails || self.fails(child, false));
                fails
            }
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'s Syntax,
        right: &'s Syntax,
        compared: bool,
    ) -> bool {
        match operator {
            Operator::And => self.fails(left, true) || self.fails_where(left, true, right, true),
            Operator::Or => self.fails(left, true) || self.fails_where(left, false, right, true),
            Operator::Eq
            | Operator::Ne
            | Operator::Lt
            | Operator::Le
            | Operator::Gt
            | Operator::Ge
            | Operator::In => self.fails(left, true) || self.fails(right, true),
            // Integer division is lowered to `(a - a % b) / b`.
            Operator::Sub if matches!(right, Syntax::Binary(Operator::Rem, _, by) if !self.is_nonzero(by)) => {
                true
            }
            Operator::Div if !self.panics && !self.is_nonzero(right) => true,
            Operator::Rem if !self.panics && !compared && !self.is_nonzero(right) => true,
            _ => self.fails(left, false) || self.fails(right, false),
        }
    }

    /// `fails` for an expression that is evaluated only if a condition is true (or false).
    fn fails_where(
        &mut self,
        condition: &'s Syntax,
        holds: bool,
        reached: &'s Syntax,
        compared: bool,
    ) -> bool {
        if self.known.contains(&(condition, !holds)) {
            return false;
        }
        let before = self.known.len();
        self.assume(condition, holds);
        let fails = self.fails(reached, compared);
        self.known.truncate(before);
        fails
    }

    fn assume(&mut self, condition: &'s Syntax, holds: bool) {
        self.known.push((condition, holds));
        match (condition, holds) {
            (Syntax::Binary(Operator::And, left, right), true)
            | (Syntax::Binary(Operator::Or, left, right), false) => {
                self.assume(left, holds);
                self.assume(right, holds);
            }
            (Syntax::Call(name, arguments), _) if name == "not" => {
                if let [condition] = arguments.as_slice() {
                    self.assume(condition, !holds);
                }
            }
            _ => {}
        }
    }

    /// Whether a number cannot be 0.
    fn is_nonzero(&self, number: &Syntax) -> bool {
        if let Some(number) = literal(number) {
            return number != 0.0;
        }
        self.known.iter().any(|(condition, holds)| {
            let Syntax::Binary(operator, left, right) = condition else {
                return false;
            };
            match (literal(left), literal(right)) {
                (None, Some(limit)) if **left == *number => excludes_zero(*operator, limit, *holds),
                (Some(limit), None) if **right == *number => {
                    excludes_zero(mirrored(*operator), limit, *holds)
                }
                _ => false,
            }
        })
    }
}

/// Whether a number is nonzero if `number operator limit` is true (or false).
fn excludes_zero(operator: Operator, limit: f64, holds: bool) -> bool {
    let zero = match operator {
        Operator::Eq => 0.0 == limit,
        Operator::Ne => 0.0 != limit,
        Operator::Lt => 0.0 < limit,
        Operator::Le => 0.0 <= limit,
        Operator::Gt => 0.0 > limit,
        Operator::Ge => 0.0 >= limit,
        _ => return false,
    };
    zero != holds
}

/// `1 < x` is `x > 1`.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Lt => Operator::Gt,
        Operator::Le => Operator::Ge,
        Operator::Gt => Operator::Lt,
        Operator::Ge => Operator::Le,
        other => other,
    }
}

fn literal(number: &Syntax) -> Option<f64> {
    match number {
        Syntax::Number(number) => number.parse().ok(),
        _ => None,
    }
}

/// Whether a function can fail for some arguments of its types.
fn call_fails(name: &str, arguments: &[Syntax], panics: bool) -> bool {
    let at_least = |place: usize, least: f64| {
        let argument = arguments.get(place).and_then(literal);
        argument.is_some_and(|number| number >= least)
    };
    match (name, arguments) {
        // Rust does not fail there, and no number of a user is so large.
        ("error", [Syntax::Text(message)]) if message == TOO_LARGE => return false,
        // The digits that a template's pattern matched.
        ("number", [Syntax::Item(groups, _)]) if matches!(&**groups, Syntax::Field(_, name) if name == "groups") =>
        {
            return false;
        }
        _ => {}
    }
    match name {
        "error" | "number" | "parse" | "toMillis" | "fromMillis" | "base64decode" | "range" => true,
        "sqrt" => !panics,
        "power" => !panics && !at_least(1, 0.0),
        "partition" => !at_least(1, 1.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::below;
    use crate::lower::syntax::print::print;
    use crate::lower::syntax::reader;
    use crate::lower::syntax::{Local, Operator, Syntax};

    fn can_fail(template: &'static str) -> bool {
        read(template).can_fail()
    }

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

    #[test]
    fn expressions_that_can_fail_are_recognised() {
        let fails = [
            "$error('x')",
            "$a - $a % $b",
            "($a - $a % $b) / $b",
            "$a > 3 and ($a - $a % $b) / $b > 1",
            "$b = 0 ? ($a - $a % $b) / $b : 1",
            "$b != 0 or ($a - $a % $b) / $b > 1",
            "$b > -1 ? 1 - 1 % $b : 0",
            "$b != 1 ? 1 - 1 % $b : 0",
            "$x / $y > 3",
            "$x / $y + 1",
            "$string($x / $y)",
            "$number($text)",
            "$map($list, function($n) { 10 - 10 % $n })",
            "$option != null ? $option : $error('none')",
            "$power($x, $y)",
            "$power($x, -1)",
        ];
        for template in fails {
            assert!(can_fail(template), "{template}");
        }
        let safe = [
            "$a + $b * 2",
            "$a % 7 + 1",
            "($a - $a % 4) / 4",
            "$x / 2 > 3",
            "$x % $y = 0",
            "$b != 0 and ($a - $a % $b) / $b > 1",
            "$b = 0 or ($a - $a % $b) / $b > 1",
            "$b = 0 ? 0 : ($a - $a % $b) / $b",
            "$not($b = 0) ? ($a - $a % $b) / $b : 0",
            "0 < $b ? 1 - 1 % $b : 0",
            "$b >= 1 and $a > 0 ? 1 - 1 % $b : 0",
            "$b <= 0 ? 0 : 1 - 1 % $b",
            "$option != null and ($option != null ? $option : $error('none')) > 3",
            "$power($x, 2)",
            "$count($list) = 0",
            "$lookup($table, $text).name & 'x'",
            "$reduce($list, $append, [])",
        ];
        for template in safe {
            assert!(!can_fail(template), "{template}");
        }
    }

    #[test]
    fn floats_do_not_panic() {
        let can_panic = |template| read(template).can_panic();
        for template in [
            "$x / $y",
            "$x / $y + 1",
            "$x % $y",
            "$sqrt($x)",
            "$power($x, -1)",
        ] {
            assert!(!can_panic(template), "{template}");
        }
        for template in ["($a - $a % $b) / $b", "$error('x')", "$number($text)"] {
            assert!(can_panic(template), "{template}");
        }
    }

    /// Random arithmetic and conditions over `$a` and `$b`.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            below(&mut self.0, end)
        }

        fn number(&mut self, depth: u64) -> Syntax {
            let inner = depth.saturating_sub(1);
            match self.below(if depth == 0 { 3 } else { 8 }) {
                0 => Syntax::Variable("a".into()),
                1 => Syntax::Variable("b".into()),
                2 => Syntax::number(self.below(3) as i64 - 1),
                3 => self
                    .test(inner)
                    .conditional(self.number(inner), self.number(inner)),
                4 => Syntax::Negative(Box::new(self.number(inner))),
                5 => Syntax::call("abs", vec![self.number(inner)]),
                _ => {
                    use Operator::{Add, Div, Mul, Rem, Sub};
                    let operator = [Add, Sub, Mul, Div, Rem, Rem][self.below(6) as usize];
                    self.number(inner).binary(operator, self.number(inner))
                }
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
                    self.number(inner).binary(operator, self.number(inner))
                }
            }
        }
    }

    #[test]
    fn expressions_recognised_as_safe_do_not_fail() {
        let mut random = Random(7);
        let (mut safe, mut failed) = (0, 0);
        for _ in 0..3_000 {
            let syntax = match random.below(2) {
                // JSON has no infinity, so the result is compared.
                0 => random.number(4).binary(Operator::Ne, Syntax::Null),
                _ => random.test(4),
            };
            let code = print(&syntax);
            let compiled = jlens_core::Expression::compile(&code).expect("JSONata");
            let values = [-2, -1, 0, 1, 2];
            let fails = values.into_iter().any(|a| {
                values.into_iter().any(|b| {
                    let bindings = jlens_core::Bindings::new()
                        .var("a", serde_json::json!(a))
                        .var("b", serde_json::json!(b));
                    compiled.evaluate(None, &bindings).is_err()
                })
            });
            assert!(!fails || syntax.can_fail(), "{code}");
            safe += usize::from(!syntax.can_fail());
            failed += usize::from(fails);
        }
        assert!(
            safe > 500 && failed > 300,
            "{safe} cannot fail, {failed} fail"
        );
    }
}
