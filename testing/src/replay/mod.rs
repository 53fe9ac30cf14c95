//! Replays recorded histories: runs a definition again, and compares each event.

mod compare;
mod error;
mod first_difference;
mod recording;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_engine::objects::ObjectStore;
use stepwright_engine::task::{TaskCall, TaskSource};
use stepwright_engine::{Engine, StartOptions};
use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::{RecordedEvent, RecordedPlaceholders, recorded_events};
use stepwright_interpreter::Status;
use stepwright_interpreter::history::{EventGroup, EventKind};

use self::compare::compare;
use self::recording::Recording;

pub use self::error::ReplayError;
pub use self::first_difference::FirstDifference;

/// Runs a definition again as a history recorded it, and finds the first difference. The run has
/// the recorded input and start time. Each task has its recorded answer, after the recorded time.
///
/// The comparison includes the types of the events, their states, and their data. Events inside
/// different iterations and branches may have another order. Values that depend on the clock, on
/// random numbers or on the ids of an execution cannot be equal. To find them, the definition is
/// run twice with other times, seeds and ids, and differences between these two runs are not
/// compared. An incomplete history is compared up to its last event.
///
/// Set the values of placeholders (`${TopicArn}`) that the history does not contain with
/// [`Replay::substitute`]. Each other one gets the first value of its kind that the history has in
/// its position, and this value everywhere.
///
/// A redriven execution is redriven at the recorded time. The history of a parent does not contain
/// the items of a Distributed Map; [`Replay`] accepts their histories.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::{RecordedHistory, replay};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": true}}}"#;
/// let machine = StateMachine::from_json(text)?;
/// let engine = Engine::builder().register_definition("greet", &machine, MachineType::Standard).virtual_time().build()?;
/// let report = engine.execute_machine("greet", json!({}), StartOptions::new()).await?;
/// let recorded = RecordedHistory::from_json(&report.history.to_json())?;
///
/// replay(&machine, &recorded).await?;
/// let changed = StateMachine::from_json(&text.replace("hello", "good morning"))?;
/// let error = replay(&changed, &recorded).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"event 3, PassStateExited of `Greet`: /output: recorded "hello", now "good morning""#
/// );
/// # Ok(()) }
/// ```
///
/// Differences mask the fields of [`RecordedHistory::redact`]:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::Redaction;
/// use stepwright_runtime::testing::{RecordedHistory, replay};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Hash", "States": {
///     "Hash": {"Type": "Pass", "Result": {"password": "abc"}, "End": true}
/// }}"#)?;
/// let recorded = RecordedHistory::parse(r#"{"events": [
///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
///      "executionStartedEventDetails": {"input": "{}"}},
///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateEntered", "id": 2, "previousEventId": 0,
///      "stateEnteredEventDetails": {"name": "Hash", "input": "{}"}},
///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateExited", "id": 3, "previousEventId": 2,
///      "stateExitedEventDetails": {"name": "Hash", "output": "{\"password\":\"xyz\"}"}}
/// ]}"#)?;
/// let recorded = recorded.redact(&Redaction::new().path("password")?);
/// let error = replay(&machine, &recorded).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"event 3, PassStateExited of `Hash`: /output/password: recorded "[redacted]", now "[redacted]""#
/// );
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The first difference, or a definition that cannot run.
pub async fn replay(machine: &StateMachine, recorded: &RecordedHistory) -> Result<(), ReplayError> {
    Replay::new(machine, recorded).run().await
}

/// A [replay](fn@replay) with values of placeholders, with the histories of the items of
/// Distributed Maps, and with the objects that they read.
///
/// A recorded child is assigned to an execution of this run by its input. Nothing is written to the
/// store.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, Replay};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
///     "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
///     "StartAt": "Call", "States": {"Call": {
///         "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true
///     }}
/// }}}}"#;
/// let machine = StateMachine::from_json(text)?;
/// let engine = Engine::builder()
///     .register_definition("each", &machine, MachineType::Standard)
///     .tasks(Mocks::new().function("f", Mock::output(7)))
///     .virtual_time()
///     .build()?;
/// let run = engine.start_machine("each", json!([1, 2]), StartOptions::new()).await?;
/// let recorded = RecordedHistory::from_json(&run.report().await.history.to_json())?;
///
/// let mut replay = Replay::new(&machine, &recorded);
/// for map_run in engine.map_runs(run.id()).await? {
///     for child in engine.map_run_executions(&map_run.arn).await? {
///         let child = engine.execution(&child.id).await?.expect("it is remembered");
///         replay = replay.child(RecordedHistory::from_json(&child.history().await.to_json())?);
///     }
/// }
/// replay.run().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Replay<'a> {
    machine: &'a StateMachine,
    recorded: &'a RecordedHistory,
    children: Vec<RecordedHistory>,
    objects: Option<Arc<dyn ObjectStore>>,
    /// The values of placeholders, by their names.
    substitutions: BTreeMap<String, String>,
    /// The values of an engine, some of which may be for other definitions.
    of_engine: BTreeMap<String, String>,
}

