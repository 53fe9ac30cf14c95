//! Workflow variables: who assigns what, in which scope.

use crate::errors::Errors;
use crate::machine::{EdgeKind, LetBinding, Machine, MachineVariable, StateNode};
use proc_macro2::Ident;
use std::collections::HashSet;
use stepwright_asl::name::check_variable;
use syn::Type;
use syn::ext::IdentExt;

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
    for scope in 0..machine.scopes.len() {
        for state in machine.scopes[scope].states.clone() {
            for edge in 0..machine.states[state].edges.len() {
                let assigned = assigned_on(&machine.states[state], edge);
                let mut seen = HashSet::new();
                for Assigned {
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
                                "`{name}` is assigned twice on the way to `{}`",
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
    items_are_new_names(machine, errors);
}

/// A name that an edge assigns.
struct Assigned {
    name: Ident,
    /// The type that is written down.
    ty: Option<Type>,
    /// Whether a `catch` binds it.
    is_caught: bool,
}

/// The names that an edge assigns, in the order of the source.
fn assigned_on(node: &StateNode, edge: usize) -> Vec<Assigned> {
    let edge = &node.edges[edge];
    let is_caught = edge.is_catch();
    let bound = edge.bound().into_iter().map(|(name, _)| Assigned {
        name: name.clone(),
        ty: None,
        is_caught,
    });
    let mut names: Vec<_> = bound.collect();
    let mut bind = |binding: &LetBinding| {
        let ty = binding.ty.as_ref().filter(|_| !binding.tuple);
        names.extend(binding.named().map(|name| Assigned {
            name: name.clone(),
            ty: ty.cloned(),
            is_caught: false,
        }));
    };
    if let EdgeKind::Next = edge.kind {
        node.state.bindings().for_each(&mut bind);
    }
    edge.lets.iter().for_each(|one| bind(&one.binding));
    names
}

/// The variable of that name in that scope, made where there is none.
fn declare(
    machine: &mut Machine,
    scope: usize,
    name: &Ident,
    ty: Option<Type>,
    is_caught: bool,
    errors: &Errors,
) -> usize {
    let text = name.unraw().to_string();
    names_are_free(machine, scope, name, &text, is_caught, errors);
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
    machine.variables.push(MachineVariable {
        name: name.clone(),
        text,
        scope,
        ty,
    });
    variable
}

/// A variable takes no name that the parameter, an item or an outer variable has: in ASL an inner scope reads outer
/// variables and may neither assign nor hide them. A name that a `catch` binds may hide an outer variable: it is always a new variable, and has
/// another name in the ASL.
fn names_are_free(
    machine: &Machine,
    scope: usize,
    name: &Ident,
    text: &str,
    is_caught: bool,
    errors: &Errors,
) {
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
                    "`{text}` is the item of a map and cannot be assigned: choose another name"
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
                     and hand the value out with `end value;`"
                ),
            );
            return;
        }
    }
}

/// An item has a different name than the parameter, the items and the variables around its map.
fn items_are_new_names(machine: &Machine, errors: &Errors) {
    for (index, scope) in machine.scopes.iter().enumerate() {
        let Some(item) = &scope.item else {
            continue;
        };
        let is_parameter = machine.workflow.has_parameter(item);
        let mut around = machine.scopes_around(index).skip(1);
        let is_taken = around.any(|around| {
            let around = &machine.scopes[around];
            around.has_item(item) || around.variables.contains_key(&crate::name::text(item))
        });
        if is_parameter || is_taken {
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
