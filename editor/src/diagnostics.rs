//! The problems of a document, and their fixes.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::Diagnostic;
use stepwright_asl::edit::EditError;
use stepwright_asl::fix::Fix;
use stepwright_asl::validate::{Severity, Validator};

use crate::{Definition, Document, TextEdit};

/// A problem of a document, with its range in the text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EditorDiagnostic {
    /// The index of its definition; `None` for a fault of the file's syntax.
    pub definition: Option<usize>,
    /// RFC 6901 pointer to the node in its definition.
    pub pointer: String,
    /// The range in the text: the key for a problem of a member, otherwise the value.
    pub range: Range<usize>,
    /// The code of the rule, such as `SW020`.
    pub code: Option<&'static str>,
    /// The name of the rule, such as `missing-transition-target`.
    pub name: Option<&'static str>,
    /// Whether the definition can be used.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// How to solve the problem.
    pub help: Option<String>,
    /// Other ranges that explain the problem.
    pub related: Vec<RelatedRange>,
    /// The fixes, the most likely one first. [`Document::fix_edits`] turns one into text edits.
    pub fixes: Vec<Fix>,
}

/// Another range that explains a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RelatedRange {
    /// The range in the text.
    pub range: Range<usize>,
    /// Its part in the problem, such as "the first state with this name".
    pub message: String,
}

impl Document {
    /// The faults of the syntax, and the diagnostics of all definitions, in text order. The type of
    /// a machine in a template is that of the template; another machine has the validator's type.
    ///
    /// ```
    /// use stepwright_asl::validate::{MachineType, Validator};
    /// use stepwright_editor::{Document, TextEdit};
    ///
    /// let text = r#"{"StartAt": "Chrage", "States": {"Charge": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("order.asl.json", text, 1);
    /// let diagnostics = document.diagnostics(&Validator::new(MachineType::Standard));
    /// assert_eq!(&text[diagnostics[0].range.clone()], r#""Chrage""#);
    ///
    /// let fix = &diagnostics[0].fixes[0];
    /// assert_eq!(fix.title, "replace `Chrage` with `Charge`");
    /// let edits = document.fix_edits(0, fix)?;
    /// assert_eq!(TextEdit::apply(text, &edits), text.replace("Chrage", "Charge"));
    /// # Ok::<(), stepwright_asl::edit::EditError>(())
    /// ```
    pub fn diagnostics(&self, validator: &Validator) -> Vec<EditorDiagnostic> {
        let faults = self.faults().iter().map(|fault| EditorDiagnostic {
            definition: None,
            pointer: String::new(),
            range: fault.range.clone(),
            code: Some("SW001"),
            name: Some("invalid-json"),
            severity: Severity::Error,
            message: fault.message.clone(),
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
        });
        let mut all: Vec<EditorDiagnostic> = faults.collect();
        for (index, definition) in self.definitions().iter().enumerate() {
            // A template supplies the values of its placeholders.
            let validator = match definition.name() {
                Some(_) => validator
                    .clone()
                    .of_type(definition.machine_type())
                    .with_any_placeholder(),
                None => validator.clone(),
            };
            let diagnostics = validator.check(definition.tree());
            all.extend(
                diagnostics
                    .into_iter()
                    .map(|diagnostic| placed(definition, index, diagnostic)),
            );
        }
        all.sort_by_key(|diagnostic| diagnostic.range.start);
        all
    }

    /// The text edits of a fix of a definition, in text order.
    ///
    /// # Errors
    ///
    /// If the text cannot be edited there, for example because an alias of YAML connects two
    /// values, or a template computes the text.
    pub fn fix_edits(&self, definition: usize, fix: &Fix) -> Result<Vec<TextEdit>, EditError> {
        self.text_edits(definition, &fix.edits)
    }
}

fn placed(definition: &Definition, index: usize, diagnostic: Diagnostic) -> EditorDiagnostic {
    let range = |pointer: &str, offset: usize| range_of(definition, pointer, offset);
    let related = diagnostic.related.iter().map(|related| RelatedRange {
        range: range(&related.location.pointer, related.location.offset),
        message: related.message.clone(),
    });
    let related = related.collect();
    EditorDiagnostic {
        definition: Some(index),
        range: range(&diagnostic.location.pointer, diagnostic.location.offset),
        related,
        fixes: diagnostic.fixes().cloned().collect(),
        pointer: diagnostic.location.pointer,
        code: diagnostic.code,
        name: diagnostic.name,
        severity: diagnostic.severity,
        message: diagnostic.message,
        help: diagnostic.help,
    }
}

/// The range of the key or value at an offset of the definition's own text. It is at the pointer,
/// unless the diagnostic is about a part of the node.
fn range_of(definition: &Definition, pointer: &str, offset: usize) -> Range<usize> {
    let tree = definition.tree();
    let key = tree.key_span(pointer);
    let value = tree.span(pointer);
    let exact = [key, value].into_iter().flatten();
    let exact = exact.into_iter().find(|range| range.start == offset);
    let range = exact.or_else(|| {
        let (inner, is_key) = tree.node_at(offset)?;
        if is_key {
            tree.key_span(&inner)
        } else {
            tree.span(&inner)
        }
    });
    let source = tree.source();
    let range = range.unwrap_or(offset.min(source.len())..source.len());
    // An object over several lines is marked at its first line.
    let lines = &source[range.clone()];
    let first_line = lines.find(['\r', '\n']).unwrap_or(lines.len());
    definition.in_file(range.start..range.start + first_line)
}
