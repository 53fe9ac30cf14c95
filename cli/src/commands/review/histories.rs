//! The recorded executions of the reviewed definitions.

use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsalReport};

use super::definitions::Pair;
use crate::args::ReviewArguments;
use crate::commands::rehearse::source::HistorySource;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// How many histories are searched for the values of placeholders.
const SAMPLES: usize = 20;

/// The recorded executions, and the masks of reports.
pub(super) struct Histories<'a> {
    source: HistorySource,
    /// Whether one definition changed, so that all executions belong to it.
    is_one: bool,
    arguments: &'a ReviewArguments,
}

/// Finds the recorded executions of the arguments.
pub(super) async fn of(
    arguments: &ReviewArguments,
    is_one: bool,
) -> Result<Histories<'_>, Failure> {
    let redaction = arguments.redact.redaction();
    let source = HistorySource::open(&arguments.source, redaction).await?;
    if source.is_empty() && !source.shown().is_empty() {
        diagnostics::note(&format!(
            "there are no recorded executions in {}",
            source.shown()
        ));
    }
    Ok(Histories {
        source,
        is_one,
        arguments,
    })
}

impl Histories<'_> {
    /// Rehearses the executions of a changed definition; `None` if it has none.
    pub(super) fn rehearse(&self, pair: &Pair) -> Result<Option<RehearsalReport>, Failure> {
        let (Some(old), Some(new)) = (pair.before(), pair.after()) else {
            return Ok(None);
        };
        let (name, source) = (pair.name(), &self.source);
        let executions: Vec<usize> = match self.is_one {
            true => (0..source.len()).collect(),
            false => source.of_machine(name),
        };
        let (Some(before), Some(after)) = (old.document(), new.document()) else {
            return Ok(None);
        };
        if executions.is_empty() || before.json() == after.json() || new.diagnostics.has_errors() {
            return Ok(None);
        }
        let failed = |error: &dyn std::fmt::Display| Failure::Failed(format!("{name}: {error}"));
        let rehearsal = Rehearsal::of(new.machine()?).map_err(|error| failed(&error))?;
        let rehearsal = rehearsal
            .machine_type(self.arguments.machine_type.into())
            .map_err(|error| failed(&error))?;
        let rehearsal = rehearsal.redact(source.redaction());
        let rehearsal = rehearsal.old_definition(&before.json().to_string());
        let mut rehearsal = rehearsal.map_err(|error| failed(&error))?;
        let samples: Vec<RecordedExecution> = executions
            .iter()
            .take(SAMPLES)
            .filter_map(|index| source.load(*index).ok())
            .collect();
        rehearsal
            .prepare(&samples)
            .map_err(|error| failed(&error))?;
        let load = |index: usize| source.load(executions[index]);
        Ok(Some(rehearsal.rehearse_each(executions.len(), load)))
    }
}
