//! Tasks and nested workflows as values, for a workflow without a Rust type.
//!
//! A [`Binder`] takes tasks by their types. A built workflow has these types only while it is
//! built, so it passes them to the binder of this module, which stores the data that a runtime
//! needs for each.

use crate::expr::Text;
use crate::shape::{Payload, Shape};
use crate::task::{
    Address, Deploy, ErrorVariant, Handler, JsonCall, Runs, Task, TaskBinder, TaskError, call_json,
};
use crate::workflow::{Binder, Definition, InvalidWorkflow, TaskSchemas, Workflow};
use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

/// The tasks and nested workflows of a built workflow.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    tasks: Vec<BoundTask>,
    workflows: Vec<BoundWorkflow>,
    items: Vec<BoundItems>,
}

impl Bindings {
    /// The tasks, one entry for each task and address.
    pub fn tasks(&self) -> &[BoundTask] {
        &self.tasks
    }

    /// The nested workflows.
    pub fn workflows(&self) -> &[BoundWorkflow] {
        &self.workflows
    }

    /// The item types of Distributed Maps.
    pub fn items(&self) -> &[BoundItems] {
        &self.items
    }

    fn add<T: Task>(&mut self, address: Address, call: Option<JsonCall>) {
        let task = BoundTask {
            type_id: TypeId::of::<T>(),
            function: T::FUNCTION,
            deploy: T::DEPLOY,
            sends_context: T::SENDS_CONTEXT,
            runs: T::RUNS,
            is_idempotent: T::IDEMPOTENT,
            address,
            schemas: TaskSchemas::of::<T>,
            errors: <T::Error as TaskError>::variants(),
            output: <T::Output as Payload>::shape,
            call,
        };
        let known =
            |other: &BoundTask| other.type_id == task.type_id && other.address == task.address;
        if !self.tasks.iter().any(known) {
            self.tasks.push(task);
        }
    }
}

impl TaskBinder for Bindings {
    fn handler<T: Handler>(&mut self, address: Address) {
        self.add::<T>(address, Some(call_json::<T>));
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        self.add::<T>(address, None);
    }
}

impl Binder for Bindings {
    fn workflow<W: Workflow>(&mut self, address: Address) {
        self.nested(BoundWorkflow {
            name: Text::Borrowed(W::NAME),
            address,
            input: <W::Input as Payload>::shape,
            output: <W::Output as Payload>::shape,
            source: BindingSource::Type {
                type_id: TypeId::of::<W>(),
                build: W::build,
                bind: |bindings| W::bind(bindings),
            },
        });
    }

    fn items<T: Payload>(&mut self, state: &str, is_batched: bool) {
        self.items.push(BoundItems {
            state: state.to_owned(),
            shape: T::shape,
            is_batched,
        });
    }
}

impl Bindings {
    /// Adds a nested workflow that was built with the builder.
    pub(super) fn built(&mut self, child: BoundWorkflow) {
        self.nested(child);
    }

    fn nested(&mut self, child: BoundWorkflow) {
        let known = |other: &BoundWorkflow| other.address == child.address && other.is(&child);
        if !self.workflows.iter().any(known) {
            self.workflows.push(child);
        }
    }
}

/// A task of a built workflow.
#[derive(Clone)]
pub struct BoundTask {
    /// The task's marker.
    pub type_id: TypeId,
    /// The function's name.
    pub function: &'static str,
    /// Where the task is deployed.
    pub deploy: Deploy,
    /// Whether the execution's context is sent with the input.
    pub sends_context: bool,
    /// Where an in-process runtime runs it.
    pub runs: Runs,
    /// Whether the task may run again after its process ended during a call.
    pub is_idempotent: bool,
    /// How the ASL names it.
    pub address: Address,
    /// Returns the schemas of the task's input and output.
    pub schemas: fn() -> TaskSchemas,
    /// The errors that the task declares, with those in transparent variants.
    pub errors: Vec<ErrorVariant>,
    /// The type of its result.
    pub output: fn() -> Shape,
    /// Calls the task with its payload as JSON text; `None` where the task is implemented
    /// elsewhere.
    pub call: Option<JsonCall>,
}

impl fmt::Debug for BoundTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundTask")
            .field("function", &self.function)
            .field("address", &self.address)
            .field("is_handler", &self.call.is_some())
            .finish_non_exhaustive()
    }
}

/// The item type of a Distributed Map.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BoundItems {
    /// The name of the Map state.
    pub state: String,
    /// The type of an item, or of a [`Batch`](crate::Batch) of them.
    pub shape: fn() -> Shape,
    /// Whether it is a batch.
    pub is_batched: bool,
}

/// A workflow that a built workflow runs.
#[derive(Clone)]
pub struct BoundWorkflow {
    /// The name of its state machine.
    pub name: Text,
    /// How the ASL names it.
    pub address: Address,
    /// The type of its input.
    pub input: fn() -> Shape,
    /// The type of its output.
    pub output: fn() -> Shape,
    source: BindingSource,
}

#[derive(Clone)]
enum BindingSource {
    Type {
        type_id: TypeId,
        build: fn() -> Result<Definition, InvalidWorkflow>,
        bind: fn(&mut Bindings),
    },
    Built(Arc<(Definition, Bindings)>),
}

impl BoundWorkflow {
    /// A nested workflow that was built with the builder.
    pub(super) fn of_built<In: Payload, Out: Payload>(
        definition: &Definition,
        bindings: &Bindings,
    ) -> BoundWorkflow {
        let (name, machine_type) = (definition.name(), definition.machine_type());
        BoundWorkflow {
            name: name.to_owned().into(),
            address: Address::of_machine(name, machine_type, true),
            input: In::shape,
            output: Out::shape,
            source: BindingSource::Built(Arc::new((definition.clone(), bindings.clone()))),
        }
    }

    /// The workflow's type; `None` for a built workflow.
    #[must_use]
    pub fn type_id(&self) -> Option<TypeId> {
        match &self.source {
            BindingSource::Type { type_id, .. } => Some(*type_id),
            BindingSource::Built(_) => None,
        }
    }

    /// Builds the workflow's definition.
    ///
    /// # Errors
    ///
    /// As [`Workflow::build`].
    pub fn build(&self) -> Result<Definition, InvalidWorkflow> {
        match &self.source {
            BindingSource::Type { build, .. } => build(),
            BindingSource::Built(built) => Ok(built.0.clone()),
        }
    }

    /// The tasks and nested workflows that it calls.
    #[must_use]
    pub fn bindings(&self) -> Bindings {
        match &self.source {
            BindingSource::Type { bind, .. } => {
                let mut bindings = Bindings::default();
                bind(&mut bindings);
                bindings
            }
            BindingSource::Built(built) => built.1.clone(),
        }
    }

    /// Whether both are the same workflow.
    fn is(&self, other: &BoundWorkflow) -> bool {
        match (&self.source, &other.source) {
            (BindingSource::Built(one), BindingSource::Built(other)) => {
                one.0.to_json() == other.0.to_json()
            }
            _ => self.type_id() == other.type_id(),
        }
    }
}

impl fmt::Debug for BoundWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundWorkflow")
            .field("name", &self.name)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
