//! Lints: code that is allowed, but rarely intended.

use super::assigned::read_in;
use super::graph::FlowGraph;
use super::loops::unbounded;
use super::{each_state, fault};
use crate::expr::{Binary, Expr, ExprNode, Piece};
use crate::flow::{Body, Flow, Transition, VariableOf, Variables};
use crate::lower::unhandled;
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};
use serde_json::Value;
use std::collections::HashSet;
use stepwright_asl::errors::ALL;
pub use stepwright_asl::front_end::Lint;
use stepwright_asl::front_end::callable::{library_function, method_fails};
use stepwright_asl::front_end::{LintWords, retried_computation, unused_variable};
use stepwright_asl::placeholder;

const WORDS: LintWords = LintWords {
    allow: |lint| format!("`.allow(Lint::{lint:?})`"),
    wait: "add a `wait` state",
    count: "count in it",
    leave: "leave it by a choice on the count",
    placeholder: |name| format!("`placeholder!(\"{name}\")` in an `expr!`"),
};

/// The effect of a lint's diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LintLevel {
    Allow,
    Warn,
    Deny,
}

/// The levels that the flow sets for lints. The last level of a lint applies.
#[derive(Clone, Debug, Default)]
pub(crate) struct LintLevels(Vec<(Lint, LintLevel)>);

impl LintLevels {
    pub(crate) fn set(&mut self, lint: Lint, level: LintLevel) {
        self.0.push((lint, level));
    }

    pub(crate) fn of(&self, lint: Lint) -> LintLevel {
        let level = self.0.iter().rev().find(|(other, _)| *other == lint);
        match (level, lint) {
            (Some((_, level)), _) => *level,
            (None, Lint::UnhandledErrors) => LintLevel::Allow,
            (None, _) => LintLevel::Warn,
        }
    }
}

/// Returns the diagnostics of all lints.
pub(super) fn all(flow: &Flow) -> Vec<(Lint, WorkflowDiagnostic)> {
    let help = "add a `.catch(..)`, or remove `.deny(Lint::UnhandledErrors)`";
    let of_lints = [
        (Lint::UnhandledErrors, unhandled(&flow.states, help)),
        (Lint::UnboundedLoop, unbounded_loops(flow)),
        (Lint::LiteralPlaceholder, literal_placeholders(flow)),
        (Lint::UnusedVariables, unused_variables(flow)),
        (Lint::RetriedComputation, retried_computations(flow)),
    ];
    let found = of_lints.into_iter().flat_map(|(lint, found)| {
        let found = found.into_iter();
        found.map(move |fault| (lint, fault))
    });
    found.collect()
}

fn unbounded_loops(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let found = unbounded(&FlowGraph::of(flow)).into_iter();
    let message = WORDS.unbounded_loop();
    let faults = found.map(|(state, place)| fault(state, &*message).at(place).with_code("SW024"));
    faults.collect()
}

/// Returns diagnostics for texts that look like placeholders.
fn literal_placeholders(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let mut faults = Vec::new();
    each_state(&flow.states, &mut |state| {
        state.each_expression(&mut |expr| {
            let mut report = |text: &str| {
                for name in placeholder::names(text) {
                    let message = WORDS.literal_placeholder(name);
                    faults.push(fault(state, message).at(expr.place.or(state.place)));
                }
            };
            expr.walk(&mut |node| match node {
                ExprNode::Literal(value) => each_text(value, &mut report),
                ExprNode::Format(pieces) => {
                    for piece in pieces {
                        if let Piece::Text(text) = piece {
                            report(text);
                        }
                    }
                }
                _ => {}
            });
        });
    });
    faults
}

fn each_text(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| each_text(field, visit)),
        _ => {}
    }
}

fn unused_variables(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let mut read: HashSet<String> = HashSet::new();
    let mut raw = Vec::new();
    each_state(&flow.states, &mut |state| {
        state.each_expression(&mut |expr| read.extend(read_in(expr)));
        let edges = state.edges();
        let on_edges = edges.iter().flat_map(|edge| &edge.raw);
        for (_, value) in state.raw.iter().chain(on_edges) {
            value.walk(&mut |node| {
                if let ExprNode::Literal(value) = node {
                    raw.push(value.to_string());
                }
            });
        }
    });
    let mut faults = Vec::new();
    let mut report_unused = |state: Option<&str>, variables: &Variables| {
        for VariableOf { name, place, .. } in variables {
            let is_read = name.starts_with('_')
                || read.contains(&**name)
                || raw.iter().any(|text| text.contains(&format!("${name}")));
            if !is_read {
                faults.push(problem(state, unused_variable(name)).at(*place));
            }
        }
    };
    report_unused(None, &flow.variables);
    each_state(&flow.states, &mut |state| {
        for Body { variables, .. } in state.bodies() {
            report_unused(Some(&state.name), variables);
        }
    });
    faults
}

/// Returns a diagnostic for each retry that matches every error, in states with an expression that
/// can fail.
fn retried_computations(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let mut faults = Vec::new();
    each_state(&flow.states, &mut |state| {
        let end = match &state.transition {
            Some(Transition::End(value)) => value.as_ref(),
            _ => None,
        };
        let assigned = state.assign.iter().map(|(_, value)| value);
        let mut computed = assigned.chain(&state.output).chain(end);
        if !state.has_result() || !computed.any(can_fail) {
            return;
        }
        for retry in &state.retry {
            if retry.errors.iter().any(|name| name == ALL) {
                let message = retried_computation(&state.name);
                faults.push(fault(state, message).at(retry.place.or(state.place)));
            }
        }
    });
    faults
}

/// Whether an expression fails on some values of its type.
fn can_fail(value: &Expr) -> bool {
    let mut fails = false;
    value.walk(&mut |node| {
        fails |= match node {
            ExprNode::Index(..)
            | ExprNode::Binary(Binary::Div | Binary::Rem, ..)
            | ExprNode::Jsonata(..)
            | ExprNode::Path(..)
            | ExprNode::Intrinsic(..) => true,
            ExprNode::Method(_, name, _) => method_fails(name),
            ExprNode::Function(path, _) => {
                library_function(path).is_some_and(|function| function.fails)
            }
            _ => false,
        };
    });
    fails
}
