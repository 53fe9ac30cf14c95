//! Definitions, references and highlights of names.

use gen_lsp_types::{
    Definition, DefinitionParams, DefinitionResponse, DocumentHighlight, DocumentHighlightKind,
    DocumentHighlightParams, Location, LocationLink, ReferenceParams,
};

use crate::commands::lsp::refusal::Refusal;
use crate::commands::lsp::server::Server;

pub(crate) fn definition(
    server: &mut Server,
    parameters: DefinitionParams,
) -> Result<Option<DefinitionResponse>, Refusal> {
    let place = parameters.text_document_position_params;
    let uri = place.text_document.uri;
    let open = server.document(&uri)?;
    let Some(found) = open.document().declaration(open.offset(place.position)) else {
        return Ok(None);
    };
    if server.client.definition_links {
        let link = LocationLink {
            origin_selection_range: Some(open.range(found.origin)),
            target_uri: uri,
            target_range: open.range(found.range),
            target_selection_range: open.range(found.selection),
        };
        return Ok(Some(vec![link].into()));
    }
    let location = Location {
        range: open.range(found.selection),
        uri,
    };
    Ok(Some(Definition::Location(location).into()))
}

pub(crate) fn references(
    server: &mut Server,
    parameters: ReferenceParams,
) -> Result<Option<Vec<Location>>, Refusal> {
    let place = parameters.text_document_position_params;
    let uri = place.text_document.uri;
    let open = server.document(&uri)?;
    let with_declaration = parameters.context.include_declaration;
    let found = open.document().references(open.offset(place.position));
    let found = found
        .into_iter()
        .filter(|reference| with_declaration || !reference.is_declaration);
    let locations = found.map(|reference| Location {
        uri: uri.clone(),
        range: open.range(reference.range),
    });
    Ok(Some(locations.collect()))
}

pub(crate) fn highlights(
    server: &mut Server,
    parameters: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = server.document(&place.text_document.uri)?;
    let found = open.document().references(open.offset(place.position));
    let highlights = found.into_iter().map(|reference| DocumentHighlight {
        range: open.range(reference.range),
        kind: Some(match reference.is_declaration {
            true => DocumentHighlightKind::Write,
            false => DocumentHighlightKind::Read,
        }),
    });
    Ok(Some(highlights.collect()))
}
