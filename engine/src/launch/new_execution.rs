//! Creates executions, and chooses their names.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::name::check_machine;
use stepwright_interpreter::query::Entropy;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, MachineInfo, Names};

use crate::error::StartError;
use crate::execution::execution_state::ExecutionState;
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::launch::options::StartOptions;
use crate::machines::Machine;
use crate::shared::EngineShared;
use crate::task::{EngineMonitor, TaskSource};

/// An execution that was started, or an existing one of the same name.
pub(crate) struct StartOutcome {
    pub(crate) state: Arc<ExecutionState>,
    /// The execution to drive; `None` when it is already running.
    pub(crate) pending_execution: Option<PendingExecution>,
}

impl EngineShared {
    /// Creates an execution, or returns the existing one of its name.
    pub(crate) fn launch(
        self: &Arc<Self>,
        machine: &Machine,
        input: Value,
        mut options: StartOptions,
        depth: u32,
    ) -> Result<StartOutcome, StartError> {
        self.check_input(&input)?;
        if let Some(name) = &options.name
            && check_machine(name).is_err()
        {
            return Err(StartError::InvalidName(name.clone()));
        }
        let is_express = machine.program.entry().machine_type == MachineType::Express;
        let is_nested = options.root.is_some();
        let source = options.source.take();
        // A nested execution has the source of its parent.
        let own_source = source.clone().filter(|_| !is_nested);
        if let Some(source) = &own_source {
            self.check_source(&**source, is_express)?;
        }
        let chosen = options.test_case.take();
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
        let (seed, about) = self.about(machine, input, options, test_case, depth);
        if self.running.is_shut_down() {
            return Err(StartError::ShutDown);
        }
        // Express executions cannot be found by their ARNs.
        let mut executions = (!is_express).then(|| {
            let executions = self.executions();
            let hash = executions.hash_of(&about);
            (executions, hash)
        });
        if let Some((executions, hash)) = &executions {
            if let Some(known) = executions.namesake(&about, *hash) {
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
            if open >= self.open_executions_limit(is_nested) {
                return Err(StartError::ExecutionLimitExceeded(open));
            }
        } else if is_nested {
            self.check_express_limit(is_nested)?;
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
        if let Some((executions, hash)) = &mut executions {
            executions.insert(state.clone(), *hash);
        }
        drop(executions);
        if let Some(source) = own_source.filter(|source| source.is_finished_by_engine()) {
            source.attach(&EngineMonitor::new(self));
            self.sources.add_of_start(source);
        }
        let pending_execution = PendingExecution {
            state: state.clone(),
            entry: machine.program.entry(),
            program: machine.program.clone(),
            child: ChildKind::None,
            source: mocks.or(source),
            begin: StartPoint::Start { seed },
            journaled,
        };
        Ok(StartOutcome {
            state,
            pending_execution: Some(pending_execution),
        })
    }

    /// Returns the seed and the description of a new execution.
    fn about(
        &self,
        machine: &Machine,
        input: Value,
        options: StartOptions,
        test_case: Option<SmolStr>,
        depth: u32,
    ) -> (u64, Arc<ExecutionInfo>) {
        let (seed, names) = match (options.name, options.id) {
            // The names of a nested execution were chosen when its start was resolved.
            (Some(name), Some(id)) => (self.entropy.draw(1).next_u64(), Names::new(id, name)),
            (name, id) => {
                let (seed, drawn) = self.drawn(machine, name.as_deref());
                let given = id.map(|id| Names::new(id, drawn.name(&machine.info)));
                (seed, given.unwrap_or(drawn))
            }
        };
        let about = ExecutionInfo {
            names,
            root: options.root.map(Box::new),
            machine: match (
                options.role_arn,
                options.machine_id,
                options.machine_name,
                test_case,
                options.trace,
            ) {
                (None, None, None, None, None) => machine.info.clone(),
                (role_arn, id, name, test_case, trace) => Arc::new(MachineInfo {
                    test_case,
                    trace,
                    ..machine.info.with_names(role_arn, id, name)
                }),
            },
            started: self.clock.now(),
            input,
            counts_redrives: !options.is_synchronous,
            redriven: None,
            depth,
        };
        (seed, Arc::new(about))
    }

    fn check_input(&self, input: &Value) -> Result<(), StartError> {
        let most = self.limits.payload_bytes;
        let bytes = input.json_len();
        if bytes > most {
            return Err(StartError::InvalidInput(format!(
                "it has {bytes} bytes, and {most} are allowed"
            )));
        }
        if input.depth() > self.limits.value_depth {
            return Err(StartError::InvalidInput("it is nested too deep".to_owned()));
        }
        Ok(())
    }

    /// Checks the source of answers of a single start.
    fn check_source(&self, source: &dyn TaskSource, is_express: bool) -> Result<(), StartError> {
        if self.durable.is_some() && !is_express {
            return Err(StartError::InvalidTasks(
                "an engine with a store takes no mocks and no source of answers for a single start, because they end with the process; give them to the engine, or give the engine a mock file and start with one of its test cases"
                    .to_owned(),
            ));
        }
        // The states may belong to any machine, because machines nest others.
        let problems = source.check(&self.machines.defined());
        if !problems.is_empty() {
            return Err(StartError::InvalidTasks(problems.join("\n")));
        }
        Ok(())
    }

    /// Returns how many executions may be open before a start. Half of the limit is reserved for
    /// requests: a state machine that starts itself cannot use it.
    fn open_executions_limit(&self, is_nested: bool) -> usize {
        let limit = self.limits.open_executions;
        if is_nested { limit.div_ceil(2) } else { limit }
    }

    /// Checks that one more Express execution may run.
    pub(crate) fn check_express_limit(&self, is_nested: bool) -> Result<(), StartError> {
        let open = self.running.live_of(MachineType::Express) + self.start_queue.queued_express();
        if open < self.open_executions_limit(is_nested) {
            Ok(())
        } else {
            Err(StartError::ExecutionLimitExceeded(open))
        }
    }

    /// Returns the name and the ARN of the next execution of a machine, with the seed of its random
    /// numbers.
    fn drawn(&self, machine: &Machine, name: Option<&str>) -> (u64, Names) {
        let drawn = 1 + drawn_for_names(machine, name.is_some());
        let entropy = self.entropy.draw(drawn);
        let seed = entropy.next_u64();
        (seed, self.named(machine, name, &entropy))
    }

    /// Returns the name and the ARN of an execution of a machine. The random numbers make a
    /// generated name unique.
    pub(crate) fn named(&self, machine: &Machine, name: Option<&str>, entropy: &Entropy) -> Names {
        let prefix = &*machine.info.prefix;
        match (machine.program.entry().machine_type, name) {
            (MachineType::Express, None) => Names::generated(entropy),
            (MachineType::Express, Some(name)) => {
                let unique = entropy.uuid();
                Names::new([prefix, name, ":", &unique].concat(), name)
            }
            (MachineType::Standard, Some(name)) => Names::new([prefix, name].concat(), name),
            (MachineType::Standard, None) => {
                match self.durable {
                    // Names in a store begin with the time, so that new entries are adjacent in its
                    // index. Random ones would each touch a different page.
                    Some(_) => Names::with_prefix(prefix, &entropy.uuid_at(self.clock.now())),
                    None => Names::generated(entropy),
                }
            }
        }
    }
}

/// Returns how many random numbers the names of an execution consume.
fn drawn_for_names(machine: &Machine, is_named: bool) -> u32 {
    let is_express = machine.program.entry().machine_type == MachineType::Express;
    let uuids = u32::from(!is_named) + u32::from(is_express);
    2 * uuids
}
