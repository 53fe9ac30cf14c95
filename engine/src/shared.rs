//! The shared state of an engine, to which all its handles and executions refer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_interpreter::Limits;
use stepwright_interpreter::query::SharedEntropy;

use super::activities::Activities;
use super::dispatch::task_sources::TaskSources;
use super::dispatch::unhandled_tasks::UnhandledTasks;
use super::drive::running_executions::RunningExecutions;
use super::drive::runtimes::Runtimes;
use super::drive::start_queue::StartQueue;
use super::drive::start_runtimes::StartRuntimes;
use super::durable::DurableState;
use super::machines::{CompileSettings, Machine, Machines};
use super::nested::map_runs::MapRuns;
use super::observer::{ObservedMachine, Observer};
use super::settings::EngineSettings;
use super::status_listener::StatusListener;
use super::tokens::Tokens;
use crate::clock::{Clock, ProgressState};
use crate::execution::execution_state::ExecutionState;
use crate::execution::executions::Executions;
use crate::execution::report::ExecutionReport;
use crate::objects::ObjectStore;
use crate::spans::TracePropagator;
use crate::statistics::EngineMeter;
use crate::task::{DefinedState, EngineView, SharedState};

/// Shared by all handles of an engine and all of its executions.
pub(crate) struct EngineShared {
    pub(super) clock: Clock,
    pub(super) limits: Arc<Limits>,
    pub(super) settings: EngineSettings,
    pub(super) machines: Machines,
    pub(super) compile_settings: CompileSettings,
    pub(super) sources: TaskSources,
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
    /// The store, where there is one.
    pub(super) durable: Option<DurableState>,
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
        for source in self.sources.all() {
            source.machine_added(&states);
        }
        self.machines.put(machine);
        self.look_for_handlers();
    }

    /// Returns how many events an execution retains.
    pub(super) fn history(&self, machine_type: MachineType) -> u32 {
        let is_virtual = self.clock.is_virtual();
        match machine_type {
            MachineType::Standard if self.settings.records_history.unwrap_or(true) => u32::MAX,
            MachineType::Express if self.settings.records_history.unwrap_or(is_virtual) => {
                self.limits.events
            }
            _ => 0,
        }
    }

    /// Notifies the sources that the engine's last handle was dropped.
    pub(super) fn finish_sources(&self) {
        let running = self.running.live();
        if running > 0 {
            let message =
                || format!("the test ended before its executions ended ({running} running)");
            self.sources.notify(message, true);
        }
        self.sources.finish();
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
        self.compile_settings.arn(kind, name)
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
