use stepwright::{Address, Task};

use crate::engine::{fits, function_name};
use crate::task::{Family, Resource, TaskCall};
use crate::value::Value;

/// Which calls are meant.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    State(String),
    /// A name, ARN or placeholder.
    Function(String),
    Task(Address),
    Resource(String),
}

impl Matcher {
    /// The calls of a task function.
    pub(super) fn task<T: Task>() -> Self {
        Self::Task(Address::of::<T>(None))
    }

    pub(super) fn is_for_call(&self, call: &TaskCall<'_>) -> bool {
        self.is_for(call.state(), call.resource(), call.parameters())
    }

    pub(super) fn is_for(&self, state: &str, resource: &Resource, parameters: &Value) -> bool {
        let target = resource.target_in(parameters);
        match self {
            Self::State(name) => name == state,
            Self::Function(name) => {
                let text = match resource.family() {
                    Family::Service if resource.is_lambda_invoke() => target,
                    Family::Service => None,
                    Family::Lambda | Family::Activity => Some(resource.as_str()),
                };
                text.is_some_and(|text| text == name || function_name(text) == name)
            }
            Self::Task(address) => match resource.family() {
                Family::Service => {
                    resource.base() == address.resource
                        && (address.target.is_none() || target == address.target.as_deref())
                }
                // A workflow's `deploy` puts the placeholder of the target into the resource.
                Family::Lambda | Family::Activity => {
                    resource.as_str() == address.target.as_ref().unwrap_or(&address.resource)
                }
            },
            Self::Resource(pattern) => {
                fits(pattern, resource.as_str()) || fits(pattern, resource.base())
            }
        }
    }

    /// Whether an output is a function's, without the envelope.
    pub(super) fn is_function(&self) -> bool {
        matches!(self, Self::Function(_) | Self::Task(_))
    }
}

/// What a function gets of the parameters of its call.
pub(super) fn payload<'a>(resource: &Resource, parameters: &'a Value) -> Option<&'a Value> {
    if resource.is_lambda_invoke() {
        parameters.get("Payload")
    } else {
        Some(parameters)
    }
}
