//! Workflow variables: their scopes, and the transitions that assign them.

use crate::checked_type::DeclaredType;
use crate::errors::Errors;
use crate::machine::{EdgeKind, LetBinding, Machine, MachineVariable, StateNode};
use proc_macro2::Ident;
use std::collections::HashSet;
use stepwright_asl::name::check_variable;
use syn::ext::IdentExt;

/// Reserved names, each with the reason.
const RESERVED: &[(&str, &str)] = &[
    ("task_token", "it is the token of `wait_for_task_token`"),
    ("states", "Step Functions reserves `$states`"),
];

/// Whether a name begins with `_`, so that a `let` with it makes no variable.
pub(crate) fn is_silent(name: &Ident) -> bool {
    name.unraw().to_string().starts_with('_')
}

/// Collects the variables of every scope, and those that each transition assigns.
pub(super) fn collect(machine: &mut Machine, errors: &Errors) {
    for scope in 0..machine.scopes.len() {
        for state in machine.scopes[scope].states.clone() {
            for edge in 0..machine.states[state].edges.len() {
                let assigned = names_assigned_on(&machine.states[state], edge);
                let mut seen = HashSet::new();
                for AssignedName {
                    name,
                    ty,
                    is_caught,
                } in assigned
                {
                    if is_silent(&name) {
                        continue;
                    }
                    if !seen.insert(name.unraw().to_string()) {
                        errors.at(
                            name.span(),
                            format!(
                                "`{name}` is assigned twice on the transition to `{}`: remove one assignment",
                                machine.states[state].edges[edge].name
                            ),
                        );
                        continue;
                    }
                    let variable = declare(machine, scope, &name, ty, is_caught, errors);
                    machine.states[state].edges[edge].assigns.push(variable);
                }
            }
        }
    }
    items_have_new_names(machine, errors);
}

/// A name that a transition assigns.
struct AssignedName {
    name: Ident,
    /// The type in the source.
    ty: Option<DeclaredType>,
    /// Whether a `catch` binds it.
    is_caught: bool,
}

/// Returns the names that a transition assigns, in the order of the source.
fn names_assigned_on(node: &StateNode, edge: usize) -> Vec<AssignedName> {
    let edge = &node.edges[edge];
    let is_caught = edge.is_catch();
    let bound = edge.bound().into_iter().map(|(name, _)| AssignedName {
        name: name.clone(),
        ty: None,
        is_caught,
    });
    let mut names: Vec<_> = bound.collect();
    let mut bind = |binding: &LetBinding| {
        let ty = binding.ty.as_ref().filter(|_| !binding.tuple);
        names.extend(binding.named().map(|name| AssignedName {
            name: name.clone(),
            ty: ty.cloned(),
            is_caught: false,
        }));
    };
    if let EdgeKind::Next = edge.kind {
        let bindings = node.state.bindings().filter(|one| !one.is_local);
        bindings.for_each(&mut bind);
    }
    edge.lets.iter().for_each(|one| bind(&one.binding));
    names
}

/// Returns the variable with this name in this scope; declares it if it is new.
fn declare(
    machine: &mut Machine,
    scope: usize,
    name: &Ident,
    ty: Option<DeclaredType>,
    is_caught: bool,
    errors: &Errors,
) -> usize {
    let text = name.unraw().to_string();
    let before = errors.count();
    name_is_free(machine, scope, name, &text, is_caught, errors);
    let is_refused = errors.count() > before;
    if let Some(known) = machine.scopes[scope].variables.get(&text) {
        let known = *known;
        machine.variables[known].is_refused |= is_refused;
        if machine.variables[known].ty.is_none() {
            machine.variables[known].ty = ty;
        }
        return known;
    }
    let variable = machine.variables.len();
    machine.scopes[scope]
        .variables
        .insert(text.clone(), variable);
    machine.variables.push(MachineVariable {
        name: name.clone(),
        text,
        scope,
        ty,
        is_refused,
    });
    variable
}

/// A variable has a different name than the parameter, the items and the outer variables: in ASL an
/// inner scope can read outer variables, but can neither assign nor shadow them. A name that a
/// `catch` binds may shadow an outer variable, because it is always a new variable with another
/// name in the ASL.
fn name_is_free(
    machine: &Machine,
    scope: usize,
    name: &Ident,
    text: &str,
    is_caught: bool,
    errors: &Errors,
) {
    if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| *reserved == text) {
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
    if machine.workflow.has_parameter(name) {
        errors.at(
            name.span(),
            format!("`{text}` is a parameter of the fragment and cannot be assigned: choose another name"),
        );
        return;
    }
    for around in machine.scopes_around(scope) {
        if machine.scopes[around].has_item(name) {
            errors.at(
                name.span(),
                format!(
                    "`{text}` is the item of a map and cannot be assigned: write `let new_{text} = ..;`, and read `new_{text}` in the states after it"
                ),
            );
            return;
        }
        let is_outer = around != scope && machine.scopes[around].variables.contains_key(text);
        if is_outer && !is_caught {
            let owner = inner_owner(machine, scope, around);
            errors.at(
                name.span(),
                format!(
                    "`{text}` is a variable outside of `{owner}`, which may read but not assign it: choose another name, \
                     and return the value with `end value;`"
                ),
            );
            return;
        }
    }
}

/// An item has a different name than the parameter, the items and the variables around its map.
fn items_have_new_names(machine: &Machine, errors: &Errors) {
    for (index, scope) in machine.scopes.iter().enumerate() {
        let Some(item) = &scope.item else {
            continue;
        };
        let is_parameter = machine.workflow.has_parameter(item);
        let mut around = machine.scopes_around(index).skip(1);
        let is_used = around.any(|around| {
            let around = &machine.scopes[around];
            around.has_item(item) || around.variables.contains_key(&crate::name::text(item))
        });
        if is_parameter || is_used {
            errors.at(
                item.span(),
                format!(
                    "`{item}` is already a name outside of this map: give the item another name"
                ),
            );
        }
        if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| item == reserved) {
            errors.at(item.span(), format!("`{item}` cannot name an item: {why}"));
        }
    }
}

/// Returns the name of the state in the scope `around` whose body contains the scope.
fn inner_owner(machine: &Machine, scope: usize, around: usize) -> String {
    machine
        .scopes_around(scope)
        .filter_map(|inner| machine.scopes[inner].owner)
        .find(|owner| machine.states[*owner].scope == around)
        .map(|owner| machine.states[owner].name.clone())
        .unwrap_or_default()
}
