//! Names that a `let` gives and nobody reads.

use super::machine::{EdgeKind, Machine};
use super::variables::is_silent;
use crate::syntax::{Binding, Json, Let, StateOption, WorkflowOption};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use syn::LitStr;
use syn::ext::IdentExt;

/// Each name of a `let` that nothing reads, once, with what to say.
pub(super) fn variables(machine: &Machine) -> Vec<(Span, String)> {
    let read: HashSet<usize> = machine.reads.iter().map(|read| read.variable).collect();
    let texts = raw_texts(machine);
    let mut said = HashSet::new();
    let mut found = Vec::new();
    for (state, node) in machine.states.iter().enumerate() {
        let mut look = |name: &Ident, goes_on: bool| {
            let text = name.unraw().to_string();
            let variable = machine.scopes[node.scope].variables.get(&text);
            let is_read = is_silent(name)
                || machine.local_reads.contains(&(state, text.clone()))
                || goes_on && variable.is_some_and(|variable| read.contains(variable))
                || goes_on && texts.iter().any(|raw| raw.contains(&format!("${text}")));
            // A variable is one, however often it is assigned.
            let key = (
                goes_on.then_some(node.scope),
                (!goes_on).then_some(state),
                text,
            );
            if !is_read && said.insert(key) {
                found.push((
                    name.span(),
                    format!(
                        "unused variable: `{name}`; if this is intentional, prefix it with an underscore: `_{}`",
                        name.unraw()
                    ),
                ));
            }
        };
        let goes_on = !node.state.ends();
        let own = node.state.result().into_iter();
        own.chain(node.state.lets().iter().map(|one| &one.binding))
            .flat_map(Binding::named)
            .for_each(|name| look(name, goes_on));
        for target in node
            .edges
            .iter()
            .filter_map(|edge| EdgeKind::target(edge.kind))
        {
            let lets: &[Let] = &target.lets;
            lets.iter()
                .flat_map(|one| one.binding.named())
                .for_each(|name| look(name, true));
        }
    }
    found
}

/// The texts that stand in `raw`: they may read variables.
fn raw_texts(machine: &Machine) -> Vec<String> {
    let mut texts = Vec::new();
    for option in &machine.workflow.options {
        if let WorkflowOption::Raw(_, fields) = option {
            fields_of(fields, &mut texts);
        }
    }
    for scope in &machine.scopes {
        fields_of(&scope.body.raw, &mut texts);
    }
    for node in &machine.states {
        for option in &node.state.options {
            if let StateOption::Raw(_, fields) = option {
                fields_of(fields, &mut texts);
            }
        }
        for target in node.edges.iter().filter_map(|edge| edge.kind.target()) {
            fields_of(&target.raw, &mut texts);
        }
        if let crate::syntax::Kind::Choice(choice) = &node.state.kind {
            for rule in &choice.rules {
                if let crate::syntax::Condition::Raw(fields) = &rule.condition {
                    fields_of(fields, &mut texts);
                }
            }
        }
    }
    texts
}

fn fields_of(fields: &[(LitStr, Json)], texts: &mut Vec<String>) {
    for (_, value) in fields {
        json(value, texts);
    }
}

fn json(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.value()),
        Json::Array(items) => items.iter().for_each(|item| json(item, texts)),
        Json::Object(fields) => fields_of(fields, texts),
        Json::Null | Json::Bool(_) | Json::Number(..) | Json::Omitted => {}
    }
}
