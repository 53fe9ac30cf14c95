//! The files with JSON Schemas next to definitions.

use std::path::{Path, PathBuf};

use stepwright_tools::types::{SCHEMAS_ENDING, WrittenSchemas};

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded::split;
use crate::definitions::{input, named_file};
use crate::failure::Failure;
use crate::source::SourceFile;

/// Reads the schemas next to a definition, which `path` names. A template has none, because it has
/// several machines.
///
/// # Errors
///
/// If the file cannot be read, or has another form.
pub(crate) fn of_definition(
    path: &Path,
    definition: &LoadedDefinition,
) -> Result<Option<WrittenSchemas>, Failure> {
    let is_in_template = definition.machine.is_some() && split(path).0 == definition.source.path;
    if path == Path::new("-") || is_in_template {
        return Ok(None);
    }
    let Some(file) = file_next_to(&definition.source) else {
        return Ok(None);
    };
    let text = named_file::next_to(&definition.source.path, &file)?;
    parse(&file, &text).map(Some)
}

/// The file with the schemas of a definition file, if it exists.
pub(crate) fn file_next_to(definition: &SourceFile) -> Option<PathBuf> {
    let name = format!("{}{SCHEMAS_ENDING}", definition.stem());
    let file = definition.path.with_file_name(name);
    file.is_file().then_some(file)
}

/// Reads a file.
///
/// # Errors
///
/// If the file cannot be read, or has another form.
pub(crate) fn read(path: &Path) -> Result<WrittenSchemas, Failure> {
    parse(path, &input::read(path)?)
}

fn parse(path: &Path, text: &str) -> Result<WrittenSchemas, Failure> {
    let schemas = WrittenSchemas::of_text(text);
    schemas.map_err(|reason| Failure::Usage(format!("{}: {reason}", path.display())))
}
