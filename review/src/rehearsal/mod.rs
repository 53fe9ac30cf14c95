//! Rehearsals: recorded executions run through a new definition, before it is deployed.
//!
//! Each execution starts with its recorded input, at its recorded time. Each task receives its
//! recorded answer after the recorded time. No task is called. The result is what the new
//! definition would have done differently.
//!
//! ```
//! use stepwright_asl::MachineType;
//! use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsalKind};
//!
//! let history = r#"{"events": [
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
//!      "executionStartedEventDetails": {"input": "{\"total\": 120}"}},
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "ChoiceStateEntered", "id": 2, "previousEventId": 0,
//!      "stateEnteredEventDetails": {"name": "Large?", "input": "{\"total\": 120}"}},
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "ChoiceStateExited", "id": 3, "previousEventId": 2,
//!      "stateExitedEventDetails": {"name": "Large?", "output": "{\"total\": 120}"}},
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "SucceedStateEntered", "id": 4, "previousEventId": 3,
//!      "stateEnteredEventDetails": {"name": "Accept", "input": "{\"total\": 120}"}},
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "SucceedStateExited", "id": 5, "previousEventId": 4,
//!      "stateExitedEventDetails": {"name": "Accept", "output": "{\"total\": 120}"}},
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionSucceeded", "id": 6, "previousEventId": 5,
//!      "executionSucceededEventDetails": {"output": "{\"total\": 120}"}}
//! ]}"#;
//! let new = r#"{"StartAt": "Large?", "States": {
//!     "Large?": {"Type": "Choice", "Default": "Accept",
//!         "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Review"}]},
//!     "Review": {"Type": "Succeed"}, "Accept": {"Type": "Succeed"}
//! }}"#;
//! let execution = RecordedExecution::parse("order-17", history)?;
//! let report = Rehearsal::new(new)?.rehearse_all(&[execution]);
//! let result = &report.histories()[0];
//! assert_eq!(result.kind, RehearsalKind::OtherPath);
//! assert_eq!(
//!     result.findings[0].to_string(),
//!     "after `Large?` comes `Review` instead of `Accept`: `Large?` takes the rule `$.total > 100`; `$.total` is 120"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How answers are matched
//!
//! A call receives the recorded answer of its state, in its iteration or branch. States that were
//! renamed are found by the difference between the definitions, if the definition of the recorded
//! execution is known, otherwise by the same resource and arguments. A call with other arguments
//! than recorded receives the recorded answer, and is reported. A call without a recorded answer
//! stops its branch: what follows is not known.
//!
//! # What is not compared
//!
//! Values that depend on the time, on random numbers or on the ids of the execution. They are found
//! by further runs with other times, seeds and ids. A history is proof for its own path only:
//! [`RehearsalReport::coverage`] lists what no history covers.

mod answers;
mod choice_reason;
mod compare;
mod event_numbers;
mod extent;
mod finding;
mod known_states;
mod measure;
mod paths;
mod recorded_end;
mod recorded_execution;
mod recorded_scopes;
mod rehearsed_execution;
mod renames;
mod report;
mod resolved_answer;
mod saved_history;
mod virtual_run;
mod volatile_values;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use stepwright_asl::estimate::{PriceTable, prices_of};
use stepwright_asl::json::{Document, Json as Asl};
use stepwright_asl::model::StateMachine;
use stepwright_asl::{MachineType, redaction::Redaction};
use stepwright_history::RecordedHistory;
use stepwright_history::coverage::Coverage;
use stepwright_history::runtime_support::{RecordedEvent, RecordedPlaceholders, numbered_events};
use stepwright_history::timeline::Timeline;
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::program::Program;

use self::answers::AnswerOrder;
use self::compare::ComparedExecution;
use self::known_states::{BothStates, NewStates, OldDefinition};
use self::recorded_end::RecordedEnd;
use self::rehearsed_execution::RehearsedExecution;
use self::resolved_answer::resource_kinds;
use self::virtual_run::{RunSeed, VirtualRun};

pub use self::finding::{
    ChoiceReason, ChoiceValue, Finding, OpenExecution, RehearsalKind, RehearsedHistory,
    ValueDifference,
};
pub use self::measure::Measure;
pub use self::recorded_execution::RecordedExecution;
pub use self::report::{HistoryAge, RehearsalGroup, RehearsalReport};
pub use self::saved_history::SavedHistory;

/// How many histories are searched for the values of placeholders.
const SAMPLES: usize = 20;
/// How many further runs find values that depend on random numbers, if the definition has any.
const RANDOM_RUNS: u64 = 4;
const OTHER_RUNS: u64 = 1;

