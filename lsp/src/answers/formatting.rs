//! Formats documents and ranges.

use std::ops::Range;

use gen_lsp_types::{
    DocumentFormattingParams, DocumentRangeFormattingParams, FormattingOptions, TextEdit, Uri,
};
use stepwright_editor::Operation;

use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn document(
    session: &mut Session,
    parameters: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    formatted(
        session,
        &parameters.text_document.uri,
        None,
        &parameters.options,
    )
}

pub(crate) fn range(
    session: &mut Session,
    parameters: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let uri = parameters.text_document.uri;
    let range = session.document(&uri)?.offsets(parameters.range);
    formatted(session, &uri, Some(range), &parameters.options)
}

/// Formats the definitions of a document, and nothing around them.
fn formatted(
    session: &Session,
    uri: &Uri,
    range: Option<Range<usize>>,
    options: &FormattingOptions,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    /// Wider indentation is a wrong setting.
    const MOST_SPACES: u32 = 16;
    let open = session.document(uri)?;
    let document = open.document();
    let indentation = if options.insert_spaces {
        " ".repeat(options.tab_size.clamp(1, MOST_SPACES) as usize)
    } else {
        "\t".to_owned()
    };
    let mut edits = Vec::new();
    for index in 0..document.definitions().len() {
        let operation = Operation::Format {
            range: range.clone(),
            indentation: Some(indentation.clone()),
        };
        let found = document.edits(index, &operation);
        edits.extend(found.map_err(|error| Refusal::failed(error.to_string()))?);
    }
    edits.sort_by_key(|edit| edit.range.start);
    Ok(Some(open.edits(edits)))
}
