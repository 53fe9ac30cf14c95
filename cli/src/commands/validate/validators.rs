//! The validators of files, configured by the command line and by `stepwright.toml`.

use std::path::Path;

use stepwright_asl::validate::{RuleIdError, Validator};

use crate::args::ValidateArguments;
use crate::commands::validate::settings::{RuleSeverities, Settings, SettingsSource};
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Creates the validator of each file.
pub(super) struct Validators<'a> {
    arguments: &'a ValidateArguments,
    settings: SettingsSource,
}

impl<'a> Validators<'a> {
    pub(super) fn of(arguments: &'a ValidateArguments) -> Result<Validators<'a>, Failure> {
        let config = arguments.config.as_deref();
        let validators = Validators {
            arguments,
            settings: SettingsSource::of(config, arguments.no_config)?,
        };
        // A wrong rule on the command line is reported once, and before any file is read.
        validators.with(None, Path::new("-"))?;
        Ok(validators)
    }

    pub(super) fn settings(&mut self) -> &mut SettingsSource {
        &mut self.settings
    }

    /// The validator of a file.
    pub(super) fn of_file(&mut self, path: &Path) -> Result<Validator, Failure> {
        let settings = self.settings.find(path)?;
        self.with(settings.as_deref(), path)
    }

    /// The command line takes precedence over the settings.
    fn with(&self, settings: Option<&Settings>, path: &Path) -> Result<Validator, Failure> {
        let arguments = self.arguments;
        let mut validator = Validator::new(arguments.machine_type.into());
        if let Some(settings) = settings {
            let unknown = |error: RuleIdError| {
                Failure::Usage(format!("{}: {error}", settings.path.display()))
            };
            for severities in settings.severities(path) {
                validator = apply(validator, severities).map_err(unknown)?;
            }
            validator = validator.with_known_services(&settings.known_services);
            if let Some(placeholders) = &settings.known_placeholders {
                validator = validator.with_known_placeholders(placeholders);
            }
        }
        let given = RuleSeverities {
            allow: arguments.allow.clone(),
            deny: arguments.deny.clone(),
        };
        apply(validator, &given).map_err(|error| diagnostics::unknown_rule(&error))
    }
}

fn apply(mut validator: Validator, severities: &RuleSeverities) -> Result<Validator, RuleIdError> {
    for rule in &severities.allow {
        validator = validator.allow(rule.trim())?;
    }
    for rule in &severities.deny {
        let rule = rule.trim();
        validator = if rule.eq_ignore_ascii_case("warnings") {
            validator.deny_warnings()
        } else {
            validator.deny(rule)?
        };
    }
    Ok(validator)
}
