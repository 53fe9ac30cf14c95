use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use stepwright::builder::{Bindings, BoundWorkflow, BuiltWorkflow};
use stepwright::{
    Address, Binder, Definition, Deploy, Handler, Payload, Task, TaskBinder, Workflow,
};
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_asl::placeholder::Addresses;
use stepwright_asl::redaction::Redaction;
use stepwright_asl::source::StateSources;
use stepwright_interpreter::Limits;
use stepwright_interpreter::program::AnswerType;

use super::rust_answer::declared_answers;

use crate::clock::Clock;
use crate::engine::dispatch::handlers::{Handlers, TaskRegistration};
use crate::engine::start::input::InputType;
use crate::task::handler::{self, ErasedHandler};
use crate::task::{ConcurrencyLimiter, ResourceKind};

/// The registrations for an engine that is being built.
#[derive(Default)]
pub(in crate::engine) struct Registry {
    pub(in crate::engine) handlers: Handlers,
    /// State machines by the text of StateMachineArn.
    pub(in crate::engine) machines_by_target: HashMap<String, String>,
    /// Definitions to compile, by name.
    pub(in crate::engine) definitions: IndexMap<String, PendingMachine>,
    /// Which resources are activities or functions.
    pub(in crate::engine) families: IndexMap<String, ResourceKind>,
    /// Activities with external workers.
    pub(in crate::engine) activities: BTreeSet<String>,
    /// The keys of closures that may be called again.
    pub(in crate::engine) idempotent: BTreeSet<String>,
    /// How many handlers may run at a time.
    pub(in crate::engine) running: RunningLimits,
    pub(in crate::engine) problems: Vec<String>,
}

/// The configured limits of concurrent handlers.
#[derive(Default)]
pub(in crate::engine) struct RunningLimits {
    /// For all handlers.
    pub(in crate::engine) all: Option<usize>,
    /// For typed tasks, with the functions' names.
    pub(in crate::engine) tasks: Vec<(TypeId, &'static str, usize)>,
    /// For closures, by their keys.
    pub(in crate::engine) keys: Vec<(String, usize)>,
}

impl RunningLimits {
    /// Returns the limits that allow no handler to run.
    fn problems(&self) -> Vec<String> {
        let all = self.all.map(|most| ("all tasks", most)).into_iter();
        let tasks = self.tasks.iter().map(|(_, task, most)| (*task, *most));
        let keys = self.keys.iter().map(|(key, most)| (key.as_str(), *most));
        let none = all.chain(tasks).chain(keys).filter(|(_, most)| *most == 0);
        none.map(|(of, _)| {
            format!("a limit of 0 running tasks (of `{of}`) lets none run; give at least 1")
        })
        .collect()
    }
}

/// A definition that is not compiled yet.
pub(in crate::engine) struct PendingMachine {
    pub(in crate::engine) machine: StateMachine,
    pub(in crate::engine) machine_type: MachineType,
    /// The states that call by placeholders, if the definition was a workflow: then each other
    /// placeholder belongs to the user, and needs a value.
    pub(in crate::engine) addresses: Option<Addresses>,
    /// The types of the answers to task tokens, by state, if the definition was a workflow.
    pub(in crate::engine) answers: BTreeMap<String, Arc<dyn AnswerType>>,
    /// The fields that messages mask.
    pub(in crate::engine) redaction: Redaction,
    /// Where the states are declared, if the definition was a workflow.
    pub(in crate::engine) sources: StateSources,
    /// The workflow's Rust type, where it has one.
    type_id: Option<TypeId>,
    /// The type of the workflow's input, where it has one.
    pub(in crate::engine) input_type: Option<InputType>,
}

/// Reads a definition. The error describes the first problem.
pub(in crate::engine) fn read(
    name: &str,
    text: &str,
    limits: &Limits,
) -> Result<StateMachine, String> {
    if text.len() > limits.definition_bytes {
        return Err(format!(
            "the definition `{name}` has {} bytes, and {} are allowed",
            text.len(),
            limits.definition_bytes
        ));
    }
    StateMachine::from_json(text)
        .map_err(|diagnostics| format!("the definition `{name}`: {diagnostics}"))
}

impl PendingMachine {
    /// A definition without Rust types.
    pub(in crate::engine) fn new(machine: StateMachine, machine_type: MachineType) -> Self {
        Self {
            machine,
            machine_type,
            addresses: None,
            answers: BTreeMap::new(),
            redaction: Redaction::new(),
            sources: StateSources::default(),
            type_id: None,
            input_type: None,
        }
    }

