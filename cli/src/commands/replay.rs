//! `stepwright replay`: compares a definition with a recorded history.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_engine::objects::Folder;
use stepwright_history::RecordedHistory;
use stepwright_testing::{Replay, ReplayError};

use crate::args::ReplayArguments;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::engine::log::{self, DefaultLog};
use crate::failure::Failure;
use crate::terminal::output;

/// Runs the definition with the recorded events and prints the first difference.
pub(crate) async fn replay(arguments: &ReplayArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Off)?;
    let validator = Validator::new(MachineType::Standard);
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    let file = arguments.history.display();
    let recorded = recorded(&arguments.history)?.redact(&arguments.redact.redaction());
    let unusable = |error: &dyn std::fmt::Display| Failure::Usage(format!("{file}: {error}"));
    let mut run_again = Replay::new(&machine, &recorded);
    for child in &arguments.child {
        run_again = run_again.child(self::recorded(child)?);
    }
    for (name, value) in &arguments.substitutions {
        run_again = run_again.substitute(name, value);
    }
    if let Some(folder) = &arguments.objects {
        run_again = run_again.objects(Folder::new(folder));
    }
    match run_again.run().await {
        Ok(()) => {
            output::line(format_args!("{file}: equal, {} events", recorded.len()));
            Ok(())
        }
        Err(ReplayError::Unusable(error)) => Err(unusable(&error)),
        Err(ReplayError::Substitution(error)) => {
            Err(Failure::Usage(format!("--substitute: {error}")))
        }
        Err(ReplayError::Differs(difference)) => {
            Err(Failure::Failed(format!("{file}: {difference}")))
        }
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Reads the history from a file.
fn recorded(file: &Path) -> Result<RecordedHistory, Failure> {
    let text = input::read(file)?;
    RecordedHistory::parse(&text)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}
