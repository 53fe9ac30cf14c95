//! Workflows and their tasks, as an engine registers them.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use stepwright::builder::{Bindings, BoundWorkflow, BuiltWorkflow};
use stepwright::task::IntoTaskFailure;
use stepwright::{
    Address, Binder, Definition, Deploy, Handler, Payload, Schemas, Task, TaskBinder, Workflow,
};
use stepwright_engine::registration::{
    ErasedHandler, InputType, PendingMachine, Registry, TaskRegistration,
};
use stepwright_engine::task::{ResourceKind, TaskFailure};
use stepwright_engine::{FailsWith, NamesTask, Registers, RegistersBuilt};
use stepwright_interpreter::program::{AnswerError, AnswerType};

use crate::engine::Engine;
use crate::{handler, typed_value};

impl<F: IntoTaskFailure> FailsWith<F> for Engine {
    fn failure(error: F) -> TaskFailure {
        error.into_task_failure()
    }
}

impl<T: Task> NamesTask<T> for Engine {
    fn task() -> (TypeId, &'static str) {
        (TypeId::of::<T>(), T::FUNCTION)
    }
}

impl<W: Workflow> Registers<W> for Engine {
    fn register(registry: &mut Registry) {
        workflow::<W>(registry);
    }
}

impl<In: Payload, Out> RegistersBuilt<BuiltWorkflow<In, Out>> for Engine {
    fn register_built(registry: &mut Registry, built: &BuiltWorkflow<In, Out>) {
        let name = built.name();
        if let Some(known) = registry.known(name)
            && known.type_id.is_none()
            && known.machine == *built.machine()
        {
            // A workflow that nests it did not know its input's type.
            known.input_type = Some(input_type::<In>());
            return;
        }
        let machine = PendingMachine {
            input_type: Some(input_type::<In>()),
            ..pending(built.definition())
        };
        registry.machine(name, machine);
        bindings(registry, name, built.bindings());
    }
}

/// Registers a workflow with all of its tasks and nested workflows.
fn workflow<W: Workflow>(registry: &mut Registry) {
    let type_id = TypeId::of::<W>();
    if let Some(known) = registry.known(W::NAME) {
        if known.type_id == Some(type_id) {
            // A built workflow that nests it did not know its input's type.
            known.input_type = Some(input_type::<W::Input>());
        } else {
            registry.taken(W::NAME);
        }
        return;
    }
    match W::build() {
        Ok(definition) => {
            let machine = PendingMachine {
                type_id: Some(type_id),
                input_type: Some(input_type::<W::Input>()),
                ..pending(&definition)
            };
            registry.machine(W::NAME, machine);
        }
        Err(faults) => registry.problem(format!("workflow `{}`: {faults}", W::NAME)),
    }
    W::bind(&mut Binding {
        registry,
        workflow: W::NAME,
    });
}

/// Registers a nested workflow, whose type is erased here.
fn nested(registry: &mut Registry, workflow: &BoundWorkflow) {
    let definition = workflow.build();
    if let Some(known) = registry.known(&workflow.name) {
        let is_same = known.type_id == workflow.type_id()
            && definition.is_ok_and(|made| known.machine == *made.machine());
        if !is_same {
            registry.taken(&workflow.name);
        }
        return;
    }
    match definition {
        Ok(definition) => {
            let machine = PendingMachine {
                type_id: workflow.type_id(),
                ..pending(&definition)
            };
            registry.machine(&workflow.name, machine);
        }
        Err(faults) => registry.problem(format!("workflow `{}`: {faults}", workflow.name)),
    }
    bindings(registry, &workflow.name, &workflow.bindings());
}

fn bindings(registry: &mut Registry, workflow: &str, bindings: &Bindings) {
    for task in bindings.tasks() {
        let handler = task.call.map(|call| {
            let handler = handler::of_call(task.function, call, task.runs);
            handler.idempotent(task.is_idempotent)
        });
        let registration = TaskRegistration {
            type_id: task.type_id,
            function: task.function,
            kind: kind(&task.address, task.deploy),
            resource: task.address.resource.clone(),
            target: task.address.target.clone(),
            handler,
        };
        registry.task(workflow, registration);
    }
    for workflow in bindings.workflows() {
        if let Some(target) = &workflow.address.target {
            registry.nested(target.clone(), &workflow.name);
        }
        nested(registry, workflow);
    }
}

/// Returns the kind of a task's resource, if neither the resource nor its target shows it.
fn kind(address: &Address, deploy: Deploy) -> Option<ResourceKind> {
    // An ARN contains its kind.
    if address.target.is_some()
        || matches!(deploy, Deploy::Resource(_))
        || address.resource.starts_with("arn:")
    {
        return None;
    }
    Some(if address.is_activity {
        ResourceKind::Activity
    } else {
        ResourceKind::Lambda
    })
}

fn pending(definition: &Definition) -> PendingMachine {
    let machine = definition.machine().clone();
    PendingMachine {
        addresses: definition.addresses().cloned(),
        answers: declared_answers(definition),
        redaction: definition.redaction().clone(),
        sources: definition.sources().clone(),
        ..PendingMachine::new(machine, definition.machine_type())
    }
}

fn input_type<I: Payload>() -> InputType {
    InputType {
        check: |input| typed_value::read::<I>(input).map(drop),
        schema: || Schemas::input_of::<I>().to_value(),
    }
}

/// Registers the tasks of one workflow.
struct Binding<'a> {
    registry: &'a mut Registry,
    workflow: &'static str,
}

impl Binding<'_> {
    fn task<T: Task>(&mut self, address: Address, handler: Option<ErasedHandler>) {
        let registration = TaskRegistration {
            type_id: TypeId::of::<T>(),
            function: T::FUNCTION,
            kind: kind(&address, T::DEPLOY),
            resource: address.resource,
            target: address.target,
            handler,
        };
        self.registry.task(self.workflow, registration);
    }
}

impl TaskBinder for Binding<'_> {
    fn handler<T: Handler>(&mut self, address: Address) {
        self.task::<T>(address, Some(handler::of_task::<T>()));
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        self.task::<T>(address, None);
    }
}

impl Binder for Binding<'_> {
    fn workflow<W: Workflow>(&mut self, address: Address) {
        if let Some(target) = address.target {
            self.registry.nested(target, W::NAME);
        }
        workflow::<W>(self.registry);
    }
}

/// The Rust type of the answer to a task token.
#[derive(Debug)]
struct RustAnswer(stepwright::flow::AnswerType);

impl AnswerType for RustAnswer {
    fn schema(&self) -> Json {
        self.0.schema()
    }

    fn check(&self, answer: Json) -> Result<(), AnswerError> {
        self.0.check(answer).map_err(AnswerError::new)
    }
}

/// Returns the types of the answers that a workflow declares, by state.
fn declared_answers(definition: &Definition) -> BTreeMap<String, Arc<dyn AnswerType>> {
    let answers = definition.answers().iter();
    let typed = answers.map(|(state, answer)| {
        let answer: Arc<dyn AnswerType> = Arc::new(RustAnswer(*answer));
        (state.clone(), answer)
    });
    typed.collect()
}
