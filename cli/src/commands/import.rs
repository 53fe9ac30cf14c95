//! `stepwright import`: converts a definition to the Rust source of a workflow.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_tools::import::Importer;
use stepwright_tools::names;

use crate::args::ImportArguments;
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;

/// Writes the source.
pub(crate) fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    let machine_type = MachineType::from(arguments.machine_type);
    let definition = LoadedDefinition::read(&arguments.file, &Validator::new(machine_type))?;
    let json = definition.machine()?.to_value();
    let name = match &arguments.name {
        Some(name) => checked_name(name)?,
        None => {
            let title = definition.machine.clone();
            let title = title.unwrap_or_else(|| definition.source.title());
            names::pascal(&title, "Workflow")
        }
    };
    let importer = Importer::new(name, origin(&arguments.file)).machine_type(machine_type);
    let source = importer.source(&json).map_err(|error| {
        Failure::Failed(format!("{}: {error}", definition.source.path.display()))
    })?;
    match &arguments.output {
        None => crate::terminal::output::document(&source),
        Some(file) => write(file, &source, arguments.force)?,
    }
    Ok(())
}

/// Writes a new file. With `force`, overwrites an existing file.
fn write(file: &Path, source: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options
        .open(file)
        .and_then(|mut file| file.write_all(source.as_bytes()));
    written.map_err(|error| {
        let file = file.display();
        Failure::Usage(match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{file} already exists; use `--force` to overwrite it")
            }
            _ => format!("cannot write {file}: {error}"),
        })
    })
}

fn checked_name(name: &str) -> Result<String, Failure> {
    if names::pascal(name, "Workflow") == name {
        Ok(name.to_owned())
    } else {
        Err(Failure::Usage(format!(
            "`{name}` is not a valid name of a Rust type; write `--name {}`",
            names::pascal(name, "Workflow")
        )))
    }
}

/// The origin of the source, for its comment.
fn origin(file: &Path) -> String {
    match file.file_name().and_then(|name| name.to_str()) {
        Some(name) if name != "-" => name.to_owned(),
        _ => "standard input".to_owned(),
    }
}
