//! The recorded executions of the reviewed definitions.

use std::path::PathBuf;

use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsalReport};

use super::definitions::Pair;
use crate::args::ReviewArguments;
use crate::commands::rehearse::history_files::{files, read};
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// The files with histories, and the masks of reports.
pub(super) struct Histories<'a> {
    files: Vec<PathBuf>,
    /// Whether one definition changed, so that all histories belong to it.
    is_one: bool,
    arguments: &'a ReviewArguments,
}

/// Finds the histories of the arguments.
pub(super) fn of<'a>(
    arguments: &'a ReviewArguments,
    is_one: bool,
) -> Result<Histories<'a>, Failure> {
    let mut found = Vec::new();
    for path in &arguments.histories {
        found.extend(files(path)?);
    }
    if found.is_empty() && !arguments.histories.is_empty() {
        diagnostics::note("--histories: there is no *.json in these folders");
    }
    Ok(Histories {
        files: found,
        is_one,
        arguments,
    })
}

impl Histories<'_> {
    /// Rehearses the histories of a changed definition; `None` if it has none.
    pub(super) fn rehearse(&self, pair: &Pair) -> Result<Option<RehearsalReport>, Failure> {
        let (Some(old), Some(new)) = (pair.before(), pair.after()) else {
            return Ok(None);
        };
        let name = pair.name();
        let is_of = |path: &PathBuf| {
            let folder = path.parent().and_then(|folder| folder.file_name());
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            self.is_one
                || folder.is_some_and(|folder| folder == name)
                || stem.is_some_and(|stem| stem == name)
        };
        let files: Vec<&PathBuf> = self.files.iter().filter(|path| is_of(path)).collect();
        let (Some(before), Some(after)) = (old.document(), new.document()) else {
            return Ok(None);
        };
        if files.is_empty() || before.json() == after.json() || new.diagnostics.has_errors() {
            return Ok(None);
        }
        let failed = |error: &dyn std::fmt::Display| Failure::Failed(format!("{name}: {error}"));
        let rehearsal = Rehearsal::of(new.machine()?).map_err(|error| failed(&error))?;
        let rehearsal = rehearsal
            .machine_type(self.arguments.machine_type.into())
            .map_err(|error| failed(&error))?;
        let rehearsal = rehearsal.redact(&self.arguments.redact.redaction());
        let rehearsal = rehearsal.old_definition(&before.json().to_string());
        let mut rehearsal = rehearsal.map_err(|error| failed(&error))?;
        let samples: Vec<RecordedExecution> = files
            .iter()
            .take(20)
            .filter_map(|path| read(path).ok())
            .collect();
        rehearsal
            .prepare(&samples)
            .map_err(|error| failed(&error))?;
        Ok(Some(
            rehearsal.rehearse_each(files.len(), |index| read(files[index])),
        ))
    }
}
