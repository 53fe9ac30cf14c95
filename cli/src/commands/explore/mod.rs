//! `stepwright explore`: checks a definition over all its paths.

mod files;
mod mock_file;

use std::path::Path;

use stepwright_asl::json::Json;
use stepwright_asl::validate::Validator;
use stepwright_explore::{Report, Settings, UnknownName, explore_with};

use crate::args::{ExploreArguments, ExploreFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::definitions::started::started_definitions;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;

/// Explores the definition, and prints the findings.
pub(crate) async fn explore(arguments: &ExploreArguments) -> Result<(), Failure> {
    let machine_type = arguments.machine_type.into();
    let validator = Validator::new(machine_type);
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.runnable_with(&arguments.substitutions)?;
    let mut settings = settings(arguments)?;
    settings.machine_type = machine_type;
    settings.machine_name = definition.name().to_owned();
    let json = machine.to_value();
    add_started(arguments, &mut settings, &json)?;
    let mut line = ProgressLine::new();
    let report = explore_with(&machine, &settings, &mut |progress| {
        line.step(progress);
        true
    });
    line.end();
    let report = report.map_err(|error| Failure::Failed(error.to_string()))?;
    print(arguments, &report);
    files::write(arguments, &report, &json).await?;
    let unknown = report.unknown_names().iter().map(UnknownName::to_string);
    let unknown = unknown.collect::<Vec<_>>().join("\n");
    match (report.findings().is_empty(), unknown.is_empty()) {
        (true, true) => check_reached(arguments, &report),
        (false, true) => Err(Failure::Diagnostics),
        (true, false) => Err(Failure::Usage(unknown)),
        (false, false) => Err(Failure::Failed(unknown)),
    }
}

/// Fails if the paths reach less of the definition than the threshold.
fn check_reached(arguments: &ExploreArguments, report: &Report) -> Result<(), Failure> {
    let percent = report.reached().percent();
    match arguments.fail_under {
        Some(least) if percent < least => Err(Failure::Failed(format!(
            "paths reach {:.1} % of the definition, less than the {least} % of --fail-under",
            // Rounded down, so that it never reaches the threshold by rounding.
            (percent * 10.0).floor() / 10.0
        ))),
        _ => Ok(()),
    }
}

/// Adds the state machines that the definition starts and whose definitions are at hand.
fn add_started(
    arguments: &ExploreArguments,
    settings: &mut Settings,
    definition: &Json,
) -> Result<(), Failure> {
    let own = (settings.machine_name.as_str(), definition);
    let started = started_definitions(&arguments.file, own, &arguments.with)?;
    for (name, file) in &started.found {
        diagnostics::note(&format!(
            "the executions of `{name}` are explored, too: {file}"
        ));
    }
    for name in &started.missing {
        diagnostics::note(&format!(
            "the definition of `{name}` is not at hand, so its executions have the outcomes of any task; `--with {name}=FILE` names it"
        ));
    }
    settings.nested = started.machines;
    Ok(())
}

fn settings(arguments: &ExploreArguments) -> Result<Settings, Failure> {
    let mut settings = Settings::new();
    for file in &arguments.properties {
        add_property_file(&mut settings, file)?;
    }
    settings.faults = arguments.faults.unwrap_or(settings.faults);
    settings.loops = arguments.loops.unwrap_or(settings.loops);
    settings.within = arguments.within.or(settings.within);
    settings.time_limit = arguments.time_limit.or(settings.time_limit);
    settings.off.extend(arguments.allow.iter().copied());
    settings.undeclared_errors |= arguments.undeclared_errors;
    Ok(settings)
}

/// Adds the content of a property file.
pub(crate) fn add_property_file(settings: &mut Settings, file: &Path) -> Result<(), Failure> {
    add_properties(settings, file, &input::read(file)?)
}

/// Adds the text of a property file.
pub(crate) fn add_properties(
    settings: &mut Settings,
    file: &Path,
    text: &str,
) -> Result<(), Failure> {
    let added = settings.add_file(file, text);
    added.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}

fn print(arguments: &ExploreArguments, report: &Report) {
    match arguments.format {
        ExploreFormat::Text => {
            output::print(report.findings_text());
            output::line(report.summary());
            for note in report.all_notes() {
                diagnostics::note(&note);
            }
        }
        ExploreFormat::Json => {
            let json: Json = report.to_json();
            output::line(json.to_pretty());
        }
    }
}