/// The new definition, for the rehearsal of recorded executions.
#[must_use]
pub struct Rehearsal {
    machine: StateMachine,
    definition: Asl,
    machine_type: MachineType,
    program: Arc<Program>,
    states: NewStates,
    prices: Option<PriceTable>,
    redaction: Redaction,
    default_old: Option<Arc<OldDefinition>>,
    /// The old definitions that were compared, by their texts.
    old: Mutex<HashMap<Arc<str>, Option<Arc<OldDefinition>>>>,
    substitutions: BTreeMap<String, String>,
    /// Whether the definition has a function of random values.
    has_random_values: bool,
}

/// The new definition cannot be rehearsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// It is invalid.
    #[error("the definition cannot run: {0}")]
    Definition(String),
    /// A substitution has no placeholder in the definition, or its field does not accept the value.
    #[error("{0}")]
    Substitution(String),
    /// The old definition is not JSON.
    #[error("the old definition is not JSON: {0}")]
    Old(String),
}

impl Rehearsal {
    /// Prepares the rehearsal of a definition, as JSON text.
    ///
    /// # Errors
    ///
    /// A definition that cannot run.
    pub fn new(definition: &str) -> Result<Self, RehearsalError> {
        let machine = StateMachine::from_json(definition)
            .map_err(|error| RehearsalError::Definition(error.to_string()))?;
        Self::of(machine)
    }

    /// Prepares the rehearsal of a definition.
    ///
    /// # Errors
    ///
    /// A definition that cannot run.
    pub fn of(machine: StateMachine) -> Result<Self, RehearsalError> {
        let definition = machine.to_value();
        let text = definition.to_string();
        let machine_type = MachineType::Standard;
        let program = compile(&machine, machine_type, &IndexMap::new())?;
        Ok(Self {
            program,
            states: NewStates::of(&definition),
            has_random_values: ["andom", "uuid", "UUID"]
                .iter()
                .any(|name| text.contains(name)),
            machine,
            definition,
            machine_type,
            prices: prices_of("us-east-1"),
            redaction: Redaction::new(),
            default_old: None,
            old: Mutex::default(),
            substitutions: BTreeMap::new(),
        })
    }

    /// Sets the type of the state machine; Standard unless set.
    ///
    /// # Errors
    ///
    /// A definition that cannot run as this type.
    pub fn machine_type(mut self, machine_type: MachineType) -> Result<Self, RehearsalError> {
        self.machine_type = machine_type;
        self.program = compile(&self.machine, machine_type, &IndexMap::new())?;
        Ok(self)
    }

    /// Sets the region of the prices; `us-east-1` unless set. A region without known prices has
    /// none.
    pub fn region(mut self, region: &str) -> Self {
        self.prices = prices_of(region);
        self
    }

