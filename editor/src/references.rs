//! Definitions and references of names.

use std::ops::Range;

use serde::Serialize;

use crate::state_names::{named_state, names_of};
use crate::{Document, NodePart};

/// A place that refers to the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reference {
    /// The range of the name, without quotes.
    pub range: Range<usize>,
    /// Whether the name is declared here.
    pub is_declaration: bool,
}

/// The place where something is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeclarationSite {
    /// The range of the name at the offset, without quotes.
    pub origin: Range<usize>,
    /// The range of the whole declaration.
    pub range: Range<usize>,
    /// The range of its name, without quotes.
    pub selection: Range<usize>,
}

impl Document {
    /// The declaration of the name at an offset: the state that `Next`, `Default`, `StartAt`, a
    /// Choice rule or a Catcher names.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let found = document.declaration(text.find("A\",").unwrap()).expect("the state `A`");
    /// assert_eq!(found.selection.start, text.find("A\": {").unwrap());
    /// ```
    pub fn declaration(&self, offset: usize) -> Option<DeclarationSite> {
        let definition = self.definition_at(offset)?;
        let node = definition.node_at(offset)?;
        let graph = definition.graph();
        let state = named_state(&graph, &node)?;
        let pointer = graph.states()[state].pointer.to_string();
        let selection = definition.key_range(&pointer)?;
        let origin = match node.part {
            NodePart::Key => selection.clone(),
            NodePart::Value => definition.range(&node.pointer)?,
        };
        Some(DeclarationSite {
            origin: self.unquoted(origin),
            range: selection.start..definition.range(&pointer)?.end.max(selection.end),
            selection: self.unquoted(selection),
        })
    }

    /// All places of the name at an offset, in text order, with its declaration.
    pub fn references(&self, offset: usize) -> Vec<Reference> {
        let found = || {
            let definition = self.definition_at(offset)?;
            let node = definition.node_at(offset)?;
            let graph = definition.graph();
            let state = named_state(&graph, &node)?;
            let names = names_of(definition, &graph, state).into_iter();
            let references = names.map(|name| Reference {
                range: self.unquoted(name.range),
                is_declaration: name.is_declaration,
            });
            Some(references.collect())
        };
        found().unwrap_or_default()
    }

    /// The range without the quotes around it.
    pub(crate) fn unquoted(&self, range: Range<usize>) -> Range<usize> {
        let bytes = self.text().as_bytes();
        let inner = range.start + 1..range.end.saturating_sub(1);
        match (bytes.get(range.start), bytes.get(inner.end)) {
            (Some(b'"'), Some(b'"')) | (Some(b'\''), Some(b'\'')) if inner.start <= inner.end => {
                inner
            }
            // The quotes of a string in a string are escaped.
            (Some(b'\\'), Some(b'"')) if range.end - range.start >= 4 => {
                range.start + 2..range.end - 2
            }
            _ => range,
        }
    }
}
