//! Completion: what can be written at an offset.

mod arguments;
mod expressions;
mod fields;
mod insertion;
mod required_arguments;
mod resources;
mod values;

pub use values::call_errors;

use std::ops::Range;

use serde::Serialize;

use crate::structure::{PartKind, part_at};
use crate::{Document, TextEdit, WorkspaceMachines};

use insertion::{InsertionPoint, insertion_point};

/// Something that can be written at an offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// Its kind.
    pub kind: CompletionKind,
    /// A short addition to the label, such as the type of a value.
    pub detail: Option<String>,
    /// An explanation in Markdown.
    pub documentation: Option<String>,
    /// The range of the text that it replaces.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
    /// Whether the text is a snippet, in which `$1` and `${1:text}` are places to fill in. Its
    /// further lines are relative to the indentation of the line that it begins in.
    pub is_snippet: bool,
    /// The text that is compared with what the user has typed.
    pub filter: String,
    /// The rank in the list; lower ones come first.
    pub rank: u8,
    /// Further edits outside of the range, such as a missing comma before it.
    pub further: Vec<TextEdit>,
}

/// The kind of a [`Completion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CompletionKind {
    /// A field.
    Field,
    /// A name of a state.
    State,
    /// One of the values of a field.
    Word,
    /// The resource of a Task.
    Resource,
    /// The name of an error.
    Error,
    /// A variable.
    Variable,
    /// A function.
    Function,
    /// A member of a value.
    Member,
}

impl Document {
    /// What can be written at an offset, the most useful first.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "", "States": {"Charge": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("order.asl.json", text, 1);
    /// let found = document.completion(text.find("\"\"").unwrap() + 1);
    /// assert_eq!(found[0].label, "Charge");
    /// ```
    pub fn completion(&self, offset: usize) -> Vec<Completion> {
        self.completion_in(offset, &WorkspaceMachines::default())
    }

    /// What can be written at an offset ([`completion`](Document::completion)). The outputs and
    /// errors of the state machines that the document calls are known.
    pub fn completion_in(&self, offset: usize, machines: &WorkspaceMachines) -> Vec<Completion> {
        let mut offset = offset.min(self.text().len());
        while !self.text().is_char_boundary(offset) {
            offset -= 1;
        }
        let found = || {
            let definition = self.definition_at(offset)?;
            // Inside of an escape, nothing can be inserted.
            let own = definition.in_definition(offset)?;
            let offset = if definition.is_text() {
                definition.in_file(own..own).start
            } else {
                offset
            };
            let point = insertion_point(self, definition, offset)?;
            let callees = machines.callees(self.name(), definition.name());
            Some(match &point {
                InsertionPoint::Key { parent, .. } => {
                    let part = part_at(definition, parent)?;
                    match part.kind {
                        PartKind::Field(..) => {
                            arguments::members(definition, &point, &part, parent)
                        }
                        _ => fields::fields(definition, &point, &part, parent),
                    }
                }
                InsertionPoint::Value { pointer, .. } => {
                    let part = part_at(definition, pointer)?;
                    match part.kind {
                        PartKind::Structure(schema) => match point.as_first_member(self) {
                            Some(point) => fields::fields(definition, &point, &part, pointer),
                            None => fields::item(&point, schema, part.language),
                        },
                        _ => values::values(definition, &point, &part, pointer, offset, callees),
                    }
                }
            })
        };
        let mut completions = found().unwrap_or_default();
        completions.sort_by(|one, other| (one.rank, &one.label).cmp(&(other.rank, &other.label)));
        completions
    }
}

impl Completion {
    fn new(kind: CompletionKind, label: impl Into<String>, range: Range<usize>) -> Completion {
        let label = label.into();
        Completion {
            filter: label.clone(),
            text: label.clone(),
            label,
            kind,
            detail: None,
            documentation: None,
            range,
            is_snippet: false,
            rank: 1,
            further: Vec::new(),
        }
    }

    fn detail(mut self, detail: impl Into<String>) -> Completion {
        self.detail = Some(detail.into());
        self
    }

    fn rank(mut self, rank: u8) -> Completion {
        self.rank = rank;
        self
    }
}

/// A text inside of a snippet, where `$`, `}` and `\` have a meaning.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
