//! Definitions and references of names.

use std::ops::Range;

use serde::Serialize;

use crate::names::state_names::{named_state, names_of};
use crate::names::variable_names::variable_names;
use crate::{Definition, Document, NodePart};

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

/// A name at an offset.
#[derive(Debug, Clone)]
pub(crate) struct NameAt {
    /// The index of its definition.
    pub(crate) definition: usize,
    /// The range of the name, without quotes and `$`.
    pub(crate) range: Range<usize>,
    pub(crate) thing: NamedThing,
}

/// The thing that has a name.
#[derive(Debug, Clone)]
pub(crate) enum NamedThing {
    /// The state at a pointer.
    State(String),
    /// A variable, and a pointer to the object with the states that can read it.
    Variable { name: String, scope: String },
}

impl Document {
    /// The declaration of the name at an offset: the state that `Next`, `Default`, `StartAt`, a
    /// Choice rule or a Catcher names, or the first `Assign` of a variable.
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
        let name = self.name_at(offset)?;
        let references = self.references_of(&name);
        let declared = references.iter().find(|one| one.is_declaration)?;
        let range = match &name.thing {
            NamedThing::State(pointer) => self.definitions()[name.definition].member(pointer)?,
            NamedThing::Variable { .. } => declared.range.clone(),
        };
        Some(DeclarationSite {
            origin: name.range,
            range,
            selection: declared.range.clone(),
        })
    }

    /// All places of the name at an offset, in text order, with its declarations.
    pub fn references(&self, offset: usize) -> Vec<Reference> {
        let name = self.name_at(offset);
        name.map_or_else(Vec::new, |name| self.references_of(&name))
    }

    /// The name of the state at an offset: of its key, or of a transition to it.
    pub fn state_at(&self, offset: usize) -> Option<String> {
        let name = self.name_at(offset)?;
        let NamedThing::State(pointer) = name.thing else {
            return None;
        };
        let key = stepwright_asl::json::segments(&pointer)?.last()?;
        Some(key.into_owned())
    }

    /// The name at an offset.
    pub(crate) fn name_at(&self, offset: usize) -> Option<NameAt> {
        let contains = |definition: &Definition| definition.contains(offset);
        let index = self.definitions().iter().position(contains)?;
        let definition = &self.definitions()[index];
        let node = definition.node_at(offset)?;
        let graph = definition.graph();
        if let Some(state) = named_state(&graph, &node) {
            let pointer = graph.states()[state].pointer.to_string();
            let origin = match node.part {
                NodePart::Key => definition.key_range(&pointer)?,
                NodePart::Value => definition.range(&node.pointer)?,
            };
            return Some(NameAt {
                definition: index,
                range: self.unquoted(origin),
                thing: NamedThing::State(pointer),
            });
        }
        let mut variables = variable_names(self, definition).into_iter();
        let found = variables.find(|one| {
            // The `$` belongs to the name.
            one.range.start.saturating_sub(1) <= offset && offset <= one.range.end
        })?;
        Some(NameAt {
            definition: index,
            range: found.range,
            thing: NamedThing::Variable {
                name: found.name,
                scope: found.scope,
            },
        })
    }

    /// All places of a name, in text order.
    pub(crate) fn references_of(&self, name: &NameAt) -> Vec<Reference> {
        let definition = &self.definitions()[name.definition];
        match &name.thing {
            NamedThing::State(pointer) => {
                let graph = definition.graph();
                let names = graph
                    .state_at(pointer)
                    .map(|state| names_of(definition, &graph, state));
                let names = names.into_iter().flatten();
                let references = names.map(|name| Reference {
                    range: self.unquoted(name.range),
                    is_declaration: name.is_declaration,
                });
                references.collect()
            }
            NamedThing::Variable { name, scope } => {
                let names = variable_names(self, definition).into_iter();
                let own = names.filter(|one| one.name == *name && one.scope == *scope);
                let references = own.map(|one| Reference {
                    range: one.range,
                    is_declaration: one.is_declaration,
                });
                references.collect()
            }
        }
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
