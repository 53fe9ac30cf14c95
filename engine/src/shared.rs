use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_interpreter::query::SharedEntropy;
use stepwright_interpreter::{ExecutionInfo, Limits};

use super::activities::Activities;
use super::dispatch::test_case_source::TestCases;
use super::dispatch::unhandled_tasks::UnhandledTasks;
use super::drive::running_executions::RunningExecutions;
use super::drive::runtimes::Runtimes;
use super::drive::start_queue::StartQueue;
use super::drive::start_runtimes::StartRuntimes;
use super::durable::DurableState;
use super::machines::{CompileSettings, Machine, Machines};
use super::nested::map_runs::MapRuns;
use super::observer::{ObservedMachine, Observer};
use super::status_listener::StatusListener;
use super::tokens::Tokens;
use crate::clock::{Clock, ProgressState};
use crate::execution::execution_state::ExecutionState;
use crate::execution::executions::Executions;
use crate::execution::report::ExecutionReport;
use crate::objects::ObjectStore;
use crate::spans::TracePropagator;
use crate::statistics::EngineMeter;
use crate::task::{DefinedState, EngineView, SharedState, TaskSource};

/// Shared by all handles of an engine and all of its executions.
pub(crate) struct EngineShared {
    pub(super) clock: Clock,
    pub(super) limits: Arc<Limits>,
    /// Whether executions record their history, if it was configured.
    pub(super) records_history: Option<bool>,
    pub(super) machines: Machines,
    pub(super) setting: CompileSettings,
    /// Whether calls are refused if AWS refuses their arguments.
    #[cfg(feature = "argument-checks")]
    pub(super) checks_arguments: bool,
    pub(super) sources: Vec<Arc<dyn TaskSource>>,
    /// Consulted after the handlers and the nested workflows.
    pub(super) fallback_sources: Vec<Arc<dyn TaskSource>>,
    /// A server of the API of this engine, which executes tasks that call the API.
    pub(super) own_api: OnceLock<Arc<dyn TaskSource>>,
    /// The test cases that starts can choose.
    pub(super) test_cases: Option<Arc<dyn TestCases>>,
    /// The hint for a task without a handler.
    pub(super) missing_handler_hint: String,
    /// Sources of single starts that are notified when the engine's last handle is dropped.
    pub(super) start_sources: Mutex<Vec<Arc<dyn TaskSource>>>,
    /// Whether there are any: most engines have none, and avoid the lock.
    pub(super) has_start_sources: AtomicBool,
    /// The random numbers of names and seeds.
    pub(super) entropy: SharedEntropy,
    pub(super) running: RunningExecutions,
    /// The runtimes that resume parked executions.
    pub(super) runtimes: Runtimes,
    /// The runtimes on which executions start.
    pub(super) start_runtimes: StartRuntimes,
    /// The executions that other executions started, before their first steps.
    pub(super) start_queue: StartQueue,
    /// Counts what the engine does.
    pub(super) meter: Arc<EngineMeter>,
    pub(super) state: Arc<SharedState>,
    pub(super) tokens: Tokens,
    pub(super) activities: Activities,
    pub(super) executions: Arc<Mutex<Executions>>,
    /// The Map Runs of the executions that can be described.
    pub(super) runs: Arc<MapRuns>,
    /// The tasks that wait for a handler.
    pub(super) unanswered: UnhandledTasks,
    /// The objects that Distributed Maps read and write.
    pub(super) objects: Option<Arc<dyn ObjectStore>>,
    pub(super) retention: usize,
    /// The store, where there is one.
    pub(super) durable: Option<DurableState>,
    /// The only execution that is continued, with those that it started; `None` continues all open
    /// ones.
    pub(super) resumes_only: Option<SmolStr>,
    /// Executions are written and read again each time that they are parked.
    pub(super) roundtrip_on_idle: bool,
    /// How long a poll of a handler may take before it is reported.
    pub(super) blocking_threshold: Option<Duration>,
    /// The observer of the executions.
    pub(super) observer: Option<Arc<dyn Observer>>,
    /// Receives the changes of the status of Standard executions.
    pub(super) status_listener: Option<Arc<dyn StatusListener>>,
    /// Connects spans with distributed traces.
    pub(super) propagator: Option<Arc<dyn TracePropagator>>,
}