impl<'a> Replay<'a> {
    /// Creates a replay of the history alone.
    pub fn new(machine: &'a StateMachine, recorded: &'a RecordedHistory) -> Self {
        Self {
            machine,
            recorded,
            children: Vec::new(),
            objects: None,
            substitutions: BTreeMap::new(),
            of_engine: BTreeMap::new(),
        }
    }

    /// Sets the value of a placeholder: `name` is the name in `${TopicArn}`. A second value for one
    /// name replaces the first.
    ///
    /// A placeholder without a value takes the first value of its kind that the history has in its
    /// position. Set the value where the replay must find that another function, queue or table is
    /// deployed now.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use stepwright_asl::StateMachine;
    /// use stepwright_runtime::testing::{RecordedHistory, Replay};
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Stage", "States": {
    ///     "Stage": {"Type": "Pass", "Result": "${Stage}", "End": true}
    /// }}"#)?;
    /// let recorded = RecordedHistory::parse(r#"{"events": [
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
    ///      "executionStartedEventDetails": {"input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateEntered", "id": 2, "previousEventId": 0,
    ///      "stateEnteredEventDetails": {"name": "Stage", "input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateExited", "id": 3, "previousEventId": 2,
    ///      "stateExitedEventDetails": {"name": "Stage", "output": "\"prod\""}}
    /// ]}"#)?;
    /// Replay::new(&machine, &recorded).run().await?;
    /// Replay::new(&machine, &recorded).substitute("Stage", "prod").run().await?;
    /// let error = Replay::new(&machine, &recorded).substitute("Stage", "test").run().await.unwrap_err();
    /// assert_eq!(error.to_string(), r#"event 3, PassStateExited of `Stage`: /output: recorded "prod", now "test""#);
    /// # Ok(()) }
    /// ```
    pub fn substitute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(name.into(), value.into());
        self
    }

    /// Uses the values of an engine for placeholders
    /// ([`EngineBuilder::substitute`](stepwright_engine::EngineBuilder::substitute)). Values of
    /// [`substitute`](Self::substitute) take precedence. Names that the definition does not have
    /// are for other definitions of the engine.
    pub fn substitutions_of(mut self, engine: &Engine) -> Self {
        let values = engine.substitutions().iter();
        let values = values.map(|(name, value)| (name.clone(), value.clone()));
        self.of_engine.extend(values);
        self
    }

    /// Adds the history of a child of a Map Run.
    pub fn child(mut self, history: RecordedHistory) -> Self {
        self.children.push(history);
        self
    }

    /// Sets the objects that ItemReaders read.
    pub fn objects(mut self, store: impl ObjectStore + 'static) -> Self {
        self.objects = Some(Arc::new(store));
        self
    }

    /// Runs the definition again.
    ///
    /// # Errors
    ///
    /// The first difference, a definition that cannot run, and missing data.
    pub async fn run(self) -> Result<(), ReplayError> {
        let recorded = self.recorded;
        let children: Vec<&RecordedHistory> =
            recorded.children().iter().chain(&self.children).collect();
        let mut incomplete = std::iter::once(recorded).chain(children.iter().copied());
        if let Some(reason) = incomplete.find_map(|history| history.incomplete()) {
            return Err(ReplayError::Unusable(reason.to_owned()));
        }
        if let Some(reason) = unredrivable(recorded.events()) {
            return Err(ReplayError::Unusable(reason));
        }
        let mut placeholders =
            RecordedPlaceholders::of(self.machine, &self.substitutions, &self.of_engine)
                .map_err(ReplayError::Substitution)?;
        let child_steps = children.iter().flat_map(|child| child.events());
        placeholders.infer_resources(recorded.events().iter().chain(child_steps));
        // Data, choices and further texts may depend on a value that a comparison infers, so the
        // definition runs again with it. Each round but the last infers at least one value, so the
        // number of rounds is bounded by the number of placeholders.
        loop {
            let known = placeholders.inferred();
            let machine = placeholders.filled().map_err(ReplayError::Substitution)?;
            let ours = self.once(&machine, false).await?;
            let other = self.once(&machine, true).await?;
            let difference = difference(recorded, &children, &ours, &other, &mut placeholders);
            if placeholders.inferred() > known {
                continue;
            }
            return difference.map_err(|mut difference| {
                let note = placeholders.note(&difference.detail);
                difference.detail.push_str(&note);
                ReplayError::Differs(difference)
            });
        }
    }

    /// Runs once. The `other` run has another time and other ids, to show values that depend on
    /// them.
    async fn once(&self, machine: &StateMachine, other: bool) -> Result<RunSteps, ReplayError> {
        let (name, seed, later) = if other {
            ("other", 1, Duration::from_secs(86_400 * 400 + 12_345))
        } else {
            ("replay", 0, Duration::ZERO)
        };
        let cannot = |error: &dyn fmt::Display| ReplayError::Definition(error.to_string());
        let recorded = self.recorded;
        let recording = Arc::new(Recording::new(
            machine,
            recorded,
            &self.children,
            self.objects.is_some(),
        ));
        let source = recording.clone();
        let mut builder = Engine::builder()
            .register_definition(name, machine, MachineType::Standard)
            .seed(seed)
            .virtual_time_from(recorded.started() + later)
            .tasks(move |call: &TaskCall<'_>| source.answer(call))
            .observer(recording.clone());
        if let Some(region) = recorded.region() {
            builder = builder.region(region);
        }
        if let Some(objects) = &self.objects {
            builder = builder.shared_objects(objects.clone());
        }
        // An activity that was never scheduled may not exist any more.
        for arn in &recording.activities {
            builder = builder.activity(arn);
        }
        let engine = builder.build().map_err(|error| cannot(&error))?;
        let mut options = StartOptions::new().name(name);
        if let Some(role) = recorded.role_arn() {
            options = options.role_arn(role);
        }
        let report = engine
            .execute_machine(name, recorded.input(), options)
            .await;
        let mut report = report.map_err(|error| cannot(&error))?;
        let redriven = recorded.events().iter();
        for step in redriven.filter(|step| step.kind == EventKind::ExecutionRedriven) {
            if report.status == Status::Succeeded {
                // It did not fail as in the recording.
                break;
            }
            let wait = (step.at + later).since(engine.clock().now());
            // No execution is running, so the virtual clock advances immediately.
            drop(engine.clock().sleep(wait).await);
            let again = engine.redrive(report.execution().id()).await;
            report = again.map_err(|error| cannot(&error))?.report().await;
        }
        match recording.missing() {
            Some(missing) => Err(ReplayError::Unusable(missing)),
            None => Ok(RunSteps {
                steps: recorded_events(&report.history),
                children: recording.ended(),
            }),
        }
    }
}

