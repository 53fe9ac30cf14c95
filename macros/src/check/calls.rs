//! What states do: one call, one set of branches, one map, one wait.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::{Callee, Kind, Let, ObjectValue, State, StateOption, TaskLet};
use syn::visit::{self, Visit};
use syn::{ExprPath, Macro};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        does_one_thing(node.state, errors);
        if let Kind::Task(calls) = &node.state.kind {
            for call in calls {
                answers_have_a_type(call, errors);
                tokens_are_sent_and_waited_for(node.state, call, errors);
                workflows_take_one_input(call, errors);
            }
        }
        tuples_are_named_in_full(node.state, errors);
    }
}

/// A task makes exactly one call, a parallel has one set of branches, a map one `for`, a wait one `seconds` or
/// `timestamp`.
fn does_one_thing(state: &State, errors: &Errors) {
    let name = &state.name;
    let (count, what, hint) = match &state.kind {
        Kind::Task(calls) => (calls.len(), "call", "`let result = some_task(input);`"),
        Kind::Parallel(runs) => (
            runs.len(),
            "set of branches",
            "`branch { .. } branch { .. };`",
        ),
        Kind::Include(include) => (
            include.calls.len(),
            "fragment",
            "`let result = Fragment(input);`",
        ),
        Kind::Map(map) => (map.runs.len(), "`for`", "`for item in list { .. };`"),
        Kind::Wait(waits, _) => (waits.len(), "`seconds` or `timestamp`", "`seconds 5m;`"),
        _ => return,
    };
    if let (Kind::Task(_), 0, Some(first)) = (&state.kind, count, state.then.first()) {
        errors.at(
            first.binding.span(),
            format!("the first `let` of task `{name}` calls no task: write {hint}, or make it a `pass` state"),
        );
    } else if count == 0 && !state.broken {
        errors.at(
            name.span(),
            format!("{} `{name}` does nothing: write {hint}", state.kind.word()),
        );
    } else if count > 1 {
        let second = match &state.kind {
            Kind::Wait(waits, _) => waits.get(1).map(|wait| wait.keyword().span()),
            _ => None,
        };
        errors.at(
            second.unwrap_or_else(|| name.span()),
            format!(
                "{} `{name}` has more than one {what}: make a state of each",
                state.kind.word()
            ),
        );
    }
}

/// Who answers a task token is unknown to rustc, so the answer's type is written down.
fn answers_have_a_type(call: &TaskLet, errors: &Errors) {
    if let Some(wait) = &call.call.wait
        && let Some(binding) = &call.binding
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
fn tokens_are_sent_and_waited_for(state: &State, call: &TaskLet, errors: &Errors) {
    // What stands in `raw` may send it.
    let raw = |option: &StateOption| matches!(option, StateOption::Raw(..));
    let unknown = state.options.iter().any(raw);
    let mut found = Tokens::default();
    match &call.call.callee {
        Callee::Task { arguments, .. } | Callee::Workflow { arguments, .. } => {
            for argument in arguments {
                found.visit_expr(&argument.syn);
            }
        }
        Callee::Service { arguments, .. } => {
            for (_, _, value) in arguments.iter().flat_map(|all| &all.entries) {
                tokens_of(value, &mut found);
            }
        }
    }
    match (&call.call.wait, found.named) {
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
    if let (Some(wait), Callee::Workflow { .. }) = (&call.call.wait, &call.call.callee) {
        errors.at(
            wait.span(),
            "a workflow call waits for its result by itself: take `wait_for_task_token` away",
        );
    }
}

fn tokens_of(value: &ObjectValue, found: &mut Tokens) {
    match value {
        ObjectValue::Object(object) => {
            for (_, _, value) in &object.entries {
                tokens_of(value, found);
            }
        }
        ObjectValue::Array(items) => {
            for item in items {
                tokens_of(item, found);
            }
        }
        ObjectValue::Expression(expression) => found.visit_expr(&expression.syn),
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
fn workflows_take_one_input(call: &TaskLet, errors: &Errors) {
    if let Callee::Workflow {
        arguments, path, ..
    } = &call.call.callee
        && let Some(second) = arguments.get(1)
    {
        errors.on(
            &second.syn,
            format!(
                "a workflow takes one input: put the values for `{}` into one struct",
                path.segments
                    .last()
                    .map(|last| last.ident.to_string())
                    .unwrap_or_default()
            ),
        );
    }
}

/// Names in parentheses are those of a tuple: at least two, as many as there are branches.
fn tuples_are_named_in_full(state: &State, errors: &Errors) {
    if let Kind::Parallel(runs) = &state.kind {
        for run in runs {
            if let Some(binding) = &run.binding
                && binding.tuple
                && binding.names.len() != run.branches.len()
                && !state.broken
            {
                errors.at(
                    state.name.span(),
                    format!(
                        "parallel `{}` has {} branches and {} names: give each result a name, or `_`",
                        state.name,
                        run.branches.len(),
                        binding.names.len()
                    ),
                );
            }
        }
    }
    let lets: &[Let] = state.lets();
    for one in lets {
        if one.binding.tuple && one.binding.names.is_empty() {
            errors.at(one.binding.equals, "a `let` names at least one value");
        }
    }
}