    fn of(definition: &Definition) -> Self {
        Self {
            machine: definition.machine().clone(),
            machine_type: definition.machine_type(),
            addresses: definition.addresses().cloned(),
            answers: declared_answers(definition),
            redaction: definition.redaction().clone(),
            sources: definition.sources().clone(),
            type_id: None,
            input_type: None,
        }
    }
}

impl Registry {
    /// Registers a workflow with all of its tasks and nested workflows.
    pub(in crate::engine) fn workflow<W: Workflow>(&mut self) {
        let type_id = TypeId::of::<W>();
        if let Some(known) = self.definitions.get_mut(W::NAME) {
            if known.type_id == Some(type_id) {
                // A built workflow that nests it did not know its input's type.
                known.input_type = Some(InputType::of::<W::Input>());
            } else {
                self.problems
                    .push(format!("two state machines are named `{}`", W::NAME));
            }
            return;
        }
        match W::build() {
            Ok(definition) => {
                self.definitions.insert(
                    W::NAME.to_owned(),
                    PendingMachine {
                        type_id: Some(type_id),
                        input_type: Some(InputType::of::<W::Input>()),
                        ..PendingMachine::of(&definition)
                    },
                );
            }
            Err(faults) => self
                .problems
                .push(format!("workflow `{}`: {faults}", W::NAME)),
        }
        let mut binding = Binding {
            registry: self,
            workflow: W::NAME,
        };
        W::bind(&mut binding);
    }

    /// Registers a definition without Rust types.
    pub(in crate::engine) fn definition(
        &mut self,
        name: String,
        machine: StateMachine,
        machine_type: MachineType,
    ) {
        if self.definitions.contains_key(&name) {
            self.problems
                .push(format!("two state machines are named `{name}`"));
            return;
        }
        self.definitions
            .insert(name, PendingMachine::new(machine, machine_type));
    }

    /// Registers a workflow that the typed builder made, with all of its tasks and nested
    /// workflows.
    pub(in crate::engine) fn built<In: Payload, Out>(&mut self, built: &BuiltWorkflow<In, Out>) {
        let name = built.name().to_owned();
        if let Some(known) = self.definitions.get_mut(built.name())
            && known.type_id.is_none()
            && known.machine == *built.machine()
        {
            // A workflow that nests it did not know its input's type.
            known.input_type = Some(InputType::of::<In>());
            return;
        }
        self.definition(name, built.machine().clone(), built.machine_type());
        if let Some(pending) = self.definitions.get_mut(built.name()) {
            pending.addresses = built.definition().addresses().cloned();
            pending.answers = declared_answers(built.definition());
            pending.redaction = built.definition().redaction().clone();
            pending.sources = built.definition().sources().clone();
            pending.input_type = Some(InputType::of::<In>());
        }
        self.bindings(built.name(), built.bindings());
    }

    fn bindings(&mut self, workflow: &str, bindings: &Bindings) {
        for task in bindings.tasks() {
            let bound = TaskRegistration {
                type_id: task.type_id,
                function: task.function,
                deploy: task.deploy,
            };
            let handler = task.call.map(|call| {
                let handler = handler::of_call(task.function, call, task.runs);
                handler.idempotent(task.is_idempotent)
            });
            self.bind(workflow, &bound, task.address.clone(), handler);
        }
        for nested in bindings.workflows() {
            if let Some(target) = &nested.address.target {
                self.machines_by_target
                    .insert(target.clone(), nested.name.to_string());
            }
            self.nested(nested);
        }
    }

