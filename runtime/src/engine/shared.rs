use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::activities::Activities;
use super::completion::report::ExecutionReport;
use super::dispatch::unhandled_tasks::UnhandledTasks;
use super::drive::execution_state::ExecutionState;
use super::drive::running_executions::RunningExecutions;
use super::drive::runtimes::Runtimes;
use super::durable::DurableState;
use super::error::StartError;
use super::machines::{CompileSettings, Machine, Machines};
use super::nested::map_runs::MapRuns;
use super::observer::Observer;
use super::queries::executions::Executions;
use super::start::options::StartOptions;
use super::start::pending_execution::{ChildKind, PendingExecution, StartPoint};
use super::tokens::Tokens;
use stepwright_asl::name::check_machine;

use crate::clock::{Clock, ProgressState};
use crate::execution_info::{ExecutionInfo, MachineInfo, Names};
use crate::limits::Limits;
use crate::objects::ObjectStore;
use crate::query::{Entropy, SharedEntropy};
use crate::task::{DefinedState, EngineMonitor, EngineView, SharedState, TaskSource};
use crate::testing::MockConfig;
use crate::value::Value;

/// Shared by all handles of an engine and all of its executions.
pub(crate) struct EngineShared {
    pub(super) clock: Clock,
    pub(super) limits: Arc<Limits>,
    /// Whether executions record their history, if it was configured.
    pub(super) keeps_history: Option<bool>,
    pub(super) machines: Machines,
    pub(super) setting: CompileSettings,
    pub(super) sources: Vec<Arc<dyn TaskSource>>,
    /// A server of the API of this engine, which executes tasks that call the API.
    pub(super) own_api: OnceLock<Arc<dyn TaskSource>>,
    /// The test cases that starts can choose.
    pub(super) test_cases: Option<MockConfig>,
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
    /// The only execution that is continued, with those that it started; `None` continues all open ones.
    pub(super) resumes_only: Option<SmolStr>,
    /// Executions are written and read again each time that they are parked.
    pub(super) roundtrip_on_idle: bool,
    /// How long a poll of a handler may take before it is reported.
    pub(super) blocking_threshold: Option<Duration>,
    /// The observer of the executions.
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// An execution that was started, or an existing one of the same name.
pub(super) struct StartOutcome {
    pub(super) state: Arc<ExecutionState>,
    /// The execution to drive; `None` when it is already running.
    pub(super) pending_execution: Option<PendingExecution>,
}

impl EngineShared {
    pub(super) fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many events an execution retains.
    pub(super) fn history(&self, machine_type: MachineType) -> u32 {
        let is_virtual = self.clock.is_virtual();
        match machine_type {
            MachineType::Standard if self.keeps_history.unwrap_or(true) => u32::MAX,
            MachineType::Express if self.keeps_history.unwrap_or(is_virtual) => self.limits.events,
            _ => 0,
        }
    }

