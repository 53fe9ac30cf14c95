//! Calls, their arguments and the names of their results.

use super::terms::mentions;
use crate::errors::Errors;
use crate::machine::{Call, Callee, Machine, StateNode, StateWork, own_name};
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMacro, ExprPath};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let Some(call) = node.state.call() {
            answers_have_a_type(node, call, errors);
            tokens_are_sent_and_waited_for(machine, node, call, errors);
            workflows_take_one_input(call, errors);
        }
        tuples_name_each_result(machine, node, errors);
    }
}

/// The answer to a task token needs a type in the source, because rustc cannot infer it.
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

/// A call sends `task_token` if, and only if, it waits for the token.
fn tokens_are_sent_and_waited_for(
    machine: &Machine,
    node: &StateNode,
    call: &Call,
    errors: &Errors,
) {
    // A field in `raw` may send the token.
    let may_send_in_raw = !node.state.options.raw.is_empty();
    let mut uses = TokenUses {
        is_function: machine.workflow.function.is_some(),
        ..TokenUses::default()
    };
    for place in node.places().iter().filter(|place| place.in_call) {
        uses.visit_expr(&place.expression.syn);
    }
    match (&call.wait, uses.first) {
        (None, Some(span)) => errors.at(
            span,
            "this call does not wait for its `task_token`: write `wait_for_task_token` before the call",
        ),
        (Some(wait), None) if !may_send_in_raw && !uses.in_text => errors.at(
            wait.span(),
            "this call waits for a token that it does not send: pass `task_token` to the call",
        ),
        _ => {}
    }
    if let (Some(wait), Callee::Workflow { .. }) = (&call.wait, &call.callee) {
        errors.at(
            wait.span(),
            "a workflow call already waits for its result: remove `wait_for_task_token`",
        );
    }
}

/// The uses of the task token in expressions.
#[derive(Default)]
struct TokenUses {
    /// In a function, `task_token()` in a macro is reported as a call.
    is_function: bool,
    first: Option<proc_macro2::Span>,
    /// Whether a literal reads it: `path!("$$.Task.Token")`.
    in_text: bool,
}

impl Visit<'_> for TokenUses {
    fn visit_expr_path(&mut self, path: &ExprPath) {
        if path.path.is_ident("task_token") && self.first.is_none() {
            self.first = path.path.get_ident().map(proc_macro2::Ident::span);
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_macro(&mut self, call: &ExprMacro) {
        self.in_text |= call.mac.tokens.to_string().contains("Task.Token");
        let mut names = HashSet::new();
        mentions(&Expr::Macro(call.clone()), &mut names);
        if names.contains("task_token") && self.first.is_none() && !self.is_function {
            self.first = Some(call.mac.path.span());
        }
    }
}

/// A workflow has at most one input.
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

/// A tuple of names has as many names as the parallel has branches, and the tuple of another `let`
/// is not empty.
fn tuples_name_each_result(machine: &Machine, node: &StateNode, errors: &Errors) {
    let state = &node.state;
    if let (StateWork::Parallel, Some(binding)) = (&state.kind, &state.result)
        && binding.tuple
        && binding.names.len() != node.inner.len()
        && !state.broken
    {
        // rustc reports it in a function.
        if machine.workflow.function.is_some() {
            return;
        }
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
    for one in state.before.iter().chain(&state.lets) {
        if one.binding.tuple && one.binding.names.is_empty() {
            errors.at(
                one.binding.equals,
                "this `let` has no names: name at least one value",
            );
        }
    }
}
