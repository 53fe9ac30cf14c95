//! Lints: code that is allowed, but rarely intended.

use super::graph::control_flow;
use super::{retried, unused};
use crate::errors::Errors;
use crate::machine::{Callee, Edge, EdgeKind, Machine, State, StateNode, StateWork, Warning};
use crate::name::text;
use proc_macro2::Span;
use std::collections::HashSet;
use stepwright_asl::front_end::{
    Lint, LintWords, LoopChoice, LoopState, unbounded_loops as unbounded_loops_of,
};
use syn::visit::{self, Visit};
use syn::{Expr, ExprPath};

/// The words for `#[workflow]`.
const FUNCTION_WORDS: LintWords = LintWords {
    allow: |lint| format!("`#[workflow(allow({lint}))]`"),
    wait: "`sleep` in it",
    count: "count in it, `attempt += 1;`,",
    leave: "leave it by a condition on the count",
    placeholder: |name| format!("`placeholder!(\"{name}\")`"),
};

const WORDS: LintWords = LintWords {
    allow: |lint| format!("`allow {lint};`"),
    wait: "add a `wait` state",
    count: "count in it, `let attempt = attempt + 1;`,",
    leave: "leave it by a choice on the count",
    placeholder: |name| format!("`placeholder!(\"{name}\")`"),
};

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    let words = if machine.workflow.function.is_some() {
        &FUNCTION_WORDS
    } else {
        &WORDS
    };
    let endless = unbounded_loops(machine).into_iter();
    let endless = endless.map(|span| (span, words.unbounded_loop())).collect();
    report(machine, errors, Lint::UnboundedLoop, endless);
    let texts = std::mem::take(&mut machine.placeholder_texts).into_iter();
    let texts = texts.map(|(span, name)| (span, words.literal_placeholder(&name)));
    report(machine, errors, Lint::LiteralPlaceholder, texts.collect());
    let unused = unused::variables(machine);
    report(machine, errors, Lint::UnusedVariables, unused);
    let retried = retried::computations(machine);
    report(machine, errors, Lint::RetriedComputation, retried);
}

/// Reports a lint's diagnostics at the level that the workflow sets.
fn report(machine: &mut Machine, errors: &Errors, lint: Lint, found: Vec<(Span, String)>) {
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

/// Returns the locations of the transitions that close a loop without a wait and without a counter.
fn unbounded_loops(machine: &Machine) -> Vec<Span> {
    let order: Vec<usize> = machine
        .scopes
        .iter()
        .flat_map(|scope| scope.order.iter().copied())
        .collect();
    let states: Vec<LoopState> = machine
        .states
        .iter()
        .map(|node| loop_state(machine, node))
        .collect();
    let found = unbounded_loops_of(&control_flow(machine), &order, &states).into_iter();
    let spans =
        found.map(|(state, transition)| machine.states[state].edges[transition].name.span());
    spans.collect()
}

fn loop_state(machine: &Machine, node: &StateNode) -> LoopState {
    let scope = &machine.scopes[node.scope];
    let numbers = |names: Vec<String>| -> Vec<usize> {
        let numbers = names.iter().filter_map(|name| scope.variables.get(name));
        numbers.copied().collect()
    };
    let on_edges = node.edges.iter().flat_map(|edge| &edge.lets);
    let lets = node.state.before.iter().chain(&node.state.lets);
    let counts = lets.chain(on_edges).flat_map(|one| {
        let read = read_names(&one.value.syn);
        let names = one.binding.named().map(text);
        names.filter(move |name| read.contains(name))
    });
    let counts = numbers(counts.collect());
    let choice = match &node.state.kind {
        StateWork::Choice(choice) => {
            let subject = choice.subject.iter().map(|subject| &subject.value.syn);
            let reads = subject.chain(conditions(node)).flat_map(read_names);
            let is_raw = |edge: &Edge| {
                let EdgeKind::Rule { condition, .. } = &edge.kind else {
                    return false;
                };
                condition.expression().is_none()
            };
            Some(LoopChoice {
                reads: numbers(reads.collect()),
                reads_input: false,
                // The fields of a raw rule are not analysed.
                reads_unknown: node.edges.iter().any(is_raw),
                fails: choice.fails.is_some(),
            })
        }
        _ => None,
    };
    LoopState {
        waits: waits(&node.state),
        counts,
        counts_input: false,
        choice,
    }
}

/// Whether a state waits for a time, a job, a task token or an activity.
fn waits(state: &State) -> bool {
    match &state.kind {
        // The states of a fragment are unknown here, and may wait.
        StateWork::Wait(_) | StateWork::Include(_) => true,
        StateWork::Task(Some(call)) => {
            let waits = matches!(&call.callee, Callee::Workflow { start: None, .. });
            waits || call.waits_for().is_some()
        }
        _ => false,
    }
}

/// Returns the conditions of a choice's rules and the guards of its arms.
fn conditions(node: &StateNode) -> impl Iterator<Item = &Expr> {
    node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Rule { condition, .. } => condition.expression().map(|one| &one.syn),
        EdgeKind::Arm { guard, .. } => guard.as_ref().map(|one| &one.syn),
        _ => None,
    })
}

/// Returns the paths of one segment in an expression, which include its variables.
fn read_names(expression: &Expr) -> HashSet<String> {
    #[derive(Default)]
    struct SingleNames(HashSet<String>);
    impl Visit<'_> for SingleNames {
        fn visit_expr_path(&mut self, path: &ExprPath) {
            self.0.extend(path.path.get_ident().map(text));
            visit::visit_expr_path(self, path);
        }
    }
    let mut names = SingleNames::default();
    names.visit_expr(expression);
    names.0
}
