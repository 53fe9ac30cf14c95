//! Names of a `let` that no expression reads.

use super::variables::is_silent;
use crate::machine::{Condition, EdgeKind, JsonLiteral, Machine, RawFields};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use stepwright_asl::front_end::{unused_panicking_variable, unused_variable};
use syn::ext::IdentExt;

/// Returns the variables that an expression or a text in `raw` reads.
pub(crate) fn read_variables(machine: &Machine) -> HashSet<usize> {
    let texts = texts_in_raw(machine);
    let in_texts = (machine.variables.iter().enumerate()).filter(|(_, variable)| {
        let name = format!("${}", variable.text);
        texts.iter().any(|raw| raw.contains(&name))
    });
    let read = machine.reads.iter().map(|read| read.variable);
    read.chain(in_texts.map(|(index, _)| index)).collect()
}

/// Returns the location of each unused name of a `let`, once, with the message.
pub(super) fn variables(machine: &Machine) -> Vec<(Span, String)> {
    let read = read_variables(machine);
    let mut reported = HashSet::new();
    let mut found = Vec::new();
    for (state, node) in machine.states.iter().enumerate() {
        let mut check = |name: &Ident, is_assigned: bool| {
            let value = (state, name.unraw().to_string());
            let text = &value.1;
            let variable = machine.scopes[node.scope].variables.get(text);
            let is_read = is_silent(name)
                || machine.local_reads.contains(&value)
                || is_assigned && variable.is_some_and(|variable| read.contains(variable));
            if is_read {
                return;
            }
            let message = if machine.panicking_values.contains(&value) {
                unused_panicking_variable(text)
            } else {
                unused_variable(text)
            };
            // A variable is reported once, even if several states assign it.
            let key = (
                is_assigned.then_some(node.scope),
                (!is_assigned).then_some(state),
                value.1,
            );
            if reported.insert(key) {
                found.push((name.span(), message));
            }
        };
        let is_assigned = !node.state.ends();
        for binding in node.state.bindings() {
            let is_assigned = is_assigned && !binding.is_local;
            binding.named().for_each(|name| check(name, is_assigned));
        }
        let on_edges = node.edges.iter().flat_map(|edge| &edge.lets);
        let named = on_edges.flat_map(|one| one.binding.named());
        named.for_each(|name| check(name, true));
    }
    found
}

/// Returns the texts in `raw`, which may read variables.
pub(super) fn texts_in_raw(machine: &Machine) -> Vec<String> {
    let edges = machine.states.iter().flat_map(|node| &node.edges);
    let conditions = edges.clone().filter_map(|edge| match &edge.kind {
        EdgeKind::Rule {
            condition: Condition::Raw(fields),
            ..
        } => Some(fields),
        _ => None,
    });
    let states = machine.states.iter();
    let all = std::iter::once(&machine.workflow.options.raw)
        .chain(machine.scopes.iter().map(|scope| &scope.raw))
        .chain(states.map(|node| &node.state.options.raw))
        .chain(edges.map(|edge| &edge.raw))
        .chain(conditions);
    let mut texts = Vec::new();
    all.for_each(|fields| texts_in_fields(fields, &mut texts));
    texts
}

fn texts_in_fields(fields: &RawFields, texts: &mut Vec<String>) {
    for (_, value) in fields {
        texts_in_json(value, texts);
    }
}

fn texts_in_json(value: &JsonLiteral, texts: &mut Vec<String>) {
    match value {
        JsonLiteral::String(text) => texts.push(text.value()),
        JsonLiteral::Array(items) => items.iter().for_each(|item| texts_in_json(item, texts)),
        JsonLiteral::Object(fields) => texts_in_fields(fields, texts),
        JsonLiteral::Null
        | JsonLiteral::Bool(_)
        | JsonLiteral::Number(..)
        | JsonLiteral::Omitted => {}
    }
}
