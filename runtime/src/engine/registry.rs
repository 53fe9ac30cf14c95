use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright::builder::{Bindings, BoundWorkflow, Built};
use stepwright::{
    Address, Binder, Definition, Deploy, Handler, Payload, Task, TaskBinder, Workflow,
};
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_asl::placeholder::Addresses;

use super::input::{self, CheckInput};
use crate::task::handler::{self, ErasedHandler, Found, Resolution};
use crate::task::{DefinedState, Family, Resource};

/// Everything that can answer a task by its key: handlers, declarations, nested workflows.
#[derive(Default)]
pub(super) struct Registry {
    /// Typed tasks by resource and target.
    tasks: HashMap<String, Vec<BoundTask>>,
    /// Closures for a function's name or ARN.
    functions: HashMap<String, ErasedHandler>,
    /// Closures for a resource or a pattern of resources; the first that fits.
    resources: Vec<(String, ErasedHandler)>,
    /// State machines by the text of StateMachineArn.
    pub(super) machines_by_target: HashMap<String, String>,
    /// Definitions to compile, by name.
    pub(super) definitions: IndexMap<String, PendingMachine>,
    /// Which resources are activities or functions.
    pub(super) families: IndexMap<String, Family>,
    /// Activities with workers outside.
    pub(super) activities: BTreeSet<String>,
    pub(super) problems: Vec<String>,
}

/// A definition that is not compiled yet.
pub(super) struct PendingMachine {
    pub(super) machine: StateMachine,
    pub(super) machine_type: MachineType,
    /// The states that call by placeholders, where the definition was a workflow: then each other placeholder is the
    /// user's, and needs a value.
    pub(super) addresses: Option<Addresses>,
    /// The workflow's Rust type, where it has one.
    type_id: Option<TypeId>,
    /// Whether an input is one of the workflow's type, where it has one.
    pub(super) check_input: Option<CheckInput>,
}

impl PendingMachine {
    fn of(definition: &Definition) -> Self {
        Self {
            machine: definition.machine().clone(),
            machine_type: definition.machine_type(),
            addresses: definition.addresses().cloned(),
            type_id: None,
            check_input: None,
        }
    }
}

/// A task that is being registered.
struct Bound {
    type_id: TypeId,
    function: &'static str,
    deploy: Deploy,
}

impl Bound {
    fn of<T: Task>() -> Self {
        Self {
            type_id: TypeId::of::<T>(),
            function: T::FUNCTION,
            deploy: T::DEPLOY,
        }
    }
}

struct BoundTask {
    target: Option<String>,
    type_id: TypeId,
    function: &'static str,
    handler: Option<ErasedHandler>,
    /// The workflow that uses it, for messages.
    workflow: SmolStr,
}

/// A task without a handler.
pub(super) struct Unanswered {
    resource: String,
    target: Option<String>,
    /// What to say where nobody else answers it.
    pub(super) problem: String,
}

impl Unanswered {
    /// Whether a state calls it.
    pub(super) fn is_called_by(&self, state: &DefinedState) -> bool {
        state.task.as_ref().is_some_and(|task| {
            let is_target = self.target.is_none()
                || task.target.as_deref() == self.target.as_deref()
                || task.is_computed();
            task.resource.base() == self.resource && is_target
        })
    }
}

