//! Revisions of state machines, compiled once and started separately: the versions of a server of
//! the API.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use stepwright_asl::model::MachineType;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{MachineInfo, Origin};
use tokio::task::{JoinError, JoinHandle};

use super::ServerEngine;
use crate::MachineDescription;
use crate::error::{BuildError, StartError};
use crate::execution::report::ExecutionReport;
use crate::execution_handle::ExecutionHandle;
use crate::launch::new_execution::StartOutcome;
use crate::launch::options::StartOptions;
use crate::machines::Machine;
use crate::machines::input::StartInput;
use crate::machines::registry::{self, PendingMachine};

/// A compiled definition of a state machine. It may be older than the newest of its name.
#[derive(Clone)]
pub struct Revision {
    machine: Arc<Machine>,
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revision")
            .field("machine", &self.machine.info)
            .finish_non_exhaustive()
    }
}

impl Revision {
    /// Returns the same revision, with executions of this origin.
    pub fn with_origin(&self, origin: Origin) -> Self {
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
    pub fn role_arn(&self) -> &str {
        &self.machine.info.role_arn
    }

    /// Returns the printed definition, as
    /// [`History::definition`](crate::history::History::definition) returns it for its executions.
    pub fn text(&self) -> &str {
        &self.machine.text
    }

    fn name(&self) -> &str {
        &self.machine.info.name
    }

    /// Describes its state machine.
    pub fn describe(&self) -> MachineDescription {
        self.machine.describe()
    }
}

/// A spawned task that is aborted when its handle is dropped.
struct AbortOnDrop(JoinHandle<()>);

impl Future for AbortOnDrop {
    type Output = Result<(), JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ServerEngine {
    /// Compiles a definition with the role `role` for its executions. Nothing is registered.
    ///
    /// # Errors
    ///
    /// The problems of the definition.
    pub fn compile(
        &self,
        name: &str,
        text: &str,
        machine_type: MachineType,
        role: &str,
    ) -> Result<Revision, BuildError> {
        let machine = registry::read(name, text, &self.shared.limits).map_err(BuildError::new)?;
        let pending = PendingMachine::new(machine, machine_type);
        let compiled = self.shared.compile_settings.compile(name, &pending);
        let mut machine = compiled.map_err(|problems| BuildError { problems })?;
        let info = machine.info.with_names(Some(role.to_owned()), None, None);
        machine.info = Arc::new(info);
        Ok(Revision {
            machine: Arc::new(machine),
        })
    }

    /// Makes a revision the newest one of its name.
    pub fn put_revision(&self, revision: &Revision) {
        self.shared.add_machine(revision.machine.clone());
    }

    /// Returns the newest versions of all state machines, by their names.
    pub fn newest_revisions(&self) -> Vec<Revision> {
        let machines = &self.shared.machines;
        let names = machines.names().into_iter();
        let found = names.filter_map(|name| machines.find(&name));
        found.map(|machine| Revision { machine }).collect()
    }

    /// Starts an execution of a revision.
    ///
    /// # Errors
    ///
    /// As [`Engine::start_machine`](crate::Engine::start_machine).
    pub async fn start_revision(
        &self,
        revision: &Revision,
        input: Value,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Value>, StartError> {
        let launch = || self.launch_revision(&revision.machine, input, options);
        self.begin(revision.name(), launch, |output| Ok(output.clone()))
            .await
    }

    /// Runs an execution of a revision to its end: on the caller's own task, or on the reserved
    /// runtime. Dropping the future stops the execution.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute_machine`](crate::Engine::execute_machine).
    pub async fn execute_revision(
        &self,
        revision: &Revision,
        input: Value,
        options: StartOptions,
    ) -> Result<Arc<ExecutionReport>, StartError> {
        let runtime = self.start_runtime()?;
        let launch = || self.launch_revision(&revision.machine, input, options);
        self.run_to_end(revision.name(), launch, |task| async move {
            if runtime.is_current {
                task.await
            } else {
                // The execution ends with its task, however that ends.
                drop(AbortOnDrop(runtime.handle().spawn(task)).await)
            }
        })
        .await
    }

    fn launch_revision(
        &self,
        machine: &Machine,
        input: Value,
        options: StartOptions,
    ) -> Result<StartOutcome, StartError> {
        // A program bounds its own Express executions; a server cannot bound those of its clients
        // otherwise.
        if machine.program.entry().machine_type == MachineType::Express {
            self.shared.check_express_limit(false)?;
        }
        self.launch_machine(machine, StartInput::Any(input), options)
    }

    /// Sets the revisions behind the ARN of a version or an alias, with their weights, for states
    /// that start executions.
    pub fn put_qualified(&self, arn: &str, qualified: Vec<(u32, Revision)>) {
        let machines = qualified.into_iter();
        let machines = machines.map(|(weight, revision)| (weight, revision.machine));
        self.shared.machines.qualify(arn, machines.collect());
    }
}
