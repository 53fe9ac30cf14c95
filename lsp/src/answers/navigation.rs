//! Definitions, references and highlights of names.

use std::collections::HashMap;
use std::path::Path;

use gen_lsp_types::{
    Definition, DefinitionParams, DefinitionResponse, DocumentHighlight, DocumentHighlightKind,
    DocumentHighlightParams, Location, LocationLink, ReferenceParams,
};

use stepwright_editor::MachineSite;

use crate::document_uri::uri_of;
use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn definition(
    session: &mut Session,
    parameters: DefinitionParams,
) -> Result<Option<DefinitionResponse>, Refusal> {
    let place = parameters.text_document_position_params;
    let uri = place.text_document.uri;
    session.read_machines(&uri);
    let open = session.document(&uri)?;
    let offset = open.offset(place.position);
    let Some(found) = open.document().declaration(offset) else {
        let sites = session.machines.declarations(open.document(), offset);
        let locations = machine_locations(session, sites);
        return Ok((!locations.is_empty()).then(|| Definition::LocationList(locations).into()));
    };
    if session.client.definition_links {
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
    session: &mut Session,
    parameters: ReferenceParams,
) -> Result<Option<Vec<Location>>, Refusal> {
    let place = parameters.text_document_position_params;
    let uri = place.text_document.uri;
    session.read_machines(&uri);
    let open = session.document(&uri)?;
    let with_declaration = parameters.context.include_declaration;
    let offset = open.offset(place.position);
    let found = open.document().references(offset);
    if found.is_empty() {
        let mut sites = session.machines.references(open.document(), offset);
        sites.retain(|site| with_declaration || !site.is_declaration);
        return Ok(Some(machine_locations(session, sites)));
    }
    let found = found
        .into_iter()
        .filter(|reference| with_declaration || !reference.is_declaration);
    let locations = found.map(|reference| Location {
        uri: uri.clone(),
        range: open.range(reference.range),
    });
    Ok(Some(locations.collect()))
}

/// The places of state machines, in the files that can be read.
fn machine_locations(session: &Session, sites: Vec<MachineSite>) -> Vec<Location> {
    let mut read: HashMap<String, OpenDocument> = HashMap::new();
    let locations = sites.into_iter().filter_map(|site| {
        let open = session.documents.values();
        let mut open = open.filter(|open| open.document().name() == site.file);
        if let Some(open) = open.next() {
            return Some(Location {
                uri: open.uri.clone(),
                range: open.range(site.range),
            });
        }
        let uri = uri_of(Path::new(&site.file))?;
        if !read.contains_key(&site.file) {
            let text = session.workspace.read(Path::new(&site.file))?;
            let closed = session.read_document(uri.clone(), text, 0);
            read.insert(site.file.clone(), closed);
        }
        let range = read.get(&site.file)?.range(site.range);
        Some(Location { uri, range })
    });
    locations.collect()
}

pub(crate) fn highlights(
    session: &mut Session,
    parameters: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
    let place = parameters.text_document_position_params;
    let open = session.document(&place.text_document.uri)?;
    let found = open.document().references(open.offset(place.position));
    let highlights = found.into_iter().map(|reference| DocumentHighlight {
        range: open.range(reference.range),
        kind: Some(if reference.is_declaration {
            DocumentHighlightKind::Write
        } else {
            DocumentHighlightKind::Read
        }),
    });
    Ok(Some(highlights.collect()))
}
