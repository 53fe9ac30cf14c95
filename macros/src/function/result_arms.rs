//! `match task(..).await { Ok(..) => .., Err(..) => .. }`: the arms are transitions of the state.

use super::arm_forms::{
    Case, answer_type, case, inspects, is_never, is_simple, passes_on, returns_its_name,
};
use super::call_options::{is_failed, predefined, text_of};
use super::graph::{Exit, Node};
use super::naming::pattern_names::{bound_names, mutable_names, with_variables};
use super::naming::state_name::{StateName, arm_name, subject, variable};
use super::source::scan::{bare, called, reads, single_name, without_reference};
use super::translator::{ArmBody, ArmCode, Dest, Exits, Translator};
use crate::checked_type::DeclaredType;
use crate::machine::{EdgeKind, ErrorPattern, LetBinding, cases, is_bound, is_of_prelude};
use crate::name::text;
use proc_macro2::{Ident, Span};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Expr, Pat, parse_quote};

impl Translator<'_> {
    pub(super) fn match_result(
        &mut self,
        base: &Expr,
        arms: Vec<ArmBody<'_>>,
        name: StateName,
        span: Span,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        let ty = answer_type(&arms)
            .map(DeclaredType::of_let)
            .or_else(|| match dest {
                Dest::Assign(target) => target.ty.clone().map(|ty| ty.map(without_reference)),
                _ if arms.iter().any(returns_its_name) => self.body_type().cloned(),
                _ => None,
            });
        // `#[state(Name)]` on the `match` names the Choice, and `.named("..")` the call.
        let explicit = self.name.take();
        let Some(node) = self.call(base, ty.as_ref(), exits) else {
            return Exits::new();
        };
        let ok_cases: Vec<&Pat> = arms
            .iter()
            .flat_map(|arm| cases(&arm.pattern))
            .filter_map(|pattern| match case(pattern) {
                Some(Case::Ok(inner)) => Some(inner),
                _ => None,
            })
            .collect();
        let guarded = arms.iter().any(|arm| {
            arm.guard.is_some()
                && cases(&arm.pattern)
                    .iter()
                    .any(|one| matches!(case(one), Some(Case::Ok(_))))
        });
        // Without an `Ok(..)` the arm `_` takes the results.
        let rest_takes_result = ok_cases.is_empty();
        let is_choice =
            guarded || ok_cases.len() != 1 || !ok_cases.iter().all(|pattern| is_simple(pattern));
        let mut choice = None;
        if is_choice && !ok_cases.is_empty() {
            let source = variable(&subject(base), "", "result", span);
            let bound = self.names.bind(&source, self.body);
            self.graph.nodes[node].state.result = Some(LetBinding {
                ty: self.graph.nodes[node].answer.clone(),
                ..LetBinding::one(bound.clone())
            });
            let next = self.next(node, span);
            let value: Expr = parse_quote!(#bound);
            self.name = explicit;
            let choice_name = self.state_name(name);
            choice = Some(
                self.graph
                    .add(Node::choice_of(value, span, choice_name), &[next]),
            );
        } else if explicit.is_some() {
            // Without a Choice, the statement has only the state of the call, which `.named("..")`
            // may name.
            self.name = explicit;
            let call_name = self.graph.nodes[node].name.clone();
            let name = self.state_name(call_name.clone());
            self.graph.nodes[node].name = if call_name.is_explicit {
                call_name
            } else {
                name
            };
        }
        let mut ends = Exits::new();
        let mut shown = Vec::new();
        for arm in &arms {
            let continues = matches!(arm.body, ArmCode::Continue);
            if continues {
                self.deferred = Some(Vec::new());
                ends.extend(self.result_arm(node, choice, rest_takes_result, arm, dest));
                shown = self.deferred.take().unwrap_or_default();
            } else {
                self.names.open();
                ends.extend(self.result_arm(node, choice, rest_takes_result, arm, dest));
                self.names.close();
            }
        }
        self.show_all(shown);
        ends
    }

    /// One arm; returns the transitions at the end of its body.
    fn result_arm(
        &mut self,
        node: usize,
        choice: Option<usize>,
        rest_takes_result: bool,
        arm: &ArmBody<'_>,
        dest: &Dest,
    ) -> Exits {
        let all = cases(&arm.pattern);
        let mut variables: HashMap<String, Ident> = HashMap::new();
        let is_error = |one: &&Pat| matches!(case(one), Some(Case::Err(_)));
        if all.iter().any(is_error)
            && let Some(guard) = arm.guard
        {
            self.refuse(guard, "a Catcher selects errors by name only: remove the guard, and test the fields in the arm");
        }
        let mut exits = Exits::new();
        let mut errors = Vec::new();
        let mut error_span = arm.pattern.span();
        let mut output = None;
        let is_only_case = all.len() == 1;
        for pattern in all {
            match case(pattern) {
                Some(Case::Ok(inner)) => match choice {
                    Some(choice) => {
                        let inner = self.with_names(inner, &mut variables);
                        let guard = arm.guard.map(|guard| self.condition(guard, "match"));
                        exits.push(self.graph.add_arm(choice, inner, guard, pattern.span()));
                    }
                    None => {
                        if is_only_case
                            && let Some(ends) = self.only_result(node, inner, &arm.body, dest)
                        {
                            return ends;
                        }
                        exits.push(self.only_ok(node, inner));
                    }
                },
                Some(Case::Err(inner)) => {
                    error_span = inner.span();
                    self.caught(node, inner, arm, &mut errors, &mut output, &mut variables);
                }
                Some(Case::Rest(span)) => {
                    error_span = span;
                    if !self.graph.nodes[node].catches_all() {
                        errors.push(predefined("ALL", span));
                    }
                    if rest_takes_result {
                        exits.push(self.next(node, span));
                    }
                    // `_` after some of the `Ok` patterns also takes the other values.
                    if let Some(choice) = choice
                        && !self.takes_every_value(choice)
                    {
                        exits.push(self.graph.add_arm(choice, parse_quote!(_), None, span));
                    }
                }
                None => self.refuse(
                    &pattern,
                    "the result of a call is matched with `Ok(..)` and `Err(..)`: write the pattern inside of one of them",
                ),
            }
        }
        if !errors.is_empty() {
            exits.push(self.catch(node, errors, output, error_span));
        }
        if exits.is_empty() {
            return exits;
        }
        let of = self.graph.nodes[node].name.text.clone();
        let failed = format!("{of}Failed");
        self.inside(arm_name(&of, &failed, &arm.pattern), |this| {
            this.arm_body(&arm.body, exits, dest)
        })
    }

    /// Whether an earlier arm takes every value of a Choice.
    fn takes_every_value(&self, choice: usize) -> bool {
        let mut edges = self.graph.nodes[choice].edges.iter();
        edges.any(|edge| match &edge.kind {
            EdgeKind::Arm {
                pattern,
                guard: None,
            } => is_simple(pattern),
            _ => false,
        })
    }

    /// The end of an arm `Ok(name) => name`: the result of the state itself is the value.
    fn only_result(
        &mut self,
        node: usize,
        inner: &Pat,
        body: &ArmCode<'_>,
        dest: &Dest,
    ) -> Option<Exits> {
        let (ArmCode::Expr(value), Pat::Ident(_)) = (body, inner) else {
            return None;
        };
        let [name] = <[Ident; 1]>::try_from(bound_names(inner)).ok()?;
        let is_name = |value: &Expr| single_name(value).is_some_and(|found| *found == name);
        let is_ok = |value: &Expr| {
            matches!(value, Expr::Call(call)
                if called(call).is_some_and(|path| is_of_prelude(path, "Ok"))
                    && call.args.first().is_some_and(is_name))
        };
        match (dest, bare(value)) {
            (Dest::Return, value) if is_name(value) || is_ok(value) => {
                self.ends_with_result(node);
                Some(Exits::new())
            }
            (Dest::Assign(target), value) if is_name(value) => {
                self.has_result_type(node, target);
                self.graph.nodes[node].name.is_bound_to(target);
                self.graph.nodes[node].state.result = Some((**target).clone());
                Some(vec![self.next(node, inner.span())])
            }
            _ => None,
        }
    }

    /// The only `Ok` arm: its names are those of the result.
    fn only_ok(&mut self, node: usize, inner: &Pat) -> Exit {
        if let Some((target, shown)) = self.target(inner)
            && target.names.iter().any(Option::is_some)
        {
            for (name, bound) in shown {
                self.show(&name, &bound);
            }
            self.has_result_type(node, &target);
            self.graph.nodes[node].name.is_bound_to(&target);
            self.graph.nodes[node].state.result = Some(target);
        }
        self.next(node, inner.span())
    }

    /// Adds the errors of one `Err(..)` pattern.
    fn caught(
        &mut self,
        node: usize,
        pattern: &Pat,
        arm: &ArmBody<'_>,
        errors: &mut Vec<ErrorPattern>,
        output: &mut Option<Ident>,
        variables: &mut HashMap<String, Ident>,
    ) {
        let span = pattern.span();
        match pattern {
            Pat::Wild(_) => errors.push(predefined("ALL", span)),
            Pat::Paren(inner) => self.caught(node, &inner.pat, arm, errors, output, variables),
            Pat::Or(or) => {
                for one in &or.cases {
                    self.caught(node, one, arm, errors, output, variables);
                }
            }
            Pat::Ident(one) if one.subpat.is_none() && is_bound(&one.ident) => {
                let mut all = vec![ErrorPattern::Every(span)];
                // The error of a call with a timeout is a `Failed`, which also has the timeout.
                if self.graph.nodes[node].state.options.timeout.is_some() {
                    all.push(predefined("Timeout", span));
                }
                self.bound_error(node, &one.ident, arm, all, errors, output);
            }
            Pat::TupleStruct(one) if is_failed(&one.path, "Task") => match one.elems.first() {
                Some(Pat::Wild(wild)) => errors.push(ErrorPattern::Every(wild.span())),
                Some(Pat::Ident(name)) if name.subpat.is_none() && is_bound(&name.ident) => {
                    let all = vec![ErrorPattern::Every(name.span())];
                    self.bound_error(node, &name.ident, arm, all, errors, output);
                }
                Some(inner) => self.caught(node, inner, arm, errors, output, variables),
                None => {}
            },
            Pat::TupleStruct(one) if is_failed(&one.path, "Service") => {
                let names = one.elems.first().map(cases).unwrap_or_default();
                for name in names {
                    match text_of(name) {
                        Some(name) => errors.push(ErrorPattern::Text(name)),
                        None => self.refuse(
                            name,
                            "`Failed::Service` selects errors of a service by their names: write `Err(Failed::Service(\"DynamoDB.ConditionalCheckFailedException\"))`, \
                             or `Err(_)` for every failure",
                        ),
                    }
                }
            }
            Pat::Path(one) if is_failed(&one.path, "Timeout") => errors.push(predefined("Timeout", span)),
            Pat::Path(one) => errors.push(ErrorPattern::Path(one.path.clone())),
            Pat::Ident(one) if one.subpat.is_none() => errors.push(ErrorPattern::Path(one.ident.clone().into())),
            Pat::Struct(_) | Pat::TupleStruct(_) => {
                let path = match pattern {
                    Pat::Struct(one) => one.path.clone(),
                    Pat::TupleStruct(one) => one.path.clone(),
                    _ => return,
                };
                let pattern = self.with_names(pattern, variables);
                errors.push(ErrorPattern::Fields(path, pattern));
            }
            other => self.refuse(
                other,
                "an error is matched by its variant: write `Err(PaymentError::Declined { reason })`, `Err(e)` or `Err(_)`",
            ),
        }
    }

    /// `Err(e)`: all errors of the task, which the arm may only pass on.
    fn bound_error(
        &mut self,
        node: usize,
        name: &Ident,
        arm: &ArmBody<'_>,
        all: Vec<ErrorPattern>,
        errors: &mut Vec<ErrorPattern>,
        output: &mut Option<Ident>,
    ) {
        let body = match &arm.body {
            ArmCode::Expr(value) => value,
            _ => {
                errors.extend(all);
                return;
            }
        };
        // Without a Catcher the error passes unchanged, and a value of a type without values never
        // exists.
        if passes_on(body, name) || is_never(body) {
            return;
        }
        errors.extend(all);
        let bound = self.names.declare(name, self.body);
        let failed_state = self.graph.nodes[node].name.text.clone();
        self.names.mark_as_caught(&bound, &failed_state);
        if reads(body, name) {
            if let Some(at) = inspects(body, name) {
                self.errors.at(
                    at,
                    format!(
                        "an arm cannot inspect the error `{name}`, because a Catcher selects by name: write an arm for each variant, \
                         `Err(PaymentError::Declined {{ reason }}) => ..`"
                    ),
                );
            }
            *output = Some(bound);
        }
    }

    /// A pattern with variables for its names; the cases of one arm bind the same variables.
    fn with_names(&mut self, pattern: &Pat, variables: &mut HashMap<String, Ident>) -> Pat {
        let mutable = mutable_names(pattern);
        for name in bound_names(pattern) {
            let bound = variables.entry(text(&name));
            let bound = bound.or_insert_with(|| self.declare(&name));
            if mutable.contains(&text(&name)) {
                self.names.mark_as_mutable(bound);
            }
        }
        with_variables(pattern, variables)
    }
}
