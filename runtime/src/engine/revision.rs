//! Revisions of state machines, compiled once and started by themselves: what a server of the API keeps of versions.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::error::{BuildError, StartError};
use super::execution_task::ExecutionTask;
use super::list::{ExecutionFilter, ExecutionSummary};
use super::machines::Machine;
use super::redrive::nowhere;
use super::registry::{self, PendingMachine};
use super::report::ExecutionReport;
use super::run::Run;
use super::start::StartOptions;
use super::{Engine, MachineDescription};
use crate::execution_info::{ExecutionInfo, MachineInfo, Origin};
use crate::status::Status;
use crate::store::StoreError;
use crate::value::Value;

/// A compiled definition of a state machine. It needs not be the newest of its name.
#[derive(Clone)]
pub(crate) struct Revision {
    machine: Arc<Machine>,
}

impl Revision {
    /// The same, whose executions were asked for in this way.
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

    /// How its executions are asked for.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.machine.info.origin.as_deref()
    }

    /// The role that its executions run under.
    pub(crate) fn role_arn(&self) -> &str {
        &self.machine.info.role_arn
    }

    pub(crate) fn describe(&self) -> MachineDescription {
        self.machine.describe()
    }
}

impl Engine {
    /// Compiles a definition, whose executions run under `role`. Nothing is registered.
    ///
    /// # Errors
    ///
    /// What is wrong with the definition.
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

    /// Makes a revision the newest of its name.
    pub(crate) fn put_revision(&self, revision: &Revision) {
        self.shared.machines.put(revision.machine.clone());
        self.shared.look_for_handlers();
    }

    /// All state machines, each in its newest version, by their names.
    pub(crate) fn newest_revisions(&self) -> Vec<Revision> {
        let newest = self.shared.machines.newest();
        let names = self.shared.machines.names();
        let found = names.iter().filter_map(|name| newest.find(name));
        found
            .map(|machine| Revision {
                machine: machine.clone(),
            })
            .collect()
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
    ) -> Result<Run<Value>, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let input = checked(&revision.machine, input)?;
        let launched = self
            .shared
            .launch(&revision.machine, input, options, 0)
            .inspect_err(|error| self.refused(&revision.machine.info.name, error))?;
        if let Some(prepared) = launched.prepared {
            runtime.spawn(ExecutionTask::new(self.shared.clone(), prepared));
        }
        let run = Run::new(launched.state, |output| Ok(output.clone()), &self.handle);
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
        let input = checked(&revision.machine, input)?;
        let launched = self
            .shared
            .launch(&revision.machine, input, options, 0)
            .inspect_err(|error| self.refused(&revision.machine.info.name, error))?;
        if let Some(prepared) = launched.prepared {
            let _awaits = self.clock().await_end();
            ExecutionTask::new(self.shared.clone(), prepared).await;
        }
        let kept = launched.state.accepted().await;
        kept.map_err(|error| StartError::of_store(error, launched.state.about.name()))?;
        Ok(launched.state.finished().await)
    }

    fn refused(&self, machine: &str, error: &StartError) {
        let news = || format!("`{machine}` was not started: {error}");
        self.shared.tell(news, true);
    }

    /// The ARN of a resource of this engine: `arn:aws:states:<region>:<account>:<kind>:<name>`.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> SmolStr {
        self.shared.setting.arn(kind, name)
    }

    /// The region and the account of its ARNs.
    pub(crate) fn place(&self) -> (&str, &str) {
        let setting = &self.shared.setting;
        (&setting.region, &setting.account)
    }

    /// The most bytes of an input, a task's output and the like.
    pub(crate) fn payload_bytes(&self) -> u64 {
        self.shared.limits.payload_bytes
    }

    /// The ARN of the Map Run that a child execution belongs to.
    pub(crate) fn map_run_of(&self, child: &str) -> Result<Option<SmolStr>, StoreError> {
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

/// Whether an execution can be redriven, as DescribeExecution tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Redrivability {
    Redrivable,
    /// With the execution that its Map Run belongs to.
    ByMapRun,
    /// And why not.
    Not(String),
}

/// An execution in a list.
pub(crate) struct Listed {
    pub(crate) summary: ExecutionSummary,
    pub(crate) about: Arc<ExecutionInfo>,
}

impl Engine {
    /// Whether an execution can be redriven.
    ///
    /// # Errors
    ///
    /// What the store meets when it is read.
    pub(crate) fn redrivability(&self, run: &Run<Value>) -> Result<Redrivability, StoreError> {
        let not = |reason: &str| Ok(Redrivability::Not(reason.to_owned()));
        let state = run.state();
        let Some(report) = state.report() else {
            return not("Execution is RUNNING and cannot be redriven");
        };
        if report.status == Status::Succeeded {
            return not("Execution is SUCCEEDED and cannot be redriven");
        }
        if self.map_run_of(run.id())?.is_some() {
            return Ok(Redrivability::ByMapRun);
        }
        let Some(redrivable) = state.redrivable() else {
            return not(nowhere(report));
        };
        match self.shared.again(&state.about, report, &redrivable) {
            Ok(_) => Ok(Redrivability::Redrivable),
            Err(refused) => not(&refused.to_string()),
        }
    }

    /// As [`executions`](Self::executions), with what each execution is.
    ///
    /// # Errors
    ///
    /// What the store meets when it is read.
    pub(crate) fn listed(
        &self,
        filter: &ExecutionFilter,
    ) -> Result<(Vec<Listed>, Option<String>), StoreError> {
        let page = self.executions(filter)?;
        let mut all = Vec::with_capacity(page.executions.len());
        for summary in page.executions {
            // One that is gone meanwhile is not listed.
            if let Some(state) = self.shared.known(&summary.id)? {
                let about = state.about.clone();
                all.push(Listed { summary, about });
            }
        }
        Ok((all, page.next))
    }
}

/// An input in JSON, where it is one of the workflow's type.
fn checked(machine: &Machine, input: Value) -> Result<Value, StartError> {
    match machine.check_input.map(|check| check(&input)) {
        Some(Err(cause)) => Err(StartError::InvalidInput(cause)),
        _ => Ok(input),
    }
}
