//! Renames.

use gen_lsp_types::{PrepareRenameParams, PrepareRenameResult, RenameParams, WorkspaceEdit};

use super::workspace_edit;
use crate::commands::lsp::refusal::Refusal;
use crate::commands::lsp::server::Server;

pub(crate) fn prepare_rename(
    server: &mut Server,
    parameters: PrepareRenameParams,
) -> Result<Option<PrepareRenameResult>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = server.document(&place.text_document.uri)?;
    let range = open.document().renamable(open.offset(place.position));
    Ok(range.map(|range| open.range(range).into()))
}

pub(crate) fn rename(
    server: &mut Server,
    parameters: RenameParams,
) -> Result<Option<WorkspaceEdit>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = server.document(&place.text_document.uri)?;
    let edits = open
        .document()
        .rename(open.offset(place.position), &parameters.new_name);
    let edits = edits.map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(Some(workspace_edit(server, open, edits)))
}
