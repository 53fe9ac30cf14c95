//! What a workflow may do and mostly does not mean to: warnings, and errors where it says `deny`.

use super::{retried, unused};
use crate::errors::Errors;
use crate::machine::{
    Callee, EdgeKind, Machine, MachineScope, State, StateNode, StateWork, Warning,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use syn::visit::{self, Visit};
use syn::{Expr, ExprPath};

const ENDLESS: &str = "this loop has neither a wait nor a bound: put a `wait` state into it, or count in it, `let attempt = \
                       attempt + 1;`, and let a choice on the count leave it; `allow unbounded_loop;` says that it shall";

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    let endless = unbounded_loops(machine).into_iter();
    let endless = endless.map(|span| (span, ENDLESS.to_owned())).collect();
    say(machine, errors, "unbounded_loop", endless);
    let texts = std::mem::take(&mut machine.placeholder_texts).into_iter();
    let texts = texts.map(|(span, name)| (span, literal_placeholder(&name)));
    say(machine, errors, "literal_placeholder", texts.collect());
    let unused = unused::variables(machine);
    say(machine, errors, "unused_variables", unused);
    let retried = retried::computations(machine);
    say(machine, errors, "retried_computation", retried);
}

/// Warns of a lint's findings, or makes errors of them, or says nothing: as the workflow wants it.
fn say(machine: &mut Machine, errors: &Errors, lint: &'static str, found: Vec<(Span, String)>) {
    if machine.workflow.allows(lint) {
        return;
    }
    for (span, message) in found {
        if machine.workflow.denies(lint) {
            errors.at(span, message);
        } else {
            machine.warnings.push(Warning {
                lint,
                span,
                message,
            });
        }
    }
}

/// A text is never filled in: its `$` and `{` are written apart.
fn literal_placeholder(name: &str) -> String {
    format!(
        "`${{{name}}}` in a text stays as it is, so no template fills it in: write `placeholder!(\"{name}\")` for a value of the \
         deployment; `allow literal_placeholder;` says that the text is meant"
    )
}

/// Where loops go back that neither wait nor count.
fn unbounded_loops(machine: &Machine) -> Vec<Span> {
    let component = components(machine);
    let mut place = vec![0; machine.states.len()];
    for scope in &machine.scopes {
        for (at, state) in scope.order.iter().enumerate() {
            place[*state] = at;
        }
    }
    let mut found = Vec::new();
    let mut said = HashSet::new();
    for scope in &machine.scopes {
        for state in &scope.order {
            for edge in &machine.states[*state].edges {
                let Some(to) = edge.to else { continue };
                let here = component[*state];
                let goes_back = here == component[to] && place[to] <= place[*state];
                if goes_back && said.insert(here) && !is_bounded(machine, scope, &component, here) {
                    found.push(edge.name.span());
                }
            }
        }
    }
    found
}

/// By state, a number that it shares with the states it can reach and be reached from.
fn components(machine: &Machine) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); machine.states.len()];
    for (state, node) in machine.states.iter().enumerate() {
        for to in node.edges.iter().filter_map(|edge| edge.to) {
            before[to].push(state);
        }
    }
    let mut component = vec![usize::MAX; machine.states.len()];
    // Each scope's order is a reverse postorder, as Kosaraju's algorithm wants it.
    for state in machine.scopes.iter().flat_map(|scope| &scope.order) {
        let mut todo = vec![*state];
        while let Some(here) = todo.pop() {
            if component[here] == usize::MAX {
                component[here] = *state;
                todo.extend(
                    before[here]
                        .iter()
                        .filter(|from| component[**from] == usize::MAX),
                );
            }
        }
    }
    component
}

/// Whether a loop waits, or has a choice that leaves it by a variable that the loop counts with.
fn is_bounded(machine: &Machine, scope: &MachineScope, component: &[usize], here: usize) -> bool {
    let inside = scope.states.iter().copied();
    let inside: Vec<usize> = inside.filter(|state| component[*state] == here).collect();
    let mut counts: Vec<&Ident> = Vec::new();
    for state in &inside {
        let node = &machine.states[*state];
        if waits(&node.state) {
            return true;
        }
        let on_edges = node.edges.iter().flat_map(|edge| &edge.lets);
        for one in node.state.lets.iter().chain(on_edges) {
            let named = one.binding.named();
            counts.extend(named.filter(|name| reads(&one.value.syn, &[name])));
        }
    }
    inside.iter().any(|state| {
        let node = &machine.states[*state];
        let mut leaves = node.edges.iter().map(|edge| edge.to);
        let leaves = leaves.any(|to| to.is_none_or(|to| component[to] != here));
        match &node.state.kind {
            StateWork::Choice(choice) => {
                let subject = choice.subject.iter().map(|subject| &subject.value.syn);
                let mut by = subject.chain(conditions(node));
                (leaves || choice.fails.is_some()) && by.any(|one| reads(one, &counts))
            }
            _ => false,
        }
    })
}

/// Whether a state takes its time.
fn waits(state: &State) -> bool {
    match &state.kind {
        // What a fragment does is not known here.
        StateWork::Wait(_) | StateWork::Include(_) => true,
        StateWork::Task(Some(call)) => {
            let waits = matches!(&call.callee, Callee::Workflow { start: None, .. });
            waits || call.waits_for().is_some()
        }
        _ => false,
    }
}

/// The conditions of a choice's rules, and the guards of its arms.
fn conditions(node: &StateNode) -> impl Iterator<Item = &Expr> {
    node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Rule { condition, .. } => condition.expression().map(|one| &one.syn),
        EdgeKind::Arm { guard, .. } => guard.as_ref().map(|one| &one.syn),
        _ => None,
    })
}

/// Whether an expression names one of these.
fn reads(expression: &Expr, names: &[&Ident]) -> bool {
    struct Find<'n>(&'n [&'n Ident], bool);
    impl Visit<'_> for Find<'_> {
        fn visit_expr_path(&mut self, path: &ExprPath) {
            if let Some(name) = path.path.get_ident() {
                self.1 |= self.0.contains(&name);
            }
            visit::visit_expr_path(self, path);
        }
    }
    let mut find = Find(names, false);
    find.visit_expr(expression);
    find.1
}
