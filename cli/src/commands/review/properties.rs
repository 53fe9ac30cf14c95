//! The properties and rules of the reviewed definitions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stepwright_asl::json::Document;
use stepwright_asl::model::StateMachine;
use stepwright_explore::{NestedMachine, Report, Settings, explore, started_machines};

use super::definitions::{Pair, Pairing, reason};
use crate::args::ReviewArguments;
use crate::commands::explore::{add_properties, add_property_file};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::named_file;
use crate::definitions::started::started_definitions;
use crate::failure::Failure;

/// The points of paths after which the search over one definition stops. A number and not a time,
/// so that a review has the same risks on each machine. The default limits of time and memory are
/// far above what these points take.
const MOST_POINTS: usize = 50_000;

/// What the paths of the changed definitions are checked for.
pub(super) struct Properties<'a> {
    arguments: &'a ReviewArguments,
    /// Whether one definition changed, so that all property files belong to it.
    is_one: bool,
    /// The names of the definitions with errors on a side.
    invalid: BTreeSet<String>,
}

/// The findings before and after the change.
pub(super) struct ExploredSides {
    pub(super) old: Report,
    pub(super) new: Report,
    /// The definitions that it starts and that differ between the sides: names of state machines.
    pub(super) changed_starts: Vec<String>,
    /// What the search over the paths lacked.
    pub(super) notes: Vec<String>,
}

/// A definition with those that it starts.
struct ExploredSide {
    machine: StateMachine,
    nested: Vec<NestedMachine>,
    /// The file of each, after the name in the start.
    files: Vec<(String, String)>,
    /// Why the definitions that it starts cannot be read.
    problem: Option<String>,
}

impl<'a> Properties<'a> {
    pub(super) fn of(arguments: &'a ReviewArguments, pairs: &Pairing) -> Self {
        let has_errors = |side: Option<&LoadedDefinition>| {
            side.is_some_and(|side| side.diagnostics.has_errors())
        };
        let invalid = pairs
            .iter()
            .filter(|pair| has_errors(pair.before()) || has_errors(pair.after()));
        Self {
            arguments,
            is_one: pairs.has_one_change(),
            invalid: invalid.map(|pair| pair.name().to_owned()).collect(),
        }
    }

    /// Explores both sides of a definition that changed, or that starts one that changed; `None`
    /// if there is nothing to compare. The inner error says why a side cannot run.
    pub(super) fn explore(
        &self,
        pair: &Pair,
    ) -> Result<Option<Result<ExploredSides, String>>, Failure> {
        let (Some(old), Some(new)) = (pair.before(), pair.after()) else {
            return Ok(None);
        };
        let has_errors = old.diagnostics.has_errors() || new.diagnostics.has_errors();
        if has_errors || !pair.differs() && !self.starts_others(new) {
            return Ok(None);
        }
        let (old, new_side) = (side(pair.name(), old)?, side(pair.name(), new)?);
        let changed_starts = changed(&old, &new_side);
        if !pair.differs() && changed_starts.is_empty() {
            return Ok(None);
        }
        let settings = self.settings(pair, new)?;
        let mut notes: Vec<String> = [&old, &new_side]
            .into_iter()
            .filter_map(|side| side.problem.clone())
            .collect();
        notes.dedup();
        let report = |side: ExploredSide| {
            let mut settings = settings.clone();
            settings.nested = side.nested;
            explore(&side.machine, &settings).map_err(|error| error.to_string())
        };
        Ok(Some(match (report(old), report(new_side)) {
            (Ok(old), Ok(new)) => Ok(ExploredSides {
                old,
                new,
                changed_starts,
                notes,
            }),
            (Err(reason), _) | (_, Err(reason)) => Err(reason),
        }))
    }

    /// Returns whether the text starts executions of other state machines that can run. The errors
    /// of an invalid one are in its own review.
    fn starts_others(&self, definition: &LoadedDefinition) -> bool {
        let json = definition.document().map(Document::json);
        let started = json.map(started_machines).unwrap_or_default();
        !started.is_empty() && started.is_disjoint(&self.invalid)
    }

    /// The settings of both sides: the property files of the definition.
    fn settings(&self, pair: &Pair, new: &LoadedDefinition) -> Result<Settings, Failure> {
        let name = pair.name();
        let mut settings = Settings::new();
        let is_only = self.is_one && pair.differs();
        let is_of = |file: &&PathBuf| is_only || names(file, name);
        for file in self.arguments.properties.iter().filter(is_of) {
            add_property_file(&mut settings, file)?;
        }
        if self.arguments.properties.is_empty()
            && let Some(file) = default_file(&new.source.path, name)
        {
            let text = named_file::next_to(&new.source.path, &file)?;
            add_properties(&mut settings, &file, &text)?;
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

fn side(name: &str, definition: &LoadedDefinition) -> Result<ExploredSide, Failure> {
    let machine = definition.runnable()?;
    let own = (name, &machine.to_value());
    let (nested, files, problem) = match started_definitions(&definition.source.path, own, &[]) {
        Ok(started) => (started.machines, started.found, None),
        Err(failure) => {
            let reason = reason(failure);
            let problem = format!("the executions that it starts are not explored: {reason}");
            (Vec::new(), Vec::new(), Some(problem))
        }
    };
    Ok(ExploredSide {
        machine,
        nested,
        files,
        problem,
    })
}

/// Returns the names of the definitions that the sides start and that differ. What cannot be read
/// is no change.
fn changed(old: &ExploredSide, new: &ExploredSide) -> Vec<String> {
    if old.problem.is_some() || new.problem.is_some() {
        return Vec::new();
    }
    let of = |side: &ExploredSide, name: &str| {
        let mut nested = side.nested.iter();
        let found = nested.find(|nested| nested.name == name);
        found.map(|nested| (nested.machine.to_value(), nested.machine_type))
    };
    let all = old.nested.iter().chain(&new.nested);
    let mut names: Vec<String> = all.map(|nested| nested.name.clone()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| of(old, name) != of(new, name));
    // In a template, the name may be that of a placeholder.
    let shown = |name: String| {
        let mut files = new.files.iter().chain(&old.files);
        let file = files.find(|(known, _)| *known == name);
        let machine = file.and_then(|(_, file)| file.split_once('#'));
        machine.map_or(name, |(_, machine)| machine.to_owned())
    };
    names.into_iter().map(shown).collect()
}

/// Whether a property file is named like a definition: `orders.properties.yaml`.
fn names(file: &Path, definition: &str) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let rest = name.and_then(|name| name.strip_prefix(definition));
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// The property file next to a definition.
fn default_file(definition: &Path, name: &str) -> Option<PathBuf> {
    let endings = ["yaml", "yml", "json"].into_iter();
    let mut files =
        endings.map(|ending| definition.with_file_name(format!("{name}.properties.{ending}")));
    files.find(|file| file.is_file())
}
