//! Revisions of state machines, compiled once and started separately: the versions of a server of the API.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use tokio::sync::oneshot;

use super::registry::{self, PendingMachine};
use crate::distributed::{MapRun, RunChanges};
use crate::engine::completion::report::ExecutionReport;
use crate::engine::drive::execution_state::Message;
use crate::engine::drive::execution_task::{Driver, ExecutionTask};
use crate::engine::error::{BuildError, StartError};
use crate::engine::execution_handle::ExecutionHandle;
use crate::engine::machines::Machine;
use crate::engine::shared::StartOutcome;
use crate::engine::start::input::StartInput;
use crate::engine::start::options::StartOptions;
use crate::engine::start::redrive::missing_resume_point;
use crate::engine::{Engine, MachineDescription};
use crate::execution_info::{MachineInfo, Origin};
use crate::status::Status;
use crate::store::{StoreError, StoredDocument};
use crate::value::Value;

/// A compiled definition of a state machine. It may be older than the newest of its name.
#[derive(Clone)]
pub(crate) struct Revision {
    machine: Arc<Machine>,
}

impl Revision {
    /// Returns the same revision, with executions of this origin.
    pub(crate) fn with_origin(&self, origin: Origin) -> Self {
        let info = MachineInfo {
            origin: Some(Arc::new(origin)),
            ..MachineInfo::clone(&self.machine.info)
        };
        let machine = Arc::new(Machine {
            info: Arc::new(info),
            ..Machine::clone(&self.machine)
        });
        Self { machine }
    }

    /// Returns the role of its executions.
    pub(crate) fn role_arn(&self) -> &str {
        &self.machine.info.role_arn
    }

    pub(crate) fn describe(&self) -> MachineDescription {
        self.machine.describe()
    }
}

impl Engine {
    /// Compiles a definition with the role `role` for its executions. Nothing is registered.
    ///
    /// # Errors
    ///
    /// The problems of the definition.
    pub(crate) fn compile(
        &self,
        name: &str,
        text: &str,
        machine_type: MachineType,
        role: &str,
    ) -> Result<Revision, BuildError> {
        let machine = registry::read(name, text, &self.shared.limits).map_err(BuildError::new)?;
        let pending = PendingMachine::new(machine, machine_type);
        let compiled = self.shared.setting.compile(name, &pending);
        let mut machine = compiled.map_err(|problems| BuildError { problems })?;
        let info = machine.info.but(Some(role.to_owned()), None, None);
        machine.info = Arc::new(info);
        Ok(Revision {
            machine: Arc::new(machine),
        })
    }

    /// Makes a revision the newest one of its name.
    pub(crate) fn put_revision(&self, revision: &Revision) {
        self.shared.machines.put(revision.machine.clone());
        self.shared.look_for_handlers();
    }

    /// Returns the newest versions of all state machines, by their names.
    pub(crate) fn newest_revisions(&self) -> Vec<Revision> {
        let machines = &self.shared.machines;
        let names = machines.names().into_iter();
        let found = names.filter_map(|name| machines.find(&name));
        found.map(|machine| Revision { machine }).collect()
    }

    /// Starts an execution of a revision.
    ///
    /// # Errors
    ///
    /// As [`start_machine`](Self::start_machine).
    pub(crate) async fn start_revision(
        &self,
        revision: &Revision,
        input: Value,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Value>, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let launched = self.launch_revision(&revision.machine, input, options)?;
        if let Some(pending_execution) = launched.pending_execution {
            Driver::begin(
                ExecutionTask::new(self.shared.clone(), pending_execution),
                &runtime,
            );
        }
        let run = ExecutionHandle::new(launched.state, |output| Ok(output.clone()), &self.handle);
        run.accepted().await?;
        Ok(run)
    }

    /// Runs an execution of a revision to its end, on the caller's own task.
    ///
    /// # Errors
    ///
    /// As [`execute_machine`](Self::execute_machine).
    pub(crate) async fn execute_revision(
        &self,
        revision: &Revision,
        input: Value,
        options: StartOptions,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let launched = self.launch_revision(&revision.machine, input, options)?;
        if let Some(pending_execution) = launched.pending_execution {
            let _awaits = self.clock().await_end();
            ExecutionTask::new(self.shared.clone(), pending_execution).await;
        }
        let kept = launched.state.accepted().await;
        kept.map_err(|error| StartError::of_store(error, launched.state.about.name()))?;
        Ok(launched.state.finished().await)
    }

