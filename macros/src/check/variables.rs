//! Workflow variables: who assigns what, in which scope.

use super::machine::{EdgeKind, Machine, Variable};
use super::patterns::{error_fields, pattern};
use crate::errors::Errors;
use crate::syntax::{Binding, ErrorPattern};
use proc_macro2::Ident;
use std::collections::HashSet;
use stepwright_asl::name::check_variable;
use syn::ext::IdentExt;
use syn::{Pat, Type};

/// Names that the language has taken.
const TAKEN: &[(&str, &str)] = &[
    ("task_token", "it is the token of `wait_for_task_token`"),
    ("states", "AWS keeps `$states` for itself"),
];

/// Whether a name makes no variable: it begins with `_`.
pub(crate) fn is_silent(name: &Ident) -> bool {
    name.unraw().to_string().starts_with('_')
}

/// Finds the variables of every scope, and what each edge assigns.
pub(super) fn collect(machine: &mut Machine, errors: &Errors) {
    items_are_new_names(machine, errors);
    for scope in 0..machine.scopes.len() {
        for state in machine.scopes[scope].states.clone() {
            for edge in 0..machine.states[state].edges.len() {
                let assigned = assigned_on(machine, state, edge);
                let mut seen = HashSet::new();
                for (name, ty) in assigned {
                    if is_silent(name) {
                        continue;
                    }
                    if !seen.insert(name.unraw().to_string()) {
                        errors.at(
                            name.span(),
                            format!(
                                "`{name}` is assigned twice on the way to `{}`",
                                machine.states[state].edges[edge].name
                            ),
                        );
                        continue;
                    }
                    let variable = declare(machine, scope, name, ty, errors);
                    machine.states[state].edges[edge].assigns.push(variable);
                }
            }
        }
    }
}

/// What an edge assigns, in the order of the source.
fn assigned_on<'a>(
    machine: &Machine<'a>,
    state: usize,
    edge: usize,
) -> Vec<(&'a Ident, Option<&'a Type>)> {
    let node = &machine.states[state];
    let mut names = Vec::new();
    let kind = node.edges[edge].kind;
    match kind {
        EdgeKind::Next => {
            if let Some(binding) = node.state.result() {
                bind(binding, &mut names);
            }
            for one in node.state.lets() {
                bind(&one.binding, &mut names);
            }
        }
        EdgeKind::Arm(arm) => {
            let mut bound = Vec::new();
            if let Ok(shape) = pattern(&arm.pattern) {
                shape.bound(&mut bound);
            }
            names.extend(bound.into_iter().map(|name| (name, None)));
        }
        EdgeKind::Catch(catch) => {
            for pattern in catch.errors.iter().take(1) {
                if let ErrorPattern::Fields(_, fields) = pattern {
                    caught(fields, &mut names);
                }
            }
            names.extend(catch.output.iter().map(|name| (name, None)));
        }
        EdgeKind::CatchArm(arm) => {
            match &arm.pattern {
                Pat::Or(or) => or
                    .cases
                    .iter()
                    .take(1)
                    .for_each(|case| caught(case, &mut names)),
                fields => caught(fields, &mut names),
            }
            names.extend(arm.output.iter().map(|name| (name, None)));
        }
        EdgeKind::Exit(exit) => names.extend(exit.value.iter().map(|name| (name, None))),
        EdgeKind::Rule(_) | EdgeKind::Otherwise(_) => {}
    }
    if let Some(target) = kind.target() {
        for one in &target.lets {
            bind(&one.binding, &mut names);
        }
    }
    names
}

fn bind<'a>(binding: &'a Binding, names: &mut Vec<(&'a Ident, Option<&'a Type>)>) {
    let ty = if binding.tuple {
        None
    } else {
        binding.ty.as_ref()
    };
    names.extend(binding.named().map(|name| (name, ty)));
}

