//! The arguments that a Task passes to a service, checked with AWS's tables.

use crate::integrations::{ArgumentFault, find};
use crate::json::{Json, Object};
use crate::model::QueryLanguage;
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

/// The name of an argument: the key, without the `.$` of a computed value in JSONPath.
pub(super) fn argument_name(language: QueryLanguage, key: &str) -> &str {
    match language {
        QueryLanguage::JsonPath => key.strip_suffix(".$").unwrap_or(key),
        QueryLanguage::Jsonata => key,
    }
}