    /// Masks these fields in the results.
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.redaction = self.redaction.and(redaction);
        self
    }

    /// Sets the definition of recorded executions without a definition.
    ///
    /// # Errors
    ///
    /// Text that is not JSON.
    pub fn old_definition(mut self, text: &str) -> Result<Self, RehearsalError> {
        let document =
            Document::parse(text).map_err(|error| RehearsalError::Old(error.to_string()))?;
        let old = OldDefinition::of(document.json(), &self.definition);
        self.default_old = Some(Arc::new(old));
        Ok(self)
    }

    /// Sets the value of a placeholder: `name` is the name in `${TopicArn}`. Other placeholders get
    /// the first value of their kind that a history has in their position.
    pub fn substitute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(name.into(), value.into());
        self
    }

    /// Finds the values of placeholders, and which resources are activities, in recorded
    /// executions. [`rehearse_all`](Self::rehearse_all) does it with its first executions.
    ///
    /// # Errors
    ///
    /// A substitution of a placeholder that the definition does not have, or whose field does not
    /// accept the value.
    pub fn prepare(&mut self, samples: &[RecordedExecution]) -> Result<(), RehearsalError> {
        let samples: Vec<RecordedHistory> = samples
            .iter()
            .take(SAMPLES)
            .filter(|sample| sample.history.incomplete().is_none())
            .map(|sample| self.renamed(sample).0.into_owned())
            .collect();
        let kinds = resource_kinds(samples.iter());
        let original = self.machine.clone();
        let none = BTreeMap::new();
        let mut placeholders = RecordedPlaceholders::of(&original, &self.substitutions, &none)
            .map_err(RehearsalError::Substitution)?;
        placeholders.infer_resources(samples.iter().flat_map(RecordedHistory::events));
        loop {
            let known = placeholders.inferred();
            let machine = placeholders
                .filled()
                .map_err(RehearsalError::Substitution)?;
            self.program = compile(&machine, self.machine_type, &kinds)?;
            self.machine = machine;
            if !placeholders.has_any() {
                break;
            }
            for sample in &samples {
                let run = self.virtual_run(sample, RunSeed::RECORDED).run();
                for execution in run.into_iter().flatten() {
                    for call in &execution.calls {
                        let attempt = call.answer.as_ref();
                        let attempt = attempt.and_then(|found| execution.answers.attempt(found));
                        let recorded = attempt.and_then(|attempt| attempt.arguments.as_ref());
                        if let Some(recorded) = recorded {
                            let now = call.arguments.to_json();
                            placeholders.infer_values(recorded, &now);
                        }
                    }
                }
            }
            if placeholders.inferred() == known {
                break;
            }
        }
        Ok(())
    }

    /// Rehearses executions.
    pub fn rehearse_all(mut self, executions: &[RecordedExecution]) -> RehearsalReport {
        let prepared = self.prepare(executions);
        let report = self.rehearse_each(executions.len(), |index| Ok(executions[index].clone()));
        match prepared {
            Ok(()) => report,
            Err(error) => report.with_problem(error.to_string()),
        }
    }

    /// Rehearses `count` executions, which `load` returns by their indexes, on all cores. An
    /// execution is dropped before the next one is loaded, so that many fit into memory.
    pub fn rehearse_each(
        &self,
        count: usize,
        load: impl Fn(usize) -> Result<RecordedExecution, String> + Sync,
    ) -> RehearsalReport {
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let work = || {
            let mut coverage = self.coverage();
            let mut results = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return (coverage, results);
                }
                let result = match load(index) {
                    Ok(execution) => self.rehearse_with(&execution, &mut coverage),
                    Err(reason) => unusable(format!("history {}", index + 1), reason),
                };
                results.push((index, result));
            }
        };
        let parts: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(work)).collect();
            let own = work();
            let workers = workers.into_iter().filter_map(|worker| worker.join().ok());
            std::iter::once(own).chain(workers).collect()
        });
        let mut coverage = self.coverage();
        let mut results = Vec::with_capacity(count);
        for (part, of_part) in parts {
            coverage.merge(&part);
            results.extend(of_part);
        }
        results.sort_by_key(|(index, _)| *index);
        let results = results.into_iter().map(|(_, result)| result);
        RehearsalReport::new(
            self.definition.clone(),
            results.collect(),
            coverage,
            self.prices,
        )
    }

    fn coverage(&self) -> Coverage {
        Coverage::of(&self.machine)
    }

    /// Rehearses one execution.
    #[must_use]
    pub fn rehearse(&self, execution: &RecordedExecution) -> RehearsedHistory {
        self.rehearse_with(execution, &mut self.coverage())
    }

    fn rehearse_with(
        &self,
        execution: &RecordedExecution,
        coverage: &mut Coverage,
    ) -> RehearsedHistory {
        let redaction = self.redaction.clone().and(execution.history.redaction());
        if let Some(reason) = execution.history.incomplete() {
            return unusable(execution.name.clone(), reason.to_owned());
        }
        if execution.history.has_more_events() {
            let reason = "the history has further pages; fetch all of its events".to_owned();
            return unusable(execution.name.clone(), reason);
        }
        let (history, old) = self.renamed(execution);
        let events = history.events();
        let run = |seed| self.virtual_run(&history, seed).run();
        let rehearsed = match run(RunSeed::RECORDED) {
            Ok(rehearsed) => rehearsed,
            Err(reason) => return unusable(execution.name.clone(), reason),
        };
        let known = BothStates {
            new: &self.states,
            old: old.as_deref(),
        };
        let now: Vec<(&RehearsedExecution, Vec<RecordedEvent>)> = rehearsed
            .iter()
            .map(|run| (run, numbered_events(&run.history)))
            .collect();
        let compare = |others: &[Vec<RehearsedExecution>]| {
            self.findings(&history, &now, others, &known, &redaction)
        };
        let mut findings = compare(&[]);
        if !findings
            .iter()
            .all(|finding| matches!(finding, Finding::OtherStates { .. }))
        {
            let runs = match self.has_random_values {
                true => RANDOM_RUNS,
                false => OTHER_RUNS,
            };
            let others = (1..=runs).map(|number| run(RunSeed::other(number)));
            // A run that fails with another time depends on it.
            let others: Vec<_> = others.filter_map(Result::ok).collect();
            findings = compare(&others);
        }
        for finding in &mut findings {
            if matches!(finding, Finding::OtherPath { .. }) {
                let (then, now) = (history.timeline(), Timeline::of(&rehearsed[0].history));
                choice_reason::explain(finding, &self.machine, &then, &now, &redaction);
            }
        }
        for one in &rehearsed {
            match one.child {
                None => coverage.add(&one.history),
                Some(_) => coverage.add_child(&one.history),
            }
        }
        findings.sort_by_key(Finding::kind);
        let is_whole =
            RecordedEnd::of(events) != RecordedEnd::Open && rehearsed[0].outcome.is_some();
        let prices = self.prices.as_ref();
        let measure = |events: &[RecordedEvent]| Measure::of(events, self.machine_type, prices);
        RehearsedHistory {
            name: execution.name.clone(),
            started: history.started(),
            kind: findings.first().map_or(RehearsalKind::Same, Finding::kind),
            open: open_execution(events, &findings, old.as_deref(), &self.states),
            findings,
            before: measure(events),
            after: is_whole.then(|| measure(&now[0].1)),
            path: paths::signature(events),
        }
    }

    fn findings(
        &self,
        history: &RecordedHistory,
        now: &[(&RehearsedExecution, Vec<RecordedEvent>)],
        others: &[Vec<RehearsedExecution>],
        known: &BothStates<'_>,
        redaction: &Redaction,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (run, events) in now {
            let recorded = match run.child {
                None => history.events(),
                Some(child) => history.children()[child].events(),
            };
            let others = others
                .iter()
                .filter_map(|other| other.iter().find(|other| other.child == run.child));
            let compared = ComparedExecution {
                recorded,
                run,
                events,
                others: others.collect(),
                known,
                redaction,
            };
            findings.extend(compared.findings());
        }
        findings
    }

    fn virtual_run<'a>(&'a self, recorded: &'a RecordedHistory, seed: RunSeed) -> VirtualRun<'a> {
        let order = match self.has_random_values {
            true => AnswerOrder::AsRecorded,
            false => AnswerOrder::ByArguments,
        };
        VirtualRun::new(&self.program, recorded, order, seed)
    }

    /// Returns the history with the new names of states and numbered visits of Maps and Parallels,
    /// and the old definition if it is known.
    fn renamed<'e>(
        &self,
        execution: &'e RecordedExecution,
    ) -> (Cow<'e, RecordedHistory>, Option<Arc<OldDefinition>>) {
        let old = self.old_of(execution);
        let mut history = Cow::Borrowed(&execution.history);
        if let Some(renames) = old.as_deref().filter(|old| !old.change.is_empty()) {
            let new_name = |state: &str| renames.change.new_name(state);
            history.to_mut().rename_states(&new_name);
        }
        if history.has_repeated_containers() {
            history.to_mut().number_visits();
        }
        (history, old)
    }

    fn old_of(&self, execution: &RecordedExecution) -> Option<Arc<OldDefinition>> {
        let Some(text) = &execution.definition else {
            return self.default_old.clone();
        };
        let lock = || self.old.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(text) {
            return known.clone();
        }
        // A definition that is not JSON is treated as an unknown one.
        let document = Document::parse(text).ok();
        let old = document.map(|old| Arc::new(OldDefinition::of(old.json(), &self.definition)));
        lock().insert(text.clone(), old.clone());
        old
    }
}

