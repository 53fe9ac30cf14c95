//! Choice.

use super::StateLowering;
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{Arm, Edge, Otherwise};
use crate::lower::env::Env;
use crate::lower::jsonata;
use crate::lower::jsonpath::{self, Paths};
use crate::lower::report::Report;
use crate::lower::syntax::Syntax;
use crate::lower::text;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{Choice, ChoiceRule};

impl<'a> StateLowering<'_, 'a> {
    pub(super) fn choice(
        &mut self,
        rules: &'a [(Option<Expr>, Edge)],
        subject: Option<&'a Expr>,
        arms: &'a [Arm],
        otherwise: &'a Otherwise,
    ) -> Choice {
        let before = self.env.known.len();
        let mut choice = Choice::default();
        for (condition, edge) in rules {
            let env = self.env.clone();
            let test = condition
                .as_ref()
                .map(|condition| self.known_test(condition));
            let rule = match condition {
                None => ChoiceRule::default(),
                Some(condition) if self.is_jsonata() => ChoiceRule {
                    condition: Some(Json::String(jsonata::condition(
                        condition,
                        &env,
                        self.report,
                    ))),
                    ..ChoiceRule::default()
                },
                Some(condition) => jsonpath::condition(condition, &env, self.report),
            };
            let mut taken = env;
            if let Some(test) = &test {
                jsonata::assume(test, true, &mut taken.known);
                jsonata::assume(test, false, &mut self.env.known);
            }
            let (assign, output) = self.along(edge, &taken);
            let rule = ChoiceRule { output, ..rule };
            choice.choices.push(self.leading(rule, assign, edge));
        }
        if let Some(subject) = subject {
            let last = arms.len().saturating_sub(1);
            // Problems of a pattern are reported at the matched value.
            let before = self.report.enter(subject);
            for (index, arm) in arms.iter().enumerate() {
                self.arm(&mut choice, subject, arm, index == last);
            }
            self.report.leave(before);
        }
        match otherwise {
            Otherwise::To(edge) => {
                let env = self.env.clone();
                (choice.assign, choice.output) = self.along(edge, &env);
                choice.default = Some(edge.target.to_string());
            }
            // rustc has checked that the arms of a `match` are exhaustive; data that matches none
            // of them fails.
            Otherwise::Unsaid if subject.is_none() => self.report.fault(
                "a choice without `otherwise` fails with States.Runtime where nothing holds; add `otherwise => State;`, or \
                 `otherwise fail;` to say that it shall",
            ),
            Otherwise::Unsaid | Otherwise::Fail => {}
        }
        if choice.choices.is_empty() {
            let fault = self.report.problem(self.flow.front_end.empty_choice());
            self.report.push(fault.with_code("SW070"));
        }
        self.env.known.truncate(before);
        choice
    }

    /// A condition as code, for what is known where it is true or false.
    fn known_test(&self, condition: &Expr) -> Syntax {
        let mut silent = Report::new(&self.state.name);
        jsonata::lower(condition, &self.env, &mut silent).syntax
    }

    /// The `Assign` of an edge, and the `Output` for the next state.
    fn along(&mut self, edge: &'a Edge, env: &Env<'a>) -> (Option<Object>, Option<Json>) {
        let env = env.on_edge(edge);
        let assign = self.assign(&edge.assign, &env, true);
        let output = edge.output.as_ref();
        let output = output.map(|value| jsonata::template(value, &env, self.report));
        (assign, output)
    }

    fn arm(&mut self, choice: &mut Choice, subject: &'a Expr, arm: &'a Arm, is_last: bool) {
        let mut env = self.env.clone();
        let is_first = choice.choices.is_empty();
        let rule = if self.is_jsonata() {
            self.jsonata_rule(subject, arm, is_first, &mut env)
        } else {
            self.jsonpath_rule(subject, arm, is_first, &mut env)
        };
        let assign = self.assigned_by(arm, &env);
        match rule {
            Some(rule) => choice.choices.push(self.leading(rule, assign, &arm.edge)),
            // `_` or a single name matches everything: it becomes the Default, whose Assign is the
            // state's Assign.
            None if is_last && !is_first => {
                choice.assign = assign;
                choice.default = Some(arm.edge.target.to_string());
            }
            None => {
                let rule = self.always(env);
                choice.choices.push(self.leading(rule, assign, &arm.edge));
            }
        }
    }

    /// The rule of an arm in JSONata; `None` if it matches everything. `env` gets the names that it
    /// binds, and what is known where it matches.
    fn jsonata_rule(
        &mut self,
        subject: &'a Expr,
        arm: &'a Arm,
        is_first: bool,
        env: &mut Env<'a>,
    ) -> Option<ChoiceRule> {
        let matched = jsonata::matched(subject, &arm.pattern, env, self.report);
        env.locals.extend(matched.bound);
        let mut tests = matched.tests;
        // Rust computes the value before it tests the first arm.
        if is_first && may_be_skipped(subject, tests.is_empty()) {
            let bound = vec![(Text::Borrowed("matched"), subject.clone())];
            let computed = Expr::let_in(bound, Expr::literal(true));
            let computed = jsonata::lower(&computed, env, self.report);
            if computed.syntax != Syntax::Bool(true) {
                tests.insert(0, computed);
            }
        }
        for test in &tests {
            jsonata::assume(&test.syntax, true, &mut env.known);
        }
        if let Some(guard) = &arm.guard {
            let guard = jsonata::guard(guard, env, self.report);
            jsonata::assume(&guard.syntax, true, &mut env.known);
            tests.push(guard);
        }
        if tests.is_empty() {
            return None;
        }
        let test = jsonata::all(tests);
        jsonata::assume(&test.syntax, false, &mut self.env.known);
        Some(ChoiceRule {
            condition: Some(Json::String(jsonata::text(test, env, self.report))),
            ..ChoiceRule::default()
        })
    }

    /// The rule of an arm in JSONPath; `None` if it matches everything. `env` gets the names that
    /// it binds.
    fn jsonpath_rule(
        &mut self,
        subject: &'a Expr,
        arm: &'a Arm,
        is_first: bool,
        env: &mut Env<'a>,
    ) -> Option<ChoiceRule> {
        let matched = jsonpath::matched(subject, &arm.pattern, env, self.report);
        env.path_locals.extend(matched.bound);
        let mut rules = matched.tests;
        if is_first && may_be_skipped(subject, rules.is_empty()) {
            self.report.fault(format!(
                "the first arm does not test this value, so JSONPath does not compute it, but Rust may panic there; put an arm \
                 first that tests it, or {}",
                self.env.use_jsonata()
            ));
        }
        if let Some(guard) = &arm.guard {
            rules.push(jsonpath::condition(guard, env, self.report));
        }
        (!rules.is_empty()).then(|| jsonpath::all(rules))
    }

    /// The assignments of an arm: the names that its pattern binds, then those of its edge.
    fn assigned_by(&mut self, arm: &'a Arm, env: &Env<'a>) -> Option<Object> {
        let mut assign: Vec<(Text, Expr)> = Vec::new();
        for name in arm.pattern.names() {
            let own = arm.edge.assign.iter().any(|(other, _)| other == name);
            if !name.starts_with('_') && !own {
                assign.push((name.clone(), Expr::local(name.clone())));
            }
        }
        assign.extend(arm.edge.assign.iter().cloned());
        self.assign(&assign, env, true)
    }

    /// A rule that is always true.
    fn always(&mut self, env: Env<'a>) -> ChoiceRule {
        let always = Expr::literal(true);
        if self.is_jsonata() {
            let condition = jsonata::condition(&always, &env, self.report);
            return ChoiceRule {
                condition: Some(Json::String(condition)),
                ..ChoiceRule::default()
            };
        }
        let mut paths = Paths::new(env, self.report);
        jsonpath::always(&mut paths, &always)
    }

    /// A top-level rule of the state, with its assignments and target. Rules of JSONPath are
    /// readable without a comment.
    fn leading(&self, rule: ChoiceRule, assign: Option<Object>, edge: &Edge) -> ChoiceRule {
        let comment = edge.comment.as_deref().filter(|_| self.is_jsonata());
        ChoiceRule {
            comment: comment.map(text::comment),
            assign,
            next: Some(edge.target.to_string()),
            ..rule
        }
    }
}

/// Whether Rust may panic in the value of a `match` without the first arm's condition computing the
/// value. A condition without tests computes nothing; a test of a tuple that the value constructs
/// computes only the items that it reads.
fn may_be_skipped(subject: &Expr, has_no_tests: bool) -> bool {
    let mut constructs = false;
    subject.walk(&mut |node| {
        constructs |= matches!(
            node,
            ExprNode::Tuple(_)
                | ExprNode::Record(_)
                | ExprNode::Array(_)
                | ExprNode::Object(_)
                | ExprNode::Some(_)
        );
    });
    subject.can_panic() && (has_no_tests || constructs)
}
