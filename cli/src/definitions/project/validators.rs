//! The validators of files, configured by the command line and by `stepwright.toml`.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_tools::settings::{RuleSeverities, Settings};

use crate::failure::Failure;
use crate::terminal::diagnostics;

use super::settings_source::{SettingsSource, located};

/// Creates the validator of each file.
#[derive(Debug)]
pub(crate) struct Validators {
    machine_type: MachineType,
    /// The severities of the command line, which take precedence over the settings.
    given: RuleSeverities,
    settings: SettingsSource,
}

impl Validators {
    /// `machine_type` is that of definitions whose file does not contain it.
    pub(crate) fn of(
        machine_type: MachineType,
        given: RuleSeverities,
        settings: SettingsSource,
    ) -> Result<Validators, Failure> {
        let validators = Validators {
            machine_type,
            given,
            settings,
        };
        // A wrong rule on the command line is reported once, and before any file is read.
        validators.with(None, Path::new("-"))?;
        Ok(validators)
    }

    pub(crate) fn settings(&mut self) -> &mut SettingsSource {
        &mut self.settings
    }

    /// The validator of a file.
    pub(crate) fn of_file(&mut self, path: &Path) -> Result<Validator, Failure> {
        let settings = self.settings.find(path)?;
        self.with(settings.as_deref(), path)
    }

    fn with(&self, settings: Option<&Settings>, path: &Path) -> Result<Validator, Failure> {
        let validator = match settings {
            Some(settings) => settings
                .validator(self.machine_type, &located(path))
                .map_err(|error| Failure::Usage(error.to_string()))?,
            None => Validator::new(self.machine_type),
        };
        let given = self.given.apply(validator);
        given.map_err(|error| diagnostics::unknown_rule(&error))
    }
}
