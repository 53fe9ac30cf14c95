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
mod open_execution;
mod path_difference;
mod paths;
mod recorded_end;
mod recorded_execution;
mod recorded_scopes;
mod rehearse;
mod rehearsed_execution;
mod rehearsed_history;
mod renames;
mod report;
mod resolved_answer;
mod run_caller;
mod saved_history;
mod session;
mod virtual_run;
mod volatile_values;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;
use stepwright_asl::json::{Document, Json as Asl};
use stepwright_asl::model::StateMachine;
use stepwright_asl::{MachineType, redaction::Redaction};
use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::RecordedPlaceholders;
use stepwright_interpreter::program::Program;
use stepwright_tools::estimate::{PriceTable, prices_of};

use self::known_states::{NewStates, OldDefinition};
use self::resolved_answer::resource_kinds;
use self::run_caller::RunSeed;

pub use self::finding::{ChoiceReason, ChoiceValue, Finding, RehearsalKind, ValueDifference};
pub use self::measure::Measure;
pub use self::open_execution::OpenExecution;
pub use self::recorded_execution::RecordedExecution;
pub use self::rehearsed_history::RehearsedHistory;
pub use self::report::{HistoryAge, RehearsalGroup, RehearsalReport};
pub use self::saved_history::SavedHistory;

/// How many histories are searched for the values of placeholders.
const SAMPLES: usize = 20;

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