    /// Creates an execution, or returns the existing one of its name.
    pub(super) fn launch(
        self: &Arc<Self>,
        machine: &Machine,
        input: Value,
        options: StartOptions,
        depth: u32,
    ) -> Result<StartOutcome, StartError> {
        if input.json_len() > self.limits.payload_bytes {
            return Err(StartError::InvalidInput(format!(
                "it has {} bytes, and {} are allowed",
                input.json_len(),
                self.limits.payload_bytes
            )));
        }
        if input.depth() > self.limits.value_depth {
            return Err(StartError::InvalidInput("it is nested too deep".to_owned()));
        }
        if let Some(name) = &options.name
            && check_machine(name).is_err()
        {
            return Err(StartError::InvalidName(name.clone()));
        }
        let is_express = machine.program.entry().machine_type == MachineType::Express;
        // A nested execution has the source of its parent.
        let own_source = options.source.clone().filter(|_| options.root.is_none());
        if own_source.is_some() && self.durable.is_some() && !is_express {
            return Err(StartError::InvalidTasks(
                "an engine with a store takes no mocks and no source of answers for a single start, because they end with the process; give them to the engine, or give the engine a mock file and start with one of its test cases"
                    .to_owned(),
            ));
        }
        if let Some(source) = &own_source {
            // The states may belong to any machine, because machines nest others.
            let problems = source.check(&self.machines.defined());
            if !problems.is_empty() {
                return Err(StartError::InvalidTasks(problems.join("\n")));
            }
        }
        let chosen = options.test_case;
        let chosen = chosen.map(|case| self.chosen_test_case(&machine.info, case));
        let (test_case, mocks) = match chosen.transpose()? {
            Some((case, mocks)) => (Some(case), mocks),
            None => (None, None),
        };
        if own_source.is_some() && mocks.is_some() {
            return Err(StartError::InvalidTasks(
                "a start takes a source of answers or a test case, not both".to_owned(),
            ));
        }
        let (seed, names) = match (options.name, options.id) {
            // The names of a nested execution were chosen when its start was resolved.
            (Some(name), Some(id)) => (self.entropy.draw(1).next_u64(), Names::new(id, name)),
            (name, id) => {
                let (seed, drawn) = self.drawn(machine, name.as_deref());
                let given = id.map(|id| Names::new(id, drawn.name(&machine.info)));
                (seed, given.unwrap_or(drawn))
            }
        };
        let about = Arc::new(ExecutionInfo {
            names,
            root: options.root.map(Box::new),
            machine: match (
                options.role_arn,
                options.machine_id,
                options.machine_name,
                test_case,
            ) {
                (None, None, None, None) => machine.info.clone(),
                (role_arn, id, name, test_case) => Arc::new(MachineInfo {
                    test_case,
                    ..machine.info.but(role_arn, id, name)
                }),
            },
            started: self.clock.now(),
            input,
            counts_redrives: !options.is_synchronous,
            redriven: None,
            depth,
        });
        if self.running.is_shut_down() {
            return Err(StartError::ShutDown);
        }
        // Express executions cannot be found by their ARNs.
        let mut executions = (!is_express).then(|| self.executions());
        if let Some(executions) = &executions {
            if let Some(known) = executions.namesake(&about) {
                return if known.final_report().is_none() && known.about.input == about.input {
                    Ok(StartOutcome {
                        state: known.clone(),
                        pending_execution: None,
                    })
                } else {
                    Err(StartError::ExecutionAlreadyExists(about.name().to_owned()))
                };
            }
            let open = executions.open_count();
            if open >= self.limits.open_executions {
                return Err(StartError::ExecutionLimitExceeded(open));
            }
        }
        let durable = self.durable.as_ref().filter(|_| !is_express);
        let state = match durable {
            Some(_) => ExecutionState::uncommitted(about, &self.clock),
            None => ExecutionState::new(about, &self.clock),
        };
        if !self.running.open(&state) {
            drop(executions);
            state.cancel_start();
            return Err(StartError::ShutDown);
        }
        let journaled = durable.map(|durable| Box::new(durable.start(machine, &state.about)));
        if let Some(executions) = &mut executions {
            executions.insert(state.clone());
        }
        drop(executions);
        if let Some(source) = own_source.filter(|source| source.is_finished_by_engine()) {
            source.attach(&EngineMonitor::new(self));
            self.start_sources().push(source);
            self.has_start_sources.store(true, Ordering::Release);
        }
        let pending_execution = PendingExecution {
            state: state.clone(),
            entry: machine.program.entry(),
            program: machine.program.clone(),
            child: ChildKind::None,
            source: mocks.or(options.source),
            begin: StartPoint::Start { seed },
            journaled,
        };
        Ok(StartOutcome {
            state,
            pending_execution: Some(pending_execution),
        })
    }

    /// Returns the name and the ARN of the next execution of a machine.
    pub(super) fn names(&self, machine: &Machine, name: Option<&str>) -> Names {
        let drawn = drawn_for_names(machine, name.is_some());
        self.named(machine, name, &self.entropy.draw(drawn))
    }

    /// Returns them with the seed of its random numbers.
    fn drawn(&self, machine: &Machine, name: Option<&str>) -> (u64, Names) {
        let drawn = 1 + drawn_for_names(machine, name.is_some());
        let entropy = self.entropy.draw(drawn);
        let seed = entropy.next_u64();
        (seed, self.named(machine, name, &entropy))
    }

    fn named(&self, machine: &Machine, name: Option<&str>, entropy: &Entropy) -> Names {
        let prefix = &*machine.info.prefix;
        match (machine.program.entry().machine_type, name) {
            (MachineType::Express, None) => Names::drawn(entropy),
            (MachineType::Express, Some(name)) => {
                let unique = entropy.uuid();
                Names::new([prefix, name, ":", &unique].concat(), name)
            }
            (MachineType::Standard, Some(name)) => Names::new([prefix, name].concat(), name),
            (MachineType::Standard, None) => {
                match self.durable {
                    // Names in a store begin with the time, so that new entries are adjacent in its index. Random ones would each touch a different
                    // page.
                    Some(_) => Names::ending(prefix, &entropy.uuid_at(self.clock.now())),
                    None => Names::drawn(entropy),
                }
            }
        }
    }

    fn start_sources(&self) -> MutexGuard<'_, Vec<Arc<dyn TaskSource>>> {
        self.start_sources
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports an event to the sources that are verified with the engine.
    pub(super) fn notify_sources(&self, message: impl FnOnce() -> String, is_failure: bool) {
        let start_sources = match self.has_start_sources.load(Ordering::Acquire) {
            true => self.start_sources().clone(),
            false => Vec::new(),
        };
        let sources = self.sources.iter().chain(&start_sources);
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
        for source in self.sources.iter().chain(&start_sources) {
            source.finish();
        }
    }

    /// Records the end of an execution, and evicts the oldest closed one when there are too many. Only the report of an execution that can be
    /// described is measured.
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
        let mut sources = source.into_iter().chain(&self.sources);
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

/// Returns how many random numbers the names of an execution consume.
fn drawn_for_names(machine: &Machine, is_named: bool) -> u32 {
    let is_express = machine.program.entry().machine_type == MachineType::Express;
    let uuids = u32::from(!is_named) + u32::from(is_express);
    2 * uuids
}
