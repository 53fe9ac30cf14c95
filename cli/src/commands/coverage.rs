//! `stepwright coverage`: the coverage of a test suite.

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_diagram::Diagram;
use stepwright_history::coverage::{MeasuredWorkflow, SuiteCoverage};

use crate::args::{CoverageArguments, CoverageFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::terminal::output;

/// Prints the coverage, and fails if it is below the threshold.
pub(crate) fn coverage(arguments: &CoverageArguments) -> Result<(), Failure> {
    let suite = SuiteCoverage::read(&arguments.folder);
    let suite = suite.map_err(|error| Failure::Usage(error.to_string()))?;
    let suite = chosen(suite, arguments)?;
    match arguments.format {
        CoverageFormat::Text => output::line(&suite),
        CoverageFormat::Json => output::line(format_args!("{:#}", suite.to_json())),
        CoverageFormat::Svg => output::document(&picture(&suite, Diagram::to_svg)?),
        CoverageFormat::Html => output::document(&picture(&suite, Diagram::to_html)?),
    }
    match arguments.fail_under {
        Some(least) if suite.percent() < least => Err(Failure::Failed(format!(
            "{:.1} % are covered, less than the {least} % of --fail-under",
            // Rounded down, so that it never reaches the threshold by rounding.
            (suite.percent() * 10.0).floor() / 10.0
        ))),
        _ => Ok(()),
    }
}

/// The selected definitions or workflows.
fn chosen(suite: SuiteCoverage, arguments: &CoverageArguments) -> Result<SuiteCoverage, Failure> {
    if !arguments.definition.is_empty() {
        let validator = Validator::new(MachineType::Standard);
        let mut workflows = Vec::new();
        for file in &arguments.definition {
            let definition = LoadedDefinition::read(file, &validator)?;
            let machine = definition.machine()?;
            workflows.push(MeasuredWorkflow::new(definition.name(), machine.to_value()));
        }
        return Ok(suite.held_against(workflows));
    }
    if arguments.workflow.is_empty() {
        return Ok(suite);
    }
    let is_known = |wanted: &String| {
        let mut workflows = suite.workflows().iter();
        workflows.any(|workflow| workflow.name == *wanted)
    };
    if let Some(unknown) = arguments.workflow.iter().find(|wanted| !is_known(wanted)) {
        return Err(Failure::Usage(format!(
            "no test ran the workflow `{unknown}`; the workflows are {}",
            names(&suite)
        )));
    }
    Ok(suite.named(|name| arguments.workflow.iter().any(|wanted| wanted == name)))
}

/// Draws the only workflow.
fn picture(suite: &SuiteCoverage, draw: fn(&Diagram) -> String) -> Result<String, Failure> {
    let [workflow] = suite.workflows() else {
        return Err(Failure::Usage(format!(
            "one workflow can be drawn at a time: choose it with --workflow or --definition; the workflows are {}",
            names(suite)
        )));
    };
    let diagram = Diagram::of(&workflow.definition);
    Ok(draw(&diagram.with(&workflow.coverage.overlay())))
}

fn names(suite: &SuiteCoverage) -> String {
    let workflows = suite.workflows().iter();
    let names: Vec<String> = workflows
        .map(|workflow| format!("`{}`", workflow.name))
        .collect();
    names.join(", ")
}
