//! The state machines of an engine.

use stepwright_asl::model::{MachineType, StateMachine};

use super::{BuiltEngine, EngineBuilder, Registers, RegistersBuilt};
use crate::machines::registry::{self, PendingMachine};
use crate::task::{Resource, ResourceKind};

/// # Workflows and definitions
impl<E: BuiltEngine> EngineBuilder<E> {
    /// Registers a workflow, its tasks and its nested workflows.
    pub fn register<W>(mut self) -> Self
    where
        E: Registers<W>,
    {
        E::register(&mut self.registry);
        self
    }

    /// Registers a workflow that the typed builder made, with its tasks and its nested workflows.
    pub fn register_built<B>(mut self, built: &B) -> Self
    where
        E: RegistersBuilt<B>,
    {
        E::register_built(&mut self.registry, built);
        self
    }

    /// Registers a definition under a name.
    pub fn register_definition(
        mut self,
        name: impl Into<String>,
        machine: &StateMachine,
        machine_type: MachineType,
    ) -> Self {
        self.registry.machine(
            &name.into(),
            PendingMachine::new(machine.clone(), machine_type),
        );
        self
    }

    /// Registers a definition from its JSON text. An invalid text is an error of
    /// [`build`](Self::build).
    pub fn register_json(
        mut self,
        name: impl Into<String>,
        text: &str,
        machine_type: MachineType,
    ) -> Self {
        let name = name.into();
        match registry::read(&name, text, &self.limits) {
            Ok(machine) => {
                let machine = PendingMachine::new(machine, machine_type);
                self.registry.machine(&name, machine);
            }
            Err(problem) => self.registry.problems.push(problem),
        }
        self
    }

    /// Sets the value of a user's placeholder, as a template does when the workflow is deployed:
    /// `name` is the name in `placeholder!("TopicArn")`, or in `${TopicArn}` of a definition. A
    /// second value for one name replaces the first.
    ///
    /// The value is used literally, with all its characters. A state of a workflow that reads a
    /// placeholder without a value fails with `States.Runtime`, which no catcher matches, and its
    /// cause names this method. The engine is built all the same, because a test may never enter
    /// the state. In a definition without a workflow, such a text stays unchanged.
    pub fn substitute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(name.into(), value.into());
        self
    }

    /// Declares an activity whose workers poll
    /// [`Engine::get_activity_task`](crate::Engine::get_activity_task). It exists in every engine
    /// that is built in this manner. [`Engine::create_activity`](crate::Engine::create_activity)
    /// creates others.
    pub fn activity(mut self, arn: impl Into<String>) -> Self {
        let arn = arn.into();
        let base = Resource::parse(&arn).base().to_owned();
        self.registry.families.insert(base, ResourceKind::Activity);
        self.registry.activities.insert(arn);
        self
    }
}
