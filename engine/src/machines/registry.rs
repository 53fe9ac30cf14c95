//! Collects the definitions, handlers and limits that a builder registers for an engine.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use indexmap::map::Entry;
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_asl::placeholder::Addresses;
use stepwright_asl::redaction::Redaction;
use stepwright_asl::source::StateSources;
use stepwright_interpreter::Limits;
use stepwright_interpreter::program::AnswerType;

use crate::clock::Clock;
use crate::dispatch::handlers::{Handlers, TaskRegistration};
use crate::machines::input::InputType;
use crate::task::handler::ErasedHandler;
use crate::task::{ConcurrencyLimiter, ResourceKind};

/// The registrations for an engine that is being built.
#[derive(Default)]
pub struct Registry {
    pub(crate) handlers: Handlers,
    /// State machines by the text of StateMachineArn.
    pub(crate) machines_by_target: HashMap<String, String>,
    /// Definitions to compile, by name.
    pub(crate) definitions: IndexMap<String, PendingMachine>,
    /// Which resources are activities or functions.
    pub(crate) families: IndexMap<String, ResourceKind>,
    /// Activities with external workers.
    pub(crate) activities: BTreeSet<String>,
    /// The keys of closures that may be called again.
    pub(crate) idempotent: BTreeSet<String>,
    /// How many handlers may run at a time.
    pub(crate) running: RunningLimits,
    pub(crate) problems: Vec<String>,
}

/// The configured limits of concurrent handlers.
#[derive(Default)]
pub(crate) struct RunningLimits {
    /// For all handlers.
    pub(crate) all: Option<usize>,
    /// For typed tasks, with the functions' names.
    pub(crate) tasks: Vec<(TypeId, &'static str, usize)>,
    /// For closures, by their keys.
    pub(crate) keys: Vec<(String, usize)>,
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
#[derive(Debug)]
pub struct PendingMachine {
    /// The definition.
    pub machine: StateMachine,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The states that call by placeholders, if the definition was a workflow: then each other
    /// placeholder belongs to the user, and needs a value.
    pub addresses: Option<Addresses>,
    /// The types of the answers to task tokens, by state, if the definition was a workflow.
    pub answers: BTreeMap<String, Arc<dyn AnswerType>>,
    /// The fields that messages mask.
    pub redaction: Redaction,
    /// Where the states are declared, if the definition was a workflow.
    pub sources: StateSources,
    /// The workflow's Rust type, where it has one.
    pub type_id: Option<TypeId>,
    /// The type of the workflow's input, where it has one.
    pub input_type: Option<InputType>,
}

/// Reads a definition. The error describes the first problem.
pub(crate) fn read(name: &str, text: &str, limits: &Limits) -> Result<StateMachine, String> {
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
    pub fn new(machine: StateMachine, machine_type: MachineType) -> Self {
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
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("machines", &self.definitions.keys())
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// Registers a definition under a name. A second one with this name is a problem.
    pub fn machine(&mut self, name: &str, machine: PendingMachine) {
        match self.definitions.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(machine);
            }
            Entry::Occupied(_) => self.taken(name),
        }
    }

    /// Returns the definition of this name.
    pub fn known(&mut self, name: &str) -> Option<&mut PendingMachine> {
        self.definitions.get_mut(name)
    }

    /// Adds a problem that prevents the build.
    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Adds the problem that a name belongs to two state machines.
    pub fn taken(&mut self, name: &str) {
        self.problem(format!("two state machines are named `{name}`"));
    }

    /// Sets the state machine that a text of `StateMachineArn` names.
    pub fn nested(&mut self, target: String, name: &str) {
        self.machines_by_target.insert(target, name.to_owned());
    }

    pub(crate) fn resource(&mut self, pattern: String, handler: ErasedHandler) {
        self.handlers.resource(pattern, handler);
    }

    pub(crate) fn function(&mut self, name: String, handler: ErasedHandler) {
        let registered = self.handlers.function(name, handler);
        self.problems.extend(registered.err());
    }

    /// Applies the settings of handlers that were made before the handlers were registered.
    pub(crate) fn settle(&mut self, clock: &Clock) {
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

    /// Registers a task of a workflow.
    pub fn task(&mut self, workflow: &str, task: TaskRegistration) {
        if let Some(kind) = task.kind {
            self.families.insert(task.resource.clone(), kind);
        }
        let registered = self.handlers.task(workflow, task);
        self.problems.extend(registered.err());
    }
}

/// Returns the problem of a setting for a handler that is not registered.
fn no_handler(method: &str, key: &str) -> String {
    format!(
        "`{method}` names `{key}`, and no `resource` or `function` is registered under that text"
    )
}
