//! The properties and rules of the reviewed definitions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stepwright_asl::diff::Diff;
use stepwright_asl::json::Document;
use stepwright_asl::model::StateMachine;
use stepwright_explore::{
    NestedMachine, Report, Settings, UnknownName, explore, started_machines, unknown_names,
};

use super::definitions::{Pair, Pairing};
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
    /// Whether there is one definition.
    is_only_pair: bool,
    /// The names of the definitions with errors on a side.
    invalid: BTreeSet<String>,
}

/// The result of the checks of one definition.
#[derive(Default)]
pub(super) struct CheckedProperties {
    /// The names in its property files that the new definition does not have.
    pub(super) unknown: Vec<UnknownName>,
    /// The findings of both sides; `None` if there is nothing to compare. The error says why a side
    /// cannot run.
    pub(super) explored: Option<Result<ExploredSides, String>>,
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
    /// # Errors
    ///
    /// If a property file belongs to no definition.
    pub(super) fn of(arguments: &'a ReviewArguments, pairs: &Pairing) -> Result<Self, Failure> {
        let has_errors = |side: Option<&LoadedDefinition>| {
            side.is_some_and(|side| side.diagnostics.has_errors())
        };
        let invalid = pairs
            .iter()
            .filter(|pair| has_errors(pair.before()) || has_errors(pair.after()));
        let properties = Self {
            arguments,
            is_one: pairs.has_one_change(),
            is_only_pair: pairs.iter().count() == 1,
            invalid: invalid.map(|pair| pair.name().to_owned()).collect(),
        };
        if properties.is_one || properties.is_only_pair {
            return Ok(properties);
        }
        let is_of_none = |file: &&PathBuf| !pairs.iter().any(|pair| names(file, pair.name()));
        match arguments.properties.iter().find(is_of_none) {
            Some(file) => Err(Failure::Usage(format!(
                "no definition belongs to {}; name the file like its definition, as in `orders.properties.yaml`",
                file.display()
            ))),
            None => Ok(properties),
        }
    }

    /// Compares the names in the property files with the new definition, and explores both sides of
    /// a definition that changed, or that starts one that changed.
    pub(super) fn check(&self, pair: &Pair) -> Result<CheckedProperties, Failure> {
        let is_valid = |side: &&LoadedDefinition| !side.diagnostics.has_errors();
        let mut checked = CheckedProperties::default();
        let Some(new) = pair.after().filter(is_valid) else {
            return Ok(checked);
        };
        let mut settings = self.settings(pair, new)?;
        let old = pair.before().filter(is_valid);
        let old = old.filter(|_| pair.differs() || self.starts_others(new));
        if old.is_none() && !settings.has_names() {
            return Ok(checked);
        }
        let new = side(pair.name(), new)?;
        settings.nested.clone_from(&new.nested);
        // Without the definitions that it starts, their names are unknown, too.
        if new.problem.is_none() {
            match unknown_names(&new.machine, &settings) {
                Ok(unknown) => checked.unknown = renamed(pair, unknown),
                Err(error) => {
                    checked.explored = Some(Err(error.to_string()));
                    return Ok(checked);
                }
            }
        }
        if let Some(old) = old {
            let old = side(pair.name(), old)?;
            checked.explored = explored(pair, &settings, old, new);
        }
        if let Some(Ok(sides)) = &checked.explored {
            // A property that does not hold is a finding already.
            let failed = |name: &str| {
                let mut findings = sides.new.findings().iter();
                findings.any(|finding| finding.rule().is_none() && finding.name() == name)
            };
            let unknown = &mut checked.unknown;
            unknown.retain(|unknown| !unknown.property().is_some_and(failed));
        }
        Ok(checked)
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
        // The files are for the only machine that is reviewed, or have names of machines.
        let is_only = self.is_only_pair || self.is_one && pair.differs();
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

/// Suggests the new name of a state that the change renames.
fn renamed(pair: &Pair, unknown: Vec<UnknownName>) -> Vec<UnknownName> {
    let sides = [pair.before(), pair.after()];
    let [Some(old), Some(new)] = sides.map(|side| side?.document().map(Document::json)) else {
        return unknown;
    };
    let diff = Diff::of(old, new);
    let new_name = |name: &str| {
        let mut states = diff.states().iter();
        let state = states.find(|state| state.old_name.as_deref() == Some(name))?;
        Some(state.name.clone())
    };
    let unknown = unknown.into_iter();
    unknown
        .map(|unknown| match new_name(unknown.name()) {
            Some(name) => unknown.suggest(name),
            None => unknown,
        })
        .collect()
}

/// Explores both sides; `None` if neither the definition nor one that it starts has changed.
fn explored(
    pair: &Pair,
    settings: &Settings,
    old: ExploredSide,
    new: ExploredSide,
) -> Option<Result<ExploredSides, String>> {
    let changed_starts = changed(&old, &new);
    if !pair.differs() && changed_starts.is_empty() {
        return None;
    }
    let mut notes: Vec<String> = [&old, &new]
        .into_iter()
        .filter_map(|side| side.problem.clone())
        .collect();
    notes.dedup();
    let report = |side: ExploredSide| {
        let mut settings = settings.clone();
        settings.nested = side.nested;
        explore(&side.machine, &settings).map_err(|error| error.to_string())
    };
    Some(match (report(old), report(new)) {
        (Ok(old), Ok(new)) => Ok(ExploredSides {
            old,
            new,
            changed_starts,
            notes,
        }),
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
    })
}

fn side(name: &str, definition: &LoadedDefinition) -> Result<ExploredSide, Failure> {
    let machine = definition.runnable()?;
    let own = (name, &machine.to_value());
    let (nested, files, problem) = match started_definitions(&definition.source.path, own, &[]) {
        Ok(started) => (started.machines, started.found, None),
        Err(failure) => {
            let reason = failure.into_reason();
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
