//! Answers of the editor, in the types of the protocol.

pub(super) mod actions;
pub(super) mod commands;
pub(super) mod completion;
pub(super) mod diagnostics;
pub(super) mod explanations;
mod extraction;
pub(super) mod folding;
pub(super) mod formatting;
pub(super) mod lenses;
pub(super) mod links;
pub(super) mod navigation;
pub(super) mod rename;
pub(super) mod sources;
pub(super) mod symbols;
pub(super) mod tokens;

use gen_lsp_types::{
    DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit,
    TextDocumentIdentifier, WorkspaceEdit,
};
use stepwright_editor::TextEdit;

use super::open_document::OpenDocument;
use super::session::Session;

/// The edits of a document in the form that the client understands. With the version, the client
/// refuses them for a text that has changed.
fn workspace_edit(session: &Session, open: &OpenDocument, edits: Vec<TextEdit>) -> WorkspaceEdit {
    let edits = open.edits(edits);
    if !session.client.versioned_edits {
        return WorkspaceEdit {
            changes: Some([(open.uri.clone(), edits)].into()),
            ..WorkspaceEdit::default()
        };
    }
    let document = OptionalVersionedTextDocumentIdentifier {
        version: Some(open.version()),
        text_document_identifier: TextDocumentIdentifier {
            uri: open.uri.clone(),
        },
    };
    let edits = edits.into_iter().map(Edit::TextEdit).collect();
    let change = DocumentChange::TextDocumentEdit(TextDocumentEdit::new(document, edits));
    WorkspaceEdit {
        document_changes: Some(vec![change]),
        ..WorkspaceEdit::default()
    }
}
