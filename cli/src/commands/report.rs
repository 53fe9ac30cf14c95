//! `stepwright report`: an HTML page about one execution.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_engine::private_file;
use stepwright_history::report::Report;

use crate::args::ReportArguments;
use crate::commands::graph::{drawable, read_history};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::store_file;
use crate::terminal::output;

/// Writes the report.
pub(crate) fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let (report, source) = match (&arguments.store, &arguments.file, &arguments.history) {
        (Some(path), _, _) => (of_stored(arguments, path)?, path),
        (None, Some(file), Some(history)) => (of_recorded(arguments, file, history)?, history),
        _ => {
            return Err(Failure::Usage(
                "give a definition with --history FILE, or --store PATH with --name NAME"
                    .to_owned(),
            ));
        }
    };
    match &arguments.output {
        None => output::print(report),
        Some(file) => private_file::write(file, Some(source), report.to_string().as_bytes())
            .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))?,
    }
    Ok(())
}

fn of_stored(arguments: &ReportArguments, path: &Path) -> Result<Report, Failure> {
    let mut executions = arguments.redact.open(path)?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let machine = arguments.machine.as_deref();
    let found = store_file::find(&mut executions, path, name, machine)?;
    Ok(Report::redacted(&found.history, found.history.redaction()))
}

fn of_recorded(
    arguments: &ReportArguments,
    file: &Path,
    history: &Path,
) -> Result<Report, Failure> {
    let validator = Validator::new(MachineType::Standard);
    let definition = LoadedDefinition::read(file, &validator)?;
    let json = drawable(&definition)?;
    let recorded = read_history(history, json, &arguments.redact.redaction())?;
    Ok(Report::of_recorded(&recorded, json))
}
