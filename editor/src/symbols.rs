//! The states of a document as a tree.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Pointer;
use stepwright_asl::model::StateKind;

use crate::{Definition, Document};

/// A definition, a state, or a branch with states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Symbol {
    /// The name of the state or definition; `Branch 1` for a branch.
    pub name: String,
    /// Its kind.
    pub kind: SymbolKind,
    /// The type of the state; the `Comment` of a definition.
    pub detail: Option<String>,
    /// Pointer to it in its definition.
    pub pointer: String,
    /// The range of the key and the value.
    pub range: Range<usize>,
    /// The range of the name.
    pub selection: Range<usize>,
    /// The states in it.
    pub children: Vec<Symbol>,
}

/// The kind of a [`Symbol`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SymbolKind {
    /// A definition in a file with several things.
    Definition,
    /// A state.
    State,
    /// A branch of a Parallel, or the processor of a Map.
    Branch,
}

impl Document {
    /// The states, in text order. The states of a definition in a template are below the
    /// definition.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols = Vec::new();
        for definition in self.definitions() {
            let states = of_definition(definition);
            let whole = definition.name().zip(definition.range(""));
            let Some((name, range)) = whole else {
                symbols.extend(states);
                continue;
            };
            let comment = definition.json().get("Comment");
            symbols.push(Symbol {
                name: name.to_owned(),
                kind: SymbolKind::Definition,
                detail: comment
                    .and_then(|comment| comment.as_str())
                    .map(str::to_owned),
                pointer: String::new(),
                selection: range.start..range.start,
                range,
                children: states,
            });
        }
        symbols
    }
}

fn of_definition(definition: &Definition) -> Vec<Symbol> {
    let graph = definition.graph();
    // Inner containers come after the states around them, so the reverse order completes each
    // symbol before its parent needs it.
    let mut inner: Vec<Vec<Symbol>> = vec![Vec::new(); graph.containers().len()];
    for index in (0..graph.containers().len()).rev() {
        let states = graph.containers()[index].states.iter();
        inner[index] = states
            .filter_map(|state| of_state(definition, &graph, *state, &mut inner))
            .collect();
    }
    inner.into_iter().next().unwrap_or_default()
}

fn of_state(
    definition: &Definition,
    graph: &Graph<'_>,
    index: usize,
    inner: &mut [Vec<Symbol>],
) -> Option<Symbol> {
    let state = &graph.states()[index];
    let pointer = state.pointer.to_string();
    let selection = definition.key_range(&pointer)?;
    let range = selection.start..definition.range(&pointer)?.end.max(selection.end);
    let branches = state.kind == Some(StateKind::Parallel);
    let mut children = Vec::new();
    for (number, container) in state.inner.iter().enumerate() {
        let states = std::mem::take(&mut inner[*container]);
        if !branches {
            children.extend(states);
            continue;
        }
        let pointer: &Pointer<'_> = &graph.containers()[*container].pointer;
        let pointer = pointer.to_string();
        if let Some(range) = definition.range(&pointer) {
            children.push(Symbol {
                name: format!("Branch {}", number + 1),
                kind: SymbolKind::Branch,
                detail: None,
                pointer,
                selection: range.start..range.start,
                range,
                children: states,
            });
        }
    }
    Some(Symbol {
        name: state.name.to_owned(),
        kind: SymbolKind::State,
        detail: state.kind.map(|kind| kind.to_string()),
        pointer,
        range,
        selection,
        children,
    })
}
