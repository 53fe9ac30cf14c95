//! The test case of a mock file.

use stepwright_asl::words::quoted;
use stepwright_testing::{MockCase, MockConfig};

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::engine::mock_arguments::MockArguments;
use crate::failure::Failure;

/// Reads the test case that the arguments name.
///
/// # Errors
///
/// If the mock file cannot be read, or has no such machine or test case.
pub(crate) fn chosen(
    arguments: &MockArguments,
    definition: &LoadedDefinition,
) -> Result<Option<MockCase>, Failure> {
    let (Some(file), Some(case)) = (&arguments.config, &arguments.case) else {
        return Ok(None);
    };
    let wrong = |error: String| Failure::Usage(format!("{}: {error}", file.display()));
    let config =
        MockConfig::parse(&input::read(file)?).map_err(|error| wrong(error.to_string()))?;
    let machines: Vec<&str> = config.machines().collect();
    let machine = match (&arguments.machine, machines.as_slice()) {
        (Some(machine), _) => machine.as_str(),
        (None, machines) if machines.contains(&definition.name()) => definition.name(),
        (None, [only]) => only,
        (None, _) => {
            return Err(wrong(format!(
                "the machines are {}, but none has the definition's name `{}`; choose one with --machine",
                quoted(machines),
                definition.name()
            )));
        }
    };
    config
        .case(machine, case)
        .map(Some)
        .map_err(|error| wrong(error.to_string()))
}