impl Registry {
    /// Registers a workflow with all of its tasks and nested workflows.
    pub(super) fn workflow<W: Workflow>(&mut self) {
        let type_id = TypeId::of::<W>();
        if let Some(known) = self.definitions.get_mut(W::NAME) {
            if known.type_id == Some(type_id) {
                // A built workflow that nests it did not know its input's type.
                known.check_input = Some(input::check::<W::Input>);
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
                        check_input: Some(input::check::<W::Input>),
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
    pub(super) fn definition(
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
        self.definitions.insert(
            name,
            PendingMachine {
                machine,
                machine_type,
                addresses: None,
                type_id: None,
                check_input: None,
            },
        );
    }

    /// Registers a workflow that the typed builder made, with all of its tasks and nested workflows.
    pub(super) fn built<In: Payload, Out>(&mut self, built: &Built<In, Out>) {
        let name = built.name().to_owned();
        if let Some(known) = self.definitions.get_mut(built.name())
            && known.type_id.is_none()
            && known.machine == *built.machine()
        {
            // A workflow that nests it did not know its input's type.
            known.check_input = Some(input::check::<In>);
            return;
        }
        self.definition(name, built.machine().clone(), built.machine_type());
        if let Some(pending) = self.definitions.get_mut(built.name()) {
            pending.addresses = built.definition().addresses().cloned();
            pending.check_input = Some(input::check::<In>);
        }
        self.bindings(built.name(), built.bindings());
    }

    fn bindings(&mut self, workflow: &str, bindings: &Bindings) {
        for task in bindings.tasks() {
            let bound = Bound {
                type_id: task.type_id,
                function: task.function,
                deploy: task.deploy,
            };
            let handler = task.call.map(handler::of_call);
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

    /// A workflow of a type that is not known here any more.
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

    pub(super) fn resource(&mut self, pattern: String, handler: ErasedHandler) {
        self.resources.push((pattern, handler));
    }

    pub(super) fn function(&mut self, name: String, handler: ErasedHandler) {
        if self.functions.insert(name.clone(), handler).is_some() {
            self.problems.push(format!(
                "two handlers are registered for the function `{name}`"
            ));
        }
    }

    fn bind(
        &mut self,
        workflow: &str,
        task: &Bound,
        address: Address,
        handler: Option<ErasedHandler>,
    ) {
        let Address {
            resource,
            target,
            is_activity,
        } = address;
        // An ARN says what it is.
        if target.is_none()
            && !matches!(task.deploy, Deploy::Resource(_))
            && !resource.starts_with("arn:")
        {
            let family = if is_activity {
                Family::Activity
            } else {
                Family::Lambda
            };
            self.families.insert(resource.clone(), family);
        }
        let bound = self.tasks.entry(resource.clone()).or_default();
        match bound.iter().find(|bound| bound.target == target) {
            Some(known) if known.type_id == task.type_id => {}
            Some(known) => {
                let key = target.unwrap_or(resource);
                self.problems.push(format!(
                    "the tasks `{}` and `{}` are both `{key}`; give one of them another `#[task(name = \"..\")]`",
                    known.function, task.function
                ));
            }
            None => bound.push(BoundTask {
                target,
                type_id: task.type_id,
                function: task.function,
                handler,
                workflow: workflow.into(),
            }),
        }
    }

    /// The tasks that no handler answers: without a body, without a closure for their key and no activity.
    pub(super) fn unanswered(&self) -> Vec<Unanswered> {
        let mut unanswered = Vec::new();
        for (resource, bound) in &self.tasks {
            for task in bound.iter().filter(|task| task.handler.is_none()) {
                let key = task.target.as_ref().unwrap_or(resource);
                let is_answered = self.functions.contains_key(key)
                    || self.activities.contains(resource)
                    || self
                        .resources
                        .iter()
                        .any(|(pattern, _)| fits(pattern, resource));
                if !is_answered {
                    unanswered.push(Unanswered {
                        resource: resource.clone(),
                        target: task.target.clone(),
                        problem: format!(
                            "the task `{}` of workflow `{}` (`{key}`) has no handler; give it a body, register a handler or a mock for it, or declare the activity that answers it",
                            task.function, task.workflow
                        ),
                    });
                }
            }
        }
        unanswered.sort_by(|a, b| a.problem.cmp(&b.problem));
        unanswered
    }

    /// Who answers the calls of a state, as far as that can be said before there are calls. `target` is whom the
    /// definition names in the parameters.
    pub(super) fn resolve(&self, resource: &Resource, target: Option<&str>) -> Resolution {
        let names_target = resource.family() == Family::Service
            && (resource.is_lambda_invoke() || self.tasks.contains_key(resource.base()));
        if names_target && target.is_none() {
            return Resolution::ByTarget;
        }
        Resolution::Always(self.find(resource, target))
    }

    /// Who answers a call of a resource that names `target` in its parameters.
    pub(super) fn find(&self, resource: &Resource, target: Option<&str>) -> Option<Found> {
        if let Some(bound) = self.tasks.get(resource.base()) {
            let is_service = resource.family() == Family::Service;
            let task = bound.iter().find(|bound| {
                bound.target.is_none() || (bound.target.as_deref() == target && is_service)
            });
            if let Some(handler) = task.and_then(|task| task.handler.as_ref()) {
                return Some(Found {
                    handler: handler.clone(),
                    is_function: !is_service || resource.is_lambda_invoke(),
                });
            }
        }
        let name = match resource.family() {
            Family::Service if resource.is_lambda_invoke() => target,
            Family::Service => None,
            Family::Lambda | Family::Activity => Some(resource.as_str()),
        };
        if let Some(name) = name
            && let Some(handler) = self.by_name(name)
        {
            return Some(Found {
                handler: handler.clone(),
                is_function: true,
            });
        }
        let fitting = self.resources.iter().find(|(pattern, _)| {
            fits(pattern, resource.base()) || fits(pattern, resource.as_str())
        });
        fitting.map(|(_, handler)| Found {
            handler: handler.clone(),
            is_function: resource.family() != Family::Service,
        })
    }

    /// A function by its name or ARN, whichever the definition and the registration say.
    fn by_name(&self, text: &str) -> Option<&ErasedHandler> {
        if self.functions.is_empty() {
            return None;
        }
        self.functions
            .get(text)
            .or_else(|| self.functions.get(function_name(text)))
    }
}

/// The name in a function's ARN, without version or alias; other text as it is.
pub(crate) fn function_name(text: &str) -> &str {
    match text.split_once(":function:") {
        Some((_, name)) => name.split(':').next().unwrap_or(name),
        None => text,
    }
}

/// Whether a pattern, in which `*` stands for anything, fits a text.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Takes the tasks of one workflow.
struct Binding<'a> {
    registry: &'a mut Registry,
    workflow: &'static str,
}

impl TaskBinder for Binding<'_> {
    fn handler<T: Handler>(&mut self, address: Address) {
        let handler = handler::of_task::<T>();
        self.registry
            .bind(self.workflow, &Bound::of::<T>(), address, Some(handler));
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        self.registry
            .bind(self.workflow, &Bound::of::<T>(), address, None);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(fits(
            "arn:aws:states:::aws-sdk:*",
            "arn:aws:states:::aws-sdk:s3:getObject"
        ));
        assert!(fits("*", ""));
        assert!(fits("a*c*e", "abcde"));
        assert!(!fits("a*c*e", "abde"));
        assert!(fits("exact", "exact") && !fits("exact", "exactly"));
        assert!(!fits("ab*ba", "aba"));
    }

    #[test]
    fn a_function_is_found_by_name_in_its_arn() {
        assert_eq!(
            function_name("arn:aws:lambda:us-east-1:1:function:charge:$LATEST"),
            "charge"
        );
        assert_eq!(function_name("charge"), "charge");
    }
}
