//! The builder of an engine.
//!
//! Its methods are grouped by what they set: the [`clock`], [`definitions`], [`handlers`] of tasks,
//! [`settings`] of the service, and [`durability`]. A layer above this package adds the types of a
//! [`program`].

mod clock;
mod definitions;
mod durability;
mod handlers;
mod program;
mod settings;

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Limits;
use stepwright_interpreter::query::SharedEntropy;

use crate::Engine;
use crate::activities::Activities;
use crate::clock::Clock;
use crate::dispatch::task_sources::TaskSources;
use crate::dispatch::test_case_source::TestCases;
use crate::dispatch::unhandled_tasks::UnhandledTasks;
use crate::drive::running_executions::RunningExecutions;
use crate::drive::runtimes::Runtimes;
use crate::drive::start_queue::StartQueue;
use crate::drive::start_runtimes::StartRuntimes;
use crate::durable::DurableState;
use crate::error::BuildError;
use crate::execution::executions::Executions;
use crate::execution::retention::ChosenRetention;
use crate::machines::registry::Registry;
use crate::machines::{CompileSettings, Machines};
use crate::nested::map_runs::MapRuns;
use crate::objects::ObjectStore;
use crate::observer::{CreateObserver, ObservedMachine, Observer};
use crate::outbox::status_message;
use crate::settings::EngineSettings;
use crate::shared::EngineShared;
use crate::spans::TracePropagator;
use crate::statistics::EngineMeter;
use crate::status_listener::StatusListener;
use crate::store::{PatientReader, Store, StoreError, masked_fields};
use crate::task::{SharedState, TaskSource, blocking_watcher};
use crate::tokens::Tokens;

pub use self::program::{
    BuiltEngine, FailsWith, MeasuresCoverage, NamesTask, Registers, RegistersBuilt,
};

/// Builds an engine; see [`Engine::builder`](crate::Engine::builder).
#[must_use]
pub struct EngineBuilder<E = Engine> {
    registry: Registry,
    #[cfg(feature = "argument-checks")]
    checks_arguments: bool,
    sources: Vec<Arc<dyn TaskSource>>,
    fallback_sources: Vec<Arc<dyn TaskSource>>,
    test_cases: Option<Arc<dyn TestCases>>,
    missing_handler_hint: String,
    state: SharedState,
    clock: Clock,
    limits: Limits,
    records_history: Option<bool>,
    seed: Option<u64>,
    region: String,
    account: String,
    role: String,
    retention: ChosenRetention,
    roundtrip_on_idle: bool,
    blocking_threshold: Duration,
    objects: Option<Arc<dyn ObjectStore>>,
    store: Option<Box<dyn Store>>,
    confirms_clock: bool,
    resumes_only: Option<(String, String)>,
    resumes_later: bool,
    substitutions: HashMap<String, String>,
    redaction: Redaction,
    observer: Option<Arc<dyn Observer>>,
    status_listener: Option<Arc<dyn StatusListener>>,
    /// Creates the observer if none is set.
    create_observer: Option<CreateObserver>,
    propagator: Option<Arc<dyn TracePropagator>>,
    built: PhantomData<fn() -> E>,
}

impl Engine {
    /// Returns a builder of an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }
}

impl<E> Default for EngineBuilder<E> {
    fn default() -> Self {
        Self {
            registry: Registry::default(),
            #[cfg(feature = "argument-checks")]
            checks_arguments: false,
            sources: Vec::new(),
            fallback_sources: Vec::new(),
            test_cases: None,
            missing_handler_hint: "register one with the engine".to_owned(),
            state: SharedState::new(),
            clock: Clock::real(),
            limits: Limits::default(),
            records_history: None,
            seed: None,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            role: "arn:aws:iam::123456789012:role/stepwright".to_owned(),
            retention: ChosenRetention::default(),
            roundtrip_on_idle: false,
            blocking_threshold: blocking_watcher::THRESHOLD,
            objects: None,
            store: None,
            confirms_clock: false,
            resumes_only: None,
            resumes_later: false,
            substitutions: HashMap::new(),
            redaction: Redaction::new(),
            observer: None,
            create_observer: None,
            status_listener: None,
            propagator: None,
            built: PhantomData,
        }
    }
}