    fn launch_revision(
        &self,
        machine: &Machine,
        input: Value,
        options: StartOptions,
    ) -> Result<StartOutcome, StartError> {
        let input = StartInput::Any(input).of(machine.check_input);
        let launched = input.and_then(|input| self.shared.launch(machine, input, options, 0));
        launched.inspect_err(|error| self.refused(&machine.info.name, error))
    }

    /// Returns the ARN of a resource of this engine: `arn:aws:states:<region>:<account>:<kind>:<name>`.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> SmolStr {
        self.shared.setting.arn(kind, name)
    }

    /// Returns the region and the account of its ARNs.
    pub(crate) fn place(&self) -> (&str, &str) {
        let setting = &self.shared.setting;
        (&setting.region, &setting.account)
    }

    /// Sets the revisions behind the ARN of a version or an alias, with their weights, for states that start executions.
    pub(crate) fn put_qualified(&self, arn: &str, qualified: Vec<(u32, Revision)>) {
        let machines = qualified.into_iter();
        let machines = machines.map(|(weight, revision)| (weight, revision.machine));
        self.shared.machines.qualify(arn, machines.collect());
    }

    /// Returns a random number below `end`, which must not be 0.
    pub(crate) fn draw_below(&self, end: u64) -> u64 {
        self.shared.entropy.draw(1).next_u64() % end
    }

    /// Returns the documents of the store.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub(crate) fn documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        match &self.shared.durable {
            Some(durable) => durable.reader().documents(),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the maximum bytes of a payload: an input or the output of a task, for example.
    pub(crate) fn payload_bytes(&self) -> u64 {
        self.shared.limits.payload_bytes
    }

    /// Changes a Map Run as UpdateMapRun does. Returns `false` when it is not running.
    pub(crate) async fn update_map_run(&self, run: &MapRun, changes: RunChanges) -> bool {
        // An execution that only the store has is closed.
        let Ok(Some(state)) = self.shared.remembered(&run.execution) else {
            return false;
        };
        let (answer, updated) = oneshot::channel();
        let message = Message::UpdateRun(run.arn.as_str().into(), changes, answer);
        // A closed execution drops the message, and the sender in it.
        state.send(message).is_ok() && updated.await.unwrap_or(false)
    }

    /// Returns the Map Runs of an execution, and reads the store on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn find_map_runs(&self, execution: &str) -> Result<Vec<MapRun>, StoreError> {
        self.shared.find_map_runs(execution).await
    }

    /// Returns the ARN of the Map Run of a child execution.
    pub(crate) fn map_run_of(&self, child: &str) -> Result<Option<SmolStr>, StoreError> {
        // Its state machine is `<machine>/<label>`, and no name contains a `/`.
        if !child.contains('/') {
            return Ok(None);
        }
        if let Some(run) = self.shared.runs.run_of(child) {
            return Ok(Some(run));
        }
        let Some(durable) = &self.shared.durable else {
            return Ok(None);
        };
        let row = durable.reader().execution(child)?;
        Ok(row.and_then(|row| Some(SmolStr::from(row.child_of?.map_run))))
    }
}

/// Whether an execution can be redriven, as DescribeExecution reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Redrivability {
    Redrivable,
    /// Only together with the execution of its Map Run.
    ByMapRun,
    /// Not redrivable, with the reason.
    Not(String),
}

impl Engine {
    /// Returns whether an execution can be redriven.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub(crate) fn redrivability(
        &self,
        run: &ExecutionHandle<Value>,
    ) -> Result<Redrivability, StoreError> {
        let not = |reason: &str| Ok(Redrivability::Not(reason.to_owned()));
        let state = run.state();
        let Some(report) = state.final_report() else {
            return not("Execution is RUNNING and cannot be redriven");
        };
        if report.status == Status::Succeeded {
            return not("Execution is SUCCEEDED and cannot be redriven");
        }
        if self.map_run_of(run.id())?.is_some() {
            return Ok(Redrivability::ByMapRun);
        }
        let Some(redrivable) = state.redrivable() else {
            return not(missing_resume_point(report));
        };
        match self.shared.again(&state.about, report, &redrivable) {
            Ok(_) => Ok(Redrivability::Redrivable),
            Err(refused) => not(&refused.to_string()),
        }
    }
}
