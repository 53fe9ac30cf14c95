//! `match` and `if let`.

use super::code::Code;
use super::expression::Lowering;
use super::syntax::{Local, Syntax};
use crate::expr::{Case, Expr};
use crate::lower::pattern;
use crate::shape::Shape;

impl Lowering<'_, '_> {
    /// `match`: the value of the first case whose tests are true. The last case needs no test, because rustc has checked exhaustiveness.
    pub(super) fn cases(&mut self, subject: &Expr, cases: &[Case]) -> Code {
        let subject = self.code(subject);
        let subject = self.reached(subject);
        let (subject, bound) = self.taken_apart(subject);
        let code = self.twice(subject, |this, subject| {
            let mut whole: Option<Code> = None;
            for case in cases.iter().rev() {
                let matched = pattern::matched(this, &case.pattern, subject);
                let before = this.env.locals.len();
                this.env.locals.extend(matched.bound);
                let mut tests = matched.tests;
                if let Some(guard) = &case.guard {
                    tests.push(this.value(guard));
                }
                let value = this.value(&case.value);
                this.env.locals.truncate(before);
                whole = Some(match whole {
                    Some(otherwise) if !tests.is_empty() => {
                        let shape = value.shape.or(&otherwise.shape);
                        let test = super::all(tests).syntax;
                        Code::new(test.conditional(value.syntax, otherwise.syntax), shape)
                    }
                    _ => value,
                });
            }
            whole.unwrap_or_else(Code::nothing)
        });
        let syntax = bound
            .into_iter()
            .rev()
            .fold(code.syntax, |body, (local, value)| {
                Syntax::bind(local, value, body)
            });
        Code { syntax, ..code }
    }

    /// Splits a tuple literal, so that its items are tested one by one. Each item that is not short is bound to a local.
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
