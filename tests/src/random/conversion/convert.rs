//! Converts a definition, and checks that the result is a definition that converts to itself.

use stepwright_asl::edit::Editor;
use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_tools::convert::Converter;

/// A converted definition.
#[derive(Clone, Debug)]
pub(super) struct Converted {
    pub(super) text: String,
    /// The number of states that are JSONata now.
    pub(super) states: usize,
    /// The codes of the differences.
    pub(super) notes: Vec<&'static str>,
    /// Whether no state is refused.
    pub(super) is_whole: bool,
}

/// Converts a definition.
///
/// # Errors
///
/// If the edits are impossible, the result has an error, or it changes when it is converted again.
pub(super) fn converted(definition: &str, converter: &Converter) -> Result<Converted, String> {
    let mut editor = Editor::parse(definition).map_err(|error| error.to_string())?;
    let conversion = converter.convert(editor.document());
    editor
        .apply(&conversion.edits)
        .map_err(|error| format!("the edits are impossible: {error}"))?;
    let text = editor.text().to_owned();
    let document = Document::parse(&text).map_err(|error| error.to_string())?;
    let diagnostics = Validator::new(MachineType::Standard).check(&document);
    if let Some(error) = diagnostics.errors().next() {
        return Err(format!("the conversion is invalid: {error}"));
    }
    let again = converter.convert(&document);
    if !again.edits.is_empty() {
        return Err("a second conversion changes the definition".to_owned());
    }
    Ok(Converted {
        text,
        states: conversion.states.len(),
        notes: conversion
            .notes
            .iter()
            .map(|note| note.difference.code())
            .collect(),
        is_whole: conversion.refused.is_empty(),
    })
}
