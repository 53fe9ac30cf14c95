//! Opens, changes and closes documents.

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    TextDocumentContentChangeEvent,
};

use crate::session::Session;

pub(crate) fn open(session: &mut Session, parameters: DidOpenTextDocumentParams) {
    let item = parameters.text_document;
    let document = session.read_document(item.uri.clone(), item.text, item.version);
    session.documents.insert(item.uri.clone(), document);
    session.workspace.check_again(item.uri);
}

pub(crate) fn change(session: &mut Session, parameters: DidChangeTextDocumentParams) {
    let identifier = parameters.text_document;
    let uri = identifier.text_document_identifier.uri;
    let Some(document) = session.documents.get_mut(&uri) else {
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
    session.workspace.check_again(uri);
}

pub(crate) fn close(session: &mut Session, parameters: DidCloseTextDocumentParams) {
    let uri = parameters.text_document.uri;
    session.documents.remove(&uri);
    // The file on the disk may differ from the text that was closed.
    session.workspace.check_again(uri);
}
