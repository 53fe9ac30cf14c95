//! The arguments that a Task passes to a service, checked with AWS's tables.

use crate::integrations::{ArgumentFault, find};
use crate::json::{Json, Object};
use crate::model::QueryLanguage;
use crate::resource::Resource;
use crate::validate::definition::{Definition, DefinitionPart};

/// Calls a function for each fault in a Task's arguments, with the Task, the field and its members.
pub(super) fn each_fault(
    definition: &Definition<'_>,
    see: &mut dyn FnMut(&DefinitionPart<'_>, &'static str, &Object, &ArgumentFault),
) {
    for task in definition.parts_of("Task") {
        let field = match task.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let Some(Json::Object(members)) = task.object.get(field) else {
            continue;
        };
        let Some(Ok(found)) = task.text("Resource").map(|resource| find(resource, false)) else {
            continue;
        };
        let names = members.keys().map(|key| argument_name(task.language, key));
        for fault in found.check_arguments(names) {
            see(task, field, members, &fault);
        }
    }
}

/// Whether AWS refuses a definition with an unknown literal argument of this integration. It is
/// known of SageMaker (<https://github.com/aws/aws-cdk/issues/10014>,
/// <https://github.com/aws/amazon-sagemaker-examples/issues/4492>).
pub(super) fn refuses_unknown(resource: &str) -> bool {
    let integration = Resource::parse(resource).integration();
    integration.is_some_and(|name| name.starts_with("sagemaker:"))
}

/// The name of an argument: the key, without the `.$` of a computed value in JSONPath.
pub(super) fn argument_name(language: QueryLanguage, key: &str) -> &str {
    match language {
        QueryLanguage::JsonPath => key.strip_suffix(".$").unwrap_or(key),
        QueryLanguage::Jsonata => key,
    }
}
