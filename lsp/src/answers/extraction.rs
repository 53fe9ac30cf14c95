//! The edit that moves states to a state machine in a new file.

use std::path::PathBuf;

use gen_lsp_types::{
    CreateFile, CreateFileOptions, DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier,
    Position, Range, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use stepwright_asl::yaml::Format;
use stepwright_editor::Operation;

use super::workspace_edit;
use crate::document_uri::{path_of, uri_of};
use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

/// Whether the client can make an extraction from a document: it creates files, and the document
/// has a folder.
pub(super) fn is_possible(session: &Session, open: &OpenDocument) -> bool {
    session.client.creates_files && path_of(&open.uri.0).is_some()
}

/// The edit of [`Operation::ExtractStates`] with this name: the new file is next to the document.
pub(super) fn edit(
    session: &Session,
    open: &OpenDocument,
    definition: usize,
    operation: &Operation,
    name: &str,
) -> Result<WorkspaceEdit, Refusal> {
    if !session.client.creates_files {
        let reason = "the editor cannot create the file of the new state machine";
        return Err(Refusal::failed(reason));
    }
    let extraction = open.document().extraction(definition, operation);
    let extraction = extraction.map_err(|error| Refusal::failed(error.to_string()))?;
    let text = extraction.definition;
    let uri = free_file(session, open, name, Format::of_text(&text)).ok_or_else(|| {
        Refusal::failed("the document has no folder for the new state machine; save it first")
    })?;
    let mut edit = workspace_edit(session, open, extraction.edits);
    let changes = edit.document_changes.get_or_insert_default();
    // The client makes the changes in this order.
    changes.splice(0..0, new_file(uri, text));
    Ok(edit)
}

/// The changes that create a file with a text.
fn new_file(uri: Uri, text: String) -> [DocumentChange; 2] {
    let create = CreateFile::new(
        uri.clone(),
        Some(CreateFileOptions {
            overwrite: Some(false),
            ignore_if_exists: Some(false),
        }),
        None,
    );
    let start = Position {
        line: 0,
        character: 0,
    };
    let insertion = TextEdit {
        range: Range { start, end: start },
        new_text: text,
    };
    let document = OptionalVersionedTextDocumentIdentifier {
        version: None,
        text_document_identifier: TextDocumentIdentifier { uri },
    };
    let edit = TextDocumentEdit::new(document, vec![Edit::TextEdit(insertion)]);
    [create.into(), edit.into()]
}

/// A file in the folder of a document that does not exist: for `Run Charge`,
/// `run-charge.asl.json`.
fn free_file(session: &Session, open: &OpenDocument, name: &str, format: Format) -> Option<Uri> {
    let folder = path_of(&open.uri.0)?.parent()?.to_owned();
    let stem = file_stem(name);
    let ending = match format {
        Format::Json => "asl.json",
        Format::Yaml => "asl.yaml",
    };
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let stems = std::iter::once(stem.clone()).chain(numbered);
    let is_free = |path: &PathBuf| !session.workspace.files.exists(path);
    let paths = stems.map(|stem| folder.join(format!("{stem}.{ending}")));
    let mut uris = paths.filter(is_free).map(|path| uri_of(&path));
    // A file that was never saved may be open.
    uris.find(|uri| {
        uri.as_ref()
            .is_none_or(|uri| !session.documents.contains_key(uri))
    })?
}

/// The words of a name in lower case, joined by hyphens.
fn file_stem(name: &str) -> String {
    // The names of files have at most 255 bytes.
    const LONGEST: usize = 40;
    let end = name
        .char_indices()
        .nth(LONGEST)
        .map_or(name.len(), |(at, _)| at);
    let words = name[..end].split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        "state-machine".to_owned()
    } else {
        words.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::file_stem;

    #[test]
    fn the_name_of_a_file_has_words_only() {
        assert_eq!(file_stem("Run Ärger / \"../x\""), "run-ärger-x");
        assert_eq!(file_stem("../"), "state-machine");
    }
}
