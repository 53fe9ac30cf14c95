//! An execution as data: what happened on a path, one event after the other.

use std::fmt;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::resource::function_name;
use stepwright_interpreter::program::{Kind, Program};
use stepwright_interpreter::task::{Resource, ResourceKind};
use stepwright_interpreter::value::Value;

/// The targets of [`Action::Ended`].
pub(crate) const END_STATUSES: [&str; 3] = ["succeeded", "failed", "timed-out"];

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The execution started.
    Started,
    /// A state was entered.
    Entered,
    /// A state was left.
    Exited,
    /// An attempt of a task was called.
    Called,
    /// An attempt of a task succeeded.
    Succeeded,
    /// An attempt of a task failed or timed out.
    Failed,
    /// A task token was answered after its task had ended.
    Late,
    /// A variable was assigned.
    Assigned,
    /// The execution ended.
    Ended,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 9] = [
        Action::Started,
        Action::Entered,
        Action::Exited,
        Action::Called,
        Action::Succeeded,
        Action::Failed,
        Action::Late,
        Action::Assigned,
        Action::Ended,
    ];

    /// Returns the word in a property file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Entered => "entered",
            Self::Exited => "exited",
            Self::Called => "called",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Assigned => "assigned",
            Self::Ended => "ended",
        }
    }

    /// Returns the action with this word.
    pub fn from_name(name: &str) -> Option<Action> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// Returns the values that its events have, next to `name` and `time`. A task without a
    /// constant target has no `function`, and an execution has an output or an error.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Started | Self::Entered => &["input"],
            Self::Exited => &["output"],
            Self::Called => &["arguments", "attempt", "function"],
            Self::Succeeded => &["arguments", "attempt", "result", "function"],
            Self::Failed => &["arguments", "attempt", "error", "cause", "function"],
            Self::Late => &["result", "error", "function"],
            Self::Assigned => &["value"],
            Self::Ended => &["output", "error", "cause"],
        }
    }

    /// Returns whether the target of its events is a task: by its state, function or resource.
    pub fn is_of_task(self) -> bool {
        matches!(
            self,
            Self::Called | Self::Succeeded | Self::Failed | Self::Late
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The names of a task: its resource, and the function or other target of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskNames {
    resource: SmolStr,
    /// The resource without its pattern and ARN prefix: `sqs:sendMessage`.
    action: Option<SmolStr>,
    /// The name of the function or activity, or the target of the service.
    function: Option<SmolStr>,
}

impl TaskNames {
    /// Creates the names of a task without a resource, for tests and typed properties.
    pub(crate) fn of_function(name: &str) -> Self {
        Self {
            resource: SmolStr::new(name),
            action: None,
            function: Some(SmolStr::new(name)),
        }
    }

    /// Returns the names of a resource, with the target of its call if it is known.
    pub fn of_resource(resource: &Resource, target: Option<&str>) -> Self {
        let is_service = resource.kind() == ResourceKind::Service;
        let function = if is_service {
            target
        } else {
            Some(resource.as_str())
        };
        let action = is_service.then(|| {
            SmolStr::new(format!(
                "{}:{}",
                resource.service(),
                resource.plain_action()
            ))
        });
        Self {
            resource: resource.as_str().into(),
            action,
            function: function.map(|text| SmolStr::new(function_name(text))),
        }
    }

    /// Returns the text of the resource.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the names of the tasks of a program, by the indices of their states.
    pub(crate) fn of_program(program: &Program) -> impl Iterator<Item = Option<Self>> {
        program.states().iter().map(|state| match &state.kind {
            Kind::Task(task) => {
                let target = state.io.target(&task.resource);
                Some(Self::of_resource(&task.resource, target))
            }
            _ => None,
        })
    }

    /// Returns the service and the action: `sqs:sendMessage`.
    pub(crate) fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// Returns the name of the function, activity or other target.
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// Returns whether a name in a property is one of these.
    pub fn contain(&self, name: &str) -> bool {
        let is_action = |action: &SmolStr| action == name;
        self.resource == name
            || self.action.as_ref().is_some_and(is_action)
            || self.function.as_ref().is_some_and(is_action)
            || function_name(name) != name && self.function() == Some(function_name(name))
    }
}

/// One event of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathEvent {
    /// What happened.
    pub action: Action,
    /// The state, the variable of an assignment, or the status of the end.
    pub name: SmolStr,
    /// The names of the task, for an event of a task.
    pub task: Option<TaskNames>,
    /// The values of the event by name: `arguments`, `attempt`, `result`, `error`, `cause`,
    /// `input`, `output`, `value`.
    pub fields: Vec<(&'static str, Value)>,
    /// The virtual time since the start of the execution.
    pub time: Duration,
    /// The execution inside of the explored one in which it happened: `Pay/payments`, `Each[0]`.
    pub execution: Option<SmolStr>,
}

impl PathEvent {
    /// Creates an event without values.
    pub fn new(action: Action, name: impl Into<SmolStr>, time: Duration) -> Self {
        Self {
            action,
            name: name.into(),
            task: None,
            fields: Vec::new(),
            time,
            execution: None,
        }
    }

    /// Adds a value.
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((field, value.into()));
        self
    }

    /// Sets the names of the task.
    pub fn of_task(mut self, task: TaskNames) -> Self {
        self.task = Some(task);
        self
    }

    /// Returns a value of the event.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let mut fields = self.fields.iter();
        fields
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Returns whether a target in a property names this event.
    pub fn is_of(&self, target: &str) -> bool {
        let is_task = |task: &TaskNames| task.contain(target);
        self.name == target || self.task.as_ref().is_some_and(is_task)
    }
}
