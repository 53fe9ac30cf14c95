//! Decides which calls a mock answers: by state, function or resource.

use std::fmt;

use stepwright_asl::resource::function_name;
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::wildcard;
use stepwright_asl::words::quoted;
use stepwright_interpreter::value::Value;

use stepwright_engine::task::{DefinedState, Resource, ResourceKind, TaskCall};

/// Selects calls of tasks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Matcher {
    State(String),
    /// A name, ARN or placeholder.
    Function(String),
    /// The calls of a task function: its resource, and its target, if the resource has one.
    #[cfg_attr(not(feature = "typed"), expect(dead_code))]
    Task(TaskAddress),
    Resource(String),
}

/// What the states that call a task function have in common.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TaskAddress {
    pub(super) resource: String,
    pub(super) target: Option<String>,
}

impl Matcher {
    pub(super) fn is_for_call(&self, call: &TaskCall<'_>) -> bool {
        self.is_for(call.state(), call.resource(), call.parameters())
    }

    /// Returns whether it selects a call.
    pub(super) fn is_for(&self, state: &str, resource: &Resource, parameters: &Value) -> bool {
        self.fits(state, resource, resource.target_in(parameters))
    }

    /// Returns whether it may select a call of a Task state.
    pub(super) fn may_be_for(&self, state: &DefinedState) -> bool {
        let Some(task) = state.task() else {
            return false;
        };
        let by_target = match self {
            Self::Function(_) => task.resource().is_lambda_invoke(),
            Self::Task(address) => task.resource().base() == address.resource,
            Self::State(_) | Self::Resource(_) => false,
        };
        by_target && task.is_computed() || self.fits(state.name(), task.resource(), task.target())
    }

    fn fits(&self, state: &str, resource: &Resource, target: Option<&str>) -> bool {
        match self {
            Self::State(name) => name == state,
            Self::Function(name) => {
                let text = match resource.kind() {
                    ResourceKind::Service if resource.is_lambda_invoke() => target,
                    ResourceKind::Service => None,
                    ResourceKind::Lambda | ResourceKind::Activity => Some(resource.as_str()),
                };
                text.is_some_and(|text| text == name || function_name(text) == name)
            }
            Self::Task(address) => match resource.kind() {
                ResourceKind::Service => {
                    resource.base() == address.resource
                        && (address.target.is_none() || target == address.target.as_deref())
                }
                // A workflow's `deploy` puts the placeholder of the target into the resource.
                ResourceKind::Lambda | ResourceKind::Activity => {
                    resource.as_str() == address.target.as_ref().unwrap_or(&address.resource)
                }
            },
            Self::Resource(pattern) => {
                wildcard::matches(pattern, resource.as_str())
                    || wildcard::matches(pattern, resource.base())
            }
        }
    }

    /// Returns the problem if it selects no state of these definitions.
    pub(super) fn problem(&self, states: &[DefinedState]) -> Option<String> {
        if states.iter().any(|state| self.may_be_for(state)) {
            return None;
        }
        let tasks = states.iter().filter(|state| state.task().is_some());
        let called = tasks.clone().filter_map(|state| {
            let task = state.task()?;
            let target = task.target();
            Some(function_name(target.unwrap_or(task.resource().as_str())))
        });
        Some(match self {
            Self::State(name) => match states.iter().find(|state| state.name() == *name) {
                Some(state) => format!("`{name}` is a {} state, which calls no task", state.kind()),
                None => {
                    let names = tasks.map(|state| state.name());
                    format!("there is no state `{name}`{}", hint(name, names))
                }
            },
            Self::Function(name) => {
                let mut hint = hint(name, called.clone());
                if hint.is_empty() {
                    hint = listed(called);
                }
                format!("no state calls the function `{name}`{hint}")
            }
            Self::Task(_) => "no state calls it".to_owned(),
            Self::Resource(pattern) => {
                let resources = tasks.filter_map(|state| Some(state.task()?.resource().as_str()));
                format!(
                    "no state has the resource `{pattern}`{}",
                    hint(pattern, resources)
                )
            }
        })
    }

    /// Returns whether an output is that of a function, without the envelope.
    pub(super) fn is_function(&self) -> bool {
        matches!(self, Self::Function(_) | Self::Task(_))
    }
}

/// Returns the payload of a function in the parameters of its call.
pub(super) fn payload<'a>(resource: &Resource, parameters: &'a Value) -> Option<&'a Value> {
    if resource.is_lambda_invoke() {
        parameters.get("Payload")
    } else {
        Some(parameters)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(name) => write!(f, "the state `{name}`"),
            Self::Function(name) => write!(f, "the function `{name}`"),
            Self::Task(address) => {
                let target = address.target.as_ref().unwrap_or(&address.resource);
                write!(f, "the task `{target}`")
            }
            Self::Resource(pattern) => write!(f, "the resource `{pattern}`"),
        }
    }
}

/// Lists some of the called functions, after a semicolon.
fn listed<'c>(called: impl Iterator<Item = &'c str>) -> String {
    let mut names: Vec<&str> = called.collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(5);
    if names.is_empty() {
        String::new()
    } else {
        format!(
            "; the states call {}, and a task function is mocked by `Mocks::task`",
            quoted(names)
        )
    }
}

/// Suggests the name that was probably intended, after a semicolon.
pub(super) fn hint<'c>(name: &str, names: impl IntoIterator<Item = &'c str>) -> String {
    did_you_mean(name, names).map_or_else(String::new, |question| format!("; {question}"))
}
