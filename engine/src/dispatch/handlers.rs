//! The table of the registered handlers, and the search for the handler of a Task state.

use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};

use smol_str::SmolStr;
use stepwright_asl::resource::function_name;
use stepwright_asl::wildcard;

use crate::task::handler::{ErasedHandler, Resolution, ResolvedHandler};
use crate::task::{DefinedState, Resource, ResourceKind, WaitQueue};

/// The registered handlers of tasks, by key.
#[derive(Default)]
pub(crate) struct Handlers {
    /// Typed tasks by resource and target.
    tasks: HashMap<String, Vec<RegisteredTask>>,
    /// Closures for a function's name or ARN.
    functions: HashMap<String, ErasedHandler>,
    /// Closures for a resource or a pattern of resources; the first match is used.
    resources: Vec<(String, ErasedHandler)>,
}

/// A task that is being registered.
#[derive(Debug)]
pub struct TaskRegistration {
    /// The task's Rust type.
    pub type_id: TypeId,
    /// The name of its function, for messages.
    pub function: &'static str,
    /// `Resource` of the states that call it.
    pub resource: String,
    /// The target in the parameters of the calls, if the resource has one.
    pub target: Option<String>,
    /// Activity or function, if the resource does not show it.
    pub kind: Option<ResourceKind>,
    /// The handler, if it has a body.
    pub handler: Option<ErasedHandler>,
}

struct RegisteredTask {
    target: Option<String>,
    type_id: TypeId,
    function: &'static str,
    handler: Option<ErasedHandler>,
    /// The queue of calls of this task, whatever handler executes them.
    queue: Option<WaitQueue>,
    /// The workflow that uses it, for messages.
    workflow: SmolStr,
}

/// A task without a handler.
pub(crate) struct UnhandledTask {
    resource: String,
    target: Option<String>,
    /// The problem that is reported when no other source executes it.
    pub(crate) problem: String,
}

impl UnhandledTask {
    /// Whether a state calls it.
    pub(crate) fn is_called_by(&self, state: &DefinedState) -> bool {
        state.task().is_some_and(|task| {
            let is_target = self.target.is_none()
                || task.target() == self.target.as_deref()
                || task.is_computed();
            task.resource().base() == self.resource && is_target
        })
    }
}

impl Handlers {
    pub(crate) fn resource(&mut self, pattern: String, handler: ErasedHandler) {
        self.resources.push((pattern, handler));
    }

    /// Returns the closures that were registered under a key: a function, a resource or a pattern.
    pub(crate) fn of_key(&mut self, key: &str) -> Vec<&mut ErasedHandler> {
        let resources = self.resources.iter_mut();
        let resources = resources.filter(|(pattern, _)| pattern == key);
        let resources = resources.map(|(_, handler)| handler);
        resources.chain(self.functions.get_mut(key)).collect()
    }

    /// Queues the calls of a typed task in a separate queue, for all its handlers. `false` where no
    /// workflow calls it.
    pub(crate) fn limit(&mut self, type_id: TypeId, queue: &WaitQueue) -> bool {
        let tasks = self.tasks.values_mut().flatten();
        let mut own = tasks.filter(|task| task.type_id == type_id).peekable();
        let is_there = own.peek().is_some();
        for task in own {
            task.queue = Some(queue.clone());
            if let Some(handler) = &mut task.handler {
                handler.queue_in(queue);
            }
        }
        is_there
    }

    /// Queues the calls of all handlers in one queue.
    pub(crate) fn limit_all(&mut self, queue: &WaitQueue) {
        let tasks = self.tasks.values_mut().flatten();
        let tasks = tasks.filter_map(|task| task.handler.as_mut());
        let resources = self.resources.iter_mut().map(|(_, handler)| handler);
        let closures = self.functions.values_mut().chain(resources);
        tasks.chain(closures).for_each(|one| one.queue_in(queue));
    }

    /// Registers a closure for a function. Fails if the name is registered already.
    pub(crate) fn function(&mut self, name: String, handler: ErasedHandler) -> Result<(), String> {
        match self.functions.insert(name.clone(), handler) {
            None => Ok(()),
            Some(_) => Err(format!(
                "two handlers are registered for the function `{name}`"
            )),
        }
    }

