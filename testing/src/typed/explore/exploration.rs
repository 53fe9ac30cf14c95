use std::collections::BTreeMap;
use std::fmt;

use stepwright_asl::errors;
use stepwright_explore::HandledErrors;
use stepwright_history::coverage::Coverage;
use stepwright_interpreter::Status;
use stepwright_interpreter::history::{EventGroup, EventKind};

use super::finding::{HiddenFailure, StuckExecution, UncaughtError};
use super::run_record::{Evaluation, RunRecord};
use stepwright_engine::ExecutionReport;

/// The result of [`explore`](super::explore).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exploration {
    /// The number of combinations that were run.
    pub runs: usize,
    /// Whether all combinations with up to [`Bounds::faults`](super::Bounds::faults) faults were
    /// run; if not, another bound was reached.
    pub is_complete: bool,
    /// All combinations with up to this many faults were run; `None` if not even all those without
    /// a fault were.
    pub complete_faults: Option<usize>,
    /// Errors that end the execution because no catcher matches them; errors of Fail states are
    /// intended and not included.
    pub uncaught: Vec<UncaughtError>,
    /// Executions that only a limit ends.
    pub stuck: Vec<StuckExecution>,
    /// Fields that could not be evaluated, if a Retry or Catch on all errors, or the tolerance of a
    /// Distributed Map, hides it.
    pub hidden: Vec<HiddenFailure>,
    /// The coverage of all runs, including the children of Map Runs.
    pub coverage: Coverage,
    /// The explorations of the nested workflows, at all levels, each explored separately.
    pub nested: BTreeMap<String, Exploration>,
    /// The errors with which executions failed, each once.
    pub(super) failures: Vec<FailedEnd>,
    /// The bound that was reached first.
    bound: Option<Bound>,
    /// Whether there are combinations with more faults than the bounds allow.
    pub(super) has_more_faults: bool,
}

/// The failure of an execution.
#[derive(Clone, Debug)]
pub(super) struct FailedEnd {
    pub(super) error: String,
    pub(super) cause: String,
    /// The state with a field that could not be evaluated, if that is the reason.
    pub(super) evaluated: Option<String>,
}

/// The maximum errors of a nested workflow that are used to explore its caller.
const MOST_FAILURES: usize = 8;

/// The bound that prevented an exploration from running all combinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    MapRuns,
    Calls,
    Events,
    Input,
    Nested(String),
}

impl Exploration {
    /// Returns the states, transitions, retriers and catchers that no combination reaches, a line
    /// each.
    pub fn never_reached(&self) -> Vec<String> {
        self.coverage.missing()
    }

    /// Returns whether in all combinations every error is caught, every execution ends and every
    /// field can be evaluated; `false` if a bound was reached.
    pub fn is_clean(&self) -> bool {
        self.is_complete
            && self.uncaught.is_empty()
            && self.stuck.is_empty()
            && self.hidden.is_empty()
    }

    /// Panics unless every error is caught, every execution ends, every field can be evaluated, and
    /// no bound was reached.
    ///
    /// # Panics
    ///
    /// With all findings, unless [`is_clean`](Self::is_clean).
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }
}

impl Exploration {
    pub(super) fn new(coverage: Coverage, faults: usize) -> Self {
        Self {
            runs: 0,
            is_complete: true,
            complete_faults: Some(faults),
            uncaught: Vec::new(),
            stuck: Vec::new(),
            hidden: Vec::new(),
            coverage,
            nested: BTreeMap::new(),
            failures: Vec::new(),
            bound: None,
            has_more_faults: false,
        }
    }

    /// Records that a combination with this many faults was skipped because of the bound of runs.
    pub(super) fn left_out(&mut self, faults: usize) {
        self.reached(Bound::MapRuns);
        self.complete_faults = (self.complete_faults).and_then(|known| match faults {
            0 => None,
            faults => Some(known.min(faults - 1)),
        });
    }

    /// Records that a bound was reached, so that not all combinations were run.
    pub(super) fn reached(&mut self, bound: Bound) {
        self.is_complete = false;
        self.bound.get_or_insert(bound);
    }

