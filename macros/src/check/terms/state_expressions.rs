//! Resolves the expressions of every state, each with the names that it can read.

use super::Local;
use super::earlier_lets::{
    can_panic, earlier_reads, inline_earlier_lets, reads_a_path, unread_lets_that_panic,
};
use super::expression::Resolver;
use super::generic_types::with_type_arguments;
use super::placeholder::placeholders_in_texts;
use crate::check::earlier_values::in_a_pass_before;
use crate::check::variables::is_silent;
use crate::checked_type::DeclaredType;
use crate::errors::Errors;
use crate::machine::UsedNames;
use crate::machine::{
    EarlierLet, Edge, EdgeKind, Let, LetBinding, Machine, MatchPattern, RewrittenExpression, State,
    StateNode, StateWork, Term, UserExpr,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use std::rc::Rc;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// Each name in an expression is a value of the workflow or a constant, and a workflow can run the
/// operations on it.
pub(in crate::check) fn resolve(machine: &mut Machine, errors: &Errors) {
    let mut resolved = ResolvedExpressions::default();
    if let Some((_, amount)) = &machine.workflow.options.timeout
        && let Some(expression) = amount.computed()
    {
        errors.on(
            &expression.syn,
            "the timeout of a workflow must be a fixed duration, such as `7d`",
        );
        resolved.faulty.push(expression.id);
    }
    let mut witnesses = Vec::new();
    let mut used = UsedNames::default();
    let mut reads = Vec::new();
    let mut item_reads = Vec::new();
    let mut local_reads = HashSet::new();
    let mut panicking_values = HashSet::new();
    for state in 0..machine.states.len() {
        let mut state_expressions = StateExpressions {
            resolver: Resolver::new(machine, state, errors),
            resolved: &mut resolved,
            lets: Vec::new(),
            evaluations: Vec::new(),
        };
        state_expressions.resolver.rewriter.witnesses = witnesses;
        state_expressions.resolver.rewriter.used = used;
        state_expressions.resolve();
        let resolver = state_expressions.resolver;
        witnesses = resolver.rewriter.witnesses;
        used = resolver.rewriter.used;
        reads.extend(resolver.reads);
        item_reads.extend(resolver.item_reads);
        local_reads.extend(resolver.local_reads.into_iter().map(|name| (state, name)));
        let panicking = resolver.panicking_values.into_iter();
        panicking_values.extend(panicking.map(|name| (state, name)));
    }
    for (expression, value) in resolved.terms {
        machine.terms[expression] = Some(value);
    }
    for expression in resolved.faulty {
        machine.faulty[expression] = true;
    }
    for (expression, rewritten) in resolved.rewritten {
        machine.rewritten[expression] = Some(rewritten);
    }
    machine.witnesses = witnesses;
    machine.used_names = used;
    machine.reads = reads;
    machine.item_reads = item_reads;
    machine.placeholder_texts = resolved.texts;
    machine.local_reads = local_reads;
    machine.panicking_values = panicking_values;
}

/// The results for all expressions, by their numbers.
#[derive(Default)]
struct ResolvedExpressions {
    terms: Vec<(usize, Term)>,
    faulty: Vec<usize>,
    rewritten: Vec<(usize, RewrittenExpression)>,
    texts: Vec<(Span, String)>,
}

/// Resolves the expressions of one state.
struct StateExpressions<'r, 'm> {
    resolver: Resolver<'m>,
    resolved: &'r mut ResolvedExpressions,
    /// The `let`s so far that make no variable, so that only expressions that read them compute
    /// them.
    lets: Vec<Rc<EarlierLet>>,
    /// The expressions of the state, each of which the workflow evaluates separately.
    evaluations: Vec<Evaluation>,
}

/// A value that the workflow computes in a state.
struct Evaluation {
    expression: usize,
    span: Span,
    value: Term,
    /// Whether it is computed after the state's work.
    is_after: bool,
}

impl<'m> StateExpressions<'_, 'm> {
    fn untyped(&mut self, expression: &UserExpr) -> Term {
        self.typed(expression, None, &[])
    }

    /// Resolves an expression, which also computes those earlier `let`s of `unread` that can panic.
    fn typed(
        &mut self,
        expression: &UserExpr,
        ty: Option<&DeclaredType>,
        unread: &[Rc<EarlierLet>],
    ) -> Term {
        self.resolved
            .texts
            .append(&mut placeholders_in_texts(expression));
        let mut resolved = self.resolver.expression(expression, ty);
        if let Some(output) = self.output_of(expression) {
            resolved.value = with_type_arguments(resolved.value, &output.written);
        }
        if resolved.faulty {
            self.resolved.faulty.push(expression.id);
        }
        if let Some(rewritten) = resolved.rewritten {
            self.resolved.rewritten.push((expression.id, rewritten));
        }
        self.resolved.terms.push((
            expression.id,
            inline_earlier_lets(resolved.value.clone(), unread),
        ));
        resolved.value
    }

    /// The type of the workflow's result, if the expression is the result.
    fn output_of(&self, expression: &UserExpr) -> Option<&'m DeclaredType> {
        let machine = self.resolver.machine;
        let node = &machine.states[self.resolver.state];
        let given = match &node.state.kind {
            StateWork::Succeed(value) => value.as_ref(),
            _ => node.state.end_value(),
        };
        let is_result = node.scope == 0 && given.is_some_and(|given| given.id == expression.id);
        machine.workflow.output.as_ref().filter(|_| is_result)
    }

    fn resolve(&mut self) {
        let node = &self.resolver.machine.states[self.resolver.state];
        let waits = node.state.call().is_some_and(|call| call.wait.is_some());
        let before = self.before(&node.state);
        let names_before = self.resolver.locals.len();
        let shaped = node.state.options.templates.iter();
        let after_work = shaped.filter(|(_, field, _)| *field != "Parameters");
        let after_work = after_work.flat_map(|(_, _, template)| template.expressions());
        let after_work: HashSet<usize> = after_work.map(|one| one.id).collect();
        for place in node.places() {
            self.resolver.in_call = place.in_call;
            self.resolver.task_token = waits && place.in_call;
            let value = self.untyped(place.expression);
            let is_after = after_work.contains(&place.expression.id);
            self.evaluated(place.expression, value, is_after);
        }
        self.resolver.in_call = false;
        self.resolver.task_token = false;
        self.compute_before_work(node, &before);
        if let Some(called) = node.state.call().and_then(|call| call.called.as_ref()) {
            self.local(called, Term::Result);
        }
        if let Some(binding) = &node.state.result {
            self.bind(binding, &Term::Result);
        }
        self.lets(&node.state.lets, !node.state.ends());
        if let Some(value) = node.state.end_value() {
            let lets = std::mem::take(&mut self.lets);
            let end = self.typed(value, None, &lets);
            self.evaluated(value, end, true);
        }
        self.resolver.locals.truncate(names_before);
        for edge in &node.edges {
            self.edge(edge);
            self.resolver.locals.truncate(names_before);
        }
        self.check_evaluations(node, &before);
    }

    /// Resolves the `let`s before the state's work. The work reads their expressions.
    fn before(&mut self, state: &State) -> Vec<Rc<EarlierLet>> {
        let mut before = Vec::new();
        for one in &state.before {
            let value = self.typed(&one.value, one.binding.ty.as_ref(), &[]);
            let earlier = Rc::new(EarlierLet::new(name_of(&one.binding), value, false));
            self.bind(&one.binding, &Term::Inline(earlier.clone()));
            before.push(earlier);
        }
        before
    }

    fn evaluated(&mut self, expression: &UserExpr, value: Term, is_after: bool) {
        self.evaluations.push(Evaluation {
            expression: expression.id,
            span: expression.syn.span(),
            value,
            is_after,
        });
    }

    /// Before the state's work, Rust computes each `let` before it: those that can panic and that
    /// the work does not read become part of an expression that it always evaluates.
    fn compute_before_work(&mut self, node: &StateNode, before: &[Rc<EarlierLet>]) {
        let mut evaluated = self.evaluations.iter().filter(|one| !one.is_after);
        let first = evaluated.next();
        // Only the first condition of a choice is always evaluated.
        let always: Vec<&Term> = match node.state.kind {
            StateWork::Choice(_) => first.iter().map(|one| &one.value).collect(),
            _ => first
                .into_iter()
                .chain(evaluated)
                .map(|one| &one.value)
                .collect(),
        };
        let unread = unread_lets_that_panic(before, &always).cloned();
        let unread: Vec<Rc<EarlierLet>> = unread.collect();
        if unread.is_empty() {
            return;
        }
        if let Some(first) = first {
            let computed = inline_earlier_lets(first.value.clone(), &unread);
            self.resolved.terms.push((first.expression, computed));
            return;
        }
        for (one, earlier) in node.state.before.iter().zip(before) {
            if unread.iter().any(|unread| Rc::ptr_eq(unread, earlier)) {
                self.resolver.errors.at(
                    one.value.syn.span(),
                    format!(
                        "this value may panic in Rust, but the work of state `{}` does not read it: {}",
                        node.name,
                        in_a_pass_before(&earlier.name, &node.name)
                    ),
                );
            }
        }
    }

    /// Each evaluation of a `let` before the state's work has the same value.
    fn check_evaluations(&mut self, node: &StateNode, before: &[Rc<EarlierLet>]) {
        for (one, earlier) in node.state.before.iter().zip(before) {
            let is_path = node.state.kind.has_errors() && reads_a_path(&earlier.value);
            if !earlier.changes && !is_path {
                continue;
            }
            let reads = self.evaluations.iter().filter(|evaluation| {
                let reads = earlier_reads(&evaluation.value);
                reads.iter().any(|read| Rc::ptr_eq(read, earlier))
            });
            let (mut count, mut after) = (0, None);
            let mut second = None;
            for read in reads {
                count += 1;
                if count == 2 {
                    second = Some(read.span);
                }
                after = after.or(read.is_after.then_some(read.span));
            }
            let assigned = (!one.binding.is_local).then(|| one.binding.span());
            let name = &earlier.name;
            let remedy = || in_a_pass_before(name, &node.name);
            if earlier.changes
                && let Some(span) = second.or(assigned.filter(|_| count > 0))
            {
                self.resolver.errors.at(
                    span,
                    format!(
                        "`{name}` is evaluated twice by state `{}`, with different results: {}",
                        node.name,
                        remedy()
                    ),
                );
            } else if is_path && let Some(span) = after.or(assigned) {
                self.resolver.errors.at(
                    span,
                    format!(
                        "`{name}` contains a path, and after the work of state `{}` `$` is its result: {}",
                        node.name,
                        remedy()
                    ),
                );
            }
        }
    }

    /// Resolves `let`s, each of which can read the earlier ones. A `let` makes no variable if its
    /// state ends the scope, or if its name begins with `_`.
    fn lets(&mut self, lets: &[Let], makes_variables: bool) {
        let mut assigned_values = Vec::new();
        let mut spans = Vec::new();
        self.lets.clear();
        for one in lets {
            let value = self.typed(&one.value, one.binding.ty.as_ref(), &[]);
            let mut named = one.binding.named();
            let assigned = makes_variables && named.any(|name| !is_silent(name));
            let earlier = Rc::new(EarlierLet::new(name_of(&one.binding), value, assigned));
            if assigned {
                self.evaluated(&one.value, earlier.value.clone(), true);
                if can_panic(&earlier.value) {
                    let names = one.binding.named().map(|name| name.unraw().to_string());
                    self.resolver.panicking_values.extend(names);
                }
                assigned_values.push(earlier.value.clone());
            } else {
                spans.push((earlier.clone(), one.value.syn.span()));
                self.lets.push(earlier.clone());
            }
            self.bind(&one.binding, &Term::Inline(earlier));
        }
        if makes_variables {
            let values: Vec<_> = assigned_values.iter().collect();
            for unread in unread_lets_that_panic(&self.lets, &values) {
                let span = spans.iter().find(|(one, _)| Rc::ptr_eq(one, unread));
                let span = span.map_or_else(Span::call_site, |(_, span)| *span);
                self.resolver.errors.at(
                    span,
                    "this value may panic in Rust, but the workflow never computes it, because a name with `_` makes no \
                     variable: give it a name without `_`, or remove it",
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
        if let EdgeKind::Arm { pattern, guard } = &edge.kind {
            self.resolver.prove_pattern(pattern);
            if let Err(part) = MatchPattern::of(pattern) {
                self.resolver.errors.at(
                    part.span(),
                    "a workflow cannot match this pattern: use variants, literals, tuples, `Some(..)`, `None`, `|`, `_` and \
                     guards",
                );
            }
            guard.iter().for_each(|guard| {
                let value = self.untyped(guard);
                self.evaluated(guard, value, true);
            });
        }
        self.lets(&edge.lets, true);
    }
}

/// The name of a `let` in messages and in the code that binds its value.
fn name_of(binding: &LetBinding) -> String {
    match binding.names.as_slice() {
        [Some(name)] => name.unraw().to_string(),
        _ => "all".to_owned(),
    }
}
