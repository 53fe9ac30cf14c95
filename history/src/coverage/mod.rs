//! The coverage of definitions by executions, and the files with the coverage of a process.

mod coverage_file;
mod suite;

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value as Json, json};
use stepwright_asl::errors;
use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::limits::generated_retrier;
use stepwright_asl::model::StateMachine;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_interpreter::history::History;

use crate::recorded::RecordedHistory;
use crate::timeline::{FailureOrigin, Timeline, Visit};

#[doc(hidden)]
pub use self::coverage_file::{CoverageFile, MeasuredDefinition};
pub use self::suite::{MeasuredWorkflow, SuiteCoverage, SuiteCoverageError};

/// The states, transitions, retriers and catchers of a definition that a set of runs covered.
///
/// It reads histories after the runs, so runs that are not measured have no overhead. Two rules of
/// a Choice with the same next state count as one transition: a history does not distinguish them.
///
/// ```
/// # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::coverage as testing; }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::Coverage;
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Large?", "States": {
///     "Large?": {"Type": "Choice", "Default": "Small",
///         "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Large"}]},
///     "Large": {"Type": "Succeed"}, "Small": {"Type": "Succeed"}
/// }}"#)?;
/// let engine = Engine::builder().register_definition("m", &machine, MachineType::Standard).virtual_time().build()?;
/// let mut coverage = Coverage::of(&machine);
///
/// let report = engine.execute_machine("m", json!({"total": 5}), StartOptions::new()).await?;
/// coverage.add(&report.history);
/// assert_eq!(coverage.missing(), ["state `Large`", "transition `Large?` -> `Large`"]);
///
/// let report = engine.execute_machine("m", json!({"total": 500}), StartOptions::new()).await?;
/// coverage.add(&report.history);
/// coverage.assert_at_least(100.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    runs: u64,
    states: Vec<CoveredState>,
    transitions: Vec<CoveredTransition>,
    retriers: Vec<CoveredRetrier>,
    catchers: Vec<CoveredCatcher>,
}

/// A state, with the number of its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredState {
    /// Its name.
    pub name: String,
    /// Its `Type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many times it was entered.
    pub count: u64,
    /// The error of a Fail state, if it is constant.
    #[serde(skip)]
    error: Option<String>,
}

/// A transition by `Next`, a Choice's rule or `Default`, with the number of times that it was
/// taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredTransition {
    /// The state that it leaves.
    pub from: String,
    /// The state that it enters.
    pub to: String,
    /// How many times it was taken.
    pub count: u64,
}

/// A retrier, with the number of its retries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredRetrier {
    /// The state that has it.
    pub state: String,
    /// Its index in `Retry`, from 0.
    pub index: usize,
    /// Its `ErrorEquals`.
    pub errors: Vec<String>,
    /// How many retries it made.
    pub count: u64,
    /// Whether `lambda_retries` or CDK generated it. Generated retriers are counted separately,
    /// because workflow tests do not aim at them.
    #[serde(rename = "generated")]
    pub is_generated: bool,
}

/// A catcher, with the number of errors that it caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredCatcher {
    /// The state that has it.
    pub state: String,
    /// Its index in `Catch`, from 0.
    pub index: usize,
    /// Its `ErrorEquals`.
    pub errors: Vec<String>,
    /// Its next state.
    pub to: String,
    /// How many errors it caught.
    pub count: u64,
}

