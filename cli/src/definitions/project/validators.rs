//! The validators of files, configured by the command line and by `stepwright.toml`.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::{RuleIdError, Validator};

use toml::Spanned;

use crate::failure::Failure;
use crate::terminal::diagnostics;

use super::settings::{RuleSeverities, Settings, SettingsSource};

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
        let mut validator = Validator::new(self.machine_type);
        if let Some(settings) = settings {
            for severities in settings.severities(path) {
                validator = apply(validator, severities)
                    .map_err(|(rule, error)| settings.unknown_rule(rule, &error))?;
            }
            validator = validator.with_known_services(&settings.known_services);
            if let Some(placeholders) = &settings.known_placeholders {
                validator = validator.with_known_placeholders(placeholders);
            }
        }
        apply(validator, &self.given).map_err(|(_, error)| diagnostics::unknown_rule(&error))
    }
}

/// Sets the severities of rules. The error is about the first rule that does not exist.
fn apply(
    mut validator: Validator,
    severities: &RuleSeverities,
) -> Result<Validator, (&Spanned<String>, RuleIdError)> {
    for rule in &severities.allow {
        let allowed = validator.allow(rule.get_ref().trim());
        validator = allowed.map_err(|error| (rule, error))?;
    }
    for rule in &severities.deny {
        let name = rule.get_ref().trim();
        validator = if name.eq_ignore_ascii_case("warnings") {
            validator.deny_warnings()
        } else {
            validator.deny(name).map_err(|error| (rule, error))?
        };
    }
    Ok(validator)
}