impl std::fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsal")
            .field("machine_type", &self.machine_type)
            .field("substitutions", &self.substitutions)
            .finish_non_exhaustive()
    }
}

fn compile(
    machine: &StateMachine,
    machine_type: MachineType,
    kinds: &IndexMap<String, stepwright_interpreter::task::ResourceKind>,
) -> Result<Arc<Program>, RehearsalError> {
    let program = Program::compile(machine, machine_type, kinds);
    let program = program.map_err(|error| RehearsalError::Definition(error.to_string()))?;
    Ok(Arc::new(program))
}

fn unusable(name: String, reason: String) -> RehearsedHistory {
    RehearsedHistory {
        name,
        started: stepwright_interpreter::Timestamp::default(),
        kind: RehearsalKind::Unusable,
        findings: vec![Finding::Unusable { reason }],
        before: Measure::default(),
        after: None,
        open: None,
        path: String::new(),
    }
}

/// Returns what an execution that runs, or that can be redriven, would meet in the new definition.
fn open_execution(
    events: &[RecordedEvent],
    findings: &[Finding],
    old: Option<&OldDefinition>,
    new: &NewStates,
) -> Option<OpenExecution> {
    let end = RecordedEnd::of(events);
    let was_stopped = events.last()?.kind == EventKind::ExecutionAborted;
    let is_running = end == RecordedEnd::Open && !was_stopped;
    if end == RecordedEnd::Succeeded {
        return None;
    }
    let states = paths::open_states(&paths::paths(events));
    let stranded = states.iter().find_map(|state| {
        let known = old.and_then(|old| old.change.stranded(state));
        match known {
            Some(reason) => Some(format!("`{state}`: {reason}")),
            None if !new.has(state) => Some(format!("`{state}` is not in the new definition")),
            None => None,
        }
    });
    let differs = || {
        let finding = findings.iter().find(|finding| {
            !matches!(
                finding.kind(),
                RehearsalKind::Same | RehearsalKind::Undetermined | RehearsalKind::ChangedOutput
            )
        })?;
        is_running.then(|| format!("it would not have come here: {finding}"))
    };
    Some(OpenExecution {
        is_running,
        obstacle: stranded.or_else(differs),
        states,
    })
}