impl<E: BuiltEngine> EngineBuilder<E> {
    /// Compiles all definitions and checks that every task of a workflow has a handler.
    ///
    /// # Errors
    ///
    /// All problems: definitions that do not compile, two machines with one name, two tasks with
    /// one key, tasks without a handler.
    ///
    /// # Blocking
    ///
    /// With a [store](Self::store) this blocks the thread while it reads the open executions.
    pub fn build(self) -> Result<E, BuildError> {
        self.build_engine().map(E::from)
    }

    fn build_engine(self) -> Result<Engine, BuildError> {
        let mut registry = self.registry;
        registry.settle(&self.clock);
        let mut problems = std::mem::take(&mut registry.problems);
        let unanswered = registry.handlers.unanswered(&registry.activities);
        let definitions = registry.definitions.values();
        let own_fields = definitions.fold(self.redaction, |redaction, pending| {
            redaction.and(&pending.redaction)
        });
        let stored_fields = match &self.store {
            Some(store) => stored_fields(&**store)?,
            None => Redaction::new(),
        };
        let redaction = own_fields.and(&stored_fields);
        let meter = Arc::new(EngineMeter::new(self.limits.open_executions));
        let setting = CompileSettings {
            region: self.region,
            account: self.account,
            role: self.role.into(),
            substitutions: self.substitutions,
            families: registry.families,
            handlers: registry.handlers,
            redaction: Arc::new(redaction.clone().task_tokens()),
            meter: Some(meter.clone()),
        };
        let resumes_only = self.resumes_only;
        let resumes_only = resumes_only
            .map(|(machine, name)| setting.arn("execution", &format!("{machine}:{name}")));
        let mut machines = Vec::new();
        for (name, pending) in &registry.definitions {
            match setting.compile(name, pending) {
                Ok(machine) => machines.push(machine),
                Err(found) => problems.extend(found),
            }
        }
        let mut observer = self.observer;
        if problems.is_empty()
            && observer.is_none()
            && let Some(create) = self.create_observer
        {
            let compiled = registry.definitions.iter().zip(&machines);
            let observed = compiled.map(|((name, pending), machine)| ObservedMachine {
                name,
                program: machine.program.program(),
                definition: pending.machine.to_value(),
            });
            observer = create(&observed.collect::<Vec<_>>()).map_err(BuildError::new)?;
        }
        let machines = Machines::new(machines, registry.machines_by_target);
        let states = machines.defined();
        let sources = TaskSources::new(
            self.sources,
            self.fallback_sources,
            self.test_cases,
            self.missing_handler_hint,
        );
        let without_answer = unanswered.into_iter().filter(|task| {
            let callers = states.iter().filter(|state| task.is_called_by(state));
            !sources.may_answer_all(callers)
        });
        problems.extend(without_answer.map(|task| task.problem));
        for source in sources.all() {
            problems.extend(source.check(&states));
        }
        if !problems.is_empty() {
            return Err(BuildError { problems });
        }
        let retention = self.retention.in_memory(self.store.is_some());
        let in_store = self.retention.in_store();
        let open =
            |store| DurableState::open(store, in_store, &self.clock, self.confirms_clock, &meter);
        let durable = self.store.map(open).transpose();
        let durable = durable.map_err(|error| BuildError::new(error.to_string()))?;
        let activities = Activities::new(durable.is_some(), meter.clone());
        if let Some(durable) = &durable {
            if !stored_fields.includes(&redaction) {
                store_fields(durable, &redaction)?;
            }
            if self.status_listener.is_some() {
                note_listener(durable)?;
            }
            open_stored(&activities, durable)?;
        }
        for arn in &registry.activities {
            activities.open(arn, self.clock.now());
        }
        let unanswered = UnhandledTasks::new(&meter);
        let seed = self.seed.unwrap_or_else(|| first_seed(&self.clock));
        let seed = durable.as_ref().map_or(seed, |durable| durable.seed(seed));
        let is_watched = self.blocking_threshold < Duration::MAX;
        blocking_watcher::check_within(self.blocking_threshold);
        let engine = Engine::new(EngineShared {
            clock: self.clock,
            limits: Arc::new(self.limits),
            settings: EngineSettings {
                records_history: self.records_history,
                #[cfg(feature = "argument-checks")]
                checks_arguments: self.checks_arguments,
                retention: retention.executions,
                resumes_only,
                roundtrip_on_idle: self.roundtrip_on_idle,
                blocking_threshold: is_watched.then_some(self.blocking_threshold),
            },
            machines,
            compile_settings: setting,
            sources,
            entropy: SharedEntropy::new(seed),
            running: RunningExecutions::default(),
            runtimes: Runtimes::default(),
            start_runtimes: StartRuntimes::default(),
            start_queue: StartQueue::default(),
            meter,
            state: Arc::new(self.state),
            tokens: Tokens::default(),
            activities,
            executions: Arc::new(Mutex::new(Executions::new(retention, durable.is_some()))),
            runs: Arc::new(MapRuns::default()),
            unanswered,
            objects: self.objects,
            durable,
            observer,
            status_listener: self.status_listener,
            propagator: self.propagator,
        });
        if !self.resumes_later {
            engine.resume()?;
        }
        Ok(engine)
    }
}