    /// Adds the explorations of the nested workflows, and their hidden failures to those of this
    /// workflow.
    pub(super) fn with_nested(mut self, nested: BTreeMap<String, Exploration>) -> Self {
        for (name, found) in &nested {
            if !found.is_complete {
                self.reached(Bound::Nested(name.clone()));
            }
            self.hidden
                .extend(found.hidden.iter().map(|hidden| HiddenFailure {
                    workflow: Some(hidden.workflow.clone().unwrap_or_else(|| name.clone())),
                    ..hidden.clone()
                }));
        }
        self.nested = nested;
        self
    }

    /// Adds the findings of a finished run.
    pub(super) fn add_run(
        &mut self,
        report: &ExecutionReport,
        taken: &RunRecord,
        names: &HandledErrors,
        events: u32,
    ) {
        let uncaught = self.ended(report, taken, events);
        let is_told = |found: &Evaluation| match &uncaught {
            Some((state, _)) if *state == found.shown_by => true,
            Some((_, error)) => {
                found.in_child && error == errors::EXCEED_TOLERATED_FAILURE_THRESHOLD
            }
            None => false,
        };
        let mut seen: Vec<(&Option<String>, &str, &str)> = Vec::new();
        for found in &taken.evaluations {
            let is_same = (&found.workflow, found.state.as_str(), found.error.as_str());
            if is_told(found)
                || names.mean(&found.shown_by, &found.error)
                || seen.contains(&is_same)
            {
                continue;
            }
            seen.push(is_same);
            let same = |known: &&mut HiddenFailure| {
                (&known.workflow, known.state.as_str(), known.error.as_str()) == is_same
            };
            if let Some(known) = self.hidden.iter_mut().find(same) {
                known.runs += 1;
                continue;
            }
            let cause = report.history.redaction().text(&found.cause);
            self.hidden.push(HiddenFailure {
                workflow: found.workflow.clone(),
                state: found.state.clone(),
                error: found.error.clone(),
                cause: if found.in_child {
                    format!("{cause}{}", placeholder_advice(taken))
                } else {
                    cause.into_owned()
                },
                when: taken.decisions.clone(),
                runs: 1,
            });
        }
    }

    /// Adds the end of a run. Returns the state and the error if it was not caught.
    fn ended(
        &mut self,
        report: &ExecutionReport,
        taken: &RunRecord,
        events: u32,
    ) -> Option<(String, String)> {
        let when = taken.decisions.clone();
        let too_long = |report: &ExecutionReport| report.history.len() >= events as usize;
        let is_endless = too_long(report) || taken.children.iter().any(|child| too_long(child));
        let waits = |report: &ExecutionReport| report.status == Status::TimedOut;
        if is_endless || waits(report) || taken.children.iter().any(|child| waits(child)) {
            let mut states = open_states(report);
            for child in &taken.children {
                if too_long(child) || matches!(child.status, Status::TimedOut | Status::Aborted) {
                    let inside = open_states(child);
                    states.extend(inside);
                }
            }
            let mut seen = std::collections::HashSet::new();
            states.retain(|state| seen.insert(state.clone()));
            let same = |found: &&mut StuckExecution| {
                found.states == states && found.is_endless == is_endless
            };
            if let Some(known) = self.stuck.iter_mut().find(same) {
                known.runs += 1;
                return None;
            }
            let runs = 1;
            self.stuck.push(StuckExecution {
                states,
                is_endless,
                when,
                runs,
            });
            return None;
        }
        if report.status != Status::Failed {
            return None;
        }
        let error = report.error.clone().unwrap_or_default();
        let mut cause = report.cause.clone().unwrap_or_default();
        let failing = failing_state(report);
        self.failed(&error, &cause, failing.as_deref(), taken);
        let state = failing?;
        if error == errors::EXCEED_TOLERATED_FAILURE_THRESHOLD
            && let Some(inside) = first_failed_item(taken)
        {
            cause = format!("{cause}; in an item {inside}{}", placeholder_advice(taken));
        }
        let failure_of_state = Some((state.clone(), error.clone()));
        let same = |found: &&mut UncaughtError| found.state == state && found.error == error;
        if let Some(known) = self.uncaught.iter_mut().find(same) {
            known.runs += 1;
            return failure_of_state;
        }
        let runs = 1;
        let cause = report.history.redaction().text(&cause).into_owned();
        self.uncaught.push(UncaughtError {
            state,
            error,
            cause,
            when,
            runs,
        });
        failure_of_state
    }

