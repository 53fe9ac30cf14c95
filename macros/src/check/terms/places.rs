//! The expressions of every state, and the names that are known to each.

use super::Local;
use super::earlier::{not_computed, settle};
use super::expression::Resolver;
use crate::check::variables::is_silent;
use crate::errors::Errors;
use crate::machine::UsedNames;
use crate::machine::{
    EarlierLet, Edge, EdgeKind, Let, LetBinding, Machine, MatchPattern, RewrittenExpression, Term,
    UserExpr,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use std::rc::Rc;
use syn::Type;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// Every name in an expression is a value of the workflow or a constant, and what is done with it can run in a
/// workflow.
pub(in crate::check) fn resolve(machine: &mut Machine, errors: &Errors) {
    let mut found = Found::default();
    if let Some((_, amount)) = &machine.workflow.options.timeout
        && let Some(expression) = amount.computed()
    {
        errors.on(
            &expression.syn,
            "the timeout of a workflow is a fixed duration, such as `7d`",
        );
        found.faulty.push(expression.id);
    }
    let mut witnesses = Vec::new();
    let mut used = UsedNames::default();
    let mut reads = Vec::new();
    let mut item_reads = Vec::new();
    let mut local_reads = HashSet::new();
    for state in 0..machine.states.len() {
        let mut places = Places {
            resolver: Resolver::new(machine, state, errors),
            found: &mut found,
            lets: Vec::new(),
        };
        places.resolver.rewriting.witnesses = witnesses;
        places.resolver.rewriting.used = used;
        places.state();
        let resolver = places.resolver;
        witnesses = resolver.rewriting.witnesses;
        used = resolver.rewriting.used;
        reads.extend(resolver.reads);
        item_reads.extend(resolver.item_reads);
        local_reads.extend(resolver.local_reads.into_iter().map(|name| (state, name)));
    }
    for (expression, value) in found.terms {
        machine.terms[expression] = Some(value);
    }
    for expression in found.faulty {
        machine.faulty[expression] = true;
    }
    for (expression, rewritten) in found.rewritten {
        machine.rewritten[expression] = Some(rewritten);
    }
    machine.witnesses = witnesses;
    machine.used_names = used;
    machine.reads = reads;
    machine.item_reads = item_reads;
    machine.placeholder_texts = found.texts;
    machine.local_reads = local_reads;
}

/// What was learnt about expressions, by their numbers.
#[derive(Default)]
struct Found {
    terms: Vec<(usize, Term)>,
    faulty: Vec<usize>,
    rewritten: Vec<(usize, RewrittenExpression)>,
    texts: Vec<(Span, String)>,
}

struct Places<'r, 'm> {
    resolver: Resolver<'m>,
    found: &'r mut Found,
    /// The `let`s so far that make no variable, so that nothing computes them by themselves.
    lets: Vec<Rc<EarlierLet>>,
}

impl Places<'_, '_> {
    fn one(&mut self, expression: &UserExpr) -> Term {
        self.typed(expression, None, &[])
    }

    /// Resolves an expression, which computes the `unread` earlier `let`s as well.
    fn typed(
        &mut self,
        expression: &UserExpr,
        ty: Option<&Type>,
        unread: &[Rc<EarlierLet>],
    ) -> Term {
        self.found.texts.append(&mut super::in_texts(expression));
        let resolved = self.resolver.expression(expression, ty);
        if resolved.faulty {
            self.found.faulty.push(expression.id);
        }
        if let Some(rewritten) = resolved.rewritten {
            self.found.rewritten.push((expression.id, rewritten));
        }
        self.found
            .terms
            .push((expression.id, settle(resolved.value.clone(), unread)));
        resolved.value
    }

    fn state(&mut self) {
        let node = &self.resolver.machine.states[self.resolver.state];
        let waits = node.state.call().is_some_and(|call| call.wait.is_some());
        for place in node.places() {
            self.resolver.task_token = waits && place.in_call;
            self.one(place.expression);
        }
        self.resolver.task_token = false;
        if let Some(called) = node.state.call().and_then(|call| call.called.as_ref()) {
            self.local(called, Term::Result);
        }
        if let Some(binding) = &node.state.result {
            self.bind(binding, &Term::Result);
        }
        self.lets(&node.state.lets, !node.state.ends());
        if let Some(value) = node.state.end_value() {
            let lets = std::mem::take(&mut self.lets);
            self.typed(value, None, &lets);
        }
        self.resolver.locals.clear();
        for edge in &node.edges {
            self.edge(edge);
            self.resolver.locals.clear();
        }
    }

    /// Each `let` reads the earlier ones. In a state that ends, or under a name with `_`, it makes no variable.
    fn lets(&mut self, lets: &[Let], goes_on: bool) {
        let mut assigned_values = Vec::new();
        let mut spans = Vec::new();
        self.lets.clear();
        for one in lets {
            let value = self.typed(&one.value, one.binding.ty.as_ref(), &[]);
            let mut named = one.binding.named();
            let assigned = goes_on && named.any(|name| !is_silent(name));
            let name = match one.binding.names.as_slice() {
                [Some(name)] => name.unraw().to_string(),
                _ => "all".to_owned(),
            };
            let earlier = Rc::new(EarlierLet::new(name, value, assigned));
            if assigned {
                assigned_values.push(earlier.value.clone());
            } else {
                spans.push((earlier.clone(), one.value.syn.span()));
                self.lets.push(earlier.clone());
            }
            self.bind(&one.binding, &Term::Inline(earlier));
        }
        if goes_on {
            let values: Vec<_> = assigned_values.iter().collect();
            for lost in not_computed(&self.lets, &values) {
                let span = spans.iter().find(|(one, _)| Rc::ptr_eq(one, lost));
                let span = span.map_or_else(Span::call_site, |(_, span)| *span);
                self.resolver.errors.at(
                    span,
                    "Rust computes this value and may panic, and a name with `_` makes no variable that would compute it \
                     here: give it a name without `_`, or leave it out",
                );
            }
        }
    }

    fn bind(&mut self, binding: &LetBinding, value: &Term) {
        for (index, name) in (0..).zip(&binding.names) {
            if let Some(name) = name {
                let value = if binding.tuple {
                    Term::TupleField(Box::new(value.clone()), index)
                } else {
                    value.clone()
                };
                self.local(name, value);
            }
        }
    }

    fn local(&mut self, name: &Ident, value: Term) {
        self.resolver.locals.push(Local {
            name: name.unraw().to_string(),
            value,
        });
    }

    fn edge(&mut self, edge: &Edge) {
        for (name, value) in edge.bound() {
            self.local(name, value);
        }
        if let EdgeKind::Arm {
            pattern: from,
            guard,
        } = &edge.kind
        {
            self.resolver.prove_pattern(from);
            if let Err(part) = MatchPattern::of(from) {
                self.resolver.errors.at(
                    part.span(),
                    "a workflow cannot match by this pattern: variants, literals, tuples, `Some(..)`, `None`, `|` and `_` \
                     work, and guards for the rest",
                );
            }
            guard.iter().for_each(|guard| {
                self.one(guard);
            });
        }
        self.lets(&edge.lets, true);
    }
}