    /// Registers a task of a workflow. Fails if another task has its key.
    pub(crate) fn task(&mut self, workflow: &str, task: TaskRegistration) -> Result<(), String> {
        let TaskRegistration {
            resource, target, ..
        } = task;
        let bound = self.tasks.entry(resource.clone()).or_default();
        match bound.iter().find(|bound| bound.target == target) {
            Some(known) if known.type_id == task.type_id => {}
            Some(known) => {
                let key = target.unwrap_or(resource);
                return Err(format!(
                    "the tasks `{}` and `{}` are both `{key}`; give one of them another `#[task(name = \"..\")]`",
                    known.function, task.function
                ));
            }
            None => bound.push(RegisteredTask {
                target,
                type_id: task.type_id,
                function: task.function,
                handler: task.handler,
                queue: None,
                workflow: workflow.into(),
            }),
        }
        Ok(())
    }

    /// Returns the tasks without a handler: they have no body, no closure for their key, and are no
    /// activities.
    pub(crate) fn unanswered(&self, activities: &BTreeSet<String>) -> Vec<UnhandledTask> {
        let mut unanswered = Vec::new();
        for (resource, bound) in &self.tasks {
            for task in bound.iter().filter(|task| task.handler.is_none()) {
                let key = task.target.as_ref().unwrap_or(resource);
                let is_answered = self.functions.contains_key(key)
                    || activities.contains(resource)
                    || self
                        .resources
                        .iter()
                        .any(|(pattern, _)| wildcard::matches(pattern, resource));
                if !is_answered {
                    unanswered.push(UnhandledTask {
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

    /// Returns what executes the calls of a state, as far as this is known before there are calls.
    /// `target` is the target that the definition names in the parameters.
    pub(crate) fn resolve(&self, resource: &Resource, target: Option<&str>) -> Resolution {
        let names_target = resource.kind() == ResourceKind::Service
            && (resource.is_lambda_invoke() || self.tasks.contains_key(resource.base()));
        if names_target && target.is_none() {
            return Resolution::ByTarget;
        }
        Resolution::Always(self.find(resource, target))
    }

    /// Returns the handler of a call of a resource that names `target` in its parameters.
    pub(crate) fn find(
        &self,
        resource: &Resource,
        target: Option<&str>,
    ) -> Option<ResolvedHandler> {
        let is_service = resource.kind() == ResourceKind::Service;
        let mut bound = self.tasks.get(resource.base()).into_iter().flatten();
        let task = bound.find(|bound| {
            bound.target.is_none() || (bound.target.as_deref() == target && is_service)
        });
        if let Some(handler) = task.and_then(|task| task.handler.as_ref()) {
            return Some(ResolvedHandler {
                handler: handler.clone(),
                is_function: !is_service || resource.is_lambda_invoke(),
            });
        }
        let mut found = self.closure(resource, target)?;
        if let Some(queue) = task.and_then(|task| task.queue.as_ref()) {
            found.handler.queue_in(queue);
        }
        Some(found)
    }

    /// Returns the closure for a call.
    fn closure(&self, resource: &Resource, target: Option<&str>) -> Option<ResolvedHandler> {
        let name = match resource.kind() {
            ResourceKind::Service if resource.is_lambda_invoke() => target,
            ResourceKind::Service => None,
            ResourceKind::Lambda | ResourceKind::Activity => Some(resource.as_str()),
        };
        if let Some(handler) = name.and_then(|name| self.by_name(name)) {
            return Some(ResolvedHandler {
                handler: handler.clone(),
                is_function: true,
            });
        }
        let fitting = self.resources.iter().find(|(pattern, _)| {
            wildcard::matches(pattern, resource.base())
                || wildcard::matches(pattern, resource.as_str())
        });
        fitting.map(|(_, handler)| ResolvedHandler {
            handler: handler.clone(),
            is_function: resource.kind() != ResourceKind::Service,
        })
    }

    /// Returns the handler of a function, by name or ARN. The definition and the registration may
    /// use different forms.
    fn by_name(&self, text: &str) -> Option<&ErasedHandler> {
        if self.functions.is_empty() {
            return None;
        }
        self.functions
            .get(text)
            .or_else(|| self.functions.get(function_name(text)))
    }
}
