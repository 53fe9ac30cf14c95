//! What a workflow may do and mostly does not mean to: warnings, and errors where it says `deny`.

use super::machine::Machine;
use super::{retried, unused};
use crate::errors::Errors;
use crate::suggest::did_you_mean;
use crate::syntax::{Arm, Callee, Choice, Kind, WorkflowOption};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use stepwright_asl::facts::WaitsFor;
use syn::visit::{self, Visit};
use syn::{Expr, ExprPath};

/// Something to say that does not keep the workflow from being built.
pub(crate) struct Warning {
    /// The lint that says it.
    pub(crate) lint: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
}

const LINTS: &[&str] = &[
    "unhandled_errors",
    "unbounded_loop",
    "literal_placeholder",
    "unused_variables",
    "retried_computation",
];

const ENDLESS: &str = "this loop has neither a wait nor a bound: put a `wait` state into it, or count in it, `let attempt = \
                       attempt + 1;`, and let a choice on the count leave it; `allow unbounded_loop;` says that it shall";

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    lints_exist(machine, errors);
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
    if machine.allows(lint) {
        return;
    }
    for (span, message) in found {
        if machine.denies(lint) {
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

impl Machine<'_> {
    /// Whether a lint is an error in this workflow.
    pub(crate) fn denies(&self, lint: &str) -> bool {
        self.workflow.options.iter().any(|option| {
            matches!(option, WorkflowOption::Deny(_, lints) if lints.iter().any(|one| one == lint))
        })
    }

    fn allows(&self, lint: &str) -> bool {
        self.workflow.options.iter().any(|option| {
            matches!(option, WorkflowOption::Allow(_, lints) if lints.iter().any(|one| one == lint))
        })
    }
}

/// The lints are those of the language page.
fn lints_exist(machine: &Machine, errors: &Errors) {
    for option in &machine.workflow.options {
        let (WorkflowOption::Deny(keyword, lints) | WorkflowOption::Allow(keyword, lints)) = option
        else {
            continue;
        };
        if lints.is_empty() {
            errors.at(
                keyword.span(),
                format!("`{keyword}` names lints: `{}`", LINTS.join("`, `")),
            );
        }
        for lint in lints {
            let found = lint.to_string();
            if !LINTS.contains(&found.as_str()) {
                let close = did_you_mean(&found, LINTS.iter().copied());
                errors.at(
                    lint.span(),
                    format!(
                        "there is no lint `{found}`: there are `{}`{close}",
                        LINTS.join("`, `")
                    ),
                );
            }
        }
    }
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
fn is_bounded(
    machine: &Machine,
    scope: &super::machine::Scope,
    component: &[usize],
    here: usize,
) -> bool {
    let inside: Vec<usize> = scope
        .states
        .iter()
        .copied()
        .filter(|state| component[*state] == here)
        .collect();
    let mut counts: Vec<&Ident> = Vec::new();
    for state in &inside {
        let node = &machine.states[*state];
        if waits(&node.state.kind) {
            return true;
        }
        let own = node.state.lets().iter();
        let edges = node.edges.iter().filter_map(|edge| edge.kind.target());
        for one in own.chain(edges.flat_map(|target| &target.lets)) {
            counts.extend(
                one.binding
                    .named()
                    .filter(|name| reads(&one.value.syn, &[name])),
            );
        }
    }
    inside.iter().any(|state| {
        let node = &machine.states[*state];
        let leaves = node
            .edges
            .iter()
            .any(|edge| edge.to.is_none_or(|to| component[to] != here));
        match &node.state.kind {
            Kind::Choice(choice) => {
                let fails = choice.otherwise.iter().any(|one| one.target.is_none());
                (leaves || fails) && decides_by(choice, &counts)
            }
            _ => false,
        }
    })
}

/// Whether a state takes its time.
fn waits(kind: &Kind) -> bool {
    match kind {
        // What a fragment does is not known here.
        Kind::Wait(..) | Kind::Include(_) => true,
        Kind::Task(calls) => calls.iter().any(|call| {
            call.call.wait.is_some()
                || match &call.call.callee {
                    Callee::Service { resource, .. } => WaitsFor::of(&resource.value()).is_some(),
                    Callee::Workflow { start, .. } => start.is_none(),
                    Callee::Task { .. } => false,
                }
        }),
        _ => false,
    }
}

fn decides_by(choice: &Choice, names: &[&Ident]) -> bool {
    let guards = |arm: &Arm| {
        arm.guard
            .as_ref()
            .is_some_and(|guard| reads(&guard.syn, names))
    };
    choice
        .rules
        .iter()
        .filter_map(|rule| rule.condition.expression())
        .any(|condition| reads(&condition.syn, names))
        || choice
            .matches
            .iter()
            .any(|one| reads(&one.value.syn, names) || one.arms.iter().any(guards))
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
