//! Names that a `let` gives and nobody reads.

use super::variables::is_silent;
use crate::machine::{Condition, EdgeKind, JsonLiteral, LetBinding, Machine, RawFields};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use stepwright_asl::analysis::unused_variable;
use syn::ext::IdentExt;

/// The variables that something reads.
pub(crate) fn read_variables(machine: &Machine) -> HashSet<usize> {
    let texts = raw_texts(machine);
    let in_texts = (machine.variables.iter().enumerate()).filter(|(_, variable)| {
        let name = format!("${}", variable.text);
        texts.iter().any(|raw| raw.contains(&name))
    });
    let read = machine.reads.iter().map(|read| read.variable);
    read.chain(in_texts.map(|(index, _)| index)).collect()
}

/// Each name of a `let` that nothing reads, once, with what to say.
pub(super) fn variables(machine: &Machine) -> Vec<(Span, String)> {
    let read = read_variables(machine);
    let mut said = HashSet::new();
    let mut found = Vec::new();
    for (state, node) in machine.states.iter().enumerate() {
        let mut look = |name: &Ident, goes_on: bool| {
            let text = name.unraw().to_string();
            let variable = machine.scopes[node.scope].variables.get(&text);
            let is_read = is_silent(name)
                || machine.local_reads.contains(&(state, text.clone()))
                || goes_on && variable.is_some_and(|variable| read.contains(variable));
            // A variable is one, however often it is assigned.
            let key = (
                goes_on.then_some(node.scope),
                (!goes_on).then_some(state),
                text,
            );
            if !is_read && said.insert(key) {
                found.push((name.span(), unused_variable(&name.unraw().to_string())));
            }
        };
        let goes_on = !node.state.ends();
        let named = node.state.bindings().flat_map(LetBinding::named);
        named.for_each(|name| look(name, goes_on));
        let on_edges = node.edges.iter().flat_map(|edge| &edge.lets);
        let named = on_edges.flat_map(|one| one.binding.named());
        named.for_each(|name| look(name, true));
    }
    found
}

/// The texts that stand in `raw`: they may read variables.
fn raw_texts(machine: &Machine) -> Vec<String> {
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
    all.for_each(|fields| fields_of(fields, &mut texts));
    texts
}

fn fields_of(fields: &RawFields, texts: &mut Vec<String>) {
    for (_, value) in fields {
        json(value, texts);
    }
}

fn json(value: &JsonLiteral, texts: &mut Vec<String>) {
    match value {
        JsonLiteral::String(text) => texts.push(text.value()),
        JsonLiteral::Array(items) => items.iter().for_each(|item| json(item, texts)),
        JsonLiteral::Object(fields) => fields_of(fields, texts),
        JsonLiteral::Null
        | JsonLiteral::Bool(_)
        | JsonLiteral::Number(..)
        | JsonLiteral::Omitted => {}
    }
}
