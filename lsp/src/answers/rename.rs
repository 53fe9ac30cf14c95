//! Renames.

use gen_lsp_types::{PrepareRenameParams, PrepareRenameResult, RenameParams, WorkspaceEdit};

use super::workspace_edit;
use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn prepare_rename(
    session: &mut Session,
    parameters: PrepareRenameParams,
) -> Result<Option<PrepareRenameResult>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let range = open.document().renamable(open.offset(place.position));
    Ok(range.map(|range| open.range(range).into()))
}

pub(crate) fn rename(
    session: &mut Session,
    parameters: RenameParams,
) -> Result<Option<WorkspaceEdit>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let edits = open
        .document()
        .rename(open.offset(place.position), &parameters.new_name);
    let edits = edits.map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(Some(workspace_edit(session, open, edits)))
}