/// A part of a definition that an execution reached.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum ReachedPart<'a> {
    State(&'a str),
    Transition { from: &'a str, to: &'a str },
    Retrier { state: &'a str, index: usize },
    Catcher { state: &'a str, index: usize },
}

impl Coverage {
    /// Creates a coverage of a definition without any run.
    /// `stepwright_runtime::testing::workflow_coverage` creates that of a workflow.
    pub fn of(machine: &StateMachine) -> Self {
        Self::of_definition(&machine.to_value())
    }

    /// Creates it for any JSON. Ignores parts that are no valid states or transitions.
    #[doc(hidden)]
    pub fn of_definition(definition: &Asl) -> Self {
        let graph = Graph::of(definition);
        let mut coverage = Self {
            runs: 0,
            states: Vec::new(),
            transitions: Vec::new(),
            retriers: Vec::new(),
            catchers: Vec::new(),
        };
        for state in graph.states() {
            let text = |field: &str| Some(state.object.get(field)?.as_str()?.to_owned());
            let error = text("Error").filter(|error| !error.starts_with("{%"));
            coverage.states.push(CoveredState {
                name: state.name.to_owned(),
                kind: text("Type").unwrap_or_default(),
                count: 0,
                error,
            });
            let generated = generated_retrier(state.object);
            for (index, errors) in handlers(state.object.get("Retry")) {
                coverage.retriers.push(CoveredRetrier {
                    state: state.name.to_owned(),
                    index,
                    errors,
                    count: 0,
                    is_generated: generated == Some(index),
                });
            }
            let catch: HashMap<usize, Vec<String>> = handlers(state.object.get("Catch")).collect();
            for edge in &state.edges {
                let (from, to) = (state.name.to_owned(), edge.target.to_owned());
                if let EdgeKind::Catch(index) = edge.kind {
                    coverage.catchers.push(CoveredCatcher {
                        state: from,
                        index,
                        errors: catch.get(&index).cloned().unwrap_or_default(),
                        to,
                        count: 0,
                    });
                } else if coverage.transition(&from, &to).is_none() {
                    let count = 0;
                    coverage
                        .transitions
                        .push(CoveredTransition { from, to, count });
                }
            }
        }
        coverage
    }

    /// Adds a run.
    ///
    /// # Panics
    ///
    /// When the run entered a state that the definition does not have, because it belongs to
    /// another definition.
    #[track_caller]
    pub fn add(&mut self, history: &History) {
        let known = |name: &String| self.states.iter().any(|state| state.name == *name);
        if let Some(unknown) = history.path().iter().find(|name| !known(name)) {
            panic!(
                "a run of `{}` does not count for this coverage: its definition has no state `{unknown}`",
                history.execution().machine_name()
            );
        }
        self.add_timeline(&Timeline::of(history));
    }

    /// Counts a part, for callers that have no histories. A part that the definition does not have
    /// is ignored.
    #[doc(hidden)]
    pub fn count(&mut self, part: ReachedPart<'_>) {
        let count = match part {
            ReachedPart::State(name) => {
                let mut states = self.states.iter_mut();
                let found = states.find(|found| found.name == name);
                found.map(|found| &mut found.count)
            }
            ReachedPart::Transition { from, to } => {
                self.transition(from, to).map(|found| &mut found.count)
            }
            ReachedPart::Retrier { state, index } => {
                let mut retriers = self.retriers.iter_mut();
                let found = retriers.find(|found| (&*found.state, found.index) == (state, index));
                found.map(|found| &mut found.count)
            }
            ReachedPart::Catcher { state, index } => {
                let mut catchers = self.catchers.iter_mut();
                let found = catchers.find(|found| (&*found.state, found.index) == (state, index));
                found.map(|found| &mut found.count)
            }
        };
        if let Some(count) = count {
            *count += 1;
        }
    }

    /// Adds a child of a Map Run, which does not count as a separate run.
    pub fn add_child(&mut self, history: &History) {
        self.add_timeline(&Timeline::of(history));
        self.runs -= 1;
    }

    /// Adds a recorded run.
    pub fn add_recorded(&mut self, history: &RecordedHistory) {
        self.add_timeline(&history.timeline());
    }

    /// Adds the runs of another coverage of the same definition; parts that only the other one has
    /// are ignored.
    pub fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        for state in &mut self.states {
            let same = |found: &&CoveredState| found.name == state.name;
            state.count += other
                .states
                .iter()
                .find(same)
                .map_or(0, |found| found.count);
        }
        for transition in &mut self.transitions {
            let same = |found: &&CoveredTransition| {
                found.from == transition.from && found.to == transition.to
            };
            let found = other.transitions.iter().find(same);
            transition.count += found.map_or(0, |found| found.count);
        }
        for retrier in &mut self.retriers {
            let same = |found: &&CoveredRetrier| {
                found.state == retrier.state && found.index == retrier.index
            };
            let found = other.retriers.iter().find(same);
            retrier.count += found.map_or(0, |found| found.count);
        }
        for catcher in &mut self.catchers {
            let same = |found: &&CoveredCatcher| {
                found.state == catcher.state && found.index == catcher.index
            };
            let found = other.catchers.iter().find(same);
            catcher.count += found.map_or(0, |found| found.count);
        }
    }

    /// Returns how many runs were added.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Returns the states, in the order of the definition.
    pub fn states(&self) -> &[CoveredState] {
        &self.states
    }

    /// Returns the transitions.
    pub fn transitions(&self) -> &[CoveredTransition] {
        &self.transitions
    }

    /// Returns the retriers.
    pub fn retriers(&self) -> &[CoveredRetrier] {
        &self.retriers
    }

    /// Returns the catchers.
    pub fn catchers(&self) -> &[CoveredCatcher] {
        &self.catchers
    }

    /// Returns the covered percentage of all states, transitions, retriers and catchers, from 0 to
    /// 100, without generated retriers.
    pub fn percent(&self) -> f64 {
        let rows = self.rows();
        let all: usize = rows.iter().map(|(_, _, all)| all).sum();
        let covered: usize = rows.iter().map(|(_, covered, _)| covered).sum();
        share(covered, all)
    }

    /// Returns the parts that were not covered, a line each, without generated retriers.
    pub fn missing(&self) -> Vec<String> {
        let states = self.states.iter().filter(|state| state.count == 0);
        let transitions = self.transitions.iter().filter(|found| found.count == 0);
        let retriers = self.own_retriers().filter(|retrier| retrier.count == 0);
        let catchers = self.catchers.iter().filter(|catcher| catcher.count == 0);
        states
            .map(|state| format!("state `{}`", state.name))
            .chain(
                transitions.map(|found| format!("transition `{}` -> `{}`", found.from, found.to)),
            )
            .chain(retriers.map(|retrier| {
                let (errors, number) = (retrier.errors.join(", "), retrier.index + 1);
                format!("retrier {number} of `{}` ({errors})", retrier.state)
            }))
            .chain(catchers.map(|catcher| {
                let (errors, number) = (catcher.errors.join(", "), catcher.index + 1);
                format!(
                    "catcher {number} of `{}` ({errors}) -> `{}`",
                    catcher.state, catcher.to
                )
            }))
            .collect()
    }

    /// Panics when the covered percentage is too low, and lists the missing parts.
    ///
    /// # Panics
    ///
    /// When [`percent`](Self::percent) is less than `percent`.
    #[track_caller]
    pub fn assert_at_least(&self, percent: f64) {
        assert!(
            self.percent() >= percent,
            "less than {percent} % are covered\n{self}"
        );
    }

    /// Returns all counts, the summary, and the missing parts as JSON, for programs.
    pub fn to_json(&self) -> Json {
        let generated = self.generated();
        let generated = ("generatedRetriers", generated.0, generated.1);
        let summary: serde_json::Map<String, Json> = (self.rows().into_iter().chain([generated]))
            .map(|(what, covered, all)| {
                (
                    what.to_owned(),
                    json!({"covered": covered, "all": all, "percent": share(covered, all)}),
                )
            })
            .collect();
        json!({
            "percent": self.percent(),
            "runs": self.runs,
            "summary": summary,
            "states": self.states,
            "transitions": self.transitions,
            "retriers": self.retriers,
            "catchers": self.catchers,
            "missing": self.missing(),
        })
    }

    /// Returns colours for a diagram of the definition: covered, not covered, or partly covered. A
    /// state is partly covered if one of its transitions, retriers or catchers was not covered.
    ///
    /// The crate `stepwright-diagram` draws it: `Diagram::of(&machine).with(&coverage.overlay())`.
    pub fn overlay(&self) -> Overlay {
        let runs = match self.runs {
            1 => "1 run".to_owned(),
            runs => format!("{runs} runs"),
        };
        let mut overlay = Overlay::new(format!("coverage {:.1} % in {runs}", self.percent()));
        let status = |count| match count {
            0 => Status::NotCovered,
            _ => Status::Covered,
        };
        for state in &self.states {
            let missed = self.missed_of(&state.name);
            let mut mark = Mark::new(match state.count {
                0 => Status::NotCovered,
                _ if !missed.is_empty() => Status::PartlyCovered,
                _ => Status::Covered,
            });
            if state.count > 1 {
                mark = mark.badge(format!("×{}", state.count));
            }
            if state.count > 0 {
                for missed in missed {
                    mark = mark.note(format!("not covered: {missed}"));
                }
            }
            overlay.state(&state.name, mark);
        }
        for found in &self.transitions {
            overlay.transition(&found.from, &found.to, status(found.count), found.count);
        }
        for found in &self.catchers {
            overlay.catcher(&found.state, &found.to, status(found.count), found.count);
        }
        overlay
    }

    /// Returns the missing parts of a state that was entered.
    fn missed_of(&self, state: &str) -> Vec<String> {
        let transitions = self.transitions.iter();
        let transitions = transitions.filter(|found| found.from == state && found.count == 0);
        let retriers = self.own_retriers();
        let retriers = retriers.filter(|found| found.state == state && found.count == 0);
        let catchers = self.catchers.iter();
        let catchers = catchers.filter(|found| found.state == state && found.count == 0);
        transitions
            .map(|found| format!("to {}", found.to))
            .chain(retriers.map(|found| format!("retrier of {}", found.errors.join(", "))))
            .chain(catchers.map(|found| format!("catcher of {}", found.errors.join(", "))))
            .collect()
    }

    /// Returns the retriers that the author of the workflow wrote.
    fn own_retriers(&self) -> impl Iterator<Item = &CoveredRetrier> {
        self.retriers.iter().filter(|found| !found.is_generated)
    }

    /// Returns the number of covered generated retriers, and of all generated ones.
    fn generated(&self) -> (usize, usize) {
        let generated = || self.retriers.iter().filter(|found| found.is_generated);
        let covered = generated().filter(|found| found.count > 0).count();
        (covered, generated().count())
    }

    /// Returns the number of parts of each kind, and of covered ones, without generated retriers.
    fn rows(&self) -> [(&'static str, usize, usize); 4] {
        fn row<'r, T: 'r>(
            rows: impl IntoIterator<Item = &'r T>,
            count: impl Fn(&T) -> u64,
        ) -> (usize, usize) {
            let rows = rows.into_iter().map(|row| usize::from(count(row) > 0));
            rows.fold((0, 0), |(covered, all), row| (covered + row, all + 1))
        }
        let rows = [
            ("states", row(&self.states, |found| found.count)),
            ("transitions", row(&self.transitions, |found| found.count)),
            ("retriers", row(self.own_retriers(), |found| found.count)),
            ("catchers", row(&self.catchers, |found| found.count)),
        ];
        rows.map(|(what, (covered, all))| (what, covered, all))
    }

    fn transition(&mut self, from: &str, to: &str) -> Option<&mut CoveredTransition> {
        self.transitions
            .iter_mut()
            .find(|found| found.from == from && found.to == to)
    }

    /// Adds the run that has this timeline.
    pub(crate) fn add_timeline(&mut self, timeline: &Timeline) {
        self.runs += 1;
        for visit in timeline.visits() {
            let state = visit.state();
            if let Some(found) = self.states.iter_mut().find(|found| found.name == state) {
                found.count += 1;
            }
            if let Some(previous) = visit.previous().and_then(|at| timeline.visit(at))
                && matches!(previous.status(), Status::Succeeded | Status::Caught)
            {
                self.went(previous, state);
            }
            // The first attempt after a redrive has no failure that it retries.
            for attempt in visit.attempts().iter().skip(1) {
                if !attempt.is_redriven() {
                    let error = attempt.retried().and_then(|origin| self.error_of(origin));
                    self.count_retry(state, error.as_deref());
                }
            }
        }
    }

    /// Returns the error with which a failure began, if the history or the definition has it.
    fn error_of(&self, origin: &FailureOrigin) -> Option<String> {
        origin.error.clone().or_else(|| {
            let mut states = self.states.iter();
            states
                .find(|found| found.name == origin.state)?
                .error
                .clone()
        })
    }

    /// Counts the transition from a visit to the next state.
    fn went(&mut self, from: &Visit, to: &str) {
        if from.status() == Status::Succeeded
            && let Some(transition) = self.transition(from.state(), to)
        {
            transition.count += 1;
            return;
        }
        let error = from.origin().and_then(|origin| self.error_of(origin));
        let by_error = error.and_then(|error| {
            let named = |found: &CoveredCatcher| {
                found.state == from.state() && errors::matches_task_failure(&found.errors, &error)
            };
            let first = self.catchers.iter().position(named)?;
            (self.catchers[first].to == to).then_some(first)
        });
        let by_target = || {
            let leads = |found: &CoveredCatcher| found.state == from.state() && found.to == to;
            self.catchers.iter().position(leads)
        };
        if let Some(index) = by_error.or_else(by_target) {
            self.catchers[index].count += 1;
        }
    }

    /// Counts a retry of a state. It belongs to the first retrier that matches the error.
    fn count_retry(&mut self, state: &str, error: Option<&str>) {
        let found = self.retriers.iter_mut().find(|found| {
            found.state == state
                && error.is_none_or(|error| errors::matches_task_failure(&found.errors, error))
        });
        if let Some(retrier) = found {
            retrier.count += 1;
        }
    }
}

/// Returns the indexes and error names of the entries of Retry or Catch.
fn handlers(list: Option<&Asl>) -> impl Iterator<Item = (usize, Vec<String>)> {
    let entries = list.and_then(Asl::as_array).into_iter().flatten();
    entries.enumerate().map(|(index, entry)| {
        let errors = entry.get("ErrorEquals").and_then(Asl::as_array);
        let names = errors.into_iter().flatten().filter_map(Asl::as_str);
        (index, names.map(str::to_owned).collect())
    })
}

fn share(covered: usize, all: usize) -> f64 {
    if all == 0 {
        return 100.0;
    }
    covered as f64 * 100.0 / all as f64
}

/// Formats the summary and the missing parts for people.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        let all: usize = rows.iter().map(|(_, _, all)| all).sum();
        let covered: usize = rows.iter().map(|(_, covered, _)| covered).sum();
        let runs = if self.runs == 1 { "run" } else { "runs" };
        write!(
            f,
            "coverage {:.1} % ({covered} of {all}) in {} {runs}",
            self.percent(),
            self.runs
        )?;
        for (what, covered, all) in rows {
            write!(f, "\n  {what:<11} {covered} of {all}")?;
        }
        let (covered, all) = self.generated();
        if all > 0 {
            write!(
                f,
                "\n  generated retriers {covered} of {all}, not in the total"
            )?;
        }
        let missing = self.missing();
        if !missing.is_empty() {
            f.write_str("\nnot covered:")?;
        }
        for line in missing {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}
