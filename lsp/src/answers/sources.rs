//! From a state of an emitted definition to the line of Rust that declares it.

use std::path::{Path, PathBuf};

use gen_lsp_types::{
    Definition, ImplementationParams, ImplementationResponse, Location, Position, Range,
};
use serde_json::Value;

use crate::document_uri::{path_of, uri_of};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::workspace_files::WorkspaceFiles;

/// The file that the emission writes next to the definitions.
const SOURCES: &str = "stepwright.sources.json";

pub(crate) fn implementation(
    session: &mut Session,
    parameters: ImplementationParams,
) -> Result<Option<ImplementationResponse>, Refusal> {
    let place = parameters.text_document_position_params;
    let uri = place.text_document.uri;
    let open = session.document(&uri)?;
    let state = open.document().state_at(open.offset(place.position));
    let files = &*session.workspace.files;
    let found = state.zip(path_of(&uri.0)).and_then(|(state, path)| {
        let source = declared_at(files, &path, &state)?;
        location(files, &path, &source)
    });
    Ok(found.map(|location| Definition::Location(location).into()))
}

/// Where a state of the definition in a file is declared: `src/orders.rs:41:13`.
fn declared_at(files: &dyn WorkspaceFiles, path: &Path, state: &str) -> Option<String> {
    let text = files.read(path.parent()?, &path.with_file_name(SOURCES))?;
    let sources: Value = serde_json::from_str(&text).ok()?;
    let file = path.file_name()?.to_str()?;
    Some(sources.get(file)?.get(state)?.as_str()?.to_owned())
}

/// The location of `src/orders.rs:41:13`. The compiler names a file relative to the folder in which
/// it was started, which is one of the folders above the definition.
fn location(files: &dyn WorkspaceFiles, path: &Path, source: &str) -> Option<Location> {
    let mut parts = source.rsplitn(3, ':');
    let mut number = || parts.next()?.parse::<u32>().ok()?.checked_sub(1);
    let (character, line) = (number()?, number()?);
    let file = Path::new(parts.next()?);
    let mut candidates = path.ancestors().skip(1).map(|folder| folder.join(file));
    let file: PathBuf = candidates.find(|candidate| files.exists(candidate))?;
    let start = Position { line, character };
    Some(Location {
        uri: uri_of(&file)?,
        range: Range { start, end: start },
    })
}
