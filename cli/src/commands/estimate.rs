//! `stepwright estimate`: the cost of executions, and how close they come to the limits.

use stepwright_asl::StateMachine;
use stepwright_asl::validate::Validator;
use stepwright_history::RecordedHistory;
use stepwright_tools::estimate::{Estimate, EstimateOptions, RecordedStatistics, has_open_wait};

use crate::args::{EstimateArguments, EstimateFormat};
use crate::definitions::definition::{LoadedDefinition, state_of};
use crate::definitions::input;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints the estimate, and its warnings on standard error.
pub(crate) fn estimate(arguments: &EstimateArguments) -> Result<(), Failure> {
    let validator = Validator::new(stepwright_asl::MachineType::Standard);
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    let estimate = Estimate::of(&machine, &options(arguments, &machine)?);
    match arguments.format {
        EstimateFormat::Text => output::line(&estimate),
        EstimateFormat::Json => {
            let json = serde_json::to_value(&estimate);
            let json = json.map_err(|error| Failure::Failed(error.to_string()))?;
            output::line(format_args!("{json:#}"));
        }
    }
    for warning in &estimate.warnings {
        diagnostics::warning(warning);
    }
    Ok(())
}

fn options(
    arguments: &EstimateArguments,
    machine: &StateMachine,
) -> Result<EstimateOptions, Failure> {
    let mut options = EstimateOptions::new()
        .input_bytes(arguments.input_size)
        .result_bytes(arguments.result_size)
        .task_seconds(arguments.task_duration)
        .executions(arguments.executions)
        .region(&arguments.region);
    for (state, rounds) in &arguments.rounds {
        options = match state {
            Some(state) => options.rounds_of(state_of(machine, "--rounds", state)?, *rounds),
            None => options.rounds(*rounds),
        };
    }
    for (state, (least, most)) in &arguments.items {
        options = match state {
            Some(state) => options.items(state_of(machine, "--items", state)?, *least, *most),
            None => options.items_of_all(*least, *most),
        };
    }
    for (state, target, probability) in &arguments.probability {
        let state = state_of(machine, "--probability", state)?;
        let target = state_of(machine, "--probability", target)?;
        options = options.probability(state, target, *probability);
    }
    for (state, seconds) in &arguments.wait {
        let name = state_of(machine, "--wait", state)?;
        let mut found = machine.states().filter(|found| found.name == name);
        if !found.any(|found| has_open_wait(found.state)) {
            return Err(Failure::Usage(format!(
                "--wait: `{state}` does not wait for a task token or an activity, nor until a computed time"
            )));
        }
        options = options.wait_seconds(name, *seconds);
    }
    let mut recorded = RecordedStatistics::default();
    for file in &arguments.history {
        let history = RecordedHistory::parse(&input::read(file)?)
            .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
        history.timeline().record_statistics(&mut recorded);
    }
    Ok(options.recorded(recorded))
}
