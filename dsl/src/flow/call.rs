//! Calls of Task states.

use crate::expr::{Expr, Text};
use crate::shape::{Payload, Shape};
use crate::task::{Deploy, ErrorVariant, ParameterType, Task, TaskError};
use crate::workflow::Workflow;
use crate::workflow::answer::AnswerType;
use std::any::type_name;
use stepwright_asl::model::MachineType;

/// The work of a Task state.
#[derive(Clone, Debug)]
#[must_use]
pub struct Call {
    pub(crate) sends: CallTarget,
    pub(crate) waits_for_token: bool,
    pub(crate) output: Option<fn() -> Shape>,
    /// The type of the token's output, if the state waits for a token and the type is known.
    pub(crate) answer: Option<AnswerType>,
}

/// The target of the call, with its arguments.
#[derive(Clone, Debug)]
#[doc(hidden)]
#[non_exhaustive]
pub enum CallTarget {
    Task(TaskCall),
    Workflow(WorkflowCall),
    Service(ServiceCall),
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct TaskCall {
    pub(crate) name: &'static str,
    /// The Rust path of the task.
    pub(crate) path: &'static str,
    pub(crate) function: &'static str,
    pub(crate) parameters: &'static [&'static str],
    pub(crate) deploy: Deploy,
    pub(crate) sends_context: bool,
    pub(crate) errors: Vec<ErrorVariant>,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) parameter_types: fn() -> Vec<ParameterType>,
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct WorkflowCall {
    pub(crate) name: Text,
    pub(crate) machine_type: MachineType,
    pub(crate) awaited: bool,
    pub(crate) input: Expr,
    /// The errors of a child whose uncaught errors are those of the parent: a function passes
    /// errors on with `?`.
    pub(crate) passed_on: Vec<Text>,
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct ServiceCall {
    pub(crate) resource: Text,
    /// `None` if the service gets the state's input.
    pub(crate) fields: Option<Vec<(Text, Expr)>>,
}

impl Call {
    /// Calls a task function. The arguments are in the order of its parameters, without the
    /// context.
    pub fn task<T: Task>(arguments: Vec<Expr>) -> Call {
        Call {
            sends: CallTarget::Task(TaskCall {
                name: T::NAME,
                path: type_name::<T>(),
                function: T::FUNCTION,
                parameters: T::PARAMETERS,
                deploy: T::DEPLOY,
                sends_context: T::SENDS_CONTEXT,
                errors: <T::Error as TaskError>::variants(),
                arguments,
                parameter_types: T::parameter_types,
            }),
            waits_for_token: false,
            output: Some(<T::Output as Payload>::shape),
            answer: None,
        }
    }

    /// Calls a task function and waits until the token among its arguments is completed.
    pub fn wait_for_task_token<T: Task>(arguments: Vec<Expr>, answer: AnswerType) -> Call {
        Call {
            waits_for_token: true,
            output: Some(answer.shape_function()),
            answer: Some(answer),
            ..Call::task::<T>(arguments)
        }
    }

    /// Runs another workflow and waits for its output.
    pub fn workflow<W: Workflow>(input: Expr) -> Call {
        Call::machine(W::NAME, W::TYPE, input, Some(<W::Output as Payload>::shape))
    }

    /// Runs a function workflow and waits for its output. Uncaught errors of the child with these
    /// names fail the parent under the same names.
    pub fn function_workflow<W: Workflow>(input: Expr, passed_on: Vec<Text>) -> Call {
        let mut call = Call::workflow::<W>(input);
        if let CallTarget::Workflow(child) = &mut call.sends {
            child.passed_on = passed_on;
        }
        call
    }

    /// Starts another workflow and does not wait for it. The result is
    /// `{"ExecutionArn", "StartDate"}`.
    pub fn start_workflow<W: Workflow>(input: Expr) -> Call {
        Call::machine(W::NAME, W::TYPE, input, None)
    }

    /// Runs a state machine without a Rust type. Without the shape of its output, the call only
    /// starts it.
    pub(crate) fn machine(
        name: impl Into<Text>,
        machine_type: MachineType,
        input: Expr,
        output: Option<fn() -> Shape>,
    ) -> Call {
        Call {
            sends: CallTarget::Workflow(WorkflowCall {
                name: name.into(),
                machine_type,
                awaited: output.is_some(),
                input,
                passed_on: Vec::new(),
            }),
            waits_for_token: false,
            output,
            answer: None,
        }
    }

    /// Calls a service integration by its resource, pattern suffix included. Without fields its
    /// arguments are the state's input.
    pub fn service(
        resource: impl Into<Text>,
        fields: Option<Vec<(Text, Expr)>>,
        output: Option<fn() -> Shape>,
    ) -> Call {
        Call {
            sends: CallTarget::Service(ServiceCall {
                resource: resource.into(),
                fields,
            }),
            waits_for_token: false,
            output,
            answer: None,
        }
    }

    /// Calls a service integration with `.waitForTaskToken`; the token is among the fields.
    pub fn service_with_task_token(
        resource: impl Into<Text>,
        fields: Option<Vec<(Text, Expr)>>,
        answer: Option<AnswerType>,
    ) -> Call {
        Call {
            waits_for_token: true,
            answer,
            ..Call::service(resource, fields, answer.map(AnswerType::shape_function))
        }
    }
}
