//! Opens, changes and closes documents.

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    TextDocumentContentChangeEvent,
};

use super::open_document::OpenDocument;
use super::server::Server;

pub(super) fn open(server: &mut Server, parameters: DidOpenTextDocumentParams) {
    let item = parameters.text_document;
    let columns = server.client.columns;
    let document = OpenDocument::new(item.uri.clone(), item.text, item.version, columns);
    server.documents.insert(item.uri.clone(), document);
    server.workspace.check_again(item.uri);
}

pub(super) fn change(server: &mut Server, parameters: DidChangeTextDocumentParams) {
    let identifier = parameters.text_document;
    let uri = identifier.text_document_identifier.uri;
    let Some(document) = server.documents.get_mut(&uri) else {
        return;
    };
    for change in parameters.content_changes {
        document.change(identifier.version, |text, lines| match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                let range = lines.offsets(text, part.range);
                text.replace_range(range, &part.text);
            }
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                *text = whole.text;
            }
        });
    }
    server.workspace.check_again(uri);
}

pub(super) fn close(server: &mut Server, parameters: DidCloseTextDocumentParams) {
    let uri = parameters.text_document.uri;
    server.documents.remove(&uri);
    // The file on the disk may differ from the text that was closed.
    server.workspace.check_again(uri);
}
