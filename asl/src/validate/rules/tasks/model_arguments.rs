//! The arguments that a Task passes to a service, checked with the API model of the service.

use std::fmt;

use crate::json::{Json, Pointer};
use crate::model::QueryLanguage;
use crate::service_models::{
    ArgumentProblem, ArgumentStep, CalledOperation, ComputedArguments, Models, check_arguments,
};
use crate::validate::definition::{Definition, DefinitionPart};

/// The operation of a Task, as messages name it.
pub(super) struct CalledService<'r> {
    /// The resource without the prefix of all integrations and without the pattern.
    name: &'r str,
    pub(super) is_sdk: bool,
}

impl fmt::Display for CalledService<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Calls a function for each problem of a Task's arguments, with the Task, the field and the
/// operation.
pub(super) fn each_problem<'d>(
    definition: &Definition<'d>,
    see: &mut dyn FnMut(
        &DefinitionPart<'d>,
        &'static str,
        &CalledService<'_>,
        &'d Json,
        &ArgumentProblem,
    ),
) {
    for task in definition.parts_of("Task") {
        let (field, computed) = match task.language {
            QueryLanguage::JsonPath => ("Parameters", ComputedArguments::JsonPath),
            QueryLanguage::Jsonata => ("Arguments", ComputedArguments::Jsonata),
        };
        let Some((arguments @ Json::Object(_), resource)) =
            task.get(field).zip(task.text("Resource"))
        else {
            continue;
        };
        let Some(called) = CalledOperation::of(resource) else {
            continue;
        };
        let Ok(model) = Models::shared().find(called.service) else {
            continue;
        };
        let Some(operation) = model.operations.get(&called.action) else {
            continue;
        };
        let service = CalledService {
            name: short_name(resource),
            is_sdk: called.is_sdk,
        };
        let problems = check_arguments(&model, operation.input, arguments, computed);
        for problem in &problems {
            let is_further = problem.path.len() == 1
                && called.further_arguments.contains(&problem.name.as_str());
            if !is_further {
                see(task, field, &service, arguments, problem);
            }
        }
    }
}

/// The service and the action: `dynamodb:putItem` for `arn:aws:states:::dynamodb:putItem`.
fn short_name(resource: &str) -> &str {
    let name = resource
        .split_once(":::")
        .map_or(resource, |(_, name)| name);
    name.split_once('.').map_or(name, |(name, _)| name)
}

/// Pointer to the value of a problem.
pub(super) fn pointer<'d>(
    mut pointer: Pointer<'d>,
    arguments: &'d Json,
    path: &[ArgumentStep],
) -> Pointer<'d> {
    let mut value = arguments;
    for step in path {
        match (step, value) {
            (ArgumentStep::Member(position), Json::Object(members)) => {
                let Some((key, member)) = members.get_index(*position) else {
                    break;
                };
                pointer = pointer.key(key);
                value = member;
            }
            (ArgumentStep::Item(index), Json::Array(items)) => {
                let Some(item) = items.get(*index) else { break };
                pointer = pointer.index(*index);
                value = item;
            }
            _ => break,
        }
    }
    pointer
}
