//! The state machines of an engine.

use stepwright::builder::BuiltWorkflow;
use stepwright::{Payload, Workflow};
use stepwright_asl::model::{MachineType, StateMachine};

use super::EngineBuilder;
use crate::engine::machines::registry;
use crate::task::{Resource, ResourceKind};

/// # Workflows and definitions
impl EngineBuilder {
    /// Registers a workflow, its tasks and its nested workflows.
    pub fn register<W: Workflow>(mut self) -> Self {
        self.registry.workflow::<W>();
        self
    }

    /// Registers a workflow that the typed builder made, with its tasks and its nested workflows.
    ///
    /// ```
    /// use stepwright::builder::FlowBuilder;
    /// use stepwright_runtime::{Engine, StartOptions};
    ///
    /// #[stepwright::task]
    /// async fn double(number: u32) -> u32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let flow = FlowBuilder::<u32, u32>::new("Doubling");
    /// let state = flow.declare("Double");
    /// flow.start_at(&state);
    /// flow.task(&state, double {}).end();
    /// let doubling = flow.build()?;
    ///
    /// let engine = Engine::builder().register_built(&doubling).build()?;
    /// let run = engine.start_built(&doubling, 21, StartOptions::new()).await?;
    /// assert_eq!(run.await?, 42);
    /// # Ok(()) }
    /// ```
    pub fn register_built<In: Payload, Out>(mut self, built: &BuiltWorkflow<In, Out>) -> Self {
        self.registry.built(built);
        self
    }

    /// Registers a definition under a name.
    pub fn register_definition(
        mut self,
        name: impl Into<String>,
        machine: &StateMachine,
        machine_type: MachineType,
    ) -> Self {
        self.registry
            .definition(name.into(), machine.clone(), machine_type);
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
            Ok(machine) => self.registry.definition(name, machine, machine_type),
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
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use stepwright::prelude::*;
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// workflow! {
    ///     workflow Telling(order: String) -> String {
    ///         task Tell {
    ///             let sent: Value = service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("TopicArn"), Message: order };
    ///             end jsonata!("$states.result.MessageId", String);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = Engine::builder()
    ///     .register::<Telling>()
    ///     .substitute("TopicArn", "arn:aws:sns:us-east-1:123456789012:orders")
    ///     .resource("arn:aws:states:::sns:publish", |message: Value| async move {
    ///         Ok::<_, TaskFailure>(json!({ "MessageId": message["TopicArn"] }))
    ///     })
    ///     .build()?;
    /// let run = engine.start::<Telling>("o-1".to_owned()).await?;
    /// assert_eq!(run.await?, "arn:aws:sns:us-east-1:123456789012:orders");
    /// # Ok(()) }
    /// ```
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
