//! `stepwright import`: a definition as the Rust source of a workflow.
//!
//! What the language of `workflow!` says by itself (states, transitions, rules, handlers, tasks) is said in it; every other
//! field stands in `raw { .. }`. [`writing`] knows what the macro will write for what is said, and puts the difference into
//! `raw`, so that the source always emits the definition that it came from.

mod call;
mod condition;
mod handlers;
mod machine;
mod map;
mod names;
mod output;
mod payload;
mod plain;
mod shape;
mod state;
mod task;
mod text;
mod values;
mod variables;
mod writing;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;

use crate::args::ImportArguments;
use crate::definition::Definition;
use crate::failure::Failure;

use machine::Machine;

/// Writes the source.
pub(crate) fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    let machine_type = MachineType::from(arguments.machine_type);
    let definition = Definition::read(&arguments.file, &Validator::new(machine_type))?;
    let json = definition.machine()?.to_value();
    let name = match &arguments.name {
        Some(name) => checked_name(name)?,
        None => {
            let title = definition.machine.clone();
            let title = title.unwrap_or_else(|| definition.source.title());
            names::pascal(&title, "Workflow")
        }
    };
    let machine = Machine {
        name,
        origin: origin(&arguments.file),
        express: machine_type == MachineType::Express,
    };
    let source = machine.source(&json).map_err(|unsayable| {
        Failure::Failed(format!(
            "{}: `workflow!` cannot say all of this definition:\n  {}",
            definition.source.path.display(),
            unsayable.join("\n  ")
        ))
    })?;
    match &arguments.output {
        None => crate::output::print(&source),
        Some(file) => write(file, &source, arguments.force)?,
    }
    Ok(())
}

/// Writes a file that is not there yet; with `force` over one that is.
fn write(file: &Path, source: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    match force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    let written = options
        .open(file)
        .and_then(|mut file| file.write_all(source.as_bytes()));
    written.map_err(|error| {
        let file = file.display();
        Failure::Usage(match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{file} is there already; `--force` writes over it")
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
            "`{name}` is no name of a Rust type; write `--name {}`",
            names::pascal(name, "Workflow")
        )))
    }
}

/// Where the source says that it came from.
fn origin(file: &Path) -> String {
    match file.file_name().and_then(|name| name.to_str()) {
        Some(name) if name != "-" => name.to_owned(),
        _ => "standard input".to_owned(),
    }
}