fn caught<'a>(pattern: &'a Pat, names: &mut Vec<(&'a Ident, Option<&'a Type>)>) {
    if let Ok(fields) = error_fields(pattern) {
        names.extend(fields.into_iter().map(|(_, name)| (name, None)));
    }
}

/// The variable of that name in that scope, made where there is none.
fn declare<'a>(
    machine: &mut Machine<'a>,
    scope: usize,
    name: &'a Ident,
    ty: Option<&'a Type>,
    errors: &Errors,
) -> usize {
    let text = name.unraw().to_string();
    names_are_free(machine, scope, name, &text, errors);
    if let Some(known) = machine.scopes[scope].variables.get(&text) {
        let known = *known;
        if machine.variables[known].ty.is_none() {
            machine.variables[known].ty = ty;
        }
        return known;
    }
    let variable = machine.variables.len();
    machine.scopes[scope]
        .variables
        .insert(text.clone(), variable);
    machine.variables.push(Variable {
        name,
        text,
        scope,
        ty,
    });
    variable
}

/// A variable takes no name that the parameter, an item or an outer variable has: in ASL an inner scope reads outer
/// variables and may neither assign nor hide them.
fn names_are_free(machine: &Machine, scope: usize, name: &Ident, text: &str, errors: &Errors) {
    if let Some((_, why)) = TAKEN.iter().find(|(taken, _)| *taken == text) {
        errors.at(name.span(), format!("`{text}` cannot be assigned: {why}"));
    }
    if let Err(error) = check_variable(text)
        && text != "states"
    {
        errors.at(
            name.span(),
            format!("`{text}` cannot name a variable: {error}"),
        );
    }
    if let Some((parameter, _)) = &machine.workflow.parameter
        && parameter == name
    {
        errors.at(
            name.span(),
            format!("`{text}` is the workflow's input and cannot be assigned: choose another name"),
        );
        return;
    }
    if machine
        .parameters()
        .iter()
        .any(|(parameter, _)| parameter == name)
    {
        errors.at(
            name.span(),
            format!("`{text}` is a parameter of the fragment and cannot be assigned: choose another name"),
        );
        return;
    }
    for around in machine.scopes_around(scope) {
        if machine.scopes[around].item.is_some_and(|item| item == name) {
            errors.at(
                name.span(),
                format!(
                    "`{text}` is the item of a map and cannot be assigned: choose another name"
                ),
            );
            return;
        }
        if around != scope && machine.scopes[around].variables.contains_key(text) {
            let owner = inner_owner(machine, scope, around);
            errors.at(
                name.span(),
                format!(
                    "`{text}` is a variable outside of `{owner}`, which may read but not assign it: choose another name, \
                     and hand the value out with `end value;`"
                ),
            );
            return;
        }
    }
}

/// An item takes no name that is taken around its map.
fn items_are_new_names(machine: &Machine, errors: &Errors) {
    for (index, scope) in machine.scopes.iter().enumerate() {
        let Some(item) = scope.item else {
            continue;
        };
        let is_parameter = machine
            .workflow
            .parameter
            .iter()
            .chain(machine.parameters())
            .any(|(parameter, _)| parameter == item);
        let is_item = machine.scopes_around(index).skip(1).any(|around| {
            machine.scopes[around]
                .item
                .is_some_and(|other| other == item)
        });
        if is_parameter || is_item {
            errors.at(
                item.span(),
                format!("`{item}` is taken outside of this map: give the item another name"),
            );
        }
        if let Some((_, why)) = TAKEN.iter().find(|(taken, _)| item == taken) {
            errors.at(item.span(), format!("`{item}` cannot name an item: {why}"));
        }
    }
}

/// The state whose body, as seen from `around`, the scope is in.
fn inner_owner(machine: &Machine, scope: usize, around: usize) -> String {
    machine
        .scopes_around(scope)
        .filter_map(|inner| machine.scopes[inner].owner)
        .find(|owner| machine.states[*owner].scope == around)
        .map(|owner| machine.states[owner].name.clone())
        .unwrap_or_default()
}
