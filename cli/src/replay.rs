//! `stepwright replay`: a definition held against a recorded history.

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_runtime::testing::{RecordedHistory, ReplayError, replay as run_again};

use crate::args::ReplayArguments;
use crate::definition::Definition;
use crate::failure::Failure;
use crate::input;
use crate::output;

/// Runs the definition as the history recorded it and tells the first difference.
pub(crate) async fn replay(arguments: &ReplayArguments) -> Result<(), Failure> {
    let validator = Validator::new(MachineType::Standard);
    let definition = Definition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    let file = arguments.history.display();
    let text = input::read(&arguments.history)?;
    let unusable = |error: &dyn std::fmt::Display| Failure::Usage(format!("{file}: {error}"));
    let recorded = RecordedHistory::parse(&text).map_err(|error| unusable(&error))?;
    match run_again(&machine, &recorded).await {
        Ok(()) => {
            output::line(format_args!("{file}: equal, {} events", recorded.len()));
            Ok(())
        }
        Err(ReplayError::Unusable(error)) => Err(unusable(&error)),
        Err(ReplayError::Differs(difference)) => {
            Err(Failure::Failed(format!("{file}: {difference}")))
        }
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}