impl fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("children", &self.children.len())
            .field("has_objects", &self.objects.is_some())
            .field("substitutions", &self.substitutions)
            .finish_non_exhaustive()
    }
}

/// The steps of a run, and those of the children of its Map Runs.
struct RunSteps {
    steps: Vec<RecordedEvent>,
    children: BTreeMap<usize, Vec<RecordedEvent>>,
}

/// Returns the first difference of a run from the recording, in the execution itself or in a child
/// of a Map Run.
fn difference(
    recorded: &RecordedHistory,
    children: &[&RecordedHistory],
    ours: &RunSteps,
    other: &RunSteps,
    placeholders: &mut RecordedPlaceholders<'_>,
) -> Result<(), FirstDifference> {
    let redaction = recorded.redaction();
    compare(
        recorded.events(),
        &ours.steps,
        &other.steps,
        placeholders,
        redaction,
    )?;
    for (number, child) in children.iter().enumerate() {
        let none = Vec::new();
        let now = ours.children.get(&number).unwrap_or(&none);
        let other = other.children.get(&number).unwrap_or(&none);
        compare(child.events(), now, other, placeholders, redaction).map_err(|difference| {
            FirstDifference {
                child: Some(number),
                ..difference
            }
        })?;
    }
    Ok(())
}

/// Returns the reason why a redriven execution cannot be replayed, if there is one.
fn unredrivable(steps: &[RecordedEvent]) -> Option<String> {
    let redriven = steps.iter().enumerate();
    for (at, step) in redriven.filter(|(_, step)| step.kind == EventKind::ExecutionRedriven) {
        let before = steps[..at].iter().rev();
        let mut ends = before.filter(|step| step.kind.group() == Some(EventGroup::Execution));
        if ends
            .next()
            .is_some_and(|end| end.kind == EventKind::ExecutionAborted)
        {
            return Some(format!(
                "event {}: the execution was stopped and then redriven, and the history does not contain the exact time of the stop; remove the events from \
                 ExecutionAborted on to replay the earlier part",
                step.id
            ));
        }
    }
    None
}