impl EngineShared {
    pub(super) fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a state machine, or a new version of one.
    pub(super) fn add_machine(&self, machine: Arc<Machine>) {
        if let Some(observer) = &self.observer {
            match machine.text.parse() {
                Ok(definition) => observer.machine_added(ObservedMachine {
                    name: &machine.info.name,
                    program: machine.program.program(),
                    definition,
                }),
                Err(error) => tracing::error!(%error, "a state machine is not observed"),
            }
        }
        let states = machine.program.defined(&machine.info.name);
        for source in self.engine_sources() {
            source.machine_added(&states);
        }
        self.machines.put(machine);
        self.look_for_handlers();
    }

    /// Returns how many events an execution retains.
    pub(super) fn history(&self, machine_type: MachineType) -> u32 {
        let is_virtual = self.clock.is_virtual();
        match machine_type {
            MachineType::Standard if self.records_history.unwrap_or(true) => u32::MAX,
            MachineType::Express if self.records_history.unwrap_or(is_virtual) => {
                self.limits.events
            }
            _ => 0,
        }
    }

    /// Adds a source of a single start, which is notified when the engine's last handle is dropped.
    pub(super) fn add_start_source(&self, source: Arc<dyn TaskSource>) {
        self.start_sources().push(source);
        self.has_start_sources.store(true, Ordering::Release);
    }

    fn start_sources(&self) -> MutexGuard<'_, Vec<Arc<dyn TaskSource>>> {
        self.start_sources
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the engine's sources in the order in which it consults them.
    pub(super) fn engine_sources(&self) -> impl Iterator<Item = &Arc<dyn TaskSource>> {
        self.sources.iter().chain(&self.fallback_sources)
    }

    /// Reports an event to the sources that are verified with the engine.
    pub(super) fn notify_sources(&self, message: impl FnOnce() -> String, is_failure: bool) {
        let start_sources = if self.has_start_sources.load(Ordering::Acquire) {
            self.start_sources().clone()
        } else {
            Vec::new()
        };
        let sources = self.engine_sources().chain(&start_sources);
        let mut judged = sources.filter(|source| source.is_finished_by_engine());
        if let Some(first) = judged.next() {
            let message = message();
            for source in std::iter::once(first).chain(judged) {
                source.log(&message, is_failure);
            }
        }
    }

    /// Notifies the sources that the engine's last handle was dropped.
    pub(super) fn finish_sources(&self) {
        let running = self.running.live();
        if running > 0 {
            let message =
                || format!("the test ended before its executions ended ({running} running)");
            self.notify_sources(message, true);
        }
        let start_sources = std::mem::take(&mut *self.start_sources());
        for source in self.engine_sources().chain(&start_sources) {
            source.finish();
        }
    }

    /// Records the end of an execution, and evicts the oldest closed one when there are too many.
    /// Only the report of an execution that can be described is measured.
    pub(super) fn execution_closed(
        &self,
        state: &Arc<ExecutionState>,
        described: Option<&ExecutionReport>,
    ) {
        self.running.remove(state);
        let Some(report) = described else {
            // It cannot be described, has no Map Runs, and is in no store.
            return;
        };
        if let Some(retention_thread) = self
            .durable
            .as_ref()
            .and_then(|durable| durable.retention_thread.get())
        {
            retention_thread.ended();
        }
        let forgotten = self
            .executions()
            .close(state, report.bytes(), report.stopped);
        if self.durable.is_none() {
            self.meter.deleted(forgotten.len());
        }
        for forgotten in forgotten {
            self.runs.forget(&forgotten.about.to_arn());
        }
    }

    pub(super) fn arn(&self, kind: &str, name: &str) -> SmolStr {
        self.setting.arn(kind, name)
    }

    /// Returns the token that a source chose for a task.
    pub(super) fn chosen_token(
        &self,
        about: &ExecutionInfo,
        state: &str,
        source: Option<&Arc<dyn TaskSource>>,
    ) -> Option<String> {
        let mut sources = source.into_iter().chain(self.engine_sources());
        sources.find_map(|source| source.token(about, state))
    }
}

impl EngineView for EngineShared {
    fn defined(&self) -> Vec<DefinedState> {
        self.machines.defined()
    }

    fn progress_state(&self) -> ProgressState {
        match self.running.live() {
            0 => ProgressState::Ended,
            _ => self.clock.progress_state(),
        }
    }
}