    /// Registers a nested workflow, whose type is erased here.
    fn nested(&mut self, workflow: &BoundWorkflow) {
        let definition = workflow.build();
        if let Some(known) = self.definitions.get(&*workflow.name) {
            let is_same = known.type_id == workflow.type_id()
                && definition.is_ok_and(|made| known.machine == *made.machine());
            if !is_same {
                self.problems
                    .push(format!("two state machines are named `{}`", workflow.name));
            }
            return;
        }
        match definition {
            Ok(definition) => {
                self.definitions.insert(
                    workflow.name.to_string(),
                    PendingMachine {
                        type_id: workflow.type_id(),
                        ..PendingMachine::of(&definition)
                    },
                );
            }
            Err(faults) => self
                .problems
                .push(format!("workflow `{}`: {faults}", workflow.name)),
        }
        self.bindings(&workflow.name, &workflow.bindings());
    }

    pub(in crate::engine) fn resource(&mut self, pattern: String, handler: ErasedHandler) {
        self.handlers.resource(pattern, handler);
    }

    pub(in crate::engine) fn function(&mut self, name: String, handler: ErasedHandler) {
        let registered = self.handlers.function(name, handler);
        self.problems.extend(registered.err());
    }

    /// Applies the settings of handlers that were made before the handlers were registered.
    pub(in crate::engine) fn settle(&mut self, clock: &Clock) {
        self.limit(clock);
        for key in &self.idempotent {
            let handlers = self.handlers.of_key(key);
            if handlers.is_empty() {
                self.problems.push(format!(
                    "{}; for a task with a body, write `#[task(idempotent)]`",
                    no_handler("idempotent", key)
                ));
            }
            for handler in handlers {
                handler.is_idempotent = true;
            }
        }
    }

    /// Attaches a queue to the handlers with a limit of concurrency.
    fn limit(&mut self, clock: &Clock) {
        let limits = std::mem::take(&mut self.running);
        if limits.all.is_none() && limits.tasks.is_empty() && limits.keys.is_empty() {
            return;
        }
        self.problems.extend(limits.problems());
        let limiter = Arc::new(ConcurrencyLimiter::new(limits.all, clock.clone()));
        if limits.all.is_some() {
            self.handlers.limit_all(&limiter.queue(None));
        }
        for (key, most) in &limits.keys {
            let queue = limiter.queue(Some(*most));
            let handlers = self.handlers.of_key(key);
            if handlers.is_empty() {
                self.problems.push(no_handler("max_running_of", key));
            }
            handlers.into_iter().for_each(|one| one.queue_in(&queue));
        }
        for (type_id, function, most) in limits.tasks {
            if !self.handlers.limit(type_id, &limiter.queue(Some(most))) {
                self.problems.push(format!(
                    "`max_running` names the task `{function}`, which no registered workflow calls"
                ));
            }
        }
    }

    fn bind(
        &mut self,
        workflow: &str,
        task: &TaskRegistration,
        address: Address,
        handler: Option<ErasedHandler>,
    ) {
        let Address {
            resource,
            target,
            is_activity,
        } = address;
        // An ARN contains its kind.
        if target.is_none()
            && !matches!(task.deploy, Deploy::Resource(_))
            && !resource.starts_with("arn:")
        {
            let family = if is_activity {
                ResourceKind::Activity
            } else {
                ResourceKind::Lambda
            };
            self.families.insert(resource.clone(), family);
        }
        let registered = self
            .handlers
            .task(workflow, task, (resource, target), handler);
        self.problems.extend(registered.err());
    }
}

/// Returns the problem of a setting for a handler that is not registered.
fn no_handler(method: &str, key: &str) -> String {
    format!(
        "`{method}` names `{key}`, and no `resource` or `function` is registered under that text"
    )
}

/// Registers the tasks of one workflow.
struct Binding<'a> {
    registry: &'a mut Registry,
    workflow: &'static str,
}

impl TaskBinder for Binding<'_> {
    fn handler<T: Handler>(&mut self, address: Address) {
        let handler = handler::of_task::<T>();
        self.registry.bind(
            self.workflow,
            &TaskRegistration::of::<T>(),
            address,
            Some(handler),
        );
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        self.registry
            .bind(self.workflow, &TaskRegistration::of::<T>(), address, None);
    }
}

impl Binder for Binding<'_> {
    fn workflow<W: Workflow>(&mut self, address: Address) {
        if let Some(target) = address.target {
            self.registry
                .machines_by_target
                .insert(target, W::NAME.to_owned());
        }
        self.registry.workflow::<W>();
    }
}
