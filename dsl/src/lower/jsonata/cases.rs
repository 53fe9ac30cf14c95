//! `match` and `if let`.

use super::bounds::assume;
use super::expression::Lowering;
use crate::expr::{Case, Expr};
use crate::lower::code::Code;
use crate::lower::pattern;
use crate::lower::syntax::{Local, Syntax};
use crate::shape::Shape;

impl Lowering<'_, '_> {
    /// `match`: the value of the first case whose tests are true. The last case needs no test,
    /// because rustc has checked exhaustiveness.
    pub(super) fn cases(&mut self, subject: &Expr, cases: &[Case]) -> Code {
        let subject = self.code(subject);
        let subject = self.reached(subject);
        let (subject, bound) = self.taken_apart(subject);
        let code = self.twice(subject, |this, subject| {
            let known = this.env.known.len();
            let mut arms = Vec::new();
            for case in cases {
                let (test, value) = this.case(case, subject);
                if let Some(test) = &test {
                    assume(test, false, &mut this.env.known);
                }
                arms.push((test, value));
            }
            this.env.known.truncate(known);
            let whole = arms
                .into_iter()
                .rev()
                .reduce(|(_, otherwise), (test, value)| {
                    let value = match test {
                        Some(test) => {
                            let shape = value.shape.or(&otherwise.shape);
                            Code::new(test.conditional(value.syntax, otherwise.syntax), shape)
                        }
                        None => value,
                    };
                    (None, value)
                });
            whole.map_or_else(Code::nothing, |(_, value)| value)
        });
        let syntax = bound
            .into_iter()
            .rev()
            .fold(code.syntax, |body, (local, value)| {
                Syntax::bind(local, value, body)
            });
        Code { syntax, ..code }
    }

    /// The test and the value of one case.
    fn case(&mut self, case: &Case, subject: &Code) -> (Option<Syntax>, Code) {
        let matched = pattern::matched(self, &case.pattern, subject);
        let (locals, known) = (self.env.locals.len(), self.env.known.len());
        self.env.locals.extend(matched.bound);
        let mut tests = matched.tests;
        for test in &tests {
            assume(&test.syntax, true, &mut self.env.known);
        }
        if let Some(guard) = &case.guard {
            let guard = self.value(guard);
            assume(&guard.syntax, true, &mut self.env.known);
            tests.push(guard);
        }
        let value = self.value(&case.value);
        self.env.locals.truncate(locals);
        self.env.known.truncate(known);
        let test = (!tests.is_empty()).then(|| super::all(tests).syntax);
        (test, value)
    }

    /// Splits a tuple literal, so that its items are tested one by one. Each item that is not short
    /// is bound to a local.
    fn taken_apart(&mut self, subject: Code) -> (Code, Vec<(Local, Syntax)>) {
        let mut bound = Vec::new();
        let Syntax::Array(items) = &subject.syntax else {
            return (subject, bound);
        };
        if items.len() < 2 || !matches!(subject.shape.plain(), Shape::Tuple(_) | Shape::Array(_)) {
            return (subject, bound);
        }
        let items = items.iter().map(|item| {
            if item.is_simple() {
                return item.clone();
            }
            let local = self.fresh("v");
            bound.push((local.clone(), item.clone()));
            Syntax::Local(local)
        });
        let syntax = Syntax::Array(items.collect());
        (Code { syntax, ..subject }, bound)
    }
}
