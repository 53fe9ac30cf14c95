//! The recorded executions of the reviewed definitions.

use std::collections::HashSet;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsalReport};

use super::definitions::{Pair, Pairing};
use crate::args::ReviewArguments;
use crate::commands::rehearse::source::HistorySource;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// How many histories are searched for the values of placeholders.
const SAMPLES: usize = 20;

/// The recorded executions, and the masks of reports.
pub(super) struct Histories<'a> {
    source: HistorySource,
    /// Whether one definition changed, so that executions without a name belong to it.
    is_one: bool,
    /// The names of all definitions.
    names: Vec<String>,
    arguments: &'a ReviewArguments,
}

/// Finds the recorded executions of the arguments.
pub(super) async fn of<'a>(
    arguments: &'a ReviewArguments,
    pairs: &Pairing,
) -> Result<Histories<'a>, Failure> {
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
        is_one: pairs.has_one_change(),
        names: pairs.iter().map(|pair| pair.name().to_owned()).collect(),
        arguments,
    })
}

impl Histories<'_> {
    /// Returns the executions that name no definition of the review, and share at least half of
    /// their states with this one: an execution of another state machine would fail. The rehearsal
    /// reports an execution that cannot be read.
    fn of_definition(&self, definition: &Json) -> Vec<usize> {
        let graph = Graph::of(definition);
        let known: HashSet<&str> = graph.states().iter().map(|state| state.name).collect();
        let mut others: HashSet<usize> = HashSet::new();
        for name in &self.names {
            others.extend(self.source.of_machine(name));
        }
        let is_of_definition = |index: &usize| {
            let Ok(execution) = self.source.load(*index) else {
                return true;
            };
            let events = execution.history().events().iter();
            let states: HashSet<&str> = events.filter_map(|event| event.state.as_deref()).collect();
            let is_known = |state: &&&str| known.contains(**state);
            2 * states.iter().filter(is_known).count() >= states.len()
        };
        let all = (0..self.source.len()).filter(|index| !others.contains(index));
        let (own, foreign): (Vec<usize>, Vec<usize>) = all.partition(is_of_definition);
        if !foreign.is_empty() {
            diagnostics::note(&format!(
                "{} recorded executions have other states than the changed definition, and are not rehearsed",
                foreign.len()
            ));
        }
        own
    }

    /// Rehearses the executions of a changed definition; `None` if it has none.
    pub(super) fn rehearse(&self, pair: &Pair) -> Result<Option<RehearsalReport>, Failure> {
        let (Some(old), Some(new)) = (pair.before(), pair.after()) else {
            return Ok(None);
        };
        let (name, source) = (pair.name(), &self.source);
        let (Some(before), Some(after)) = (old.document(), new.document()) else {
            return Ok(None);
        };
        let mut executions = source.of_machine(name);
        if executions.is_empty() && self.is_one {
            executions = self.of_definition(before.json());
        }
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
