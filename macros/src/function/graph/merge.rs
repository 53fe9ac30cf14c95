//! States with the same work and transition become one state.

use super::evaluation::assigned_names;
use super::{Graph, Node};
use crate::function::naming::names::Names;
use crate::machine::{
    Amount, Callee, Edge, EdgeKind, ErrorPattern, Fail, Let, LetBinding, Raised, StateExit,
    StateWork,
};
use quote::quote;
use std::collections::HashMap;

impl Graph {
    /// Merges states with the same work and transition.
    pub(super) fn merge(&mut self, names: &Names) {
        loop {
            let mut by_key: HashMap<String, usize> = HashMap::new();
            let mut replaced: HashMap<usize, usize> = HashMap::new();
            let reached = self.reached();
            for index in 0..self.nodes.len() {
                if !reached.contains(&index) {
                    continue;
                }
                let Some(key) = self.nodes[index].key().map(|key| names.canonical(&key)) else {
                    continue;
                };
                match by_key.get(&key) {
                    Some(first) => {
                        replaced.insert(index, *first);
                    }
                    None => {
                        by_key.insert(key, index);
                    }
                }
            }
            if replaced.is_empty() {
                return;
            }
            for edge in self.nodes.iter_mut().flat_map(|node| &mut node.edges) {
                if let Some(first) = edge.to.and_then(|to| replaced.get(&to)) {
                    edge.to = Some(*first);
                }
            }
        }
    }
}

impl Node {
    /// A text that is equal for states that do the same; `None` for states that are never merged.
    fn key(&self) -> Option<String> {
        let options = &self.state.options;
        let mut amounts = options.timeout.iter().chain(&options.heartbeat);
        if amounts.any(|(_, amount)| matches!(amount, Amount::Computed(_))) {
            return None;
        }
        let work = work_key(&self.state.kind)?;
        let mut key = format!("{}|{work}|{}", self.name.text, self.options_text);
        if let Some(result) = &self.state.result {
            key.push_str(&names_of(result));
        }
        for edge in &self.edges {
            key.push_str(&edge_key(edge)?);
        }
        if let Some(StateExit::End(_, value)) = &self.state.exit {
            let value = value.iter().map(|value| &value.syn);
            key.push_str(&format!("|end {}", quote!(#(#value)*)));
            key.extend(self.state.lets.iter().map(let_key));
        }
        Some(key)
    }
}

fn work_key(work: &StateWork) -> Option<String> {
    Some(match work {
        StateWork::Fail(Fail {
            error,
            cause,
            raised,
        }) => {
            let values = error.iter().chain(cause).map(|value| &value.syn);
            let raised = raised.iter().map(|Raised { path, fields, .. }| {
                let members = fields.iter().map(|(member, _)| member);
                let values = fields.iter().map(|(_, value)| &value.syn);
                quote!(#path { #(#members: #values),* })
            });
            quote!(fail #(#values)* #(#raised)*).to_string()
        }
        StateWork::Succeed(value) => {
            let value = value.iter().map(|value| &value.syn);
            quote!(succeed #(#value)*).to_string()
        }
        StateWork::Task(Some(call)) => {
            let Callee::Task(task) = &call.callee else {
                return None;
            };
            let (path, waits) = (&task.path, call.wait.is_some());
            let arguments = task.arguments.iter().map(|one| &one.syn);
            quote!(task #waits #path (#(#arguments),*)).to_string()
        }
        _ => return None,
    })
}

fn edge_key(edge: &Edge) -> Option<String> {
    let kind = match &edge.kind {
        EdgeKind::Next => "next".to_owned(),
        EdgeKind::Catch { errors, output } => {
            let errors: Vec<String> = errors.iter().map(error_key).collect();
            let output = output.as_ref().map(ToString::to_string);
            format!("catch {} {}", errors.join("|"), output.unwrap_or_default())
        }
        _ => return None,
    };
    let mut key = format!("|{kind}:{:?}", edge.to);
    key.extend(edge.lets.iter().map(let_key));
    Some(key)
}

/// A text that is equal for patterns of the same errors and fields.
fn error_key(error: &ErrorPattern) -> String {
    match error {
        ErrorPattern::Every(_) => "every".to_owned(),
        ErrorPattern::Text(name) => quote!(#name).to_string(),
        ErrorPattern::Path(path) => quote!(#path).to_string(),
        ErrorPattern::Fields(_, pattern) => quote!(#pattern).to_string(),
    }
}

fn let_key(one: &Let) -> String {
    let value = &one.value.syn;
    format!(";{}={}", names_of(&one.binding), quote!(#value))
}

/// The names of a binding, with commas between them.
fn names_of(binding: &LetBinding) -> String {
    assigned_names(binding).collect::<Vec<_>>().join(",")
}
