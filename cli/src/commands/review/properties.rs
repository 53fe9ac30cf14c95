//! The properties and rules of the reviewed definitions.

use std::path::{Path, PathBuf};

use stepwright_explore::{Report, Settings, explore};

use super::definitions::{Pair, reason};
use crate::args::ReviewArguments;
use crate::commands::explore::add_property_file;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::started::started_definitions;
use crate::failure::Failure;

/// The points of paths after which the search over one definition stops. A number and not a time,
/// so that a review has the same risks on each machine.
const MOST_POINTS: usize = 50_000;

/// What the paths of the changed definitions are checked for.
pub(super) struct Properties<'a> {
    arguments: &'a ReviewArguments,
    /// Whether one definition changed, so that all property files belong to it.
    is_one: bool,
}

/// The findings before and after the change.
pub(super) struct ExploredSides {
    pub(super) old: Report,
    pub(super) new: Report,
    /// What the search over the paths lacked.
    pub(super) notes: Vec<String>,
}

impl<'a> Properties<'a> {
    pub(super) fn of(arguments: &'a ReviewArguments, is_one: bool) -> Self {
        Self { arguments, is_one }
    }

    /// Explores both sides of a changed definition; `None` if there is nothing to compare. The
    /// inner error says why a side cannot run.
    pub(super) fn explore(
        &self,
        pair: &Pair,
    ) -> Result<Option<Result<ExploredSides, String>>, Failure> {
        let (Some(old), Some(new)) = (pair.before(), pair.after()) else {
            return Ok(None);
        };
        let has_errors = old.diagnostics.has_errors() || new.diagnostics.has_errors();
        if !pair.differs() || has_errors {
            return Ok(None);
        }
        let settings = self.settings(pair.name(), new)?;
        let mut notes = Vec::new();
        let mut report = |side: &LoadedDefinition| {
            let machine = side.runnable()?;
            let mut settings = settings.clone();
            let own = (pair.name(), &machine.to_value());
            match started_definitions(&side.source.path, own, &[]) {
                Ok(started) => settings.nested = started.machines,
                Err(failure) => notes.push(format!(
                    "the executions that it starts are not explored: {}",
                    reason(failure)
                )),
            }
            let report = explore(&machine, &settings);
            Ok::<_, Failure>(report.map_err(|error| error.to_string()))
        };
        let (old, new) = (report(old)?, report(new)?);
        notes.dedup();
        Ok(Some(match (old, new) {
            (Ok(old), Ok(new)) => Ok(ExploredSides { old, new, notes }),
            (Err(reason), _) | (_, Err(reason)) => Err(reason),
        }))
    }

    /// The settings of both sides: the property files of the definition.
    fn settings(&self, name: &str, new: &LoadedDefinition) -> Result<Settings, Failure> {
        let mut settings = Settings::new();
        let is_of = |file: &&PathBuf| self.is_one || names(file, name);
        for file in self.arguments.properties.iter().filter(is_of) {
            add_property_file(&mut settings, file)?;
        }
        if self.arguments.properties.is_empty()
            && let Some(file) = beside(&new.source.path, name)
        {
            add_property_file(&mut settings, &file)?;
        }
        settings.max_nodes = MOST_POINTS;
        settings.off.extend(self.arguments.allow.iter().copied());
        settings.machine_type = new
            .machine_type
            .unwrap_or_else(|| self.arguments.machine_type.into());
        settings.machine_name = name.to_owned();
        Ok(settings)
    }
}

/// Whether a property file is named like a definition: `orders.properties.yaml`.
fn names(file: &Path, definition: &str) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let rest = name.and_then(|name| name.strip_prefix(definition));
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// The property file next to a definition.
fn beside(definition: &Path, name: &str) -> Option<PathBuf> {
    let endings = ["yaml", "yml", "json"].into_iter();
    let mut files =
        endings.map(|ending| definition.with_file_name(format!("{name}.properties.{ending}")));
    files.find(|file| file.is_file())
}
