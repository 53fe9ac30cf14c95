//! `stepwright report`: an HTML page about one execution.

use std::path::{Path, PathBuf};

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_engine::private_file;
use stepwright_history::report::Report;

use crate::args::ReportArguments;
use crate::commands::graph::{drawable, read_history};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::store_file;
use crate::store_place::StorePlace;
use crate::terminal::output;

/// Writes the report.
pub(crate) fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let (report, source) = match (&arguments.store, &arguments.file, &arguments.history) {
        (Some(place), _, _) => (of_stored(arguments, place)?, place.file()),
        (None, Some(file), Some(history)) => {
            (of_recorded(arguments, file, history)?, Some(history))
        }
        _ => {
            return Err(Failure::Usage(
                "give a definition with --history FILE, or --store PATH with --name NAME"
                    .to_owned(),
            ));
        }
    };
    match &arguments.output {
        None => output::print(report),
        Some(file) => private_file::write(
            file,
            source.map(PathBuf::as_path),
            report.to_string().as_bytes(),
        )
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))?,
    }
    Ok(())
}

fn of_stored(arguments: &ReportArguments, place: &StorePlace) -> Result<Report, Failure> {
    let place = &place.in_schema(arguments.schema.as_deref())?;
    let mut executions = arguments.redact.open(place)?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let machine = arguments.machine.as_deref();
    let found = store_file::find(&mut executions, place, name, machine)?;
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
