//! Calls, and what they give.

use crate::errors::Errors;
use crate::machine::{Call, Callee, Machine, StateNode, StateWork, own_name};
use syn::visit::{self, Visit};
use syn::{ExprPath, Macro};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let Some(call) = node.state.call() {
            answers_have_a_type(node, call, errors);
            tokens_are_sent_and_waited_for(node, call, errors);
            workflows_take_one_input(call, errors);
        }
        tuples_are_named_in_full(node, errors);
    }
}

/// Who answers a task token is unknown to rustc, so the answer's type is written down.
fn answers_have_a_type(node: &StateNode, call: &Call, errors: &Errors) {
    if let Some(wait) = &call.wait
        && let Some(binding) = &node.state.result
        && binding.ty.is_none()
        && let Some(name) = binding.named().next()
    {
        errors.at(
            name.span(),
            format!("the answer to a task token needs a type: `let {name}: Type = {wait} ..`"),
        );
    }
}

/// `task_token` is sent by a call that waits for it, and a call that waits sends it.
fn tokens_are_sent_and_waited_for(node: &StateNode, call: &Call, errors: &Errors) {
    // What stands in `raw` may send it.
    let unknown = !node.state.options.raw.is_empty();
    let mut found = Tokens::default();
    for place in node.places().iter().filter(|place| place.in_call) {
        found.visit_expr(&place.expression.syn);
    }
    match (&call.wait, found.named) {
        (None, Some(span)) => errors.at(
            span,
            "nobody waits for this `task_token`: write `wait_for_task_token` before the call",
        ),
        (Some(wait), None) if !unknown && !found.in_text => errors.at(
            wait.span(),
            "this waits for a token that it never sends: pass `task_token` to the call",
        ),
        _ => {}
    }
    if let (Some(wait), Callee::Workflow { .. }) = (&call.wait, &call.callee) {
        errors.at(
            wait.span(),
            "a workflow call waits for its result by itself: take `wait_for_task_token` away",
        );
    }
}

/// Where expressions name `task_token`.
#[derive(Default)]
struct Tokens {
    named: Option<proc_macro2::Span>,
    /// A literal reads it: `path!("$$.Task.Token")`.
    in_text: bool,
}

impl Visit<'_> for Tokens {
    fn visit_expr_path(&mut self, path: &ExprPath) {
        if path.path.is_ident("task_token") && self.named.is_none() {
            self.named = path.path.get_ident().map(proc_macro2::Ident::span);
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        self.in_text |= mac.tokens.to_string().contains("Task.Token");
    }
}

/// A workflow has one input, or none.
fn workflows_take_one_input(call: &Call, errors: &Errors) {
    if let Callee::Workflow { call, .. } = &call.callee
        && let Some(second) = call.arguments.get(1)
    {
        let name = own_name(&call.path).map(ToString::to_string);
        errors.on(
            &second.syn,
            format!(
                "a workflow takes one input: put the values for `{}` into one struct",
                name.unwrap_or_default()
            ),
        );
    }
}

/// Names in parentheses are those of a tuple: at least two, as many as there are branches.
fn tuples_are_named_in_full(node: &StateNode, errors: &Errors) {
    let state = &node.state;
    if let (StateWork::Parallel, Some(binding)) = (&state.kind, &state.result)
        && binding.tuple
        && binding.names.len() != node.inner.len()
        && !state.broken
    {
        errors.at(
            state.name.span(),
            format!(
                "parallel `{}` has {} branches and {} names: give each result a name, or `_`",
                state.name,
                node.inner.len(),
                binding.names.len()
            ),
        );
    }
    for one in &state.lets {
        if one.binding.tuple && one.binding.names.is_empty() {
            errors.at(one.binding.equals, "a `let` names at least one value");
        }
    }
}