impl<E> fmt::Debug for EngineBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("machines", &self.registry.definitions.keys())
            .field("virtual_time", &self.clock.is_virtual())
            .finish_non_exhaustive()
    }
}

/// Reads the fields that earlier engines of a store masked. Damaged fields are stored again without
/// those of earlier engines.
fn stored_fields(store: &dyn Store) -> Result<Redaction, BuildError> {
    let reader = PatientReader::open(store);
    match reader.and_then(|mut reader| reader.masked_fields()) {
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::warn!(%error, "the fields that earlier engines of this store masked cannot be read");
            Ok(Redaction::new())
        }
        fields => fields.map_err(|error| BuildError::new(error.to_string())),
    }
}

/// Stores the fields before the first execution, so that no reader of the store shows them.
fn store_fields(durable: &DurableState, fields: &Redaction) -> Result<(), BuildError> {
    let change = masked_fields::change(fields);
    let change = change.map_err(|error| BuildError::new(error.to_string()))?;
    let stored = durable.journal.commit(vec![change]).wait();
    stored.map_err(|error| BuildError::new(format!("the masked fields cannot be stored: {error}")))
}

/// Stores that the engine has a status listener, so that an abort without an engine writes messages
/// for it.
fn note_listener(durable: &DurableState) -> Result<(), BuildError> {
    let is_known = status_message::has_listener(&mut **durable.reader());
    if is_known.map_err(|error| BuildError::new(error.to_string()))? {
        return Ok(());
    }
    // Commits have an order, so the note precedes each message. If the store fails, the next commit
    // reports it.
    let note = vec![status_message::note_listener()];
    let _committed = durable.journal.commit_with_retry(note);
    Ok(())
}

/// Opens the activities of earlier engines of the store.
fn open_stored(activities: &Activities, durable: &DurableState) -> Result<(), BuildError> {
    let stored = durable.reader().activities();
    for activity in stored.map_err(|error| BuildError::new(error.to_string()))? {
        activities.open(&activity.arn, activity.created);
    }
    Ok(())
}

/// Returns a seed for random numbers, which are the same in each test on virtual time.
fn first_seed(clock: &Clock) -> u64 {
    if clock.is_virtual() {
        return 0;
    }
    let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
    seed
}