    /// Records a failure of the machine, for the explorations of the workflows that start it.
    fn failed(&mut self, error: &str, cause: &str, state: Option<&str>, taken: &RunRecord) {
        let is_known = self.failures.iter().any(|known| known.error == error);
        if is_known || self.failures.len() >= MOST_FAILURES {
            return;
        }
        let mut evaluations = taken.evaluations.iter();
        let evaluated = evaluations
            .find(|found| Some(found.shown_by.as_str()) == state && found.error == error);
        self.failures.push(FailedEnd {
            error: error.to_owned(),
            cause: cause.to_owned(),
            evaluated: evaluated.map(|found| found.state.clone()),
        });
    }
}

/// Returns the advice for an item that may have failed because its value is a placeholder.
fn placeholder_advice(taken: &RunRecord) -> String {
    taken.made_up.as_ref().map_or_else(String::new, |state| {
        format!(
            "; the items of `{state}` are placeholders: give them with `Bounds::items` or `Bounds::objects`"
        )
    })
}

/// Returns the first failure in the items of a Distributed Map.
fn first_failed_item(taken: &RunRecord) -> Option<String> {
    let mut children = taken.children.iter();
    let child = children.find(|child| child.status == Status::Failed)?;
    let state = child.history.path().pop()?;
    let state = failing_state(child).unwrap_or(state);
    let error = child.error.as_deref().unwrap_or_default();
    Some(match child.cause.as_deref() {
        Some(cause) if !cause.is_empty() && cause != "explored" => {
            format!("`{state}` fails with `{error}`: {cause}")
        }
        _ => format!("`{state}` fails with `{error}`"),
    })
}

/// Returns the state that failed, unless it is a Fail state.
fn failing_state(report: &ExecutionReport) -> Option<String> {
    let events: Vec<_> = report.history.events().collect();
    let last = events.iter().rev().find(|event| {
        let kind = event.kind();
        event.state_name().is_some()
            && !matches!(
                kind,
                EventKind::MapStateFailed | EventKind::ParallelStateFailed
            )
            && !matches!(kind.group(), EventGroup::Iteration | EventGroup::Aborted)
    })?;
    (last.kind() != EventKind::FailStateEntered)
        .then(|| last.state_name().unwrap_or_default().to_owned())
}

/// Returns the states that were entered and not left.
fn open_states(report: &ExecutionReport) -> Vec<String> {
    let mut open: Vec<(Vec<String>, String)> = Vec::new();
    for event in report.history.events() {
        let Some(state) = event.state_name() else {
            continue;
        };
        let visit = (event.scope(), state.to_owned());
        if event.kind().is_entered() {
            open.push(visit);
        } else if matches!(
            event.kind().group(),
            EventGroup::Exited | EventGroup::Aborted
        ) {
            open.retain(|known| *known != visit);
        }
    }
    let mut states: Vec<String> = Vec::new();
    for (_, state) in open {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    states
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MapRuns => f.write_str("a bound was reached (`Bounds::runs`)"),
            Self::Calls => f.write_str("a bound was reached (`Bounds::calls`)"),
            Self::Events => f.write_str("a bound was reached (`Bounds::events`)"),
            Self::Input => f.write_str("an input is too large for an execution"),
            Self::Nested(name) => write!(f, "a bound was reached in the workflow `{name}`"),
        }
    }
}

/// Formats all findings for people.
impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.runs == 1 {
            "combination"
        } else {
            "combinations"
        };
        write!(f, "{} {word}", self.runs)?;
        let faults = |count: usize| match count {
            1 => "1 fault".to_owned(),
            count => format!("{count} faults"),
        };
        match (&self.bound, self.complete_faults) {
            (None, Some(count)) if self.has_more_faults => {
                write!(f, " of up to {}", faults(count))?;
            }
            (None, _) => {}
            (Some(bound @ Bound::MapRuns), Some(count)) => {
                write!(
                    f,
                    ", not all: {bound}; all of up to {} were run",
                    faults(count)
                )?;
            }
            (Some(bound), _) => write!(f, ", not all: {bound}")?,
        }
        let mut list = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                write!(f, "\n{title}:")?;
            }
            lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
        };
        list(
            "uncaught",
            self.uncaught.iter().map(UncaughtError::to_string).collect(),
        )?;
        list(
            "stuck",
            self.stuck.iter().map(StuckExecution::to_string).collect(),
        )?;
        list(
            "hidden",
            self.hidden.iter().map(HiddenFailure::to_string).collect(),
        )?;
        list("never reached", self.never_reached())
    }
}
